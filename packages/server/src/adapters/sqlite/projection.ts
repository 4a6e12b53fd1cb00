import type { DatabaseSync } from 'node:sqlite';
import {
  channels,
  type ProjectedAnomaly,
  type ProjectedSample,
  type Projection,
  type ProjectionBatch,
  type ProjectionReport,
  type Retention,
} from '@skein/core';
import { VALUE_COLUMNS } from '../stored-row.ts';
import { inTransaction, one, openDatabase } from './database.ts';
import { createDimensions } from './dimensions.ts';
import { createExpiry } from './expiry.ts';
import { createRecordUpsert } from './records.ts';

const COLUMNS = [
  ...[
    'session_ref',
    'place',
    'drone_ref',
    'time_us',
    'received_ms',
    'channel',
    'profile_ref',
    'rest',
    'verbatim',
  ],
  ...VALUE_COLUMNS,
];

/** The writing side of a store in SQLite. It works in its caller's thread: open it in the projector's. */
export async function openSqliteProjection(options: { directory: string }): Promise<Projection> {
  const db = openDatabase(options.directory, 'history');
  const writer = createWriter(db);
  const expiry = createExpiry(db);
  const getPosition = db.prepare('SELECT position FROM positions WHERE journal_id = ?');
  return {
    position: async (journalId) => (one(getPosition, journalId)?.[0] as number | undefined) ?? 0,
    write: async (batch) => writer.write(batch),
    expire: async (retention: Retention, nowMs: number) => {
      const dropped = expiry.expire(retention, nowMs);
      writer.forget();
      return dropped;
    },
    close: async () => db.close(),
  };
}

function createWriter(db: DatabaseSync) {
  const dimensions = createDimensions(db);
  const insertSamples = createSampleInsert(db, dimensions);
  const insertAnomalies = createAnomalyInsert(db);
  const upsertRecords = createRecordUpsert(db);
  const setPosition = db.prepare(`INSERT INTO positions VALUES (?, ?)
    ON CONFLICT (journal_id) DO UPDATE SET position = excluded.position`);
  const dataVersion = db.prepare('PRAGMA data_version');
  let seenVersion = 0;

  /** Another connection's changes may have dropped what the caches remember. */
  function forgetIfChanged(): void {
    const version = one(dataVersion)?.[0] as number;
    if (version !== seenVersion) dimensions.forget();
    seenVersion = version;
  }

  return {
    forget: dimensions.forget,
    write({ journalId, position, samples, anomalies, records }: ProjectionBatch): ProjectionReport {
      try {
        return inTransaction(db, () => {
          forgetIfChanged();
          const stored = insertSamples(samples) + insertAnomalies(anomalies);
          upsertRecords(records);
          setPosition.run(journalId, position);
          return { stored, repeated: samples.length + anomalies.length - stored };
        });
      } catch (error) {
        dimensions.forget();
        throw error;
      }
    },
  };
}

type Dimensions = ReturnType<typeof createDimensions>;

function createSampleInsert(db: DatabaseSync, dimensions: Dimensions) {
  const insert = db.prepare(`INSERT INTO telemetry (${COLUMNS.join(', ')})
    VALUES (${COLUMNS.map(() => '?').join(', ')}) ON CONFLICT (session_ref, place) DO NOTHING`);

  return (samples: readonly ProjectedSample[]): number => {
    let stored = 0;
    for (const { sample, session } of inIndexOrder(samples, dimensions))
      stored += insert.run(
        session.ref,
        sample.place,
        session.droneRef,
        sample.timeUs,
        sample.receivedAtMs,
        channels.indexOf(sample.channel),
        dimensions.profile(sample),
        sample.rest,
        sample.verbatim ? 1 : 0,
        ...sample.values,
      ).changes as number;
    return stored;
  };
}

/** Neighbours in the index are written together: a page is touched once a batch, not once a row. */
function inIndexOrder(samples: readonly ProjectedSample[], dimensions: Dimensions) {
  const rows = samples.map((sample) => ({ sample, session: dimensions.session(sample) }));
  return rows.sort((a, b) => a.session.ref - b.session.ref || a.sample.place - b.sample.place);
}

function createAnomalyInsert(db: DatabaseSync) {
  const insert = db.prepare(`INSERT INTO anomalies (tenant, anomaly_id, drone_id, session_id, time_us,
    received_ms, anomaly_type, severity, source, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (tenant, anomaly_id) DO NOTHING`);

  return (anomalies: readonly ProjectedAnomaly[]): number => {
    let stored = 0;
    for (const a of anomalies)
      stored += insert.run(
        ...[a.tenant, a.anomalyId, a.droneId, a.sessionId, a.timeUs, a.receivedAtMs],
        ...[a.anomalyType, a.severity, a.source, a.data],
      ).changes as number;
    return stored;
  };
}
