import { OrderMemory, type OrderOutcome } from '@skein/client';
import type { OrderAnswer } from '@skein/core';
import type { Cockpit } from './decision.ts';
import type { OrderChance } from './order-faults.ts';
import { isEnd, type OrderJournal, type OrderJournalEntry } from './order-journal.ts';
import { type OrderProgress, type OrderReport, OrderTasks } from './order-tasks.ts';
import { type Asked, decideOrder } from './orders.ts';

/** Each drone's orders: carried out once, refused when late, remembered, and followed to their end. */

export interface SimulatedOrder extends Asked {
  /** Absent: the order is not remembered. */
  readonly commandId?: string;
  /** What is left of its time to live; wins over `expiresAtMs`. Absent both: it does not expire. */
  readonly ttlMs?: number;
  readonly expiresAtMs?: number;
  readonly epoch?: number;
}

export interface SimulatedAnswer extends OrderAnswer {
  /** The order had been answered before: this is what was said then. */
  readonly isRepeat: boolean;
}

interface Known {
  readonly outcome: OrderOutcome;
  end: OrderReport | undefined;
}

type Memory = OrderMemory<Known>;

/** Orders whose effects are counted; the oldest is forgotten first. */
const MAX_COUNTED = 200_000;
/** Ends of one drone told again after a restart. */
const RETOLD = 4;

export interface OrderBookParts {
  readonly cockpit: Cockpit;
  readonly ids: readonly string[];
  readonly chance: OrderChance;
  readonly journal: OrderJournal | undefined;
  readonly nowMs: () => number;
}

export class OrderBook {
  readonly #parts: OrderBookParts;
  readonly #tasks: OrderTasks;
  readonly #memories = new Map<number, Memory>();
  /** Of each drone and command id, by both. */
  readonly #effects = new Map<string, number>();
  #told: OrderReport[] = [];

  constructor(parts: OrderBookParts) {
    this.#parts = parts;
    this.#tasks = new OrderTasks(parts.cockpit, (report) => this.#end(report));
    if (parts.journal) this.#recall(parts.journal.entries);
  }

