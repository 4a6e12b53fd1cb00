import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import {
  isRefusal,
  type ProjectedSample,
  type Projection,
  type Store,
  sessionText,
  toPlace,
  toSample,
  toTelemetryRow,
} from '@skein/core';
import { Client } from 'pg';
import { openProjection, openStore } from '../packages/server/src/adapters/store.ts';

/**
 * How many rows a second a store takes, beside guide A's own way (one INSERT of the whole JSON per message, each
 * awaited), and how long the latest 100 of one drone take among them. The test databases are dropped afterwards.
 */

const DRONES = 1000;
const BATCH = 5000;
const PERIOD_MS = 60_000;
const START_MS = Date.UTC(2025, 5, 1);
const OWN_WAY_MS = 5000;
const READS = 1000;
const WARM_UP = 100;

interface Place {
  openStore(): Promise<Store>;
  openProjection(): Promise<Projection>;
  /** Stores messages A's way for some seconds; returns rows per second. */
  ownWay(): Promise<number>;
  bytes(): Promise<number>;
  drop(): Promise<void>;
}

/** The message of guide A, 728 bytes as JSON, with the numbers of drone `n` at its report `k`. */
function messageOf(n: number, k: number) {
  return {
    sessionId: `3f2504e0-4f89-41d3-9a0c-${String(n).padStart(12, '0')}`,
    timestamp: new Date(START_MS + k * PERIOD_MS).toISOString(),
    seq: k,
    drone: { id: droneId(n), name: 'Primary Surveillance Drone', model: 'DJI-X1000', status: 'active' },
    position: {
      ...{ x: 150 + (k % 1000) * 0.13, y: 200 - (k % 700) * 0.21, z: 50 + (k % 30) * 0.1 },
      gps: { latitude: 40.7128 + n * 1e-4 + k * 1e-6, longitude: -74.006 + k * 1.3e-6, altitude: 50.4 },
    },
    telemetry: {
      ...{ battery: 100 - (k % 80), signal: 95 - (k % 7), temperature: 22.5 + (k % 10) * 0.1 },
      ...{ speed: 12.3 + (k % 5) * 0.37, heading: (k * 7.3) % 360 },
    },
    sensors: {
      accelerometer: { x: 0.1 + (k % 9) * 0.011, y: 0.2, z: 9.8 + (k % 11) * 0.003 },
      gyroscope: { x: 0.05, y: -0.03 + (k % 13) * 0.001, z: 0.01 },
      magnetometer: { x: 25.3 + (k % 17) * 0.07, y: -15.7, z: 42.1 },
    },
    mission: { id: 'mission-001', waypoint: k % 10, totalWaypoints: 10, missionType: 'surveillance' },
    metadata: { transmissionMethod: 'websocket', dataVersion: '1.0', compression: false },
  };
}

const droneId = (n: number) => `drone-${String(n).padStart(3, '0')}`;

const keys = Array.from({ length: DRONES }, (_, n) => {
  const { sessionId } = messageOf(n, 0);
  const text = sessionText({ tenant: 'default', droneId: droneId(n), sessionId });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
});

/** What the projector makes of the bytes in the journal. */
function project(bytes: string, sessionKey: string): ProjectedSample {
  const raw: unknown = JSON.parse(bytes);
  const sample = toSample(raw, {
    tenant: 'default',
    channel: 'websocket',
    receivedAtMs: START_MS + 365 * 86_400_000,
  });
  if (isRefusal(sample)) throw new Error(sample.message);
  const { tenant, sessionId, seq, timeUs, channel } = sample;
  return {
    ...toTelemetryRow(sample, raw),
    ...{ tenant, droneId: sample.droneId, sessionId, sessionKey, seq, timeUs, channel },
    place: toPlace(seq, timeUs),
    receivedAtMs: timeUs / 1000,
  };
}

interface Written {
  /** In `write` alone. */
  readonly rowsPerS: number;
  /** In `write` alone, the last tenth of the rows. */
  readonly lastRowsPerS: number;
  /** With JSON.parse, validation and taking apart, in the same thread. */
  readonly wholeRowsPerS: number;
}

async function write(projection: Projection, rows: number, say: (text: string) => void): Promise<Written> {
  let [writeMs, wholeMs, lastMs, lastRows] = [0, 0, 0, 0];
  for (let start = 0; start < rows; start += BATCH) {
    const indexes = Array.from({ length: Math.min(BATCH, rows - start) }, (_, at) => start + at);
    const frames = indexes.map((index) =>
      JSON.stringify(messageOf(index % DRONES, Math.floor(index / DRONES))),
    );
    const begun = performance.now();
    const samples = frames.map((frame, at) => project(frame, keys[(start + at) % DRONES] as string));
    const parsed = performance.now();
    const report = await projection.write({
      journalId: 'bench',
      position: start,
      samples,
      anomalies: [],
      records: [],
    });
    const ended = performance.now();
    if (report.stored !== samples.length)
      throw new Error(`Only ${report.stored} of ${samples.length} were stored.`);
    writeMs += ended - parsed;
    wholeMs += ended - begun;
    if (start >= rows * 0.9) {
      lastMs += ended - parsed;
      lastRows += samples.length;
    }
    if (start % 1_000_000 === 0)
      say(`${start + samples.length} rows, ${perS(start + samples.length, writeMs)} rows/s`);
  }
  return {
    rowsPerS: perS(rows, writeMs),
    lastRowsPerS: perS(lastRows, lastMs),
    wholeRowsPerS: perS(rows, wholeMs),
  };
}

