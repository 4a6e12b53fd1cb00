import { type RecordKind, type StateRecord, toRecordText } from './messages/state-record.ts';
import type { Bus, Clock, Journal } from './ports.ts';

/** A change of a record: all of it but what the shelf itself keeps. */
export type RecordChange = Omit<StateRecord, 'version' | 'changedAtMs' | 'createdAtMs'> & {
  readonly createdAtMs?: number;
};

export interface KeptRecord {
  readonly record: StateRecord;
  /** Where it stands in the journal: durable once the journal is durable beyond. */
  readonly position: number;
}

/** What has ended stays at hand for so long: a request repeated within a day is known again. */
export const KEEP_ENDED_MS = 24 * 3_600_000;
const MAX_ENDED = 200_000;

/**
 * The records of this node that are alive, and those that ended within a day: written through the journal, so that they
 * are durable without the store and carried into it like everything else. Every change is published as `record`.
 */
export class Records {
  readonly #journal: Journal;
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #ofKind = new Map<RecordKind, Map<string, StateRecord>>();
  /** In the order of their end. */
  readonly #ended = new Map<string, StateRecord>();

  constructor({ journal, bus, clock }: { journal: Journal; bus: Bus; clock: Clock }) {
    this.#journal = journal;
    this.#bus = bus;
    this.#clock = clock;
  }

  /** False while the disk takes nothing new: what must be durable before it is answered is refused. */
  get accepting(): boolean {
    return this.#journal.state().accepting;
  }

  find(tenant: string, kind: RecordKind, id: string): StateRecord | undefined {
    return this.#ofKind.get(kind)?.get(keyOf(tenant, id));
  }

  /** Those of a kind, of one tenant or of all. */
  *list(kind: RecordKind, tenant?: string): Iterable<StateRecord> {
    for (const record of this.#ofKind.get(kind)?.values() ?? [])
      if (tenant === undefined || record.tenant === tenant) yield record;
  }

  /** The record's next version. */
  put(change: RecordChange): KeptRecord {
    const nowMs = Math.round(this.#clock.now());
    const known = this.find(change.tenant, change.kind, change.id);
    const record: StateRecord = {
      ...change,
      version: (known?.version ?? 0) + 1,
      createdAtMs: known?.createdAtMs ?? Math.round(change.createdAtMs ?? nowMs),
      changedAtMs: nowMs,
    };
    const position = this.#journal.append({
      ...{ kind: 'state', codec: 'json', channel: 'http', tenant: record.tenant, receivedAtMs: nowMs },
      payload: toRecordText(record),
    });
    this.#keep(record);
    this.#bus.publish('record', record);
    return { record, position };
  }

  /** A record as the store or the journal's tail had it, after a start. The highest version wins. */
  restore(record: StateRecord): void {
    const known = this.find(record.tenant, record.kind, record.id);
    if (!known || known.version < record.version) this.#keep(record);
  }

  #keep(record: StateRecord): void {
    const { kind, tenant, id, endedAtMs } = record;
    const records = this.#ofKind.get(kind) ?? new Map<string, StateRecord>();
    this.#ofKind.set(kind, records.set(keyOf(tenant, id), record));
    if (endedAtMs === undefined) return;
    const key = `${kind} ${keyOf(tenant, id)}`;
    this.#ended.delete(key);
    this.#ended.set(key, record);
    this.#forget(endedAtMs - KEEP_ENDED_MS);
  }

  #forget(beforeMs: number): void {
    for (const [key, { kind, tenant, id, endedAtMs = beforeMs }] of this.#ended) {
      if (endedAtMs >= beforeMs && this.#ended.size <= MAX_ENDED) return;
      this.#ended.delete(key);
      this.#ofKind.get(kind)?.delete(keyOf(tenant, id));
    }
  }
}

const keyOf = (tenant: string, id: string): string => `${tenant} ${id}`;
