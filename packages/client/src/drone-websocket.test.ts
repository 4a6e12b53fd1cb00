import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type IngestServer, openIngestServer } from '../test/ingest-server.ts';
import { anomaly, sample } from '../test/samples.ts';
import type { Acked, Codec, Drone, DroneConfig, LineError, Rejected } from './index.ts';
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

/** Reconnects at once: the backoff is uniform from 0. */
function connect(config: DroneConfig = {}): Drone {
  const drone = connectDrone({ url: server.url, random: () => 0, ...config });
  drones.push(drone);
  return drone;
}

/** Numbers of what is stored, in the order of its arrival. */
const storedSeqs = () => [...server.stored.values()].map(({ seq }) => seq);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

const hello = { type: 'hello', droneId: 'drone-007' };

/** JSON in bytes, with a note of what was encoded. */
function createCodec(encoded: unknown[]): Codec {
  return {
    encode: (value) => {
      encoded.push(value);
      return new TextEncoder().encode(JSON.stringify(value));
    },
    decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
  };
}

describe('a drone on a WebSocket', () => {
  it('counts a message as acknowledged when the server says so', async () => {
    const drone = connect();
    const acked: Acked[] = [];
    drone.on('acked', (event) => acked.push(event));
    for (const seq of upTo(300)) expect(drone.send(sample(seq))).toBe(true);
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(acked.map(({ message }) => message.seq)).toEqual(upTo(300));
    expect(acked[0]).toMatchObject({
      channel: 'websocket',
      durability: 'disk',
      message: { kind: 'telemetry' },
    });
    expect(storedSeqs()).toEqual(upTo(300));
    expect(drone.stats()).toMatchObject({ sent: 300, acked: 300, buffered: 0, bufferedBytes: 0, resent: 0 });
  });

  it('sends a message as it was when it was given, whatever becomes of the object', async () => {
    const drone = connect();
    const reused = { ...sample(0), metadata: { transmissionMethod: 'mine', dataVersion: '1.0' } };
    drone.send(reused);
    reused.seq = 99;
    reused.metadata.dataVersion = '9.9';
    await drone.flush(WAIT_MS);
    const metadata = { transmissionMethod: 'websocket', dataVersion: '1.0' };
    expect([...server.stored.values()]).toEqual([{ ...sample(0), metadata }]);
    expect(reused.metadata.transmissionMethod).toBe('mine');
  });

  it('sends again what was not acknowledged before the connection was lost', async () => {
    server.behaviour.acks = false;
    const drone = connect();
    for (const seq of upTo(50)) drone.send(sample(seq));
    await server.until(() => server.received.length === 50);
    expect(drone.stats()).toMatchObject({ acked: 0, buffered: 50 });
    server.behaviour.acks = true;
    server.cut();
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(drone.stats()).toMatchObject({ acked: 50, resent: 50, reconnects: 1 });
    expect(storedSeqs()).toEqual(upTo(50));
    expect(server.received.slice(50)).toEqual(server.received.slice(0, 50));
  });

  it('loses nothing when the server dies in the middle and comes back', async () => {
    const drone = connect({ reconnectInterval: 1 });
    for (const seq of upTo(500)) drone.send(sample(seq));
    await server.until(() => server.received.length >= 100);
    await server.stop();
    for (const seq of upTo(500)) drone.send(sample(500 + seq));
    await server.start();
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect([...storedSeqs()].sort((a = 0, b = 0) => a - b)).toEqual(upTo(1000));
    expect(drone.stats()).toMatchObject({
      sent: 1000,
      acked: 1000,
      rejected: 0,
      dropped: 0,
      channel: 'websocket',
    });
  });

  it('gives up a message that the server refuses, and only that one', async () => {
    const refusal = { code: 'VALIDATION_ERROR', message: 'Invalid drone data structure' };
    const details = { field: 'telemetry.battery' };
    server.behaviour.refuse = ({ seq }) => (seq === 3 ? { ...refusal, details } : undefined);
    const drone = connect();
    const rejected: Rejected[] = [];
    const errors: LineError[] = [];
    drone.on('rejected', (event) => rejected.push(event));
    drone.on('error', (error) => errors.push(error));
    for (const seq of upTo(6)) drone.send(sample(seq));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(rejected).toMatchObject([
      { message: { seq: 3 }, code: 'VALIDATION_ERROR', reason: refusal.message, details },
    ]);
    expect(errors).toMatchObject([{ code: 'DATA_VALIDATION_ERROR' }]);
    expect(storedSeqs()).toEqual([0, 1, 2, 4, 5]);
    expect(server.received).toHaveLength(6);
    await server.until(() => server.frames.some(({ type }) => type === 'error_report'));
  });

  it('waits and sends again what the server refuses for the time being', async () => {
    let refusals = 0;
    server.behaviour.refuse = ({ seq }) => {
      if (seq !== 1 || refusals === 2) return undefined;
      refusals += 1;
      return { code: 'SERVICE_UNAVAILABLE', message: 'Service unavailable' };
    };
    const drone = connect();
    for (const seq of upTo(3)) drone.send(sample(seq));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(storedSeqs()).toEqual([0, 2, 1]);
    expect(drone.stats()).toMatchObject({ acked: 3, rejected: 0, resent: 2 });
  });

  it('tells apart the acknowledgements of several drones with the same numbers', async () => {
    server.behaviour.refuse = ({ drone: { id }, seq }) =>
      id === 'drone_1' && seq === 2 ? { code: 'CONFLICT', message: 'Other content' } : undefined;
    for (const ack of ['count', 'each'] as const) {
      const drone = connect({ ack });
      const rejected: Rejected[] = [];
      drone.on('rejected', (event) => rejected.push(event));
      for (const seq of upTo(5)) {
        for (const number of upTo(3)) drone.send(sample(seq, { drone: { id: `drone_${number}` } }));
      }
      expect(await drone.flush(WAIT_MS)).toBe(true);
      expect(rejected).toMatchObject([{ message: { droneId: 'drone_1', seq: 2 } }]);
      expect(drone.stats()).toMatchObject({ sent: 15, acked: 14, rejected: 1 });
    }
  });

  it('says whose line it is before the first message, also after a reconnect', async () => {
    connect({ droneId: 'drone-007' });
    const hellos = () => server.frames.filter(({ type }) => type === 'hello');
    await server.until(() => hellos().length === 1);
    server.cut();
    await server.until(() => hellos().length === 2);
    expect(hellos()).toEqual([hello, hello]);
  });

  it('sends an anomaly in a frame of its own, before older telemetry after a reconnect', async () => {
    server.behaviour.acks = false;
    const encoded: unknown[] = [];
    const drone = connect({ codec: createCodec(encoded) });
    await server.until(() => server.frames.length === 1);
    for (const message of [sample(0), sample(1), anomaly(0), anomaly(1), sample(2)]) drone.send(message);
    await server.until(() => server.received.length === 5);
    expect(encoded.slice(-4)).toEqual([[sample(0), sample(1)], anomaly(0), anomaly(1), sample(2)]);
    server.behaviour.acks = true;
    server.cut();
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(server.received.slice(5, 7).map((data) => data.anomaly !== undefined)).toEqual([true, true]);
  });

  it('gives the dataId where each message is acknowledged', async () => {
    const drone = connect({ ack: 'each' });
    const acked: Acked[] = [];
    drone.on('acked', (event) => acked.push(event));
    drone.send(sample(7));
    drone.send(anomaly(1));
    await drone.flush(WAIT_MS);
    expect(acked.map(({ dataId }) => dataId)).toEqual([...server.stored.keys()]);
  });

  it('talks to a plain guide A server, which acknowledges nothing', async () => {
    const drone = connect({ ack: 'none' });
    for (const seq of upTo(10)) drone.send(sample(seq));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    await server.until(() => server.stored.size === 10);
    expect(drone.stats()).toMatchObject({ sent: 10, acked: 0, unconfirmed: 10, buffered: 0 });
    expect(server.upgrades[0]?.url).toBe('/');
  });

  it('offers its credential as a subprotocol, a fresh token at each connection', async () => {
    let made = 0;
    const token = () => {
      made += 1;
      return `token-${made}`;
    };
    connect({ token, WebSocket });
    await server.until(() => server.sockets.size === 1);
    server.cut();
    await server.until(() => server.upgrades.length === 2 && server.sockets.size === 1);
    const offered = server.upgrades.map(({ headers }) => headers['sec-websocket-protocol']);
    expect(offered).toEqual(['skein.v1,bearer.token-1', 'skein.v1,bearer.token-2']);
  });

  it('names a wrong key when the server refuses the connection', async () => {
    server.behaviour.upgrade = () => ({ status: 401 });
    server.behaviour.http = () => ({ status: 401 });
    const drone = connect({ key: 'wrong', reconnectInterval: 1 });
    const error = await new Promise<LineError>((resolve) => drone.on('error', resolve));
    expect(error).toEqual({ code: 'AUTHENTICATION_ERROR', message: 'The server answered 401' });
    expect(server.requests[0]).toMatchObject({
      path: '/?ack=count',
      headers: { authorization: 'Bearer wrong' },
    });
  });

  it('sends what is said in one turn in one frame, as the codec writes it', async () => {
    const encoded: unknown[] = [];
    const drone = connect({ codec: createCodec(encoded) });
    await server.until(() => server.sockets.size === 1);
    drone.send(sample(0));
    drone.send(sample(1));
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(encoded).toContainEqual([sample(0), sample(1)]);
  });

  it('finds the one message that is too large for the server and gives up only that', async () => {
    server.behaviour.refuse = ({ seq }) => {
      server.behaviour.acks = seq !== 2;
      if (seq === 2) for (const socket of server.sockets) socket.close(1009);
      return undefined;
    };
    const drone = connect();
    for (const seq of upTo(5)) drone.send(sample(seq));
    const rejected = await new Promise<Rejected>((resolve) => drone.on('rejected', resolve));
    expect(rejected).toMatchObject({ message: { seq: 2 }, code: 'PAYLOAD_TOO_LARGE' });
    expect(await drone.flush(WAIT_MS)).toBe(true);
    expect(drone.stats()).toMatchObject({ acked: 4, rejected: 1 });
  });

  it('refuses at once what can never be sent', async () => {
    const drone = connect({ maxMessageBytes: 300 });
    const rejected: Rejected[] = [];
    drone.on('rejected', (event) => rejected.push(event));
    const endless = { ...sample(1), self: {} };
    endless.self = endless;
    expect(drone.send(sample(0, { sessionId: 'x'.repeat(255) }))).toBe(false);
    expect(drone.send(endless)).toBe(false);
    expect(rejected.map(({ code }) => code)).toEqual(['PAYLOAD_TOO_LARGE', 'VALIDATION_ERROR']);
    expect(drone.stats()).toMatchObject({ sent: 0, buffered: 0 });
    expect(await drone.flush(WAIT_MS)).toBe(true);
  });

  it('sends nothing after it was closed', async () => {
    server.behaviour.acks = false;
    const drone = connect();
    drone.send(sample(0));
    const flushed = drone.flush(WAIT_MS);
    drone.close();
    expect(await flushed).toBe(false);
    expect(drone.send(sample(1))).toBe(false);
    expect(drone.stats().channel).toBe('none');
  });
});
