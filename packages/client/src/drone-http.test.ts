import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IngestServer, openIngestServer, type Request } from '../test/ingest-server.ts';
import { createManualTimers } from '../test/manual-timers.ts';
import { anomaly, sample } from '../test/samples.ts';
import type { Acked, Drone, DroneConfig, LineError, Rejected } from './index.ts';
import { connectDrone } from './index.ts';

const WAIT_MS = 30_000;
let server: IngestServer;
const drones: Drone[] = [];

beforeEach(async () => {
  server = await openIngestServer();
});

afterEach(async () => {
  for (const drone of drones.splice(0)) drone.close();
  await server.stop();
});

function connect(config: DroneConfig = {}, interval = 0): Drone {
  const http = { endpoint: server.endpoint, interval };
  const drone = connectDrone({
    streamingMethod: 'http',
    http,
    random: () => 0,
    heartbeatInterval: 0,
    ...config,
  });
  drones.push(drone);
  return drone;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const storedSeqs = () => [...server.stored.values()].map(({ seq }) => seq);
const posts = (end: string) =>
  server.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(end));
const isBatch = ({ path }: Request) => path.endsWith('/batch');
const sizes = () => posts('/batch').map(({ body }) => (body as unknown[]).length);

describe('a drone on HTTP', () => {
  it('posts a single message as guide A does', async () => {
    const drone = connect({ key: 'abc' });
    const acked: Acked[] = [];
    drone.on('acked', (event) => acked.push(event));
    drone.send({ ...sample(0), metadata: { dataVersion: '1.0' } });
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(server.requests).toMatchObject([{ method: 'POST', path: '/api/drone/telemetry' }]);
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer abc',
      'content-type': 'application/json',
    });
    expect(server.received[0]?.metadata).toEqual({ dataVersion: '1.0', transmissionMethod: 'http' });
    expect(acked).toMatchObject([
      { channel: 'http', durability: 'disk', dataId: [...server.stored.keys()][0] },
    ]);
    expect(drone.stats().channel).toBe('http');
  });

  it('posts what has collected in batches that the server can take', async () => {
    const drone = connect({ maxMessageBytes: 4096 });
    for (const seq of upTo(250)) drone.send(sample(seq));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(storedSeqs()).toEqual(upTo(250));
    expect(posts('/telemetry')).toEqual([]);
    for (const { headers } of posts('/batch'))
      expect(Number(headers['content-length'])).toBeLessThanOrEqual(4096);
  });

  it('posts at its interval, anomalies at once', async () => {
    const { timers, advance } = createManualTimers();
    const drone = connect({ timers }, 5000);
    drone.send(sample(0));
    await advance(4000);
    drone.send(anomaly(0));
    drone.send(sample(1));
    await advance(0);
    await server.until(() => server.received.length === 3);
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/api/drone/anomaly',
      '/api/drone/telemetry/batch',
    ]);
    drone.send(sample(2));
    expect(server.received).toHaveLength(3);
  });

  it('does not wait for the interval when it is told to flush', async () => {
    const { timers, advance } = createManualTimers();
    const drone = connect({ timers }, 60_000);
    drone.send(sample(0));
    const flushed = drone.flush(WAIT_MS);
    await advance(0);
    expect(await flushed).toBe(true);
  });

  it('keeps what the server cannot take now, and honours Retry-After', async () => {
    const { timers, waits, advance } = createManualTimers();
    server.behaviour.http = () => ({ status: 503, headers: { 'retry-after': '7' } });
    const drone = connect({ timers });
    drone.send(sample(0));
    await advance(0);
    await server.until(() => server.requests.length === 1);
    await expect.poll(waits).toEqual([7000]);
    server.behaviour.http = () => undefined;
    await advance(6999);
    expect(server.requests).toHaveLength(1);
    await advance(1);
    await server.until(() => server.stored.size === 1);
    await expect.poll(() => drone.stats()).toMatchObject({ acked: 1, resent: 1, rejected: 0 });
  });

  it('keeps everything while the server is gone', async () => {
    await server.stop();
    const drone = connect({ reconnectInterval: 1, maxReconnectAttempts: 2 });
    for (const seq of upTo(30)) drone.send(sample(seq));
    const error = await new Promise<LineError>((resolve) => drone.on('error', resolve));
    expect(error.code).toBe('CONNECTION_FAILED');
    expect(drone.stats()).toMatchObject({ buffered: 30, channel: 'none' });
    await server.start();
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(storedSeqs()).toEqual(upTo(30));
    await server.until(() => posts('/errors').length === 1);
    expect(posts('/errors')[0]?.body).toMatchObject({
      error: { code: 'CONNECTION_FAILED' },
      droneId: 'drone-001',
    });
  });

  it('gives up only the bad item of a batch', async () => {
    server.behaviour.refuse = ({ seq }) =>
      seq === 4 ? { code: 'VALIDATION_ERROR', message: 'Invalid drone data structure' } : undefined;
    const drone = connect();
    const rejected: Rejected[] = [];
    drone.on('rejected', (event) => rejected.push(event));
    for (const seq of upTo(10)) drone.send(sample(seq));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(rejected).toMatchObject([{ code: 'VALIDATION_ERROR', message: { seq: 4 } }]);
    expect(drone.stats()).toMatchObject({ acked: 9, rejected: 1, resent: 0 });
  });

  it('halves a batch that is refused as a whole until the one that spoils it stands alone', async () => {
    const refusal = {
      status: 400,
      body: { status: 'error', error: { code: 'VALIDATION_ERROR', message: 'Bad' } },
    };
    const isSpoilt = ({ body }: Request) => [body].flat().some((item) => (item as { seq: number }).seq === 9);
    server.behaviour.http = (request) => (isSpoilt(request) ? refusal : undefined);
    const drone = connect();
    for (const seq of upTo(16)) drone.send(sample(seq));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(drone.stats()).toMatchObject({ acked: 15, rejected: 1 });
    expect(sizes().slice(0, 2)).toEqual([16, 8]);
  });

  it('posts one by one where the server knows no batches', async () => {
    server.behaviour.http = (request) => (isBatch(request) ? { status: 404 } : undefined);
    const drone = connect();
    for (const seq of upTo(5)) drone.send(sample(seq));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(sizes()).toEqual([5]);
    expect(storedSeqs()).toEqual(upTo(5));
  });

  it('sends again the items of a batch that were not answered with success', async () => {
    let first = true;
    server.behaviour.http = (request) => {
      if (!(isBatch(request) && first)) return undefined;
      first = false;
      const later = { status: 'error', error: { code: 'RATE_LIMITED', message: 'Too many requests' } };
      return { status: 200, body: { results: [{ status: 'success', dataId: 'a' }, later] } };
    };
    const drone = connect();
    for (const seq of upTo(3)) drone.send(sample(seq));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(storedSeqs()).toEqual([1, 2]);
    expect(drone.stats()).toMatchObject({ acked: 3, resent: 2 });
  });

  it('names a wrong key once, keeps the data, and delivers it when the key is right', async () => {
    let key = 'wrong';
    server.behaviour.http = ({ headers }) =>
      headers.authorization === 'Bearer right' ? undefined : { status: 401 };
    const drone = connect({ token: () => key, reconnectInterval: 1 });
    const errors: LineError[] = [];
    drone.on('error', (error) => errors.push(error));
    drone.send(sample(0));
    await server.until(() => posts('/telemetry').length === 3);
    expect(errors).toMatchObject([{ code: 'AUTHENTICATION_ERROR' }]);
    key = 'right';
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(drone.stats()).toMatchObject({ acked: 1, rejected: 0 });
  });

  it('gives up a request that is not answered in time', async () => {
    const { timers, advance } = createManualTimers();
    const hanging: typeof fetch = (_url, init) =>
      new Promise((_resolve, reject) =>
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    const drone = connect({ timers, fetch: hanging, timeout: 2000 });
    const errors: LineError[] = [];
    drone.on('error', (error) => errors.push(error));
    drone.send(sample(0));
    await advance(2000);
    expect(errors).toEqual([{ code: 'TIMEOUT_ERROR', message: 'No answer within 2000 ms' }]);
    expect(drone.stats().buffered).toBe(1);
  });

  it('beats while it has nothing to say', async () => {
    const { timers, advance } = createManualTimers();
    connect({ timers, heartbeatInterval: 30_000, droneId: 'drone-001' });
    await server.until(() => posts('/heartbeat').length === 1);
    expect(posts('/heartbeat')[0]).toMatchObject({
      path: '/api/drone/heartbeat',
      body: { type: 'heartbeat', droneId: 'drone-001' },
    });
    await expect.poll(async () => advance(30_000).then(() => posts('/heartbeat').length)).toBeGreaterThan(1);
  });
});
