import { type Asked, readStored } from './stored.ts';
import type { Writers } from './writers.ts';

/** RELIABILITY 3.2: the two invariants that every fault is followed by. */
export interface Balance {
  /** I1: acknowledged minus stored. */
  readonly lost: number;
  /** I2: rows minus distinct identities. */
  readonly doubled: number;
  readonly acked: number;
  readonly stored: number;
  /** Sent, and not stored (yet): neither promised nor wrong. */
  readonly missing: number;
}

/** Compares the writers' ledger with what the store gives back. */
export async function balanceOf(writers: Writers, asked: Asked): Promise<Balance> {
  const sum = { lost: 0, doubled: 0, acked: 0, stored: 0, missing: 0 };
  for (const droneId of writers.droneIds) {
    const items = await readStored(asked, droneId);
    const distinct = new Set(items.map(({ data }) => data['seq'] as number));
    const acked = writers.ackedOf(droneId);
    sum.acked += acked.size;
    sum.stored += items.length;
    sum.doubled += items.length - distinct.size;
    sum.lost += [...acked].filter((seq) => !distinct.has(seq)).length;
    sum.missing += writers.sentOf(droneId) - distinct.size;
  }
  return sum;
}
