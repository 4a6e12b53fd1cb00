import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  type AnomalyPage,
  type AnomalyQuery,
  type HistoryPage,
  type HistoryQuery,
  parseDataId,
  type SeriesBucket,
  type SeriesQuery,
  type StoredSample,
} from '@skein/core';
import { parseCursor } from '../cursor.ts';
import {
  MAX_PAGE,
  sampleFields,
  seriesFields,
  tenantOf,
  toAnomalyPage,
  toHistoryPage,
  toSeriesBucket,
  toStoredSample,
} from '../stored-row.ts';
import { all, one } from './database.ts';
import { createRecordShelf } from './records.ts';

const SAMPLE_FIELDS = sampleFields({
  ...{ timeUs: 't.time_us', receivedMs: 't.received_ms', profile: 'p.json', rest: 't.rest' },
});
const ANOMALY_FIELDS = [
  ...[
    'time_us',
    'anomaly_ref',
    'anomaly_id',
    'drone_id',
    'session_id',
    'received_ms',
    'anomaly_type',
    'severity',
  ],
  ...['source', 'acknowledged_by', 'acknowledged_ms', 'note', 'data'],
].join(', ');
const FROM_TELEMETRY = `FROM telemetry t
  JOIN sessions s ON s.session_ref = t.session_ref
  JOIN drones d ON d.drone_ref = t.drone_ref
  JOIN profiles p ON p.profile_ref = t.profile_ref`;

/** A condition that falls away where its value is undefined. */
type Condition = readonly [sql: string, value: SQLInputValue | undefined];

function where(conditions: readonly Condition[]): { sql: string; values: SQLInputValue[] } {
  const given = conditions.filter(([, value]) => value !== undefined);
  return {
    sql: given.map(([sql]) => sql).join(' AND '),
    values: given.map(([, value]) => value as SQLInputValue),
  };
}

/** The reading side of history, in the thread it is called in. */
export function createSqliteHistory(db: DatabaseSync) {
  const findDrone = db.prepare('SELECT drone_ref FROM drones WHERE tenant = ? AND drone_id = ?');
  const droneRef = (tenant: string, droneId: string) =>
    one(findDrone, tenant, droneId)?.[0] as number | undefined;

  function telemetry(query: HistoryQuery): HistoryPage {
    const ref = droneRef(query.tenant, query.droneId);
    if (ref === undefined) return { items: [] };
    const limit = Math.min(query.limit, MAX_PAGE);
    const [order, beyond] = query.order === 'newest' ? ['DESC', '<'] : ['ASC', '>'];
    const { sql, values } = where([
      ['t.drone_ref = ?', ref],
      ['t.time_us >= ?', query.fromUs],
      ['t.time_us < ?', query.toUs],
    ]);
    const after = query.cursor === undefined ? [] : parseCursor(query.cursor, 3);
    const beyondCursor =
      after.length > 0 ? `AND (t.time_us, t.place, t.session_ref) ${beyond} (?, ?, ?)` : '';
    const rows = all(
      db.prepare(`SELECT ${SAMPLE_FIELDS} ${FROM_TELEMETRY} WHERE ${sql} ${beyondCursor}
        ORDER BY t.time_us ${order}, t.place ${order}, t.session_ref ${order} LIMIT ?`),
      ...values,
      ...after,
      limit + 1,
    );
    return toHistoryPage(rows, limit);
  }

  const findByKey = db.prepare(
    `SELECT ${SAMPLE_FIELDS} ${FROM_TELEMETRY} WHERE s.session_key = ? AND t.place = ? AND d.tenant = ?`,
  );
  function byDataId(tenant: string, dataId: string): StoredSample | undefined {
    const parts = parseDataId(dataId);
    const row = parts && one(findByKey, parts.sessionKey, parts.place, tenant);
    return row && toStoredSample(row);
  }

  function series(query: SeriesQuery): readonly SeriesBucket[] {
    const fields = seriesFields(query);
    const ref = droneRef(query.tenant, query.droneId);
    if (ref === undefined) return [];
    const rows = all(
      db.prepare(`SELECT time_us / CAST(? AS INTEGER) AS bucket, count(*)${fields} FROM telemetry
        WHERE drone_ref = ? AND time_us >= ? AND time_us < ? GROUP BY bucket ORDER BY bucket`),
      query.bucketUs,
      ref,
      query.fromUs,
      query.toUs,
    );
    return rows.map((row) => toSeriesBucket(row, query));
  }

  const findLatest = db.prepare(`SELECT ${SAMPLE_FIELDS} FROM drones d
    JOIN telemetry t ON t.rowid = (SELECT rowid FROM telemetry WHERE drone_ref = d.drone_ref
      ORDER BY time_us DESC, place DESC, session_ref DESC LIMIT 1)
    JOIN sessions s ON s.session_ref = t.session_ref
    JOIN profiles p ON p.profile_ref = t.profile_ref`);
  const latest = () => all(findLatest).map((row) => ({ ...toStoredSample(row), tenant: tenantOf(row) }));

  return { telemetry, byDataId, series, latest, ...createAnomalies(db), ...createRecordShelf(db) };
}

function createAnomalies(db: DatabaseSync) {
  function anomalies(query: AnomalyQuery): AnomalyPage {
    const limit = Math.min(query.limit, MAX_PAGE);
    const { sql, values } = where([
      ['tenant = ?', query.tenant],
      ['drone_id = ?', query.droneId],
      ['severity = ?', query.severity],
      ['anomaly_type = ?', query.anomalyType],
      [
        '(acknowledged_ms IS NOT NULL) = ?',
        query.acknowledged === undefined ? undefined : Number(query.acknowledged),
      ],
      ['time_us >= ?', query.fromUs],
      ['time_us < ?', query.toUs],
    ]);
    const after = query.cursor === undefined ? [] : parseCursor(query.cursor, 2);
    const rows = all(
      db.prepare(`SELECT ${ANOMALY_FIELDS} FROM anomalies WHERE ${sql}
        ${after.length > 0 ? 'AND (time_us, anomaly_ref) < (?, ?)' : ''}
        ORDER BY time_us DESC, anomaly_ref DESC LIMIT ?`),
      ...values,
      ...after,
      limit + 1,
    );
    return toAnomalyPage(rows, limit);
  }

  const findAnomaly = db.prepare('SELECT 1 FROM anomalies WHERE tenant = ? AND anomaly_id = ?');
  const setAcknowledged = db.prepare(`UPDATE anomalies SET acknowledged_by = ?, acknowledged_ms = ?, note = ?
    WHERE tenant = ? AND anomaly_id = ? AND acknowledged_ms IS NULL`);
  function acknowledge(tenant: string, anomalyId: string, by: string, note?: string): boolean {
    setAcknowledged.run(by, Date.now(), note ?? null, tenant, anomalyId);
    return one(findAnomaly, tenant, anomalyId) !== undefined;
  }

  return { anomalies, acknowledge };
}
