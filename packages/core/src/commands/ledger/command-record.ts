import type { Channel } from '../../messages/channel.ts';
import type { OrderMessage, OrderName } from '../../messages/order.ts';
import type { StateRecord } from '../../messages/state-record.ts';
import type { RecordChange } from '../../records.ts';
import { type CommandEvent, type CommandState, isTerminal, isUnanswered } from './life-cycle.ts';

/** Why a command stands as it does, where the state alone does not say it. */
export type CommandReason =
  /** Expired without ever having left, or with an unknown effect: it was sent, and nothing came back. */
  | 'not_sent'
  | 'unknown'
  /** Its place was taken by a newer or a greater one. */
  | 'superseded'
  | 'operator'
  | 'vehicle'
  /** What allowed it is no longer so. */
  | 'revalidation';

/** What may end before a command leaves: its key, its token, or their time. */
export interface CommandCredential {
  readonly keyId?: string;
  readonly jti?: string;
  readonly expiresAtMs?: number;
}

/** A command to one vehicle, and all that has happened to it. */
export interface CommandRecord {
  readonly commandId: string;
  readonly tenant: string;
  readonly droneId: string;
  readonly command: OrderName;
  readonly params: Readonly<Record<string, unknown>>;
  /** Who asked, and by what. */
  readonly actor: string;
  readonly credential?: CommandCredential;
  readonly requestId?: string;
  /** Hash of the request: the same id with other content is a conflict. */
  readonly content: string;
  readonly state: CommandState;
  readonly reason?: CommandReason;
  readonly by?: string;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** Never sent later. */
  readonly notAfterMs: number;
  /** The order among commands of the same millisecond. */
  readonly ordinal: number;
  /** May it clear a greater one that stands (`resume`, by whom that is permitted)? */
  readonly clears: number;
  readonly attempts: number;
  readonly sentAtMs?: number;
  readonly answeredAtMs?: number;
  readonly endedAtMs?: number;
  readonly channels: readonly Channel[];
  /** The vehicle's own word. */
  readonly result?: string;
  readonly message?: string;
  readonly progressPct?: number;
  /** What the one who asked wants to find again with it (a mission, a waypoint). */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly history: readonly { readonly state: CommandState; readonly atMs: number }[];
}

/** What an event brings with it. */
export type ChangeDetails = Partial<
  Pick<CommandRecord, 'reason' | 'by' | 'result' | 'message' | 'progressPct' | 'channels'>
>;

/** The command after an event that has led to `state`. */
export function toChanged(
  command: CommandRecord,
  event: CommandEvent,
  state: CommandState,
  details: ChangeDetails & { readonly changedAtMs: number },
): CommandRecord {
  const atMs = details.changedAtMs;
  return {
    ...command,
    ...details,
    state,
    ...(event === 'send' && { attempts: command.attempts + 1, sentAtMs: command.sentAtMs ?? atMs }),
    ...(event !== 'send' && isUnanswered(command.state) && { answeredAtMs: atMs }),
    ...(isTerminal(state) && { endedAtMs: atMs }),
    history: state === command.state ? command.history : [...command.history, { state, atMs }],
  };
}

export function toRecordChange(command: CommandRecord): RecordChange {
  const { commandId, tenant, droneId, state, createdAtMs, endedAtMs, sentAtMs, ...data } = command;
  return {
    ...{ kind: 'command', tenant, id: commandId, droneId, state, createdAtMs },
    ...(sentAtMs !== undefined && { startedAtMs: Math.round(sentAtMs) }),
    ...(endedAtMs !== undefined && { endedAtMs: Math.round(endedAtMs) }),
    data,
  };
}

export function toCommandRecord({
  id,
  droneId = '',
  tenant,
  state,
  data,
  ...times
}: StateRecord): CommandRecord {
  const { createdAtMs, startedAtMs, endedAtMs } = times;
  return {
    ...(data as unknown as CommandRecord),
    ...{ commandId: id, tenant, droneId, state: state as CommandState, createdAtMs },
    ...(startedAtMs !== undefined && { sentAtMs: startedAtMs }),
    ...(endedAtMs !== undefined && { endedAtMs }),
  };
}

/** What the vehicle gets. It is told how long the order still lives: its clock is its own. */
export function toOrder(command: CommandRecord, nowMs: number, epoch: number): OrderMessage {
  const { commandId, droneId, params, notAfterMs } = command;
  return {
    ...{ type: 'command', commandId, droneId, command: command.command, params, epoch },
    ...(command.command === 'resume' && { clears: command.clears }),
    expiresAt: new Date(notAfterMs).toISOString(),
    ttlMs: Math.max(0, Math.round(notAfterMs - nowMs)),
  };
}

/** What operators see of it; CONTRACT 6 `command_update`. */
export function toCommandUpdate(command: CommandRecord): Readonly<Record<string, unknown>> {
  const { reason, by, requestId, result, message, progressPct, context } = command;
  return {
    type: 'command_update',
    ...{
      command_id: command.commandId,
      drone_id: command.droneId,
      command: command.command,
      state: command.state,
    },
    ...(reason !== undefined && { reason }),
    ...(by !== undefined && { by }),
    ...(requestId !== undefined && { command_request_id: requestId }),
    ...(result !== undefined && { result }),
    ...(message !== undefined && { message }),
    ...(progressPct !== undefined && { progress_pct: progressPct }),
    ...(context !== undefined && { context: toShownContext(context) }),
    ...{ terminal: isTerminal(command.state), attempts: command.attempts, channels: command.channels },
    expires_at: new Date(command.notAfterMs).toISOString(),
    timestamp: new Date(command.changedAtMs).toISOString(),
  };
}

/** The flight as it was reckoned is the server's own affair. */
function toShownContext({
  flight: _flight,
  ...shown
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return shown;
}
