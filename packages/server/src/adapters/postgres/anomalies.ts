import type { ProjectedAnomaly } from '@skein/core';
import type { PoolClient } from 'pg';

const INSERT = `INSERT INTO drone_anomalies (tenant, anomaly_id, drone_id, session_id, "timestamp", received_at,
    anomaly_type, severity, source, data)
  SELECT tenant, anomaly_id, drone_id, session_id, skein_time(time_us), skein_time(received_ms * 1000),
    anomaly_type, severity, source, data
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
    $7::text[], $8::text[], $9::text[], $10::jsonb[])
    WITH ORDINALITY AS g(tenant, anomaly_id, drone_id, session_id, time_us, received_ms,
    anomaly_type, severity, source, data, at) ORDER BY at
  ON CONFLICT (tenant, anomaly_id) DO NOTHING`;
const FIELDS = [
  ...['tenant', 'anomalyId', 'droneId', 'sessionId', 'timeUs', 'receivedAtMs', 'anomalyType', 'severity'],
  ...['source', 'data'],
] as readonly (keyof ProjectedAnomaly)[];

/** The number of those that were new. */
export async function insertAnomalies(
  client: PoolClient,
  anomalies: readonly ProjectedAnomaly[],
): Promise<number> {
  if (anomalies.length === 0) return 0;
  const values = FIELDS.map((name) => anomalies.map((anomaly) => anomaly[name]));
  const { rowCount } = await client.query({ name: 'skein_anomalies', text: INSERT, values });
  return rowCount ?? 0;
}
