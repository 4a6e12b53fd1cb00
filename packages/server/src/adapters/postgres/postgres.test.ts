import type { Projection, StateRecord, Store } from '@skein/core';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  anomalyOf,
  anyMessage,
  batchOf,
  NOW_MS,
  NOW_US,
  sampleOf,
  toMessage,
  toProjected,
} from '../store-messages.contract.ts';
import { createTestDatabase, type TestDatabase, whyNoPostgres } from './database.contract.ts';
import { openPostgresProjection } from './projection.ts';
import { openPostgresStore } from './store.ts';

const absent = await whyNoPostgres();
const page = { limit: 100, order: 'newest' } as const;
const DAY_US = 86_400_000_000;

/** Guide A's own statements, word for word. */
const A_CREATES = `
  CREATE TABLE IF NOT EXISTS drone_telemetry (
    id SERIAL PRIMARY KEY, session_id VARCHAR(255) NOT NULL, drone_id VARCHAR(255) NOT NULL,
    timestamp TIMESTAMP NOT NULL, data JSONB NOT NULL, received_at TIMESTAMP DEFAULT NOW(),
    processed BOOLEAN DEFAULT FALSE
  );
  CREATE TABLE IF NOT EXISTS drone_anomalies (
    id SERIAL PRIMARY KEY, session_id VARCHAR(255) NOT NULL, drone_id VARCHAR(255) NOT NULL,
    timestamp TIMESTAMP NOT NULL, anomaly_type VARCHAR(255) NOT NULL, severity VARCHAR(50) NOT NULL,
    data JSONB NOT NULL, received_at TIMESTAMP DEFAULT NOW(), acknowledged BOOLEAN DEFAULT FALSE
  );`;
const A_TELEMETRY = `
  INSERT INTO drone_telemetry (session_id, drone_id, timestamp, data) VALUES ($1, $2, $3, $4) RETURNING id`;
const A_ANOMALY = `
  INSERT INTO drone_anomalies (session_id, drone_id, timestamp, anomaly_type, severity, data)
  VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`;

