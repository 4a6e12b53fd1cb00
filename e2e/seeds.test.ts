import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connectDrone } from '@skein/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { newSession, telemetryOf } from './messages.ts';
import { request } from './requests.ts';
import { createHome, type Home, type Server } from './server.ts';
import { type Json, TestSocket } from './socket.ts';
import { readStored } from './stored.ts';

/** The examples of guide A, word for word but for the ports and the key. */

const run = promisify(execFile);
const client = (name: string) => fileURLToPath(new URL(`./clients/${name}`, import.meta.url));
const python = await run('python3', ['--version']).then(
  () => true,
  () => false,
);

let home: Home;
let server: Server;
let key: string;

beforeAll(async () => {
  home = await createHome();
  // Before the start: a server that runs takes up to a second to learn of a key.
  ({ key } = await home.createKey('--name', 'guide A'));
  server = await home.start();
});
afterAll(() => home.remove());

const headers = { 'Content-Type': 'application/json' };

it("takes guide A's curl call for telemetry, and gives back what was sent", async () => {
  const body = `{
    "sessionId": "test-session",
    "timestamp": "2025-06-01T12:00:00.000Z",
    "drone": {"id": "test-drone"},
    "position": {"x": 100, "y": 200, "z": 50},
    "telemetry": {"battery": 85, "signal": 95}
  }`;
  const reply = await request(`${server.httpUrl}/api/drone/telemetry`, {
    method: 'POST',
    headers,
    key,
    body,
  });
  expect(reply.status).toBe(200);
  expect(reply.body).toMatchObject({
    status: 'success',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    dataId: expect.stringMatching(/./),
    message: 'Telemetry data received successfully',
  });
  const found = await request(`${server.httpUrl}/api/telemetry/${reply.body['dataId']}`, { key });
  expect(found.body['data']).toEqual(JSON.parse(body));
});

it("takes guide A's curl call for an anomaly", async () => {
  const body = `{
    "sessionId": "test-session",
    "timestamp": "2025-06-01T12:00:00.000Z",
    "anomaly": {"type": "battery_low", "severity": "medium"},
    "drone": {"id": "test-drone"}
  }`;
  const reply = await request(`${server.httpUrl}/api/drone/anomaly`, { method: 'POST', headers, key, body });
  expect(reply.status).toBe(200);
  expect(reply.body).toMatchObject({ status: 'success', message: 'Anomaly report processed' });
});

it("answers guide A's wscat line, which lacks position and telemetry, by naming what is missing", async () => {
  const socket = await TestSocket.open(server.ingestUrl, { key });
  await socket.nextOf('connection_ack');
  socket.send(
    '{"sessionId":"test-session","timestamp":"2025-06-01T12:00:00.000Z","drone":{"id":"test-drone"}}',
  );
  expect(await socket.nextOf('error')).toMatchObject({
    status: 'error',
    message: 'Invalid drone data structure',
    error: { code: 'VALIDATION_ERROR', details: { field: 'position' } },
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  socket.close();
});

function expectGuideA(output: string): void {
  const [connected, refused] = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
  expect(connected).toMatchObject({
    type: 'connection_ack',
    status: 'connected',
    timestamp: expect.any(String),
  });
  expect(refused).toMatchObject({ type: 'error', message: 'Invalid JSON format' });
}

it('serves a WebSocket client in Node as guide A writes one; nothing it does not know is sent to it', async () => {
  const { stdout } = await run(process.execPath, [client('websocket-client.mjs'), server.ingestUrl, key]);
  expectGuideA(stdout);
  const [newest] = await readStored({ ...server, key }, 'drone-001');
  expect(newest?.data).toMatchObject({ sensors: { magnetometer: { y: -15.7 } }, mission: { waypoint: 3 } });
});

it.skipIf(!python)(
  `serves a WebSocket client in Python${python ? '' : ' (skipped: no python3 here)'}`,
  async () => {
    const { port } = new URL(server.ingestUrl);
    const { stdout } = await run('python3', [client('websocket_client.py'), '127.0.0.1', port, key]);
    expectGuideA(stdout);
    const [newest] = await readStored({ ...server, key }, 'drone-001');
    expect(newest).toMatchObject({ timestamp: '2025-06-01T12:00:01.000Z' });
  },
);

it("works with guide A's hybrid configuration: one row however many ways a report comes", async () => {
  const config = {
    streamingMethod: 'hybrid',
    websocket: { url: server.ingestUrl, enabled: true },
    http: { endpoint: `${server.httpUrl}/api/drone/telemetry`, interval: 5000, enabled: true },
  } as const;
  const drone = connectDrone({ ...config, key, WebSocket });
  const sessionId = newSession();
  const startMs = Date.now() - 60_000;
  for (let n = 0; n < 20; n += 1) {
    const timestamp = new Date(startMs + n * 1000).toISOString();
    expect(drone.send(telemetryOf({ droneId: 'hybrid-1', sessionId, timestamp }))).toBe(true);
  }
  expect(await drone.flush(30_000)).toBe(true);
  expect(drone.stats()).toMatchObject({ sent: 20, acked: 20, rejected: 0, dropped: 0, errors: 0 });
  drone.close();
  const stored = await readStored({ ...server, key }, 'hybrid-1');
  expect(stored.map(({ timestamp }) => Date.parse(timestamp))).toEqual(
    Array.from({ length: 20 }, (_, n) => startMs + (19 - n) * 1000),
  );
});
