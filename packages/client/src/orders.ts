import type { OrderMessage, OrderResult } from '@skein/core';
import type { Timers } from './timers.ts';

/** Orders are executed once: a repeat is answered with what the first execution said (RELIABILITY C3). */

export interface OrderOutcome {
  readonly result: OrderResult;
  readonly message?: string;
}

export interface OrderContext {
  /** Tells the operator how far it is; `progressPct` from 0 to 100. */
  progress(progressPct: number, message?: string): void;
}

/** Executes an order. What it throws is answered as `failed`. */
export type OrderHandler = (
  order: OrderMessage,
  context: OrderContext,
) => OrderOutcome | OrderResult | Promise<OrderOutcome | OrderResult>;

/** An answer on its way to the server. */
export interface OrderReply {
  readonly type: 'command_ack' | 'command_progress';
  readonly commandId: string;
  readonly droneId: string | undefined;
  readonly result?: OrderResult;
  readonly progressPct?: number;
  readonly message?: string;
}

/** Command ids remembered for each drone. */
const REMEMBERED = 64;
/** Drones of one line whose ids are remembered. */
const REMEMBERED_DRONES = 4096;

/** Of each command id: its outcome, or undefined while it is being executed. */
type Memory = Map<string, OrderOutcome | undefined>;

export class Orders {
  readonly #timers: Timers;
  readonly #reply: (reply: OrderReply) => void;
  readonly #byDrone = new Map<string, Memory>();
  #handler: OrderHandler | undefined;

  constructor(timers: Timers, reply: (reply: OrderReply) => void) {
    this.#timers = timers;
    this.#reply = reply;
  }

  get handled(): boolean {
    return this.#handler !== undefined;
  }

  handle(handler: OrderHandler): void {
    this.#handler = handler;
  }

  /** True when the order is new, false for a repeat, which is answered and not executed. */
  receive(order: OrderMessage, droneId: string | undefined): boolean {
    const { commandId } = order;
    const memory = this.#memoryOf(droneId ?? '');
    if (memory.has(commandId)) {
      this.#answer(commandId, droneId, memory.get(commandId) ?? { result: 'in_progress' });
      return false;
    }
    if (!makeRoom(memory)) {
      this.#answer(commandId, droneId, {
        result: 'temporarily_rejected',
        message: 'Too many orders under way',
      });
      return false;
    }
    memory.set(commandId, undefined);
    void this.#execute(order, droneId, memory);
    return true;
  }

  async #execute(order: OrderMessage, droneId: string | undefined, memory: Memory): Promise<void> {
    const outcome = await this.#outcomeOf(order, droneId);
    memory.set(order.commandId, outcome);
    this.#answer(order.commandId, droneId, outcome);
  }

  async #outcomeOf(order: OrderMessage, droneId: string | undefined): Promise<OrderOutcome> {
    if (!(this.#remainingMs(order) > 0)) return { result: 'cancelled', message: 'Expired before execution' };
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
    const memory: Memory = new Map();
    this.#byDrone.set(droneId, memory);
    return memory;
  }
}

/** Forgets the oldest finished order; one that is being executed is never forgotten. */
function makeRoom(memory: Memory): boolean {
  if (memory.size < REMEMBERED) return true;
  for (const [commandId, outcome] of memory) {
    if (outcome) return memory.delete(commandId);
  }
  return false;
}
