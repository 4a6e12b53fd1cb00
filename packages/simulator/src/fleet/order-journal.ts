import type { OrderResult } from '@skein/core';
import type { OrderProgress } from './order-tasks.ts';

/** What a vehicle writes down about its orders before it does or says anything, so that it remembers after a crash. */

/** An order decided: `effect` 1 when it was carried out, 0 when it was refused. */
export interface OrderEntry {
  readonly droneId: string;
  readonly commandId: string;
  readonly command: string;
  readonly epoch?: number;
  readonly result: OrderResult;
  readonly message?: string;
  readonly effect: 0 | 1;
  readonly atMs: number;
}

/** An accepted order ended. */
export interface OrderEndEntry {
  readonly droneId: string;
  readonly commandId: string;
  readonly command: string;
  readonly end: Exclude<OrderProgress['state'], 'in_progress'>;
  readonly progressPct: number;
  readonly message?: string;
  readonly atMs: number;
}

export type OrderJournalEntry = OrderEntry | OrderEndEntry;

export interface OrderJournal {
  /** Has it where a killed process leaves it before it returns. What it throws ends the vehicle's work. */
  append(entry: OrderJournalEntry): void;
  /** What was written before, in its order. */
  readonly entries: Iterable<OrderJournalEntry>;
}

export const isEnd = (entry: OrderJournalEntry): entry is OrderEndEntry => 'end' in entry;
