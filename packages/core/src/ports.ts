import type { Severity } from './messages/anomaly.ts';
import type { Channel } from './messages/channel.ts';
import type { Codec } from './messages/codec.ts';
import type { OrderMessage, OrderResult } from './messages/order.ts';
import type { RecordShelf, StateRecord } from './messages/state-record.ts';
import type { TelemetryColumn } from './messages/telemetry-columns.ts';
import type { TelemetryRow } from './messages/telemetry-row.ts';

/** The ports: what the core needs of the world. Types only; an adapter is an engine behind one of them. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds that only ever grow. */
  monotonic(): number;
  /** Calls `task` every `ms`, without drift; returns a stop. */
  every(ms: number, task: () => void): Unsubscribe;
}

/** What a journal record holds. `frame` = an array frame, of which only `accepted` items count; `state` = a StateRecord. */
export type JournalKind = 'telemetry' | 'anomaly' | 'finding' | 'frame' | 'state';

export interface JournalEntry {
  readonly kind: JournalKind;
  readonly codec: Codec;
  readonly channel: Channel;
  readonly tenant: string;
  readonly receivedAtMs: number;
  /** The bytes as they came; text of our own is written as UTF-8 and read back as bytes. */
  readonly payload: Uint8Array | string;
  /** Of a `frame`: the indexes of the items that were accepted. */
  readonly accepted?: readonly number[];
}

export interface JournalState {
  readonly accepting: boolean;
  /** Why not: `quota` or `disk_full`. */
  readonly reason?: 'quota' | 'disk_full';
  readonly bytes: number;
  readonly quotaBytes: number;
}

/** The append-only record of every accepted message on this node's disk. */
export interface Journal {
  /** Position of the record (bytes since the journal began). It is durable only once `durable` has passed it. */
  append(entry: JournalEntry): number;
  /** Every record before this position is flushed (fdatasync). */
  readonly durable: number;
  /** Where the next record will begin. */
  readonly end: number;
  /** Called after each flush with the new `durable`. */
  onDurable(listener: (durable: number) => void): void;
  /** The record at a position, flushed or not; undefined where none begins or it has been dropped. */
  read(position: number): JournalEntry | undefined;
  state(): JournalState;
  /** Records before this position are no longer needed. */
  release(position: number): void;
  close(): Promise<void>;
}

/** A sample on its way into the store. `sessionKey` and `place` are its identity (messages/identity.ts). */
export interface ProjectedSample extends TelemetryRow {
  readonly tenant: string;
  readonly droneId: string;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly place: number;
  readonly seq: number;
  readonly timeUs: number;
  readonly receivedAtMs: number;
  readonly channel: Channel;
}

/** An anomaly on its way into the store: a drone's own report, or a finding of a rule. */
export interface ProjectedAnomaly {
  readonly tenant: string;
  readonly anomalyId: string;
  readonly droneId: string;
  readonly sessionId: string;
  readonly timeUs: number;
  readonly receivedAtMs: number;
  readonly anomalyType: string;
  readonly severity: Severity;
  readonly source: 'drone' | 'rule';
  /** JSON of the report as it was sent (or as the rule would have sent it). */
  readonly data: string;
}

export interface ProjectionBatch {
  /** Whose journal: each ingest node has its own. */
  readonly journalId: string;
  /** Where the journal will be read on from, committed with the rows. */
  readonly position: number;
  readonly samples: readonly ProjectedSample[];
  readonly anomalies: readonly ProjectedAnomaly[];
  readonly records: readonly StateRecord[];
}

export interface ProjectionReport {
  readonly stored: number;
  /** Rows whose identity the store already had: the first is kept. */
  readonly repeated: number;
}

export interface Retention {
  readonly telemetryMs: number;
  readonly anomaliesMs: number;
}

/** The writing side of a store, used by the projector only. */
export interface Projection {
  position(journalId: string): Promise<number>;
  /** All rows and the position in one transaction; idempotent by identity. */
  write(batch: ProjectionBatch): Promise<ProjectionReport>;
  /** Drops what is older than its tier keeps; returns the number of samples dropped. */
  expire(retention: Retention, nowMs: number): Promise<number>;
  close(): Promise<void>;
}

export interface StoredSample {
  readonly dataId: string;
  readonly droneId: string;
  readonly sessionId: string;
  /** Canonical text of the event time. */
  readonly timestamp: string;
  readonly seq?: number;
  readonly receivedAtMs: number;
  readonly channel: Channel;
  /** Equal to what was sent. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface HistoryQuery {
  readonly tenant: string;
  readonly droneId: string;
  /** Half-open [fromUs, toUs). */
  readonly fromUs?: number;
  readonly toUs?: number;
  readonly limit: number;
  readonly order: 'newest' | 'oldest';
  readonly cursor?: string;
}

export interface HistoryPage {
  readonly items: readonly StoredSample[];
  readonly nextCursor?: string;
}

