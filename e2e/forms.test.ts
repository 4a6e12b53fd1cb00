import { gzipSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSession, telemetryOf, type Written } from './messages.ts';
import { post, request } from './requests.ts';
import { createHome, type Home, type Server } from './server.ts';
import { TestSocket } from './socket.ts';
import { readOnceStored } from './stored.ts';

/** Whatever way and form a sample comes in, it is one sample. */

const settings = { AUTH_MODE: 'open' };
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
/** One identity and time, to be sent more than once. */
const sampleOf = (droneId: string, more: Partial<Written> = {}) =>
  telemetryOf({ droneId, sessionId: newSession(), timestamp: minutesAgo(1), ...more });

let home: Home;
let server: Server;
let endpoint: string;

beforeAll(async () => {
  home = await createHome({ settings });
  server = await home.start();
  endpoint = `${server.httpUrl}/api/drone/telemetry`;
});
afterAll(() => home.remove());

async function sendOverSocket(
  message: object,
  protocol?: { name: string; encode: (value: object) => Buffer },
) {
  const protocols = protocol ? [protocol.name] : [];
  const socket = await TestSocket.open(`${server.ingestUrl}/?ack=each`, { protocols });
  await socket.nextOf('connection_ack');
  socket.send(protocol ? protocol.encode(message) : message);
  const reply = await socket.next();
  socket.close();
  return reply;
}

describe('a sample that comes twice', () => {
  it('over WebSocket and HTTP has one dataId and one row', async () => {
    const message = sampleOf('twice-1');
    const first = await sendOverSocket(message);
    const http = { ...message, metadata: { ...message.metadata, transmissionMethod: 'http' } };
    const second = await post(endpoint, http);
    expect(first).toMatchObject({ type: 'telemetry_ack', status: 'success', durability: 'disk' });
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({ dataId: first['dataId'], duplicate: true });
    const stored = await readOnceStored(server, 'twice-1');
    expect(stored.map(({ dataId }) => dataId)).toEqual([first['dataId']]);
  });

  it('with other content is a conflict, and the first is kept', async () => {
    const message = sampleOf('twice-2');
    expect((await post(endpoint, message)).status).toBe(200);
    const other = { ...message, telemetry: { ...message.telemetry, battery: 12 } };
    const refused = await post(endpoint, other);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ error: { code: 'CONFLICT', details: { field: 'timestamp' } } });
    expect(await sendOverSocket(other)).toMatchObject({ type: 'error', error: { code: 'CONFLICT' } });
    const stored = await readOnceStored(server, 'twice-2');
    expect(stored.map(({ data }) => data)).toEqual([message]);
  });

  it('with the same seq and another time is a conflict of the seq', async () => {
    const sessionId = newSession();
    const written = { droneId: 'twice-3', sessionId, seq: 7 };
    expect((await post(endpoint, telemetryOf({ ...written, timestamp: minutesAgo(2) }))).status).toBe(200);
    const refused = await post(endpoint, telemetryOf({ ...written, timestamp: minutesAgo(1) }));
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ error: { code: 'CONFLICT', details: { field: 'seq' } } });
    expect(await readOnceStored(server, 'twice-3')).toHaveLength(1);
  });

  it('with other content after the hot window is answered with the first one’s dataId, which stays the only row', async () => {
    const cool = await createHome({ settings: { ...settings, DEDUP_WINDOW_MS: '100' } });
    try {
      const { httpUrl } = await cool.start();
      const message = sampleOf('twice-4');
      const other = { ...message, telemetry: { ...message.telemetry, battery: 12 } };
      const first = await post(`${httpUrl}/api/drone/telemetry`, message);
      // Hot until the window is over, however long that takes here.
      let later = await post(`${httpUrl}/api/drone/telemetry`, other);
      while (later.status === 409) later = await post(`${httpUrl}/api/drone/telemetry`, other);
      expect(later.status).toBe(200);
      expect(later.body['dataId']).toBe(first.body['dataId']);
      const stored = await readOnceStored({ httpUrl }, 'twice-4');
      expect(stored.map(({ data }) => data)).toEqual([message]);
    } finally {
      await cool.remove();
    }
  });
});

it('late data goes to history and never moves what is latest', async () => {
  const sessionId = newSession();
  const timestamps = [minutesAgo(30), minutesAgo(5), minutesAgo(20), '2001-02-03T04:05:06.789Z'];
  for (const timestamp of timestamps) {
    expect((await post(endpoint, telemetryOf({ droneId: 'late-1', sessionId, timestamp }))).status).toBe(200);
  }
  const { body } = await request(`${server.httpUrl}/api/drones/late-1`);
  expect(body).toMatchObject({ id: 'late-1', timestamp: timestamps[1], samples: 4 });
  const stored = await readOnceStored(server, 'late-1');
  expect(stored.map(({ timestamp }) => timestamp)).toEqual(timestamps.toSorted().toReversed());
});

