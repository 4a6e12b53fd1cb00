import { randomUUID } from 'node:crypto';
import {
  type Clock,
  type Command,
  type CommandContext,
  type CommandParts,
  type CommandRefusal,
  type CommandRequest,
  findCommand,
  isRefusal,
  MAX_REQUEST_ID,
  type OperatorConnection,
  type Refusal,
  RefusalError,
  refuse,
  toContent,
  toEnvelope,
  typeName,
} from '@skein/core';
import type { Logger } from 'pino';
import type { AuditLog } from '../auth/audit-log.ts';
import { mayDo } from '../auth/permissions.ts';
import type { Principal } from '../auth/principal.ts';
import type { RateLimiter } from '../auth/rate-limit.ts';
import { RequestMemory } from './request-memory.ts';

export interface DispatcherOptions {
  readonly parts: CommandParts;
  readonly clock: Clock;
  readonly rateLimiter: RateLimiter;
  readonly audit: AuditLog;
  readonly log: Logger;
}

/** Who asks, and from where. */
export interface Caller {
  readonly principal: Principal;
  readonly address: string;
  readonly connection?: OperatorConnection;
  /** Of the HTTP request; a socket's request gets one here. */
  readonly exchangeId?: string;
}

/** What goes back to the operator. */
export interface Answer {
  readonly message: Readonly<Record<string, unknown>>;
  readonly refusal: CommandRefusal | undefined;
}

type Frame = Readonly<Record<string, unknown>>;

