import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newSession, telemetryOf } from './messages.ts';
import { request } from './requests.ts';
import { createHome, type Home, type Server } from './server.ts';
import { refusedUpgrade, TestSocket } from './socket.ts';

const MAX_CONNECTIONS = 5;
let home: Home;
let server: Server;

beforeAll(async () => {
  home = await createHome({
    settings: {
      AUTH_MODE: 'open',
      MAX_CONNECTIONS: String(MAX_CONNECTIONS),
      HEARTBEAT_INTERVAL_MS: '200',
      IDLE_TIMEOUT_MS: '2500',
    },
  });
  server = await home.start();
});
afterAll(() => home.remove());

it('one connection too many is refused with 503 until another has gone', async () => {
  const open = () => TestSocket.open(server.ingestUrl);
  const sockets = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, open));
  const refused = await refusedUpgrade(server.ingestUrl);
  expect(refused).toMatchObject({
    status: 503,
    headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
    body: {
      status: 'error',
      error: {
        code: 'SERVICE_UNAVAILABLE',
        message: 'Maximum connections exceeded',
        details: { reason: 'max_connections', limit: MAX_CONNECTIONS },
      },
    },
  });
  expect((await request(`${server.httpUrl}/health`)).status).toBe(200);
  sockets[0]?.close();
  await sockets[0]?.closed;
  const late = await open();
  for (const socket of [...sockets, late]) socket.close();
  await Promise.all([...sockets, late].map(({ closed }) => closed));
});

it('a hundred bad messages end a connection with 1008; ninety-nine do not', async () => {
  const socket = await TestSocket.open(`${server.ingestUrl}/?ack=each`);
  for (let n = 0; n < 99; n += 1) socket.send('not JSON');
  socket.send(telemetryOf({ droneId: 'patient', sessionId: newSession() }));
  await socket.nextOf('telemetry_ack');
  socket.send('not JSON');
  expect(await socket.closed).toMatchObject({ code: 1008 });
});

it('a message over 64 KiB ends a connection with 1009', async () => {
  const socket = await TestSocket.open(server.ingestUrl);
  socket.send({ padding: 'x'.repeat(65_536) });
  expect(await socket.closed).toMatchObject({ code: 1009 });
});

it('heartbeats are answered, and the server pings by itself', async () => {
  const socket = await TestSocket.open(server.ingestUrl);
  expect(await socket.nextOf('connection_ack')).toMatchObject({ heartbeatIntervalMs: 200 });
  socket.send({ type: 'heartbeat' });
  expect(await socket.nextOf('heartbeat_ack')).toMatchObject({ timestamp: expect.any(String) });
  socket.send({ type: 'ping' });
  await socket.nextOf('pong');
  await once(socket.ws, 'ping');
  socket.close();
});

it('a connection that answers no ping is closed; one that does and says nothing else is kept', async () => {
  const [mute, alive] = await Promise.all([
    TestSocket.open(server.ingestUrl, { autoPong: false }),
    TestSocket.open(server.ingestUrl),
  ]);
  await mute.closed;
  alive.send({ type: 'ping' });
  await alive.nextOf('pong');
  alive.close();
});
