import type { Fleet, Ingest, JournalEntry, Store } from '@skein/core';
import { isRefusal, toSample } from '@skein/core';

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

/** Which journal records are restored: those the store has not, and those whose repeats must still be recognised. */
export function createTailRestorer(
  ingest: Ingest,
  { projected, hotSinceMs }: { readonly projected: number; readonly hotSinceMs: number },
): (entry: JournalEntry, position: number) => void {
  return (entry, position) => {
    if (position < projected && entry.receivedAtMs < hotSinceMs) return;
    if (entry.kind !== 'telemetry' && entry.kind !== 'frame') return;
    ingest.restore(entry, position, entry);
  };
}
