import type { OrderMessage, OrderResult } from '@skein/core';
import { OrderMemory, type OrderOutcome } from './order-memory.ts';
import type { Timers } from './timers.ts';

/** Orders are executed once: a repeat is answered with what the first execution said (RELIABILITY C3). */

export interface OrderContext {
  /** Tells the operator how far it is; `progressPct` from 0 to 100. */
  progress(progressPct: number, message?: string): void;
}

/** Executes an order. What it throws is answered as `failed`. */
export type OrderHandler = (
  order: OrderMessage,
  context: OrderContext,
) => OrderOutcome | OrderResult | Promise<OrderOutcome | OrderResult>;

/** Takes every order as it comes, repeats too. */
export type OrderTaker = (order: OrderMessage) => void;

/** An answer on its way to the server. A `command_progress` with a `result` says what ended the order. */
export interface OrderReply {
  readonly type: 'command_ack' | 'command_progress';
  readonly commandId: string;
  readonly droneId: string | undefined;
  readonly result?: OrderResult;
  readonly progressPct?: number;
  readonly message?: string;
}

/** Drones of one line whose ids are remembered. */
const REMEMBERED_DRONES = 4096;

/** Of each command id: its outcome, or undefined while it is being executed. */
type Memory = OrderMemory<OrderOutcome | undefined>;

export class Orders {
  readonly #timers: Timers;
  readonly #reply: (reply: OrderReply) => void;
  readonly #byDrone = new Map<string, Memory>();
  #handler: OrderHandler | undefined;
  #taker: OrderTaker | undefined;

  constructor(timers: Timers, reply: (reply: OrderReply) => void) {
    this.#timers = timers;
    this.#reply = reply;
  }

  get handled(): boolean {
    return this.#handler !== undefined || this.#taker !== undefined;
  }

  handle(handler: OrderHandler): void {
    this.#handler = handler;
  }

  /** From now on nothing is executed, remembered or answered here. */
  handTo(taker: OrderTaker): void {
    this.#taker = taker;
  }

  /** True when the order is new, false for a repeat, which is answered and not executed. */
  receive(order: OrderMessage, droneId: string | undefined): boolean {
    if (this.#taker) {
      this.#taker(droneId === undefined ? order : { ...order, droneId });
      return true;
    }
    const { commandId } = order;
    const memory = this.#memoryOf(droneId ?? '');
    if (memory.has(commandId)) {
      this.#answer(commandId, droneId, memory.get(commandId) ?? { result: 'in_progress' });
      return false;
    }
    if (!memory.set(commandId, undefined)) {
      this.#answer(commandId, droneId, {
        result: 'temporarily_rejected',
        message: 'Too many orders under way',
      });
      return false;
    }
    void this.#execute(order, droneId, memory);
    return true;
  }

  async #execute(order: OrderMessage, droneId: string | undefined, memory: Memory): Promise<void> {
    const outcome =
      memory.refusalOf({ remainingMs: this.#remainingMs(order), epoch: order.epoch }) ??
      (await this.#outcomeOf(order, droneId));
    memory.set(order.commandId, outcome);
    this.#answer(order.commandId, droneId, outcome);
  }

  async #outcomeOf(order: OrderMessage, droneId: string | undefined): Promise<OrderOutcome> {
    if (!this.#handler) return { result: 'unsupported', message: 'This drone takes no orders' };
    const { commandId } = order;
    const progress = (progressPct: number, message?: string) =>
      this.#reply({ type: 'command_progress', commandId, droneId, progressPct, ...(message && { message }) });
    try {
      const outcome = await this.#handler(order, { progress });
      if (typeof outcome === 'string') return { result: outcome };
      const { result, message } = outcome;
      return message === undefined ? { result } : { result, message };
    } catch (fault) {
      return { result: 'failed', message: fault instanceof Error ? fault.message : String(fault) };
    }
  }

  /** A vehicle's own clock is trusted only where the server did not say what remains. */
  #remainingMs({ ttlMs, expiresAt }: OrderMessage): number {
    return typeof ttlMs === 'number' ? ttlMs : Date.parse(expiresAt) - this.#timers.now();
  }

  #answer(commandId: string, droneId: string | undefined, outcome: OrderOutcome): void {
    this.#reply({ type: 'command_ack', commandId, droneId, ...outcome });
  }

  #memoryOf(droneId: string): Memory {
    const known = this.#byDrone.get(droneId);
    if (known) return known;
    const [oldest] = this.#byDrone.keys();
    if (oldest !== undefined && this.#byDrone.size >= REMEMBERED_DRONES) this.#byDrone.delete(oldest);
    // One that is being executed is never forgotten.
    const memory: Memory = new OrderMemory((outcome) => outcome !== undefined);
    this.#byDrone.set(droneId, memory);
    return memory;
  }
}
