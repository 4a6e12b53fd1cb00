import { afterEach, beforeEach, expect, it } from 'vitest';
import { type IngestServer, openIngestServer } from '../test/ingest-server.ts';
import { createManualTimers } from '../test/manual-timers.ts';
import { order } from '../test/samples.ts';
import type { Drone, DroneConfig, LineError } from './index.ts';
import { connectDrone } from './index.ts';

let server: IngestServer;
const drones: Drone[] = [];

beforeEach(async () => {
  server = await openIngestServer();
});

afterEach(async () => {
  for (const drone of drones.splice(0)) drone.close();
  await server.stop();
});

function connect(config: DroneConfig): Drone {
  const drone = connectDrone({ url: server.url, random: () => 0, ...config });
  drones.push(drone);
  return drone;
}

it('starts a new connection when two beats stay without an answer', async () => {
  const { timers, advance } = createManualTimers();
  server.behaviour.heartbeats = false;
  const drone = connect({ timers, heartbeatInterval: 30_000, droneId: 'drone-001' });
  const errors: LineError[] = [];
  drone.on('error', (error) => errors.push(error));
  await server.until(() => server.frames.length === 2);
  expect(server.frames.map(({ type }) => type)).toEqual(['hello', 'heartbeat']);
  // An answer to an order shows that everything said before has been heard.
  server.say(order('c-1'));
  await server.until(() => server.frames.length === 3);
  await advance(60_000);
  expect(errors).toEqual([]);
  await advance(30_000);
  expect(errors).toMatchObject([{ code: 'TIMEOUT_ERROR' }]);
  await server.until(() => server.upgrades.length === 2);
  expect(drone.stats().errors).toBe(1);
});

it('begins the backoff anew once a connection has proved to work', async () => {
  const { timers, waits, advance } = createManualTimers();
  connect({ timers, reconnectInterval: 1000, random: () => 0.5, heartbeatInterval: 60_000 });
  const answered = () => server.frames.filter(({ type }) => type === 'command_ack').length;
  for (const round of [1, 2, 3]) {
    await server.until(() => server.upgrades.length === round && server.frames.length === 2 * round - 1);
    server.say(order(`c-${round}`));
    await server.until(() => answered() === round);
    server.cut();
    await expect.poll(waits).toEqual([500]);
    await advance(500);
  }
});

it('does not expect answers of a plain guide A server', async () => {
  const { timers, advance } = createManualTimers();
  server.behaviour.heartbeats = false;
  const drone = connect({ timers, heartbeatInterval: 1000, ack: 'none' });
  await server.until(() => server.frames.length === 1);
  await advance(10_000);
  await server.until(() => server.frames.length === 11);
  expect(drone.stats()).toMatchObject({ errors: 0, reconnects: 0 });
});