const perS = (rows: number, ms: number): number => Math.round((rows / ms) * 1000);

async function read(store: Store): Promise<{ p50Ms: number; p99Ms: number }> {
  const times: number[] = [];
  for (let at = 0; at < WARM_UP + READS; at += 1) {
    const asked = {
      tenant: 'default',
      droneId: droneId((at * 37) % DRONES),
      limit: 100,
      order: 'newest',
    } as const;
    const begun = performance.now();
    const { items } = await store.telemetry(asked);
    if (at >= WARM_UP) times.push(performance.now() - begun);
    if (items.length === 0) throw new Error(`Nothing is stored of ${asked.droneId}.`);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => Number((times[Math.floor(times.length * share)] as number).toFixed(2));
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function timed(insert: (n: number, k: number) => Promise<unknown> | unknown): Promise<number> {
  const begun = performance.now();
  let rows = 0;
  while (performance.now() - begun < OWN_WAY_MS) {
    await insert(rows % DRONES, Math.floor(rows / DRONES));
    rows += 1;
  }
  return perS(rows, performance.now() - begun);
}

async function createSqlitePlace(): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), 'skein-bench-'));
  return {
    openStore: () => openStore({ dataDir, pgPoolMax: 1 }),
    openProjection: () => openProjection({ dataDir }),
    ownWay: async () => {
      const db = new DatabaseSync(join(dataDir, 'own.db'));
      db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE drone_telemetry (
        id INTEGER PRIMARY KEY, session_id TEXT, drone_id TEXT, timestamp TEXT, data TEXT)`);
      const insert = db.prepare(
        'INSERT INTO drone_telemetry (session_id, drone_id, timestamp, data) VALUES (?, ?, ?, ?)',
      );
      const rowsPerS = await timed((n, k) => {
        const message = messageOf(n, k);
        insert.run(message.sessionId, message.drone.id, message.timestamp, JSON.stringify(message));
      });
      db.close();
      await rm(join(dataDir, 'own.db'));
      return rowsPerS;
    },
    bytes: async () => {
      const sizes = (await readdir(dataDir)).map(async (name) => (await stat(join(dataDir, name))).size);
      return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    },
    drop: () => rm(dataDir, { recursive: true }),
  };
}

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function createPostgresPlace(serverUrl: string): Promise<Place> {
  const name = `skein_bench_${randomUUID().replaceAll('-', '')}`;
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const databaseUrl = url.href;
  return {
    openStore: () => openStore({ databaseUrl, dataDir: '', pgPoolMax: 5 }),
    openProjection: () => openProjection({ databaseUrl, dataDir: '' }),
    ownWay: () =>
      withClient(databaseUrl, async (client) => {
        await client.query(`CREATE SCHEMA own; CREATE TABLE own.drone_telemetry (
          id SERIAL PRIMARY KEY, session_id VARCHAR(255) NOT NULL, drone_id VARCHAR(255) NOT NULL,
          timestamp TIMESTAMP NOT NULL, data JSONB NOT NULL, received_at TIMESTAMP DEFAULT NOW(),
          processed BOOLEAN DEFAULT FALSE)`);
        const text = `INSERT INTO own.drone_telemetry (session_id, drone_id, timestamp, data)
          VALUES ($1, $2, $3, $4) RETURNING id`;
        const rowsPerS = await timed((n, k) => {
          const message = messageOf(n, k);
          const values = [message.sessionId, message.drone.id, message.timestamp, JSON.stringify(message)];
          return client.query({ name: 'own', text, values });
        });
        await client.query('DROP SCHEMA own CASCADE');
        return rowsPerS;
      }),
    bytes: () =>
      withClient(databaseUrl, async (client) => {
        const { rows } = await client.query('SELECT pg_database_size(current_database()) AS bytes');
        return Number(rows[0].bytes);
      }),
    drop: async () => {
      await withClient(serverUrl, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', default: 'sqlite' },
      rows: { type: 'string', default: '1000000' },
      url: { type: 'string', default: 'postgres://root@127.0.0.1:5432/postgres' },
      json: { type: 'boolean', default: false },
    },
  });
  const rows = Number(values.rows);
  const say = (text: string) => void (values.json || process.stdout.write(`${text}\n`));
  const place =
    values.engine === 'postgres' ? await createPostgresPlace(values.url) : await createSqlitePlace();
  try {
    const insertPerMessageRowsPerS = await place.ownWay();
    say(`one INSERT per message: ${insertPerMessageRowsPerS} rows/s`);
    const projection = await place.openProjection();
    const written = await write(projection, rows, say);
    const store = await place.openStore();
    const latest = await read(store);
    await Promise.all([store.close(), projection.close()]);
    const ratio = Number((written.rowsPerS / insertPerMessageRowsPerS).toFixed(1));
    const bytesPerRow = Math.round((await place.bytes()) / rows);
    const result = {
      engine: values.engine,
      rows,
      ...written,
      insertPerMessageRowsPerS,
      ratio,
      latest100: latest,
      bytesPerRow,
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    await place.drop();
  }
}

await main();
