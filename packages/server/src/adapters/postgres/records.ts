import type { RecordShelf, StateRecord } from '@skein/core';
import type { PoolClient } from 'pg';
import { parseCursor } from '../cursor.ts';
import {
  newestVersions,
  RECORD_COLUMNS,
  recordConditions,
  recordLimit,
  recordValues,
  toRecordPage,
  toStateRecord,
} from '../stored-record.ts';
import type { Query } from './query.ts';
import { Values } from './values.ts';

const FIELDS = RECORD_COLUMNS.map((name) => (name === 'data' ? 'data::text' : name)).join(', ');
const UPSERT = `INSERT INTO skein_records (created_ms, tenant, kind, id, version, drone_id, state, changed_ms, started_ms,
    ended_ms, data)
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::text[],
    $8::bigint[], $9::bigint[], $10::bigint[], $11::jsonb[])
  ON CONFLICT (tenant, kind, id) DO UPDATE SET version = excluded.version, drone_id = excluded.drone_id,
    state = excluded.state, changed_ms = excluded.changed_ms, started_ms = excluded.started_ms,
    ended_ms = excluded.ended_ms, data = excluded.data
  WHERE excluded.version > skein_records.version`;
const WIDTH = RECORD_COLUMNS.length - 1;

/** State records, each at its highest version. */
export async function upsertRecords(client: PoolClient, records: readonly StateRecord[]): Promise<void> {
  if (records.length === 0) return;
  const rows = newestVersions(records).map(recordValues);
  const values = Array.from({ length: WIDTH }, (_, column) => rows.map((row) => row[column]));
  await client.query({ name: 'skein_state_records', text: UPSERT, values });
}

export function createPostgresRecords(query: Query): RecordShelf {
  return {
    async record(tenant, kind, id) {
      const sql = `SELECT ${FIELDS} FROM skein_records WHERE tenant = $1 AND kind = $2 AND id = $3`;
      const [row] = await query(sql, [tenant, kind, id]);
      return row && toStateRecord(row);
    },
    async records(asked) {
      const values = new Values();
      const conditions = recordConditions(asked).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name} ${values.add(value)}`],
      );
      if (asked.ended !== undefined) conditions.push(`ended_ms IS ${asked.ended ? 'NOT NULL' : 'NULL'}`);
      if (asked.cursor !== undefined) {
        const [created, ref] = parseCursor(asked.cursor, 2).map((value) => values.add(value));
        conditions.push(`(created_ms, record_ref) < (${created}, ${ref})`);
      }
      const limit = recordLimit(asked);
      const rows = await query(
        `SELECT ${FIELDS} FROM skein_records WHERE ${conditions.join(' AND ')}
         ORDER BY created_ms DESC, record_ref DESC LIMIT ${values.add(limit + 1)}`,
        values.list,
      );
      return toRecordPage(rows, limit);
    },
    async recentRecords(endedSinceMs) {
      const sql = `SELECT ${FIELDS} FROM skein_records WHERE ended_ms IS NULL OR ended_ms >= $1
        ORDER BY created_ms, record_ref`;
      return (await query(sql, [endedSinceMs])).map(toStateRecord);
    },
  };
}
