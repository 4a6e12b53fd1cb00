import { setTimeout as delay } from 'node:timers/promises';
import type { AuditEntry, AuditTrail } from '@skein/core';
import { redact, redactText } from './redact.ts';

export interface AuditLog {
  /** Never waits and never throws; entries are written in the order they were recorded in. */
  record(entry: AuditEntry): void;
  /** Resolves once everything recorded is written, or after one last try when the store is down. */
  close(): Promise<void>;
}

export interface AuditLogOptions {
  readonly maxQueued?: number;
  /** Waits between tries; ends early when the signal is aborted. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const MAX_QUEUED = 10_000;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

/**
 * Carries entries into the trail, one after the other, and tries again while the store is down. When more wait than
 * may, the newest are left out, and the trail itself says how many. `onError` is told once an outage, and of losses.
 */
export function createAuditLog(
  trail: AuditTrail,
  onError: (fault: unknown) => void,
  options: AuditLogOptions = {},
): AuditLog {
  return new QueuedAuditLog(trail, onError, options);
}

class QueuedAuditLog implements AuditLog {
  readonly #trail: AuditTrail;
  readonly #onError: (fault: unknown) => void;
  readonly #maxQueued: number;
  readonly #pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #closing = new AbortController();
  readonly #queue: AuditEntry[] = [];
  #lost = 0;
  #isDown = false;
  #draining: Promise<void> | undefined;

  constructor(trail: AuditTrail, onError: (fault: unknown) => void, options: AuditLogOptions) {
    this.#trail = trail;
    this.#onError = onError;
    this.#maxQueued = options.maxQueued ?? MAX_QUEUED;
    this.#pause = options.pause ?? pauseFor;
  }

  record(entry: AuditEntry): void {
    if (this.#queue.length >= this.#maxQueued) this.#leaveOut();
    else this.#queue.push(toSafe(entry));
    this.#draining ??= this.#drain();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#draining;
  }

  #leaveOut(): void {
    if (this.#lost === 0)
      this.#onError(new Error('More audit entries wait for the store than may; the newest are lost.'));
    this.#lost += 1;
  }

  /** An entry leaves the queue only once it is written. */
  async #drain(): Promise<void> {
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      if (!(await this.#persist(next))) this.#giveUp();
      else this.#queue.shift();
      if (this.#queue.length === 0) this.#queue.push(...this.#gap(next));
    }
    this.#draining = undefined;
  }

  async #persist(entry: AuditEntry): Promise<boolean> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      const isLastTry = this.#closing.signal.aborted;
      if (await this.#append(entry)) return true;
      if (isLastTry) return false;
      await this.#pause(pauseMs, this.#closing.signal);
    }
  }

  async #append(entry: AuditEntry): Promise<boolean> {
    try {
      await this.#trail.appendAudit(entry);
      this.#isDown = false;
      return true;
    } catch (fault) {
      if (!this.#isDown) this.#onError(fault);
      this.#isDown = true;
      return false;
    }
  }

  #giveUp(): void {
    const count = this.#queue.length + this.#lost;
    this.#queue.length = 0;
    this.#lost = 0;
    this.#onError(new Error(`${count} audit entries could not be written before the end.`));
  }

  /** What was left out stands in the trail as a number. */
  #gap({ atMs, tenant }: AuditEntry): readonly AuditEntry[] {
    if (this.#lost === 0) return [];
    const details = { lost: this.#lost };
    this.#lost = 0;
    return [
      { atMs, tenant, actor: 'server', action: 'audit_gap', target: 'audit_log', outcome: 'failed', details },
    ];
  }
}

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  // Aborted means: go on now.
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

function toSafe(entry: AuditEntry): AuditEntry {
  const { actor, target, details } = entry;
  return {
    ...entry,
    actor: redactText(actor),
    target: redactText(target),
    ...(details && { details: redact(details) as NonNullable<AuditEntry['details']> }),
  };
}
