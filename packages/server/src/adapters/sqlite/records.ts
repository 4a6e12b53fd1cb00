import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { RecordKind, RecordPage, RecordQuery, StateRecord } from '@skein/core';
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
import { all, one } from './database.ts';

const FIELDS = RECORD_COLUMNS.join(', ');
const WRITTEN = RECORD_COLUMNS.filter((name) => name !== 'record_ref');
const CHANGED = ['version', 'drone_id', 'state', 'changed_ms', 'started_ms', 'ended_ms', 'data'];

/** State records, each at its highest version. */
export function createRecordUpsert(db: DatabaseSync): (records: readonly StateRecord[]) => void {
  const upsert = db.prepare(`INSERT INTO records (${WRITTEN.join(', ')})
    VALUES (${WRITTEN.map(() => '?').join(', ')}) ON CONFLICT (tenant, kind, id) DO UPDATE SET
    ${CHANGED.map((name) => `${name} = excluded.${name}`).join(', ')} WHERE excluded.version > records.version`);
  return (records) => {
    for (const record of newestVersions(records)) upsert.run(...recordValues(record));
  };
}

export function createRecordShelf(db: DatabaseSync) {
  const find = db.prepare(`SELECT ${FIELDS} FROM records WHERE tenant = ? AND kind = ? AND id = ?`);
  const recent = db.prepare(`SELECT ${FIELDS} FROM records WHERE ended_ms IS NULL OR ended_ms >= ?
    ORDER BY created_ms, record_ref`);
  return {
    record(tenant: string, kind: RecordKind, id: string): StateRecord | undefined {
      const row = one(find, tenant, kind, id);
      return row && toStateRecord(row);
    },
    records(query: RecordQuery): RecordPage {
      const given = recordConditions(query).filter(([, value]) => value !== undefined);
      const conditions = given.map(([name]) => `${name} ?`);
      if (query.ended !== undefined) conditions.push(`ended_ms IS ${query.ended ? 'NOT NULL' : 'NULL'}`);
      const after = query.cursor === undefined ? [] : parseCursor(query.cursor, 2);
      if (after.length > 0) conditions.push('(created_ms, record_ref) < (?, ?)');
      const limit = recordLimit(query);
      const statement = db.prepare(`SELECT ${FIELDS} FROM records WHERE ${conditions.join(' AND ')}
        ORDER BY created_ms DESC, record_ref DESC LIMIT ?`);
      const values = given.map(([, value]) => value as SQLInputValue);
      return toRecordPage(all(statement, ...values, ...after, limit + 1), limit);
    },
    recentRecords: (endedSinceMs: number): readonly StateRecord[] =>
      all(recent, endedSinceMs).map(toStateRecord),
  };
}
