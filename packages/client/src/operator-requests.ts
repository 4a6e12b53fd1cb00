import { toRefusal } from './reply.ts';
import type { Timers } from './timers.ts';

/** The gateway refused, or rejected on its merits; `reply` holds all it said (alternatives, verdicts). */
export class OperatorRefusal extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly reply: Readonly<Record<string, unknown>>;

  constructor(reply: Readonly<Record<string, unknown>>) {
    const { code, reason, details } = toRefusal(reply, 'INTERNAL_ERROR');
    super(`${code}: ${reason}`);
    this.name = 'OperatorRefusal';
    this.code = code;
    this.details = details;
    this.reply = reply;
  }
}

/** No reply came: what became of the request is not known. The same `requestId` again asks for the same command. */
export class OperatorTimeout extends Error {
  readonly requestId: string;

  constructor(requestId: string, reason: string) {
    super(reason);
    this.name = 'OperatorTimeout';
    this.requestId = requestId;
  }
}

interface Pending {
  readonly text: string;
  readonly settle: (reply: Readonly<Record<string, unknown>> | Error) => void;
  readonly timer: unknown;
}

const MAX_PENDING = 1000;

/** Requests without a reply: said again on every new connection, under the same id, so that they are done once. */
export class OperatorRequests {
  readonly #timers: Timers;
  readonly #timeoutMs: number;
  readonly #pending = new Map<string, Pending>();

  constructor(timers: Timers, timeoutMs: number) {
    this.#timers = timers;
    this.#timeoutMs = timeoutMs;
  }

  /** What has to be said on a new connection, in the order it was asked. */
  get texts(): readonly string[] {
    return [...this.#pending.values()].map(({ text }) => text);
  }

  /** Resolves with the reply; rejects with a refusal, or when none comes in time. */
  add(
    requestId: string,
    text: string,
    timeoutMs = this.#timeoutMs,
  ): Promise<Readonly<Record<string, unknown>>> {
    if (this.#pending.size >= MAX_PENDING || this.#pending.has(requestId))
      return Promise.reject(
        new OperatorTimeout(requestId, 'too many requests wait, or one with this id does'),
      );
    const { promise, resolve, reject } = Promise.withResolvers<Readonly<Record<string, unknown>>>();
    const settle = (reply: Readonly<Record<string, unknown>> | Error) => {
      this.#timers.clearTimeout(timer);
      this.#pending.delete(requestId);
      if (reply instanceof Error) reject(reply);
      else if (reply['success'] === true) resolve(reply);
      else reject(new OperatorRefusal(reply));
    };
    const late = () => settle(new OperatorTimeout(requestId, `no reply within ${timeoutMs} ms`));
    const timer = this.#timers.setTimeout(late, timeoutMs);
    this.#pending.set(requestId, { text, settle, timer });
    return promise;
  }

  /** False: nobody waits for this reply. */
  answer(reply: Readonly<Record<string, unknown>>): boolean {
    const { request_id: id } = reply;
    const pending = typeof id === 'string' ? this.#pending.get(id) : undefined;
    pending?.settle(reply);
    return pending !== undefined;
  }

  close(): void {
    for (const [id, { settle }] of [...this.#pending]) settle(new OperatorTimeout(id, 'the line is closed'));
  }
}
