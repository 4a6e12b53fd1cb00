/**
 * What becomes of a command. Complete by type, and every command ends in exactly one terminal state:
 *
 *     queued ──send──► sent ──accept──► acknowledged ──progress──► in_progress ──succeed──► succeeded
 *       │               │                   │                          │      └──refuse──► failed
 *       ├──cancel───────┴───────────────────┴──────────────────────────┴─────────────────► cancelled
 *       └──expire (not sent)──expire (unknown)─────────────────────────┴─────────────────► expired
 *
 * A word of the vehicle counts from every state that is not terminal: after a crash its answer may come before the record
 * that it was sent.
 */

export const COMMAND_STATES = [
  ...['queued', 'sent', 'acknowledged', 'in_progress'],
  ...['succeeded', 'failed', 'expired', 'cancelled'],
] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

export const COMMAND_EVENTS = [
  ...['send', 'accept', 'progress', 'succeed', 'refuse', 'expire', 'cancel'],
] as const;
export type CommandEvent = (typeof COMMAND_EVENTS)[number];

type Row = Record<CommandEvent, CommandState | 'refused'>;
const END = { succeed: 'succeeded', refuse: 'failed', expire: 'expired', cancel: 'cancelled' } as const;
const OVER: Row = {
  send: 'refused',
  accept: 'refused',
  progress: 'refused',
  succeed: 'refused',
  refuse: 'refused',
  expire: 'refused',
  cancel: 'refused',
};

const TABLE: Record<CommandState, Row> = {
  queued: { ...END, send: 'sent', accept: 'acknowledged', progress: 'in_progress' },
  sent: { ...END, send: 'sent', accept: 'acknowledged', progress: 'in_progress' },
  acknowledged: { ...END, send: 'refused', accept: 'refused', progress: 'in_progress' },
  in_progress: { ...END, send: 'refused', accept: 'refused', progress: 'in_progress' },
  succeeded: OVER,
  failed: OVER,
  expired: OVER,
  cancelled: OVER,
};

/** The state after an event; undefined where the event means nothing any more. */
export function nextState(state: CommandState, event: CommandEvent): CommandState | undefined {
  const next = TABLE[state][event];
  return next === 'refused' ? undefined : next;
}

export const isTerminal = (state: CommandState): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'expired' || state === 'cancelled';

/** The vehicle has not said a word yet. */
export const isUnanswered = (state: CommandState): boolean => state === 'queued' || state === 'sent';
