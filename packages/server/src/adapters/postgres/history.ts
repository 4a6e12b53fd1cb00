import {
  type AnomalyQuery,
  type History,
  type HistoryPage,
  type HistoryQuery,
  parseDataId,
  type SeriesQuery,
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
import type { Query } from './query.ts';
import { Values } from './values.ts';

const SAMPLE_FIELDS = sampleFields({
  timeUs: 'skein_us(t."time")',
  receivedMs: 'skein_us(t.received_at) / 1000',
  profile: 'p.json::text',
  rest: 't.rest::text',
});
/** Lateral: each looked up by its key, however many sessions there are and whatever the planner believes. */
const LOOKED_UP = `CROSS JOIN LATERAL (SELECT * FROM skein_sessions WHERE session_ref = t.session_ref LIMIT 1) s
  CROSS JOIN LATERAL (SELECT * FROM skein_profiles WHERE profile_ref = t.profile_ref LIMIT 1) p`;
const ANOMALY_FIELDS = [
  ...['skein_us("timestamp")', 'id', 'anomaly_id', 'drone_id', 'session_id', 'skein_us(received_at) / 1000'],
  ...['anomaly_type', 'severity', 'source', 'acknowledged_by'],
  ...[
    'CASE WHEN acknowledged THEN skein_us(coalesce(acknowledged_at, received_at)) / 1000 END',
    'note',
    'data::text',
  ],
].join(', ');

type Reading = Omit<History, 'anomalies' | 'acknowledge'>;

export function createPostgresHistory(query: Query): History {
  const reading: Reading = {
    telemetry: (asked) => telemetry(query, asked),
    async byDataId(tenant, dataId) {
      const parts = parseDataId(dataId);
      if (!parts) return undefined;
      const { sessionKey, place } = parts;
      // A place below zero is a time: one partition is looked at instead of all.
      const inPartition = place < 0 ? `AND t."time" = skein_time(-$2::bigint)` : '';
      const [row] = await query(
        `SELECT ${SAMPLE_FIELDS} FROM skein_sessions s JOIN skein_drones d USING (drone_ref)
         JOIN skein_telemetry t ON t.session_ref = s.session_ref JOIN skein_profiles p USING (profile_ref)
         WHERE s.session_key = $1 AND t.place = $2 AND d.tenant = $3 ${inPartition} ORDER BY t.id LIMIT 1`,
        [sessionKey, place, tenant],
      );
      return row && toStoredSample(row);
    },
    async series(asked) {
      const rows = await query(...seriesQuery(asked));
      return rows.map((row) => toSeriesBucket(row, asked));
    },
    async latest() {
      const rows = await query(
        `SELECT ${SAMPLE_FIELDS} FROM skein_drones d CROSS JOIN LATERAL (
           SELECT * FROM skein_telemetry WHERE drone_ref = d.drone_ref
           ORDER BY "time" DESC, place DESC, session_ref DESC LIMIT 1) t
         JOIN skein_sessions s ON s.session_ref = t.session_ref
         JOIN skein_profiles p ON p.profile_ref = t.profile_ref`,
        [],
      );
      return rows.map((row) => ({ ...toStoredSample(row), tenant: tenantOf(row) }));
    },
  };
  return { ...reading, ...createAnomalies(query) };
}

async function telemetry(query: Query, asked: HistoryQuery): Promise<HistoryPage> {
  const { fromUs, toUs, cursor } = asked;
  const limit = Math.min(asked.limit, MAX_PAGE);
  const [order, beyond] = asked.order === 'newest' ? ['DESC', '<'] : ['ASC', '>'];
  const values = new Values();
  const drone = `tenant = ${values.add(asked.tenant)} AND drone_id = ${values.add(asked.droneId)}`;
  const conditions = ['drone_ref = d.drone_ref'];
  if (fromUs !== undefined) conditions.push(`"time" >= skein_time(${values.add(fromUs)})`);
  if (toUs !== undefined) conditions.push(`"time" < skein_time(${values.add(toUs)})`);
  if (cursor !== undefined) {
    const [time, place, session] = parseCursor(cursor, 3).map((value) => values.add(value));
    conditions.push(`("time", place, session_ref) ${beyond} (skein_time(${time}), ${place}, ${session})`);
  }
  const sorted = (of: string) => `${of}"time" ${order}, ${of}place ${order}, ${of}session_ref ${order}`;
  const rows = await query(
    `SELECT ${SAMPLE_FIELDS} FROM (SELECT * FROM skein_drones WHERE ${drone}) d
     CROSS JOIN LATERAL (SELECT * FROM skein_telemetry WHERE ${conditions.join(' AND ')}
       ORDER BY ${sorted('')} LIMIT ${values.add(limit + 1)}) t ${LOOKED_UP} ORDER BY ${sorted('t.')}`,
    values.list,
  );
  return toHistoryPage(rows, limit);
}

function seriesQuery(asked: SeriesQuery): [string, unknown[]] {
  return [
    `SELECT skein_us("time") / $1::bigint AS bucket, count(*)${seriesFields(asked)} FROM skein_telemetry
     WHERE drone_ref = (SELECT drone_ref FROM skein_drones WHERE tenant = $2 AND drone_id = $3)
       AND "time" >= skein_time($4) AND "time" < skein_time($5) GROUP BY bucket ORDER BY bucket`,
    [asked.bucketUs, asked.tenant, asked.droneId, asked.fromUs, asked.toUs],
  ];
}

function createAnomalies(query: Query): Pick<History, 'anomalies' | 'acknowledge'> {
  return {
    async anomalies(asked) {
      const limit = Math.min(asked.limit, MAX_PAGE);
      const values = new Values();
      const conditions = anomalyConditions(asked, values);
      const rows = await query(
        `SELECT ${ANOMALY_FIELDS} FROM drone_anomalies WHERE ${conditions.join(' AND ')}
         ORDER BY "timestamp" DESC, id DESC LIMIT ${values.add(limit + 1)}`,
        values.list,
      );
      return toAnomalyPage(rows, limit);
    },
    async acknowledge(tenant, anomalyId, by, note) {
      const rows = await query(
        `UPDATE drone_anomalies SET acknowledged = true,
           acknowledged_by = CASE WHEN acknowledged THEN acknowledged_by ELSE $3 END,
           acknowledged_at = CASE WHEN acknowledged THEN acknowledged_at ELSE now() END,
           note = CASE WHEN acknowledged THEN note ELSE $4 END
         WHERE tenant = $1 AND anomaly_id = $2 RETURNING id`,
        [tenant, anomalyId, by, note ?? null],
      );
      return rows.length > 0;
    },
  };
}

function anomalyConditions(asked: AnomalyQuery, values: Values): string[] {
  const equal = [
    ['tenant', asked.tenant],
    ['drone_id', asked.droneId],
    ['severity', asked.severity],
    ['anomaly_type', asked.anomalyType],
    ['acknowledged', asked.acknowledged],
  ] as const;
  const conditions = equal.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} = ${values.add(value)}`],
  );
  if (asked.fromUs !== undefined) conditions.push(`"timestamp" >= skein_time(${values.add(asked.fromUs)})`);
  if (asked.toUs !== undefined) conditions.push(`"timestamp" < skein_time(${values.add(asked.toUs)})`);
  if (asked.cursor !== undefined) {
    const [time, id] = parseCursor(asked.cursor, 2).map((value) => values.add(value));
    conditions.push(`("timestamp", id) < (skein_time(${time}), ${id})`);
  }
  return conditions;
}
