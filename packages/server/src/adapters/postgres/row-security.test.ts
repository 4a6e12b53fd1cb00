import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anomalyOf, batchOf, sampleOf } from '../store-messages.contract.ts';
import { createTestDatabase, type TestDatabase, whyNoPostgres } from './database.contract.ts';
import { openPostgresProjection } from './projection.ts';
import { openPostgresStore } from './store.ts';

const absent = await whyNoPostgres();
const TENANTS = ['north', 'south'] as const;
/** Each relation of the contract, and how a tenant ($1) gets a row; undefined: the projection writes it. */
const RELATIONS: Readonly<Record<string, string | undefined>> = {
  drone_telemetry: undefined,
  drone_anomalies: undefined,
  missions: '(tenant) VALUES ($1)',
  charging_sessions: '(tenant) VALUES ($1)',
  coordination_events: "(tenant, event_type) VALUES ($1, 'conflict')",
  drone_telemetry_snapshots: "(tenant, drone_id, snapshot_time) VALUES ($1, 'd', now())",
  hourly_analytics: "(tenant, hour, metrics) VALUES ($1, now(), '{}')",
  performance_metrics: "(tenant, metrics) VALUES ($1, '{}')",
  trends: "(tenant, hour, metric, data) VALUES ($1, now(), 'm', '{}')",
  insights: "(tenant, hour, insight_type, data) VALUES ($1, now(), 'i', '{}')",
  api_keys: `(tenant, id, name, permissions, hash, prefix, created_at) VALUES ($1, $1, 'k', '{}', 'h', 'p', now())`,
  audit_log: `(tenant, id, created_at, actor, action, target, outcome, entry, previous_hash, hash)
    VALUES ($1, length($1) + ascii($1), now(), 'a', 'b', 'c', 'ok', '{}', '', 'h')`,
  commands: "(tenant, command_id, command, status) VALUES ($1, 'c', 'hold', 'sent')",
  geofences: "(tenant, geometry) VALUES ($1, '{}')",
};
const BENEATH = ['skein_telemetry', 'skein_sessions', 'skein_drones', 'skein_profiles'];

const MIGRATIONS = new URL('./migrations/', import.meta.url);
const migrationTexts = readdirSync(MIGRATIONS)
  .sort()
  .map((name) => readFileSync(new URL(name, MIGRATIONS), 'utf8'));

async function connectTo({ url }: TestDatabase): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

const version = async (sql: Client): Promise<number> =>
  Number((await sql.query('SHOW server_version_num')).rows[0].server_version_num);