describe('a sample may be', () => {
  it('written in snake_case; it is given back as it was sent', async () => {
    const { sessionId, ...rest } = sampleOf('form-1');
    const message = {
      ...rest,
      session_id: sessionId,
      mission: { id: 'm', mission_type: 'survey' },
      wind_mps: 4.2,
    };
    expect((await post(endpoint, message)).status).toBe(200);
    const [stored] = await readOnceStored(server, 'form-1');
    expect(stored).toMatchObject({ sessionId, data: message });
  });

  it('compressed inside its frame, over both channels', async () => {
    const message = sampleOf('form-2');
    const payload = gzipSync(JSON.stringify(message)).toString('base64');
    const frame = { metadata: { compression: true }, payload };
    const first = await sendOverSocket(frame);
    expect(first).toMatchObject({ type: 'telemetry_ack', status: 'success' });
    expect((await post(endpoint, frame)).body).toMatchObject({ dataId: first['dataId'], duplicate: true });
    const stored = await readOnceStored(server, 'form-2');
    expect(stored.map(({ data }) => data)).toEqual([message]);
  });

  it('gzipped as an HTTP body', async () => {
    const body = Uint8Array.from(gzipSync(JSON.stringify(sampleOf('form-3'))));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const reply = await request(endpoint, { method: 'POST', headers, body });
    expect(reply.status).toBe(200);
    expect(await readOnceStored(server, 'form-3')).toHaveLength(1);
  });

  it('a batch of more items than a record can name is refused as a whole, and the server lives', async () => {
    const body = `[${'1,'.repeat(70_000)}${JSON.stringify(sampleOf('crowd'))}]`;
    const headers = { 'Content-Type': 'application/json' };
    const reply = await request(`${endpoint}/batch`, { method: 'POST', headers, body });
    expect(reply).toMatchObject({
      status: 413,
      body: { error: { code: 'PAYLOAD_TOO_LARGE', details: { reason: 'items' } } },
    });
    expect((await request(`${server.httpUrl}/health`)).status).toBe(200);
  });

  it('one line of an NDJSON batch, where a bad line spoils no other', async () => {
    const sessionId = newSession();
    const lines = [0, 1, 2].map((seq) => telemetryOf({ droneId: 'form-4', sessionId, seq }));
    const bad = { ...lines[1], telemetry: { battery: 'full', signal: 95 } };
    const body = [lines[0], bad, lines[2]].map((line) => JSON.stringify(line)).join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    const reply = await request(`${endpoint}/batch`, { method: 'POST', headers, body });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      status: 'partial',
      accepted: 2,
      rejected: 1,
      results: [
        { status: 'success' },
        {
          status: 'error',
          error: {
            code: 'VALIDATION_ERROR',
            details: { field: expect.stringContaining('telemetry.battery') },
          },
        },
        { status: 'success' },
      ],
    });
    const stored = await readOnceStored(server, 'form-4');
    expect(stored.map(({ seq }) => seq)).toEqual([2, 0]);
  });

  it('one item of an array frame', async () => {
    const sessionId = newSession();
    const socket = await TestSocket.open(`${server.ingestUrl}/?ack=each`);
    await socket.nextOf('connection_ack');
    socket.send([0, 1, 2].map((seq) => telemetryOf({ droneId: 'form-5', sessionId, seq })));
    for (const seq of [0, 1, 2]) expect(await socket.nextOf('telemetry_ack')).toMatchObject({ seq });
    socket.close();
    expect(await readOnceStored(server, 'form-5')).toHaveLength(3);
  });

  it('MessagePack under the subprotocol skein.v1+msgpack', async () => {
    const message = sampleOf('form-6', { seq: 3 });
    const protocol = { name: 'skein.v1+msgpack', encode: (value: object) => Buffer.from(encode(value)) };
    const first = await sendOverSocket(message, protocol);
    expect(first).toMatchObject({ type: 'telemetry_ack', seq: 3 });
    expect((await post(endpoint, message)).body).toMatchObject({ dataId: first['dataId'], duplicate: true });
    const stored = await readOnceStored(server, 'form-6');
    expect(stored.map(({ data }) => data)).toEqual([message]);
  });
});