  order(i: number, order: SimulatedOrder, nowMs: number): SimulatedAnswer {
    const { commandId = '' } = order;
    const memory = this.#memoryOf(i);
    const known = commandId === '' ? undefined : memory.get(commandId);
    if (known) {
      // Its end may not have been heard either.
      if (known.end) this.#told.push(known.end);
      return { commandId, ...known.outcome, isRepeat: true };
    }
    const outcome = this.#execute(
      i,
      order,
      memory.refusalOf({ remainingMs: remainingMs(order, nowMs), epoch: order.epoch }),
    );
    return { commandId, ...outcome, isRepeat: false };
  }

  /** Written down and remembered first, then done. */
  #execute(i: number, order: SimulatedOrder, refusal: OrderOutcome | undefined): OrderOutcome {
    const { commandId = '', command, epoch } = order;
    const { cockpit, chance, journal, ids } = this.#parts;
    this.#tasks.settle(i);
    const early = refusal ?? chance.refusal(i, command);
    const { outcome, act } = early ? { outcome: early } : decideOrder(cockpit, i, order);
    const droneId = ids[i] as string;
    if (commandId !== '') {
      const effect = act ? 1 : 0;
      const atMs = this.#parts.nowMs();
      const stamped = { droneId, commandId, command, ...(epoch !== undefined && { epoch }) };
      journal?.append({ ...stamped, ...outcome, effect, atMs });
      this.#memoryOf(i).set(commandId, { outcome, end: undefined });
    }
    if (!act) return outcome;
    act();
    if (commandId !== '') this.#count(droneId, commandId);
    this.#tasks.begin(i, commandId, command);
    return outcome;
  }

  #count(droneId: string, commandId: string): void {
    const key = `${droneId} ${commandId}`;
    this.#effects.set(key, (this.#effects.get(key) ?? 0) + 1);
    if (this.#effects.size > MAX_COUNTED) this.#effects.delete(this.#effects.keys().next().value as string);
  }

  #end(report: OrderReport): void {
    const { i, commandId, command, progressPct, state, message } = report;
    if (commandId === '' || state === 'in_progress') return;
    const droneId = this.#parts.ids[i] as string;
    const end = { droneId, commandId, command, end: state, progressPct, atMs: this.#parts.nowMs() };
    this.#parts.journal?.append({ ...end, ...(message !== undefined && { message }) });
    const known = this.#memoryOf(i).get(commandId);
    if (known) known.end = report;
    this.#told.push(report);
  }

  /**
   * What there is to tell: `told`, what has ended by an order or is asked for again; `ends`, also what has ended by
   * itself; `all`, also what has come further. Each end is told once, and once more at each repeat of its order.
   */
  reports(which: 'told' | 'ends' | 'all'): readonly OrderReport[] {
    if (which !== 'told') this.#tasks.judge();
    const told = this.#told;
    this.#told = [];
    return which === 'all' ? [...told, ...this.#tasks.advanced()] : told;
  }

  progress(i: number): OrderProgress | undefined {
    this.#tasks.settle(i);
    return this.#tasks.latest(i);
  }

  /** Of each command id, the most effects it has had on one drone. */
  effects(): Readonly<Record<string, number>> {
    const most = new Map<string, number>();
    for (const [key, count] of this.#effects) {
      const commandId = key.slice(key.indexOf(' ') + 1);
      most.set(commandId, Math.max(count, most.get(commandId) ?? 0));
    }
    return Object.fromEntries(most);
  }

  #memoryOf(i: number): Memory {
    const known = this.#memories.get(i);
    if (known) return known;
    // What has not ended is not forgotten: its repeat would be a second effect.
    const memory: Memory = new OrderMemory(
      ({ outcome, end }) => outcome.result !== 'accepted' || end !== undefined,
    );
    this.#memories.set(i, memory);
    return memory;
  }

  /**
   * What was under way when the drone's last life ended did not come to its end; and the last ends that it wrote down may
   * not have been heard.
   */
  #recall(entries: Iterable<OrderJournalEntry>): void {
    const numberOf = new Map(this.#parts.ids.map((id, i) => [id, i]));
    const open = new Map<string, OrderReport>();
    const ended = new Map<number, OrderReport[]>();
    for (const entry of entries) {
      const i = numberOf.get(entry.droneId);
      const report = i === undefined ? undefined : this.#recallEntry(i, entry);
      if (i === undefined || !report) continue;
      const key = `${i} ${entry.commandId}`;
      if (report.state === 'in_progress') open.set(key, report);
      else {
        open.delete(key);
        ended.set(i, [...(ended.get(i) ?? []), report].slice(-RETOLD));
      }
    }
    this.#told.push(...[...ended.values()].flat());
    for (const report of open.values())
      this.#end({ ...report, state: 'failed', message: 'interrupted by a restart' });
  }

  #recallEntry(i: number, entry: OrderJournalEntry): OrderReport | undefined {
    const memory = this.#memoryOf(i);
    const { commandId, command, message } = entry;
    const said = { i, commandId, command, ...(message !== undefined && { message }) };
    if (isEnd(entry)) {
      const end = { ...said, progressPct: entry.progressPct, state: entry.end };
      const known = memory.get(commandId);
      if (known) known.end = end;
      return end;
    }
    const { result, effect, epoch } = entry;
    // Only the epoch is of interest here, not whether the order was late.
    memory.refusalOf({ remainingMs: 1, epoch });
    memory.set(commandId, {
      outcome: message === undefined ? { result } : { result, message },
      end: undefined,
    });
    if (effect === 0) return undefined;
    this.#count(entry.droneId, commandId);
    return { i, commandId, command, progressPct: 0, state: 'in_progress' };
  }
}

function remainingMs({ ttlMs, expiresAtMs }: SimulatedOrder, nowMs: number): number {
  if (ttlMs !== undefined) return ttlMs;
  return expiresAtMs === undefined ? Number.POSITIVE_INFINITY : expiresAtMs - nowMs;
}
