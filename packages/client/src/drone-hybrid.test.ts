import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Data, type IngestServer, openIngestServer } from '../test/ingest-server.ts';
import { createManualTimers } from '../test/manual-timers.ts';
import { sample } from '../test/samples.ts';
import type { ChannelState, Drone, DroneConfig } from './index.ts';
import { connectDrone } from './index.ts';

const WAIT_MS = 30_000;
/** Two listeners, as guide A has it: WebSocket and HTTP on ports of their own. */
let sockets: IngestServer;
let http: IngestServer;
const drones: Drone[] = [];

beforeEach(async () => {
  [sockets, http] = await Promise.all([openIngestServer(), openIngestServer()]);
});

afterEach(async () => {
  for (const drone of drones.splice(0)) drone.close();
  await Promise.all([sockets.stop(), http.stop()]);
});

function connect(config: DroneConfig = {}, interval = 1): Drone {
  const drone = connectDrone({
    streamingMethod: 'hybrid',
    websocket: { url: sockets.url, enabled: true },
    http: { endpoint: http.endpoint, interval, enabled: true },
    reconnectInterval: 1,
    ...config,
  });
  drones.push(drone);
  return drone;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const seqs = (data: Iterable<Data>) => [...data].map(({ seq }) => seq);
const reaches = (drone: Drone, state: ChannelState) =>
  new Promise<void>((resolve) => {
    if (drone.stats().channel === state) resolve();
    drone.on('state', ({ channel }) => channel === state && resolve());
  });

describe('a drone in hybrid mode', () => {
  it('carries every message over both channels and counts it once', async () => {
    const drone = connect();
    for (const seq of upTo(20)) drone.send({ ...sample(seq), metadata: { dataVersion: '1.0' } });
    expect(await drone.flush(WAIT_MS)).toBe(true);
    await http.until(() => http.stored.size === 20);
    await sockets.until(() => sockets.stored.size === 20);
    await reaches(drone, 'both');
    expect(drone.stats()).toMatchObject({ sent: 20, acked: 20, resent: 0, buffered: 0 });
    const methods = (server: IngestServer) =>
      new Set(server.received.map(({ metadata }) => metadata?.transmissionMethod));
    expect(methods(sockets)).toEqual(new Set(['websocket']));
    expect(methods(http)).toEqual(new Set(['http']));
  });

  it('delivers over the WebSocket at once, over HTTP at its interval', async () => {
    const { timers, advance } = createManualTimers();
    const drone = connect({ timers, heartbeatInterval: 0 }, 5000);
    const acked = new Promise<string>((resolve) => drone.on('acked', ({ channel }) => resolve(channel)));
    drone.send(sample(0));
    expect(await acked).toBe('websocket');
    await advance(4999);
    expect(http.received).toEqual([]);
    await advance(1);
    await http.until(() => http.received.length === 1);
  });

  it('carries everything over HTTP while the WebSocket is down, and goes back to both', async () => {
    const drone = connect();
    await reaches(drone, 'both');
    await sockets.stop();
    await reaches(drone, 'http');
    for (const seq of upTo(20)) drone.send(sample(seq));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(seqs(http.stored.values())).toEqual(upTo(20));
    await sockets.start();
    await reaches(drone, 'both');
    drone.send(sample(20));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    await sockets.until(() => sockets.received.length === 1);
    expect(seqs(sockets.received)).toEqual([20]);
    expect(drone.stats()).toMatchObject({ acked: 21, reconnects: 1 });
  });

  it('needs HTTP for nothing while the WebSocket works', async () => {
    await http.stop();
    const drone = connect();
    for (const seq of upTo(20)) drone.send(sample(seq));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(drone.stats()).toMatchObject({ acked: 20, channel: 'websocket' });
    await http.start();
  });

  it('waits for the answer of HTTP where the WebSocket gives none', async () => {
    const drone = connect({ ack: 'none' });
    drone.send(sample(0));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(drone.stats()).toMatchObject({ acked: 1, unconfirmed: 0 });
    expect(http.stored.size).toBe(1);
  });
});