export interface SeriesQuery {
  readonly tenant: string;
  readonly droneId: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly bucketUs: number;
  readonly columns: readonly TelemetryColumn[];
}

/** One time bucket: how many samples, and min/max/avg of each column that has any value in it. */
export interface SeriesBucket {
  readonly startUs: number;
  readonly count: number;
  readonly columns: Readonly<Partial<Record<TelemetryColumn, { min: number; max: number; avg: number }>>>;
}

export interface AnomalyQuery {
  readonly tenant: string;
  readonly droneId?: string;
  readonly severity?: Severity;
  readonly anomalyType?: string;
  readonly acknowledged?: boolean;
  readonly fromUs?: number;
  readonly toUs?: number;
  readonly limit: number;
  readonly cursor?: string;
}

export interface StoredAnomaly {
  readonly anomalyId: string;
  readonly droneId: string;
  readonly sessionId: string;
  readonly timestamp: string;
  readonly receivedAtMs: number;
  readonly anomalyType: string;
  readonly severity: Severity;
  readonly source: 'drone' | 'rule';
  readonly acknowledged: boolean;
  readonly acknowledgedBy?: string;
  readonly acknowledgedAtMs?: number;
  readonly note?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface AnomalyPage {
  readonly items: readonly StoredAnomaly[];
  readonly nextCursor?: string;
}

/** The reading side of history. */
export interface History {
  telemetry(query: HistoryQuery): Promise<HistoryPage>;
  byDataId(tenant: string, dataId: string): Promise<StoredSample | undefined>;
  series(query: SeriesQuery): Promise<readonly SeriesBucket[]>;
  /** The newest sample of every drone the store knows, to begin the live picture with. */
  latest(): Promise<readonly (StoredSample & { readonly tenant: string })[]>;
  anomalies(query: AnomalyQuery): Promise<AnomalyPage>;
  /** False: no such anomaly in this tenant. */
  acknowledge(tenant: string, anomalyId: string, by: string, note?: string): Promise<boolean>;
}

export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly permissions: readonly string[];
  /** Bound to one drone: writes only that drone, receives only its commands. */
  readonly droneId?: string;
  /** HMAC-SHA-256 of the key with API_KEY_SECRET, hex. The key itself is stored nowhere. */
  readonly hash: string;
  /** The first characters, to tell keys apart in a list. */
  readonly prefix: string;
  readonly ratePerMinute?: number;
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
  readonly revokedAtMs?: number;
  readonly lastUsedAtMs?: number;
}

/** Credentials: keys, and tokens revoked before their time. */
export interface Credentials {
  /** Grows with every change of a key or a revocation, by whatever process; cheap to ask several times a second. */
  revision(): Promise<number>;
  keys(): Promise<readonly KeyRecord[]>;
  putKey(key: KeyRecord): Promise<void>;
  /** Sets `revokedAtMs` (or an earlier expiry for rotation); false: no such key. */
  endKey(
    tenant: string | undefined,
    id: string,
    end: { revokedAtMs?: number; expiresAtMs?: number },
  ): Promise<boolean>;
  touchKeys(lastUsed: readonly { id: string; atMs: number }[]): Promise<void>;
  revokedTokens(): Promise<readonly { jti: string; expiresAtMs: number }[]>;
  revokeToken(jti: string, expiresAtMs: number): Promise<void>;
}

export interface AuditEntry {
  readonly atMs: number;
  readonly tenant: string;
  /** Who: key id, token subject, `cli`, or `anonymous`. */
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: 'ok' | 'refused' | 'failed';
  readonly requestId?: string;
  readonly address?: string;
  /** Never tokens, never bodies. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Hash-chained: `hash` = SHA-256 over the previous record's hash and this entry. */
export interface AuditRecord extends AuditEntry {
  readonly number: number;
  readonly previousHash: string;
  readonly hash: string;
}

export interface AuditTrail {
  appendAudit(entry: AuditEntry): Promise<AuditRecord>;
  audit(query: { tenant?: string; fromNumber?: number; limit: number }): Promise<readonly AuditRecord[]>;
  /** Newest first, for people. */
  recentAudit(tenant: string, limit: number): Promise<readonly AuditRecord[]>;
}

export interface Store extends History, RecordShelf, Credentials, AuditTrail {
  /** Resolves while the engine answers, rejects with a sentence otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type Unsubscribe = () => void;

/** In-process or between instances: what happened, to whoever is interested. */
export interface Bus {
  publish(subject: string, payload: unknown): void;
  subscribe(pattern: string, listener: (subject: string, payload: unknown) => void): Unsubscribe;
}

export interface OrderAnswer {
  readonly commandId: string;
  readonly result: OrderResult;
  readonly message?: string;
}

/** A way to one vehicle. `send` is true when the bytes are on their way. */
export interface VehicleLink {
  readonly channel: Channel;
  send(order: OrderMessage): boolean;
}
