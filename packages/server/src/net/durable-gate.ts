import type { Durability } from '@skein/core';

/** Something that waits for journal positions to become durable; returns whether it still waits afterwards. */
export interface Waiter {
  onDurable(position: number): boolean;
  /** It will not happen soon: whoever has someone waiting says so. */
  abandon?(): void;
}

/**
 * Who waits for what was written to be on disk (or in the store). A socket waits once, however many of its messages do:
 * no promise, no closure per message.
 */
export class DurableGate {
  readonly durability: Durability;
  readonly #position: () => number;
  readonly #waiters = new Set<Waiter>();

  constructor(durability: Durability, position: () => number) {
    this.durability = durability;
    this.#position = position;
  }

  get position(): number {
    return this.#position();
  }

  join(waiter: Waiter): void {
    this.#waiters.add(waiter);
  }

  leave(waiter: Waiter): void {
    this.#waiters.delete(waiter);
  }

  /** Everything before `position` has become durable. */
  open(position: number): void {
    for (const waiter of this.#waiters) if (!waiter.onDurable(position)) this.#waiters.delete(waiter);
  }

  /** The disk takes nothing: those who wait with a caller give up; sockets wait on. */
  abandon(): void {
    for (const waiter of [...this.#waiters]) waiter.abandon?.();
  }

  /** Resolves true once the record at `position` is durable, false when `timeoutMs` pass or the disk takes nothing. */
  reached(position: number, timeoutMs: number): Promise<boolean> {
    if (this.position > position) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (reached: boolean) => {
        clearTimeout(timer);
        this.leave(waiter);
        resolve(reached);
        return false;
      };
      const waiter: Waiter = {
        onDurable: (durable) => (durable > position ? end(true) : true),
        abandon: () => void end(false),
      };
      const timer = setTimeout(() => end(false), timeoutMs);
      this.join(waiter);
    });
  }
}