describe.skipIf(absent !== undefined)(
  `row-level security${absent === undefined ? '' : ` (${absent})`}`,
  () => {
    let database: TestDatabase;
    let owner: Client;
    let reader: Client;
    let readable: readonly string[];

    beforeAll(async () => {
      database = await createTestDatabase();
      const store = await openPostgresStore({ url: database.url, poolMax: 1 });
      const projection = await openPostgresProjection({ url: database.url });
      [owner, reader] = await Promise.all([connectTo(database), connectTo(database)]);
      for (const tenant of TENANTS) {
        const samples = [1, 2].map((seq) => sampleOf({ seq }, { tenant }));
        await projection.write(batchOf(samples, [anomalyOf(tenant)]));
        for (const [name, row] of Object.entries(RELATIONS))
          if (row !== undefined) await owner.query(`INSERT INTO ${name} ${row}`, [tenant]);
      }
      await Promise.all([store.close(), projection.close()]);
      const all = [...Object.keys(RELATIONS), ...BENEATH];
      const old = (await version(owner)) < 150_000;
      readable = old ? all.slice(1, -BENEATH.length) : all;
      await reader.query('SET ROLE skein_reader');
    });
    afterAll(async () => {
      await Promise.all([owner?.end(), reader?.end()]);
      await database?.drop();
    });

    const count = async (client: Client, name: string): Promise<number> =>
      Number((await client.query(`SELECT count(*) FROM ${name}`)).rows[0].count);

    test('who forgets the tenant sees nothing', async () => {
      await reader.query('RESET skein.tenant');
      for (const name of readable) expect([name, await count(reader, name)]).toEqual([name, 0]);
      await reader.query("SET skein.tenant = ''");
      for (const name of readable) expect([name, await count(reader, name)]).toEqual([name, 0]);
    });

    test.each(TENANTS)('who names %s sees its rows and no others', async (tenant) => {
      await reader.query(`SELECT set_config('skein.tenant', $1, false)`, [tenant]);
      for (const name of readable)
        expect([name, 2 * (await count(reader, name))]).toEqual([name, await count(owner, name)]);
      for (const name of readable.filter((readName) => readName in RELATIONS)) {
        const { rows } = await reader.query(`SELECT DISTINCT tenant FROM ${name}`);
        expect([name, rows]).toEqual([name, [{ tenant }]]);
      }
    });

    test('the owner sees every tenant without naming one', async () => {
      for (const name of Object.keys(RELATIONS)) {
        const { rows } = await owner.query(`SELECT DISTINCT tenant FROM ${name} ORDER BY 1`);
        expect([name, rows]).toEqual([name, TENANTS.map((tenant) => ({ tenant }))]);
      }
    });

    test('the reader writes nothing, and reads nothing of how Skein works', async () => {
      for (const text of [
        'DELETE FROM missions',
        "UPDATE commands SET status = 'done'",
        "INSERT INTO geofences (tenant, geometry) VALUES ('north', '{}')",
        'TRUNCATE trends',
        'SELECT * FROM skein_positions',
        'SELECT * FROM skein_telemetry_late',
        'SELECT * FROM revoked_tokens',
      ])
        await expect(reader.query(text), text).rejects.toThrow('permission denied');
    });

    test('every table that names a tenant has its policy', async () => {
      const { rows } = await owner.query(
        `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant'
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid))`,
      );
      expect(rows).toEqual([]);
    });

    /** The migrations with a role of the test's own in the place of `skein_reader`. */
    async function migrateWith(role: string, client: Client): Promise<void> {
      await client.query('BEGIN');
      for (const text of migrationTexts) await client.query(text.replaceAll('skein_reader', role));
      await client.query('COMMIT');
    }

    const unique = () => `skein_test_${randomUUID().slice(0, 8)}`;

    test('who may not create roles gets the tables all the same, and is told', async () => {
      const [own, limited, role] = [await createTestDatabase(), unique(), unique()];
      const client = await connectTo(own);
      const notices: (string | undefined)[] = [];
      client.on('notice', ({ message }) => notices.push(message));
      await client.query(
        `CREATE ROLE ${limited}; GRANT ALL ON SCHEMA public TO ${limited}; SET ROLE ${limited}`,
      );
      await migrateWith(role, client);
      expect(notices).toContainEqual(expect.stringContaining(`${role} is not there`));
      expect(await count(client, 'drone_telemetry')).toBe(0);
      await client.query(`RESET ROLE; DROP OWNED BY ${limited}; DROP ROLE ${limited}`);
      await client.end();
      await own.drop();
    });

    test('databases that are made at once share the role', async () => {
      const role = unique();
      const places = await Promise.all([1, 2, 3].map(() => createTestDatabase()));
      const clients = await Promise.all(places.map(connectTo));
      await Promise.all(clients.map((client) => migrateWith(role, client)));
      for (const client of clients) {
        const { rows } = await client.query(`SELECT has_table_privilege($1, 'missions', 'SELECT') AS may`, [
          role,
        ]);
        expect(rows).toEqual([{ may: true }]);
      }
      await Promise.all(clients.map((client) => client.end()));
      await Promise.all(places.map((place) => place.drop()));
      await owner.query(`DROP ROLE ${role}`);
    });
  },
);
