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
  /** The first `#count` places; who has left leaves an empty one. Written over and over: a set would be made anew each time. */
  readonly #waiters: (Waiter | undefined)[] = [];
  #count = 0;

  constructor(durability: Durability, position: () => number) {
    this.durability = durability;
    this.#position = position;
  }

  get position(): number {
    return this.#position();
  }

  /** Not twice before it has been told that it no longer waits. */
  join(waiter: Waiter): void {
    this.#waiters[this.#count] = waiter;
    this.#count += 1;
  }

  leave(waiter: Waiter): void {
    const at = this.#waiters.indexOf(waiter);
    if (at >= 0) this.#waiters[at] = undefined;
  }

  /** Everything before `position` has become durable. */
  open(position: number): void {
    this.#keep((waiter) => waiter.onDurable(position));
  }

  /** The disk takes nothing: those who wait with a caller give up; sockets wait on. */
  abandon(): void {
    this.#keep((waiter) => {
      waiter.abandon?.();
      return waiter.abandon === undefined;
    });
  }

  /** Asks everyone, those too who come meanwhile; only those stay who still wait. */
  #keep(stillWaits: (waiter: Waiter) => boolean): void {
    let kept = 0;
    for (let at = 0; at < this.#count; at += 1) {
      const waiter = this.#waiters[at];
      this.#waiters[at] = undefined;
      if (!waiter || !stillWaits(waiter)) continue;
      this.#waiters[kept] = waiter;
      kept += 1;
    }
    this.#count = kept;
  }

  /** Resolves true once the record at `position` is durable, false when `timeoutMs` pass or the disk takes nothing. */
  reached(position: number, timeoutMs: number): Promise<boolean> {
    if (this.position > position) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        onDurable: (durable) => durable <= position || end(true),
        abandon: () => void end(false),
      };
      const end = (reached: boolean) => {
        clearTimeout(timer);
        resolve(reached);
        return false;
      };
      const timer = setTimeout(() => {
        this.leave(waiter);
        end(false);
      }, timeoutMs);
      this.join(waiter);
    });
  }
}