describe.skipIf(absent !== undefined)(
  `PostgreSQL itself${absent === undefined ? '' : ` (${absent})`}`,
  () => {
    let database: TestDatabase;
    let store: Store;
    let projection: Projection;
    let sql: Client;
    const refused: string[] = [];

    beforeAll(async () => {
      database = await createTestDatabase();
      store = await openPostgresStore({ url: database.url, poolMax: 3 });
      projection = await openPostgresProjection({
        url: database.url,
        onRefused: (row, reason) => refused.push(`${row.droneId}: ${reason}`),
      });
      sql = new Client({ connectionString: database.url });
      await sql.connect();
    });
    afterAll(async () => {
      await Promise.all([sql?.end(), store?.close(), projection?.close()]);
      await database?.drop();
    });

    const first = async (text: string, values: unknown[] = []) => (await sql.query(text, values)).rows[0];

    test('processes that start at once bring an empty database up to date together', async () => {
      const empty = await createTestDatabase();
      const opened = await Promise.all([
        openPostgresStore({ url: empty.url, poolMax: 1 }),
        openPostgresStore({ url: empty.url, poolMax: 1 }),
        openPostgresProjection({ url: empty.url }),
      ]);
      await opened[0].ping();
      await Promise.all(opened.map((one) => one.close()));
      await empty.drop();
    });

    test('a database whose tables are someone else’s is left alone, with a sentence', async () => {
      const taken = await createTestDatabase();
      const client = new Client({ connectionString: taken.url });
      await client.connect();
      await client.query(A_CREATES);
      await expect(openPostgresStore({ url: taken.url, poolMax: 1 })).rejects.toThrow(
        'a database of its own',
      );
      const { rows } = await client.query("SELECT to_regclass('skein_migrations') AS left_behind");
      expect(rows[0].left_behind).toBeNull();
      await client.end();
      await taken.drop();
    });

    test('the view’s data is what was sent, whatever was sent', async () => {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(anyMessage, async (message) => {
          runs += 1;
          const sample = toProjected(message, { tenant: `view-${runs}`, receivedAtMs: NOW_MS });
          fc.pre(sample !== undefined);
          await projection.write(batchOf([sample]));
          const row = await first('SELECT data FROM drone_telemetry WHERE tenant = $1', [`view-${runs}`]);
          expect(row.data).toEqual(message);
        }),
        { numRuns: 100 },
      );
    });

    test('guide A’s own statements run unmodified beside us, and a repeat gets the first id', async () => {
      await sql.query(A_CREATES);
      const message = toMessage({ droneId: 'drone-a', sessionId: 'session-a' });
      const values = [message.sessionId, message.drone.id, message.timestamp, JSON.stringify(message)];
      const { id } = await first(A_TELEMETRY, values);
      expect(Number(id)).toBeGreaterThan(0);
      expect(await first(A_TELEMETRY, values)).toEqual({ id });
      const { items } = await store.telemetry({ tenant: 'default', droneId: 'drone-a', ...page });
      expect(items.map(({ data }) => data)).toEqual([message]);
      expect(await store.byDataId('default', items[0]?.dataId ?? '')).toEqual(items[0]);
      const range = { fromUs: NOW_US, toUs: NOW_US + 1, bucketUs: 1, columns: ['battery_pct'] as const };
      const [bucket] = await store.series({ tenant: 'default', droneId: 'drone-a', ...range });
      expect(bucket?.columns.battery_pct?.max).toBe(85);
      const ours = sampleOf({ droneId: 'drone-a', sessionId: 'session-a' }, { tenant: 'default' });
      expect(await projection.write(batchOf([ours]))).toEqual({ stored: 0, repeated: 1 });
    });

    test('missions, commands, fences, charging and coordination stand in the relations that analysts read', async () => {
      const record = (
        kind: StateRecord['kind'],
        data: object,
        more: Partial<StateRecord> = {},
      ): StateRecord => ({
        ...{ kind, tenant: 'unfold', id: `${kind}-1`, version: 1, state: 'active', droneId: 'drone-1' },
        ...{ createdAtMs: NOW_MS, changedAtMs: NOW_MS, data: data as StateRecord['data'], ...more },
      });
      const ended = { startedAtMs: NOW_MS + 60_000, endedAtMs: NOW_MS + 240_000 };
      await projection.write(
        batchOf(
          [],
          [],
          [
            record(
              'mission',
              { name: 'Survey', type: 'survey', priority: 'high' },
              { state: 'completed', ...ended },
            ),
            record('command', { command: 'goto', notAfterMs: NOW_MS + 5000.5 }),
            record('geofence', { name: 'Park', geometry: { type: 'Polygon' } }),
            record('charging_session', { startBatteryPct: 20, endBatteryPct: 80.5 }, ended),
            record('coordination_event', {
              eventType: 'collision_avoidance',
              droneIds: ['drone-1'],
              resolutionTimeMs: 42,
            }),
          ],
        ),
      );
      const one = async (text: string) => (await sql.query(`${text} WHERE tenant = 'unfold'`)).rows[0];
      expect(await one('SELECT status, actual_duration_minutes AS minutes, name FROM missions')).toEqual({
        ...{ status: 'completed', minutes: 3, name: 'Survey' },
      });
      expect(await one('SELECT command, status, drone_id FROM commands')).toMatchObject({ command: 'goto' });
      expect(await one('SELECT name FROM geofences')).toEqual({ name: 'Park' });
      expect(
        await one(
          'SELECT end_battery_percentage - start_battery_percentage AS gained FROM charging_sessions',
        ),
      ).toEqual({
        gained: 60.5,
      });
      expect(await one('SELECT event_type, resolution_time_ms AS ms FROM coordination_events')).toEqual({
        ...{ event_type: 'collision_avoidance', ms: 42 },
      });
      await projection.write(batchOf([], [], [record('geofence', {}, { version: 2, endedAtMs: NOW_MS })]));
      expect(await one('SELECT name FROM geofences')).toBeUndefined();
    });

    test('guide A’s own anomalies are ours too, once', async () => {
      const values = [
        's',
        'drone-a',
        '2025-06-01T12:00:00Z',
        'battery_critical',
        'high',
        '{"anomaly":{"value":15}}',
      ];
      expect(await first(A_ANOMALY, values)).toEqual({ id: expect.anything() });
      expect(await first(A_ANOMALY, values)).toBeUndefined();
      const { items } = await store.anomalies({ tenant: 'default', limit: 10 });
      expect(items).toMatchObject([
        { droneId: 'drone-a', severity: 'high', data: { anomaly: { value: 15 } } },
      ]);
    });

    test('processed and acknowledged may be set by anyone’s SQL', async () => {
      await projection.write(batchOf([sampleOf({ seq: 1 }, { tenant: 'flags' })], [anomalyOf('flags')]));
      await sql.query("UPDATE drone_telemetry SET processed = true WHERE tenant = 'flags'");
      expect(await first("SELECT processed FROM drone_telemetry WHERE tenant = 'flags'")).toEqual({
        processed: true,
      });
      await sql.query("UPDATE drone_anomalies SET acknowledged = true WHERE tenant = 'flags'");
      expect((await store.anomalies({ tenant: 'flags', acknowledged: true, limit: 1 })).items).toHaveLength(
        1,
      );
    });

    test('a row that PostgreSQL cannot hold is left out and told of, its neighbours are stored', async () => {
      const own = { tenant: 'poison' };
      const samples = Array.from({ length: 20 }, (_, seq) => sampleOf({ seq, droneId: `drone-${seq}` }, own));
      const poisoned = samples.map((sample, at) => {
        if (at === 3) return { ...sample, rest: '{"text":"\\u0000"}' };
        if (at === 11) return { ...sample, rest: '{"text":"\\ud800"}' };
        return at === 12 ? { ...sample, profile: '{"drone":{"name":"\\u0000"}}' } : sample;
      });
      const batch = {
        journalId: 'poison',
        position: 77,
        samples: poisoned,
        anomalies: [anomalyOf('poison')],
        records: [],
      };
      const bad = anomalyOf('poison', { anomalyId: 'a-2', data: '{"text":"\\u0000"}', droneId: 'drone-bad' });
      expect((await projection.write({ ...batch, anomalies: [...batch.anomalies, bad] })).stored).toBe(18);
      expect(refused.map((text) => text.split(':')[0]).sort()).toEqual([
        'drone-11',
        'drone-12',
        'drone-3',
        'drone-bad',
      ]);
      expect(await projection.position('poison')).toBe(77);
    });

    test('a sender’s clock cannot make partitions without end', async () => {
      const own = { tenant: 'clock' };
      const samples = Array.from({ length: 3000 }, (_, day) =>
        sampleOf({ seq: day, timeUs: NOW_US - (day + 41) * DAY_US }, own),
      );
      expect((await projection.write(batchOf(samples))).stored).toBe(3000);
      const counted =
        "SELECT count(*)::integer AS count FROM pg_inherits WHERE inhparent = 'skein_telemetry'::regclass";
      expect((await first(counted)).count).toBeLessThan(50);
      const { items } = await store.telemetry({ ...own, droneId: 'drone-1', limit: 5000, order: 'oldest' });
      expect(items).toHaveLength(3000);
    });

    test('a day that began among the late ones stays there', async () => {
      const own = { tenant: 'slow-clock' };
      const day = NOW_US - 1000 * DAY_US;
      await projection.write(batchOf([sampleOf({ seq: 1, timeUs: day }, own)]));
      const inTime = sampleOf({ seq: 2, timeUs: day + 1 }, { ...own, receivedAtMs: day / 1000 + 1000 });
      expect((await projection.write(batchOf([inTime]))).stored).toBe(1);
      expect((await store.telemetry({ ...own, droneId: 'drone-1', ...page })).items).toHaveLength(2);
    });

    test('after its connections were cut the same batch is written again, once', async () => {
      const batch = batchOf([
        sampleOf({ seq: 1 }, { tenant: 'cut' }),
        sampleOf({ seq: 2 }, { tenant: 'cut' }),
      ]);
      const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'skein' AND datname = current_database()`;
      await projection.write(batch);
      await sql.query(cut);
      // The cut may be noticed only by being used.
      await Promise.allSettled([projection.write(batch), store.ping()]);
      expect(await projection.write(batch)).toEqual({ stored: 0, repeated: 2 });
      await expect(store.ping()).resolves.toBeUndefined();
    });

    test('where no server answers, opening fails with a sentence', async () => {
      const url = 'postgres://nobody@127.0.0.1:1/none';
      await expect(openPostgresStore({ url, poolMax: 1 })).rejects.toThrow('PostgreSQL cannot be reached');
      await expect(openPostgresProjection({ url })).rejects.toThrow('PostgreSQL cannot be reached');
    });

    test('the audit log cannot be changed by SQL either', async () => {
      const entry = {
        atMs: NOW_MS,
        tenant: 't',
        actor: 'a',
        action: 'b',
        target: 'c',
        outcome: 'ok',
      } as const;
      await store.appendAudit(entry);
      await expect(sql.query("UPDATE audit_log SET actor = 'x'")).rejects.toThrow('append-only');
      await expect(sql.query('DELETE FROM audit_log')).rejects.toThrow('append-only');
    });

    test('every relation of the contract is there with its columns', async () => {
      const named = {
        missions: 'status, completed_at, actual_duration_minutes',
        charging_sessions: 'start_battery_percentage, end_battery_percentage, start_time, end_time',
        coordination_events: 'event_type, resolution_time_ms, created_at',
        drone_telemetry_snapshots: 'snapshot_time, drone_id, distance_traveled_m',
        drone_telemetry: 'id, session_id, drone_id, timestamp, data, received_at, processed',
        drone_anomalies: 'id, session_id, drone_id, timestamp, anomaly_type, severity, data, acknowledged',
        ...{
          hourly_analytics: 'id',
          performance_metrics: 'id',
          trends: 'id',
          insights: 'id',
          api_keys: 'id',
        },
        ...{ audit_log: 'id', commands: 'id', geofences: 'id' },
      };
      for (const [name, columns] of Object.entries(named))
        await sql.query(`SELECT ${columns} FROM ${name} LIMIT 1`);
    });
  },
);