/** From an operator's frame to the reply: who may, how often, is it well formed, was it asked before, do it. Never throws. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #memory = new RequestMemory();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** A decoded frame of a socket. Answered at once where the command can be. */
  answer(frame: unknown, caller: Caller): Answer | Promise<Answer> {
    if (typeof frame !== 'object' || frame === null || Array.isArray(frame))
      return this.#refuseFrame(frame, caller);
    const { type } = frame as Frame;
    const command = findCommand(type);
    const limited = this.#options.rateLimiter.take(command?.bucket ?? 'commands', caller.principal);
    if (limited) return this.#told(limited, { command, frame, caller });
    if (command) return this.run(command, frame as Frame, caller);
    const details = { field: 'type', expectedType: 'a known request', receivedType: typeName(type) };
    const unknown = refuse('VALIDATION_ERROR', details, { message: 'Unknown request type' });
    return this.#told(unknown, { command, frame, caller });
  }

  /** Bytes that could not be decoded are answered like any other mistake. */
  refuse(refusal: Refusal, caller: Caller): Answer {
    return this.#told(refusal, { command: undefined, frame: {}, caller });
  }

  /** Somebody who is not let in. */
  refuseStranger(refusal: Refusal): object {
    const timestamp = new Date(this.#options.clock.now()).toISOString();
    return { type: 'error', message: refusal.message, ...toEnvelope(refusal, timestamp, randomUUID()) };
  }

  /** A request to a command that is known, and whose rate has been counted. */
  run(command: Command, frame: Frame, caller: Caller): Answer | Promise<Answer> {
    const asked = { command, frame, caller };
    const request = this.#admit(command, frame, caller);
    if (isRefusal(request)) return this.#told(request, asked);
    try {
      const outcome = command.handle(request as never, this.#contextOf(request, caller));
      if (!(outcome instanceof Promise)) return this.#told(outcome as Frame, asked);
      return this.#within(outcome, command.deadlineMs).then((late) => this.#told(late as Frame, asked));
    } catch (fault) {
      return this.#told(this.#refusalOf(fault, command), asked);
    }
  }

  /** A try at what is not permitted that was refused before it came here. */
  recordForbidden(command: Command, frame: Frame, caller: Caller, refusal: Refusal): void {
    this.#record({ command, frame, caller }, refusal, caller.exchangeId ?? randomUUID());
  }

  #refuseFrame(frame: unknown, caller: Caller): Answer {
    const limited = this.#options.rateLimiter.take('commands', caller.principal);
    const details = { field: '', expectedType: 'object', receivedType: typeName(frame) };
    return this.refuse(
      limited ?? refuse('VALIDATION_ERROR', details, { message: 'Invalid request' }),
      caller,
    );
  }

  #admit(command: Command, frame: Frame, { principal }: Caller): CommandRequest | Refusal {
    const { permission } = command;
    if (!mayDo(principal, permission)) return refuse('AUTHORIZATION_ERROR', { reason: permission });
    const request = command.read(frame);
    if (isRefusal(request) || request.request_id === undefined) return request;
    const key = [principal.tenant, principal.subject, request.request_id].join('\u0000');
    if (this.#memory.admit(key, toContent(request), this.#options.clock.now())) return request;
    return refuse('CONFLICT', { field: 'request_id', reason: 'same_request_id' });
  }

  #contextOf(request: CommandRequest, { principal, connection }: Caller): CommandContext {
    const { clock, parts } = this.#options;
    const startedMs = clock.monotonic();
    return {
      tenant: principal.tenant,
      actor: principal.subject,
      boundDroneId: principal.droneId,
      credential: toCredential(principal),
      nowMs: clock.now(),
      elapsedMs: () => clock.monotonic() - startedMs,
      requestId: request.request_id,
      content: toContent(request),
      may: (permission) => mayDo(principal, permission),
      parts,
      connection,
    };
  }

  async #within(outcome: Promise<unknown>, deadlineMs: number): Promise<unknown> {
    const { promise: late, resolve } = Promise.withResolvers<Refusal>();
    const timer = setTimeout(
      () => resolve(refuse('TIMEOUT_ERROR', { reason: 'deadline', limit: deadlineMs }, { httpStatus: 504 })),
      deadlineMs,
    );
    try {
      return await Promise.race([outcome, late]);
    } catch (fault) {
      return this.#refusalOf(fault);
    } finally {
      clearTimeout(timer);
    }
  }

  #refusalOf(fault: unknown, command?: Command): Refusal {
    if (fault instanceof RefusalError) return fault.refusal;
    this.#options.log.error({ error: fault, command: command?.type }, 'command failed');
    return refuse('INTERNAL_ERROR');
  }

  #told(outcome: Frame | CommandRefusal, { command, frame, caller }: Asked): Answer {
    const refusal = isRefusal(outcome) ? (outcome as CommandRefusal) : undefined;
    const exchangeId = caller.exchangeId ?? randomUUID();
    const timestamp = new Date(this.#options.clock.now()).toISOString();
    this.#record({ command, frame, caller }, refusal, exchangeId);
    const type = refusal ? (command?.replyType ?? 'error') : command?.replyType;
    const id = idOf(frame as Frame);
    if (!refusal)
      return { refusal, message: { type, success: true, status: 'accepted', ...id, timestamp, ...outcome } };
    const envelope = toEnvelope(refusal, timestamp, exchangeId);
    const message = { type, success: false, message: refusal.message, ...id, ...refusal.fields, ...envelope };
    return { refusal, message };
  }

  /** Everything that may change something, and every try at what is not permitted. */
  #record({ command, frame, caller }: Asked, refusal: Refusal | undefined, requestId: string): void {
    const isForbidden = refusal?.code === 'AUTHORIZATION_ERROR';
    if (!command || (command.permission === 'telemetry:read' && !isForbidden)) return;
    const { tenant, subject } = caller.principal;
    this.#options.audit.record({
      atMs: this.#options.clock.now(),
      tenant,
      actor: subject,
      action: `command.${command.type}`,
      target: targetOf(frame as Frame),
      outcome: outcomeOf(refusal),
      requestId,
      address: caller.address,
      ...(refusal && { details: { code: refusal.code, reason: refusal.details.reason } }),
    });
  }
}

function toCredential({ keyId, jti, expiresAtMs }: Principal): CommandContext['credential'] {
  return {
    ...(keyId !== undefined && { keyId }),
    ...(jti !== undefined && { jti }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  };
}

interface Asked {
  readonly command: Command | undefined;
  readonly frame: unknown;
  readonly caller: Caller;
}

const outcomeOf = (refusal: Refusal | undefined) => {
  if (!refusal) return 'ok';
  return refusal.httpStatus >= 500 ? 'failed' : 'refused';
};

const TARGETS = ['drone_id', 'alert_id', 'mission_id', 'event_id', 'command_id'] as const;
const MAX_TARGET = 128;

function targetOf(frame: Frame): string {
  const named = TARGETS.map((name) => frame[name]).find((value) => typeof value === 'string');
  return typeof named === 'string' ? named.slice(0, MAX_TARGET) : '';
}

/** The operator's own id comes back if it is one. */
function idOf(frame: Frame): { request_id?: string } {
  const id = frame['request_id'] ?? frame['requestId'];
  return typeof id === 'string' && id.length <= MAX_REQUEST_ID && id.isWellFormed() ? { request_id: id } : {};
}
