import { readdir, readFile } from 'node:fs/promises';
import type { Pool, PoolClient } from 'pg';
import { checkVersion, codeOf, inTransaction } from './pool.ts';

const DIRECTORY = new URL('./migrations/', import.meta.url);
const DUPLICATE_TABLE = '42P07';

/** Brings the database up to date. Of several processes that start at once one works, the others wait. */
export async function migrate(pool: Pool): Promise<void> {
  const files = (await readdir(DIRECTORY)).filter((name) => name.endsWith('.sql')).sort();
  await inTransaction(pool, async (client) => {
    await checkVersion(client);
    const done = await lockAndList(client);
    const unknown = [...done].find((name) => !files.includes(name));
    if (unknown !== undefined)
      throw new Error(
        `The database was migrated by a newer version of Skein (${unknown}): start that version.`,
      );
    for (const name of files) if (!done.has(name)) await apply(client, name);
  });
}

async function lockAndList(client: PoolClient): Promise<ReadonlySet<string>> {
  await client.query('SELECT pg_advisory_xact_lock(7265130000)');
  const { rows: found } = await client.query("SELECT to_regclass('skein_migrations') IS NOT NULL AS found");
  if (!found[0].found)
    await client.query(
      'CREATE TABLE skein_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
  const { rows } = await client.query<{ name: string }>('SELECT name FROM skein_migrations');
  return new Set(rows.map(({ name }) => name));
}

async function apply(client: PoolClient, name: string): Promise<void> {
  try {
    await client.query(await readFile(new URL(name, DIRECTORY), 'utf8'));
  } catch (cause) {
    if (codeOf(cause) !== DUPLICATE_TABLE) throw cause;
    throw new Error(
      `The database already has a table of that name (${(cause as Error).message}) that is not Skein’s: give Skein a database of its own, or rename the table.`,
      { cause },
    );
  }
  await client.query('INSERT INTO skein_migrations (name) VALUES ($1)', [name]);
}
