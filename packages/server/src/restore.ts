import type { Fleet, Ingest, JournalEntry, StateRecord, Store } from '@skein/core';
import { fromRecordValue, isRefusal, KEEP_ENDED_MS, toSample } from '@skein/core';
import { itemsOf } from './decode/items.ts';

/** After a start the live picture is what it was: the store's newest sample of each drone, then the journal's tail. */

export async function restoreFromStore(fleet: Fleet, store: Store): Promise<number> {
  const latest = await store.latest();
  for (const { tenant, data, receivedAtMs, channel } of latest) {
    const sample = toSample(data, { tenant, channel, receivedAtMs });
    const drone = isRefusal(sample) ? undefined : fleet.meet(tenant, sample.droneId);
    if (!drone || isRefusal(sample)) continue;
    drone.lastHeardMs = receivedAtMs;
    fleet.update(drone, sample);
  }
  return latest.length;
}

/** Commands, missions, fences: without them the server would forget what it promised, so that it does not start without. */
export function recordsFromStore(store: Store, nowMs: number): Promise<readonly StateRecord[]> {
  return store.recentRecords(nowMs - KEEP_ENDED_MS);
}

interface TailOptions {
  readonly projected: number;
  readonly hotSinceMs: number;
  /** Takes the state records of the tail, in their order. */
  readonly records: StateRecord[];
}

function addRecord(entry: JournalEntry, records: StateRecord[]): void {
  const record = fromRecordValue(itemsOf(entry)[0]);
  if (record) records.push(record);
}

/** Which journal records are restored: those the store has not, and those whose repeats must still be recognised. */
export function createTailRestorer(
  ingest: Ingest,
  { projected, hotSinceMs, records }: TailOptions,
): (entry: JournalEntry, position: number) => void {
  return (entry, position) => {
    if (entry.kind === 'state') return addRecord(entry, records);
    if (position < projected && entry.receivedAtMs < hotSinceMs) return;
    if (entry.kind !== 'telemetry' && entry.kind !== 'frame') return;
    ingest.restore(entry, position, entry);
  };
}
