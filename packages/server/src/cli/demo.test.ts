import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callSkein, callSkeinIn } from './call-skein.contract.ts';

interface Ready {
  readonly ready: true;
  readonly http: number;
  readonly ingest: number;
  readonly gateway: number;
  readonly operatorKey: string;
  readonly flights: readonly string[];
}

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'skein-demo-'));
let child: ChildProcess;
let ready: Ready;

beforeAll(async () => {
  const recordings = join(directory, 'recordings');
  mkdirSync(recordings);
  writeFileSync(join(recordings, 'broken.ulg'), 'no log at all');
  writeFileSync(join(recordings, 'indoors.csv'), 'x,y,z\n1,2,3\n1,2,4\n');
  writeFileSync(
    join(recordings, 'over-bern.csv'),
    'time_s,latitude,longitude,altitude_m\n0,46.9481,7.4475,600\n1,46.9482,7.4475,601\n2,46.9483,7.4475,602\n',
  );
  [child, ready] = await startDemo();
});
afterAll(async () => {
  await stopDemo('SIGKILL');
  rmSync(directory, { recursive: true });
});

async function startDemo(): Promise<[ChildProcess, Ready]> {
  const argv = [
    '--conditions=source',
    MAIN,
    'demo',
    '--drones',
    '5',
    '--port',
    '0',
    '--json',
    '--data-dir',
    directory,
  ];
  const started = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(
    createInterface(started.stdout as NonNullable<typeof started.stdout>),
    'line',
  )) as [string];
  return [started, JSON.parse(line) as Ready];
}

async function stopDemo(signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const ended = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  const [code] = await ended;
  return code;
}

async function get(path: string): Promise<{ total?: number; items?: readonly unknown[] }> {
  const headers = { authorization: `Bearer ${ready.operatorKey}` };
  const response = await fetch(`http://127.0.0.1:${ready.http}${path}`, { headers });
  return (await response.json()) as { total?: number; items?: readonly unknown[] };
}

const connection = () => [
  '--url',
  `ws://127.0.0.1:${ready.ingest}`,
  '--http-url',
  `http://127.0.0.1:${ready.http}`,
];

test('the printed key sees the simulated fleet, and beside it the recorded flight at its own place', async () => {
  await expect.poll(async () => (await get('/api/drones')).total, { timeout: 20_000 }).toBe(6);
  expect(ready.flights).toEqual(['over-bern']);
  await expect
    .poll(async () => (await get('/api/drones/over-bern/telemetry?limit=1')).items, { timeout: 20_000 })
    .toMatchObject([{ data: { position: { gps: { longitude: 7.4475 } } } }]);
});

test('a recorded flight begins again when it is over', async () => {
  const flown = async () => {
    const items = (await get('/api/drones/over-bern/telemetry?limit=100')).items as { sessionId: string }[];
    return new Set(items.map(({ sessionId }) => sessionId)).size;
  };
  await expect.poll(flown, { timeout: 20_000 }).toBeGreaterThan(1);
});

test('the key is kept for its owner only', () => {
  expect(statSync(join(directory, 'demo-keys.json')).mode & 0o777).toBe(0o600);
});

test.each(['websocket', 'http', 'hybrid'])('everything a fleet sends by %s is acknowledged', async (mode) => {
  const env = { SKEIN_KEY: ready.operatorKey };
  const fleet = ['--drones', '3', '--id-style', 'underscore', '--rate-hz', '10', '--seconds', '1'];
  const { code, out } = await callSkeinIn(
    env,
    'simulate',
    ...connection(),
    '--mode',
    mode,
    ...fleet,
    '--json',
  );
  const { sent, acked, rejected } = JSON.parse(out) as { sent: number; acked: number; rejected: number };
  expect([code, acked, rejected]).toEqual([0, sent, 0]);
  await expect
    .poll(async () => (await get('/api/drones/drone_2/telemetry?limit=1')).items, { timeout: 5000 })
    // What brought it, in hybrid mode too.
    .toMatchObject([{ data: { metadata: { transmissionMethod: mode === 'http' ? 'http' : 'websocket' } } }]);
});

test('a fleet flies where it is told to, in the wind it is told, and its faults are named at the end', async () => {
  const fleet = ['--drones', '2', '--id-style', 'underscore', '--rate-hz', '10', '--seconds', '1'];
  const world = ['--origin', '-33.9,18.4,20', '--wind', '9,135', '--faults', '3600', '--time-factor', '20'];
  const { out } = await callSkeinIn(
    { SKEIN_KEY: ready.operatorKey },
    'simulate',
    ...connection(),
    ...fleet,
    ...world,
    '--json',
  );
  const { labels } = JSON.parse(out) as { labels: { droneId: string; type: string }[] };
  expect(labels.length).toBeGreaterThan(0);
  expect(labels[0]?.droneId).toMatch(/^drone_[01]$/);
  const southernmost = async () => {
    const { items } = (await get('/api/drones/drone_0/telemetry?limit=10')) as {
      items: { data: { position: { gps?: { latitude: number } } } }[];
    };
    return Math.min(...items.map(({ data }) => data.position.gps?.latitude ?? 0));
  };
  await expect.poll(southernmost, { timeout: 5000 }).toBeCloseTo(-33.9, 1);
});

