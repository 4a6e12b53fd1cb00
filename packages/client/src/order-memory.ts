import type { OrderResult } from '@skein/core';

/** What a vehicle remembers of its orders, so that none has a second effect and none of a deposed owner has any. */

export interface OrderOutcome {
  readonly result: OrderResult;
  readonly message?: string;
}

/** What decides whether an order comes in time. */
export interface Timeliness {
  /** What is left of its time to live, ms. */
  readonly remainingMs: number;
  readonly epoch?: number | undefined;
}

/** Command ids remembered for each vehicle. */
export const REMEMBERED_ORDERS = 64;

/** The last 64 orders by command id, `T` being what is known of one, and the highest epoch. */
export class OrderMemory<T> {
  readonly #orders = new Map<string, T>();
  readonly #mayForget: (known: T) => boolean;
  #epoch = Number.NEGATIVE_INFINITY;

  /** `mayForget`: false for an order that must not be forgotten however old it is. */
  constructor(mayForget: (known: T) => boolean = () => true) {
    this.#mayForget = mayForget;
  }

  has(commandId: string): boolean {
    return this.#orders.has(commandId);
  }

  get(commandId: string): T | undefined {
    return this.#orders.get(commandId);
  }

  /** Remembers, forgetting the oldest that may be. False, and nothing is remembered, where none may. */
  set(commandId: string, known: T): boolean {
    if (!this.#orders.has(commandId) && !this.#makeRoom()) return false;
    this.#orders.set(commandId, known);
    return true;
  }

  /** Why an order that is new here comes too late to be obeyed. Keeps its epoch where that is the highest. */
  refusalOf({ remainingMs, epoch }: Timeliness): OrderOutcome | undefined {
    if (epoch !== undefined && !Number.isSafeInteger(epoch))
      return { result: 'denied', message: 'epoch is not a whole number' };
    if (epoch !== undefined && epoch < this.#epoch) return { result: 'denied', message: 'stale epoch' };
    if (epoch !== undefined) this.#epoch = epoch;
    // Not a number is no time either.
    if (!(remainingMs > 0)) return { result: 'cancelled', message: 'Expired before execution' };
    return undefined;
  }

  #makeRoom(): boolean {
    if (this.#orders.size < REMEMBERED_ORDERS) return true;
    for (const [commandId, known] of this.#orders) {
      if (this.#mayForget(known)) return this.#orders.delete(commandId);
    }
    return false;
  }
}
