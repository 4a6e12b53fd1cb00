import { isRefusal } from '../../errors.ts';
import type { Fence } from '../../geo/fence.ts';
import { createFenceSet, type FenceSet } from '../../geo/fence-set.ts';
import { parseGeofence } from '../../messages/geofence.ts';
import type { StateRecord } from '../../messages/state-record.ts';
import type { Bus, Unsubscribe } from '../../ports.ts';
import type { Records } from '../../records.ts';

/** The fences of each tenant as they now are, made from their records; a new set with every change. */
export class FenceShelf {
  readonly #records: Records;
  readonly #sets = new Map<string, FenceSet>();
  readonly #unsubscribe: Unsubscribe;
  #version = 0;

  constructor(records: Records, bus: Bus) {
    this.#records = records;
    this.#unsubscribe = bus.subscribe('record', (_subject, payload) => {
      const { kind, tenant } = payload as StateRecord;
      if (kind === 'geofence') this.#sets.delete(tenant);
    });
  }

  of(tenant: string): FenceSet {
    const known = this.#sets.get(tenant);
    if (known) return known;
    const alive = [...this.#records.list('geofence', tenant)].filter(
      ({ endedAtMs }) => endedAtMs === undefined,
    );
    this.#version += 1;
    const set = createFenceSet(alive.map(toFence), this.#version);
    this.#sets.set(tenant, set);
    return set;
  }

  close(): void {
    this.#unsubscribe();
  }
}

function toFence({ id, data }: StateRecord): Fence {
  const { by: _by, ...message } = data;
  const draft = parseGeofence(message);
  // What is kept was accepted: a fence that cannot be read any more must not be dropped in silence.
  if (isRefusal(draft)) throw new Error(`geofence ${id} cannot be read: ${draft.message}`);
  return { ...draft, id };
}
