import type { Retention } from '@skein/core';
import type { Pool } from 'pg';
import { DIMENSION_GRACE_MS } from '../retention.ts';
import { PASSING_KINDS } from '../stored-record.ts';
import { codeOf, inTransaction, withClient } from './pool.ts';

const SLICE = 5000;
const DROP_RECORDS = `DELETE FROM skein_records WHERE record_ref IN (
  SELECT record_ref FROM skein_records WHERE ended_ms < $1 AND kind IN (${PASSING_KINDS}) LIMIT ${SLICE})`;
const LOCK_NOT_AVAILABLE = '55P03';

/** Age counts from the arrival; a day’s partition goes as a whole once its last row is too old. */
export async function expire(
  pool: Pool,
  { telemetryMs, anomaliesMs }: Retention,
  nowMs: number,
): Promise<number> {
  const beforeMs = nowMs - telemetryMs;
  let dropped = await dropInSlices(pool, 'skein_telemetry_late', beforeMs);
  let complete = true;
  for (const name of await oldPartitions(pool, beforeMs)) {
    const rows = await dropPartition(pool, name, beforeMs);
    complete &&= rows !== undefined;
    dropped += rows ?? 0;
  }
  await dropInSlices(pool, 'drone_anomalies', nowMs - anomaliesMs);
  await inSlices(pool, DROP_RECORDS, nowMs - anomaliesMs);
  if (complete) await dropDimensions(pool, beforeMs - DIMENSION_GRACE_MS);
  return dropped;
}

async function dropInSlices(pool: Pool, table: string, beforeMs: number): Promise<number> {
  const sql = `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ${table} WHERE received_at < skein_time($1::bigint * 1000) LIMIT ${SLICE}))`;
  return inSlices(pool, sql, beforeMs);
}

async function inSlices(pool: Pool, sql: string, beforeMs: number): Promise<number> {
  let total = 0;
  for (;;) {
    const { rowCount } = await withClient(pool, (client) => client.query(sql, [beforeMs]));
    total += rowCount ?? 0;
    if ((rowCount ?? 0) === 0) return total;
  }
}

/** Those whose day was over before the given moment, oldest first. */
async function oldPartitions(pool: Pool, beforeMs: number): Promise<readonly string[]> {
  const day = new Date(beforeMs).toISOString().slice(0, 10).replaceAll('-', '');
  const { rows } = await withClient(pool, (client) =>
    client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'skein_telemetry'::regclass AND c.relname ~ '^skein_telemetry_[0-9]{8}$'
         AND c.relname < $1 ORDER BY 1`,
      [`skein_telemetry_${day}`],
    ),
  );
  return rows.map(({ name }) => name);
}

/** The number of rows dropped with it; undefined where it is held by a late arrival or another’s lock. */
async function dropPartition(pool: Pool, name: string, beforeMs: number): Promise<number | undefined> {
  try {
    return await inTransaction(pool, async (client) => {
      await client.query("SET LOCAL lock_timeout = '2s'");
      await client.query(`LOCK TABLE ${name} IN SHARE MODE`);
      const { rows } = await client.query<{ held: boolean; count: number }>(
        `SELECT count(*) AS count, coalesce(max(received_at) >= skein_time($1::bigint * 1000), false) AS held FROM ${name}`,
        [beforeMs],
      );
      if (rows[0]?.held) return undefined;
      await client.query(`DROP TABLE ${name}`);
      return rows[0]?.count ?? 0;
    });
  } catch (error) {
    if (codeOf(error) === LOCK_NOT_AVAILABLE) return undefined;
    throw error;
  }
}

/** Sessions, profiles and drones that nothing has used for so long. Writers look theirs up again: the epoch grows. */
async function dropDimensions(pool: Pool, beforeMs: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(7265130004)');
    const profiles = await client.query(
      'DELETE FROM skein_profiles WHERE used_at < skein_time($1::bigint * 1000)',
      [beforeMs],
    );
    const sessions = await client.query(
      `DELETE FROM skein_sessions s WHERE used_at < skein_time($1::bigint * 1000)
       AND NOT EXISTS (SELECT 1 FROM skein_telemetry t WHERE t.session_ref = s.session_ref)`,
      [beforeMs],
    );
    if (sessions.rowCount)
      await client.query(
        'DELETE FROM skein_drones d WHERE NOT EXISTS (SELECT 1 FROM skein_sessions s WHERE s.drone_ref = d.drone_ref)',
      );
    if (profiles.rowCount || sessions.rowCount)
      await client.query('UPDATE skein_epoch SET number = number + 1');
  });
}
