import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** A PostgreSQL of the tests: each file makes its own database there and drops it. */

const DEFAULT_URL = 'postgres://root@127.0.0.1:5432/postgres';

const serverUrl = process.env['SKEIN_TEST_POSTGRES'] ?? DEFAULT_URL;
/** On CI an absent server is a failure, not a reason to skip. */
const required = process.env['CI'] === 'true';

async function administer(work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: serverUrl, connectionTimeoutMillis: 2000 });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** Why there is no PostgreSQL to test with, or undefined. On CI its absence is thrown. */
export async function whyNoPostgres(): Promise<string | undefined> {
  try {
    await administer((client) => client.query('SELECT 1'));
    return undefined;
  } catch (error) {
    if (required) throw error;
    return `no PostgreSQL answers at SKEIN_TEST_POSTGRES (default ${DEFAULT_URL})`;
  }
}

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `skein_test_${randomUUID().replaceAll('-', '')}`;
  await administer((client) => client.query(`CREATE DATABASE ${name}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => administer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}
