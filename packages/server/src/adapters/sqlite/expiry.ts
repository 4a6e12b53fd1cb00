import type { DatabaseSync } from 'node:sqlite';
import type { Retention } from '@skein/core';
import { DIMENSION_GRACE_MS } from '../retention.ts';
import { PASSING_KINDS } from '../stored-record.ts';
import { inTransaction } from './database.ts';

/** Rows dropped in one transaction: some 50 ms, then others may write. */
const SLICE = 5000;

/**
 * Age counts from the arrival: a late sample is kept as long as one in time. Rows lie in the order of arrival, so
 * the oldest are the first of the table and no index is needed.
 */
export function createExpiry(db: DatabaseSync) {
  const dropSamples = db.prepare(`DELETE FROM telemetry WHERE received_ms < ?
    AND rowid IN (SELECT rowid FROM telemetry ORDER BY rowid LIMIT ${SLICE})`);
  const dropAnomalies = db.prepare(`DELETE FROM anomalies WHERE received_ms < ?
    AND anomaly_ref IN (SELECT anomaly_ref FROM anomalies ORDER BY anomaly_ref LIMIT ${SLICE})`);
  const dropRecords = db.prepare(`DELETE FROM records WHERE record_ref IN (
    SELECT record_ref FROM records WHERE ended_ms < ? AND kind IN (${PASSING_KINDS}) LIMIT ${SLICE})`);
  const dropSessions = db.prepare(`DELETE FROM sessions WHERE session_ref IN (
    SELECT session_ref FROM sessions WHERE used_ms < ? AND NOT EXISTS (
      SELECT 1 FROM telemetry t WHERE t.session_ref = sessions.session_ref) LIMIT ${SLICE})`);
  const dropProfiles = db.prepare(`DELETE FROM profiles WHERE profile_ref IN (
    SELECT profile_ref FROM profiles WHERE used_ms < ? LIMIT ${SLICE})`);
  const dropDrones = db.prepare(`DELETE FROM drones
    WHERE NOT EXISTS (SELECT 1 FROM sessions s WHERE s.drone_ref = drones.drone_ref)`);

  function inSlices(statement: typeof dropSamples, beforeMs: number): number {
    let total = 0;
    for (;;) {
      const dropped = inTransaction(db, () => statement.run(beforeMs).changes as number);
      total += dropped;
      if (dropped === 0) return total;
    }
  }

  return {
    expire({ telemetryMs, anomaliesMs }: Retention, nowMs: number): number {
      const dropped = inSlices(dropSamples, nowMs - telemetryMs);
      inSlices(dropAnomalies, nowMs - anomaliesMs);
      inSlices(dropRecords, nowMs - anomaliesMs);
      const unusedMs = nowMs - telemetryMs - DIMENSION_GRACE_MS;
      inSlices(dropProfiles, unusedMs);
      if (inSlices(dropSessions, unusedMs) > 0) inTransaction(db, () => dropDrones.run());
      return dropped;
    },
  };
}
