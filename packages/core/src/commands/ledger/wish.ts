import { type Refusal, refuse } from '../../errors.ts';
import type { OrderName } from '../../messages/order.ts';
import type { Clock } from '../../ports.ts';
import type { CommandBook } from './command-book.ts';
import type { CommandCredential, CommandRecord } from './command-record.ts';
import { isTerminal } from './life-cycle.ts';
import { traitsOf } from './order-traits.ts';

/** What somebody wants of a vehicle, before it is a command. */
export interface CommandWish {
  readonly tenant: string;
  readonly droneId: string;
  readonly command: OrderName;
  readonly params: Readonly<Record<string, unknown>>;
  readonly actor: string;
  readonly credential?: CommandCredential;
  readonly ttlMs: number;
  readonly requestId?: string;
  /** Of a request without an id of its own: from `idFor`, where it must be known before. */
  readonly commandId?: string;
  /** The request as text, without its id: a repeat is known by it. */
  readonly content?: string;
  /** Severity up to which it may clear what stands (`resume`). */
  readonly clears?: number;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** Who asks, and what, as far as a repeat is known by it. */
export type Asking = Pick<CommandWish, 'tenant' | 'actor' | 'requestId' | 'content'>;

/** Commands of one vehicle that have not ended, and of all. */
const MAX_PER_DRONE = 64;
const MAX_LIVE = 100_000;

/** Too many wait, or a greater command stands that this one must not override. */
export function refuseWish(
  { tenant, droneId, command, clears = 0 }: Pick<CommandWish, 'tenant' | 'droneId' | 'command' | 'clears'>,
  book: CommandBook,
): Refusal | undefined {
  if (book.ofDrone(tenant, droneId).length >= MAX_PER_DRONE || book.size >= MAX_LIVE)
    return refuse('RATE_LIMITED', { field: 'drone_id', reason: 'commands_waiting' }, { retryAfterS: 5 });
  const standing = book.standing(tenant, droneId);
  if (!standing) return undefined;
  const details = { field: 'drone_id', reason: 'greater_command', command: standing.command };
  if (command === 'resume')
    return clears >= standing.severity
      ? undefined
      : refuse('AUTHORIZATION_ERROR', details, { message: `${standing.command} is not yours to clear` });
  if (traitsOf(command).severity >= standing.severity) return undefined;
  const message = `${droneId} is under ${standing.command}: clear it with the command resume first`;
  return refuse('STALE_STATE', details, { message });
}

/** The same for every repeat of a request, also after a restart: no look-up is needed. */
export function commandIdOf(
  {
    tenant,
    actor,
    requestId,
  }: { readonly tenant: string; readonly actor: string; readonly requestId: string },
  hash: (text: string) => string,
): string {
  return hash(JSON.stringify([tenant, actor, requestId]));
}

interface Making {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly hash: (text: string) => string;
  readonly ordinal: number;
}

export function toCommand(wish: CommandWish, { clock, newId, hash, ordinal }: Making): CommandRecord {
  const {
    tenant,
    droneId,
    command,
    params,
    actor,
    requestId,
    ttlMs,
    content = '',
    clears = 0,
    context,
    credential,
  } = wish;
  const nowMs = clock.now();
  return {
    commandId:
      requestId === undefined ? (wish.commandId ?? newId()) : commandIdOf({ tenant, actor, requestId }, hash),
    ...{ tenant, droneId, command, params, actor, clears, ordinal },
    ...(requestId !== undefined && { requestId }),
    ...(credential && { credential }),
    ...(context !== undefined && { context }),
    ...{ content: hash(content), state: 'queued', attempts: 0, channels: [] },
    ...{ createdAtMs: nowMs, changedAtMs: nowMs, notAfterMs: nowMs + ttlMs },
    history: [{ state: 'queued', atMs: nowMs }],
  };
}

/** Only what has not left can be taken back. */
export function refuseCancel({ state }: CommandRecord): Refusal {
  const reason = isTerminal(state) ? 'already_ended' : 'already_sent';
  const message = `The command is ${state}: send hold or another target instead`;
  return refuse('CONFLICT', { field: 'command_id', reason }, { message });
}
