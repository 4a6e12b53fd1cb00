import type { Store } from '@skein/core';
import { createPostgresAudit, createPostgresCredentials } from './control.ts';
import { createPostgresHistory } from './history.ts';
import { migrate } from './migrate.ts';
import { createPool } from './pool.ts';
import { createQuery } from './query.ts';
import { createPostgresRecords } from './records.ts';

/** What one read may take. */
const STATEMENT_MS = 5000;

/** A store in PostgreSQL 13 or newer, for many machines. Rejects with a sentence where none answers. */
export async function openPostgresStore(options: { url: string; poolMax: number }): Promise<Store> {
  const pool = createPool({ url: options.url, max: options.poolMax, statementMs: STATEMENT_MS });
  try {
    await migrate(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  let closed = false;
  const run = createQuery(pool);
  const query: typeof run = (sql, values) =>
    closed ? Promise.reject(new Error('The store is closed.')) : run(sql, values);
  return {
    ...createPostgresHistory(query),
    ...createPostgresRecords(query),
    ...createPostgresCredentials(query),
    ...createPostgresAudit(pool, query),
    ping: async () => void (await query('SELECT 1', [])),
    close: async () => {
      if (closed) return;
      closed = true;
      await pool.end();
    },
  };
}