test('an order reaches a drone that only speaks HTTP', async () => {
  const headers = { authorization: `Bearer ${ready.operatorKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ command: 'takeoff', params: { altitude: 10 } });
  const ask = async (path: string, init = {}) =>
    (await (await fetch(`http://127.0.0.1:${ready.http}${path}`, { headers, ...init })).json()) as {
      commandId?: string;
      result?: string;
    };
  const http = ['--mode', 'http', '--drones', '2', '--id-style', 'underscore', '--rate-hz', '2'];
  const env = { SKEIN_KEY: ready.operatorKey };
  const flying = callSkeinIn(env, 'simulate', ...connection(), ...http, '--seconds', '5', '--json');
  let commandId: string | undefined;
  const order = async () => {
    ({ commandId } = await ask('/api/drones/drone_1/commands', { method: 'POST', body }));
    return commandId;
  };
  await expect.poll(order, { timeout: 5000, interval: 200 }).toBeDefined();
  await expect
    .poll(async () => (await ask(`/api/commands/${commandId}`)).result, { timeout: 5000 })
    .toBeDefined();
  expect((await flying).code).toBe(0);
});

test.each([
  ['--wind', '3'],
  ['--wind', '3,400'],
  ['--origin', '91,0,0'],
  ['--faults', 'many'],
])('%s %s is wrong usage of simulate', async (option, value) => {
  const { code, notes } = await callSkein('simulate', ...connection(), option, value);
  expect([code, notes]).toEqual([2, expect.stringContaining(option)]);
});

test('a recorded flight becomes a drone with a history', async () => {
  const file = join(directory, 'survey.csv');
  writeFileSync(
    file,
    'time_s,latitude,longitude,altitude_m\n0,47.1,8.5,500\n1,47.1001,8.5,501\n2,47.1002,8.5,502\n',
  );
  const more = ['--key', ready.operatorKey, '--speed', '0', '--drone', 'survey-7', '--json'];
  const { code, out } = await callSkein('replay', file, ...connection(), ...more);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ sent: 3, acked: 3, complete: true, droneId: 'survey-7' });
  expect((await get('/api/drones/survey-7/telemetry')).items).toHaveLength(3);
});

test('what is no flight log is a failure that says so', async () => {
  const file = join(directory, 'no-flight.csv');
  writeFileSync(file, 'dear diary\n');
  const { code, notes } = await callSkein('replay', file, ...connection(), '--key', 'k');
  expect([code, notes]).toEqual([1, expect.stringMatching(/no-flight\.csv cannot be replayed: /)]);
});

test('a key made by the command line counts on the running server, and its revocation too', async () => {
  const env = { DATA_DIR: directory };
  const { id, key } = JSON.parse((await callSkeinIn(env, 'keys', 'create', '--name', 'late', '--json')).out);
  const status = async () => {
    const headers = { authorization: `Bearer ${key}` };
    return (await fetch(`http://127.0.0.1:${ready.http}/api/drones`, { headers })).status;
  };
  await expect.poll(status, { timeout: 5000 }).toBe(200);
  await callSkeinIn(env, 'keys', 'revoke', id);
  await expect.poll(status, { timeout: 5000 }).toBe(401);
});

test('a second server on the same data is refused with a sentence', async () => {
  const env = { DATA_DIR: directory };
  const { code, notes } = await callSkeinIn(env, 'serve', '--port', '0');
  expect([code, notes]).toEqual([1, expect.stringContaining('another Skein server already runs')]);
});

test('the demo is for this machine only', async () => {
  const { code, notes } = await callSkeinIn({ HOST: '0.0.0.0', BEHIND_PROXY: 'true' }, 'demo', '--port', '0');
  expect([code, notes]).toEqual([2, expect.stringContaining('loopback only')]);
});

// Last before the restart: an address that shows wrong keys is locked out for a while.
test('a fleet whose key is wrong is a failure', async () => {
  const fleet = ['--key', 'wrong', '--rate-hz', '10', '--seconds', '0.5', '--wait-s', '0.5'];
  const { code, notes } = await callSkein('simulate', ...connection(), ...fleet);
  expect([code, notes]).toEqual([1, expect.stringContaining('Nothing was acknowledged')]);
});

test('told to stop it ends in order with 0, and starts again with the same key and the same drones', async () => {
  const before = ready.operatorKey;
  expect(await stopDemo('SIGTERM')).toBe(0);
  [child, ready] = await startDemo();
  expect(ready.operatorKey).toBe(before);
  expect((await get('/api/drones/survey-7/telemetry')).items).toHaveLength(3);
  expect(JSON.parse(readFileSync(join(directory, 'demo-keys.json'), 'utf8'))).toMatchObject({
    operator: before,
  });
});
