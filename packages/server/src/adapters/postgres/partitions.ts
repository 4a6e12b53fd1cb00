import type { ProjectedSample } from '@skein/core';
import type { PoolClient } from 'pg';
import { PARTITION_DAYS_BACK } from '../retention.ts';

const DAY_US = 86_400_000_000;
const US_PER_MS = 1000;
/** More days than a retention holds are not worth remembering. */
const MAX_REMEMBERED = 1000;

/**
 * The daily partitions. A sample opens its day only where it is no older than PARTITION_DAYS_BACK at its arrival:
 * whatever times a sender claims, the number of partitions is bounded, and the rest goes to the late one.
 */
export class Partitions {
  readonly #open = new Set<number>();

  forget(): void {
    this.#open.clear();
  }

  async open(client: PoolClient, samples: readonly ProjectedSample[]): Promise<void> {
    const missing = new Set<number>();
    for (const { timeUs, receivedAtMs } of samples) {
      const day = Math.floor(timeUs / DAY_US);
      const daysBack = Math.floor((receivedAtMs * US_PER_MS) / DAY_US) - day;
      if (daysBack <= PARTITION_DAYS_BACK && daysBack >= -2 && !this.#open.has(day)) missing.add(day);
    }
    if (missing.size === 0) return;
    if (this.#open.size + missing.size > MAX_REMEMBERED) this.forget();
    for (const day of [...missing].sort((a, b) => a - b)) {
      await client.query("SELECT skein_open_partition(date '1970-01-01' + $1::integer)", [day]);
      this.#open.add(day);
    }
  }
}
