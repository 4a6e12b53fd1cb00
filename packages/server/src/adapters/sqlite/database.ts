import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Row } from '../stored-row.ts';
import { CONTROL_MIGRATIONS, HISTORY_MIGRATIONS } from './schema.ts';

const MIGRATIONS = { history: HISTORY_MIGRATIONS, control: CONTROL_MIGRATIONS } as const;
export type DatabaseName = keyof typeof MIGRATIONS;

/** How long a statement waits for another connection's transaction. A batch of the projector takes a tenth of it. */
const BUSY_MS = 5000;

/** Opens `<directory>/<name>.db`, made and brought up to date where needed. Other processes may have it open too. */
export function openDatabase(directory: string, name: DatabaseName): DatabaseSync {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(join(directory, `${name}.db`), { timeout: BUSY_MS, returnArrays: true });
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 32768;
    PRAGMA journal_size_limit = 134217728;
    PRAGMA temp_store = MEMORY;
  `);
  migrate(db, name);
  return db;
}

function migrate(db: DatabaseSync, name: DatabaseName): void {
  const migrations = MIGRATIONS[name];
  inTransaction(db, () => {
    const done = Number(one(db.prepare('PRAGMA user_version'))?.[0]);
    if (done > migrations.length)
      throw new Error(
        `${name}.db was written by a newer version of Skein: start that version, or another DATA_DIR.`,
      );
    if (done === migrations.length) return;
    for (const migration of migrations.slice(done)) db.exec(migration);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** All or nothing; begins as a writer at once, so that it waits its turn instead of failing halfway. */
export function inTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** The rows in arrays, as the connection was opened to give them. */
export function all(statement: StatementSync, ...values: SQLInputValue[]): readonly Row[] {
  return statement.all(...values) as unknown as readonly Row[];
}

export function one(statement: StatementSync, ...values: SQLInputValue[]): Row | undefined {
  return statement.get(...values) as unknown as Row | undefined;
}
