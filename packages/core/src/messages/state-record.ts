/**
 * Something that lives, changes and must survive: a command, a mission, a geofence. Each change is a whole record with a
 * version one higher; the highest version is what is true. It is journaled like a message, and carried into the store.
 */

export const RECORD_KINDS = [
  ...['command', 'mission', 'geofence', 'charging_session', 'coordination_event'],
  ...['decision', 'flight', 'epoch', 'energy_model'],
] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

export interface StateRecord {
  readonly kind: RecordKind;
  readonly tenant: string;
  /** Unique among the tenant's records of the kind. */
  readonly id: string;
  readonly version: number;
  readonly droneId?: string;
  /** Where it stands in the life cycle of its kind. */
  readonly state: string;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly startedAtMs?: number;
  /** Given: it has ended, and changes no more. */
  readonly endedAtMs?: number;
  /** What its kind keeps, as JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface RecordQuery {
  readonly tenant: string;
  readonly kind: RecordKind;
  readonly droneId?: string;
  readonly state?: string;
  readonly ended?: boolean;
  /** Created in the half-open [fromMs, toMs). */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly limit: number;
  readonly cursor?: string;
}

/** Newest first, by the time of creation. */
export interface RecordPage {
  readonly items: readonly StateRecord[];
  readonly nextCursor?: string;
}

/** What lives and changes, as far as the projector has come. */
export interface RecordShelf {
  record(tenant: string, kind: RecordKind, id: string): Promise<StateRecord | undefined>;
  records(query: RecordQuery): Promise<RecordPage>;
  /** Of all tenants: what has not ended, and what ended since; oldest first. */
  recentRecords(endedSinceMs: number): Promise<readonly StateRecord[]>;
}

/** The text of a record in the journal. */
export function toRecordText(record: StateRecord): string {
  return JSON.stringify(record);
}

/** A record as the journal held it; undefined where it is none (of a later version of the program, say). */
export function fromRecordValue(value: unknown): StateRecord | undefined {
  const record = value as StateRecord | null;
  const isRecord =
    typeof record === 'object' &&
    record !== null &&
    (RECORD_KINDS as readonly string[]).includes(record.kind) &&
    typeof record.id === 'string' &&
    Number.isSafeInteger(record.version);
  return isRecord ? record : undefined;
}
