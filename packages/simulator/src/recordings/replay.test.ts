import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { isRefusal, type TelemetryMessage, toSample } from '@skein/core';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { parseRecording } from './parse-recording.ts';
import { replayRecording } from './replay.ts';

async function openServer() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const received: TelemetryMessage[] = [];
  server.on('connection', (socket) => {
    socket.send(
      JSON.stringify({ type: 'connection_ack', timestamp: new Date().toISOString(), status: 'connected' }),
    );
    let count = 0;
    socket.on('message', (data) => {
      const frames = [JSON.parse(String(data))].flat().filter((frame) => frame.telemetry);
      received.push(...frames);
      count += frames.length;
      socket.send(JSON.stringify({ type: 'ack', upto: count, durability: 'disk' }));
    });
  });
  const { port } = server.address() as AddressInfo;
  const close = () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  };
  return { url: `ws://127.0.0.1:${port}`, received, close };
}

const rows = Array.from({ length: 1200 }, (_, k) => {
  const time = new Date(Date.UTC(2024, 0, 1) + 50 * k).toISOString();
  return `${time},47.${String(k).padStart(4, '0')},8.5,410,${90 - k / 100},3.25,77`;
});
const recording = parseRecording(
  new TextEncoder().encode(['time,latitude,longitude,altitude,battery,speed,heading', ...rows].join('\n')),
  'a flight.csv',
);

describe('a replayed recording', () => {
  let server: Awaited<ReturnType<typeof openServer>> | undefined;
  afterEach(() => server?.close());

  it('arrives whole, at most ten samples a second, as messages the core accepts', async () => {
    server = await openServer();
    const result = await replayRecording({ recording, url: server.url, speed: 0, timeShift: 'keep' });
    expect(result).toMatchObject({ sent: 600, acked: 600, rejected: 0, complete: true, droneId: 'a-flight' });
    expect(result).toMatchObject({ from: '2024-01-01T00:00:00.000Z', to: '2024-01-01T00:00:59.900Z' });
    expect(server.received).toHaveLength(600);
    for (const message of server.received) {
      const sample = toSample(message, {
        tenant: 't',
        channel: 'websocket',
        receivedAtMs: Date.UTC(2024, 0, 1),
      });
      expect(isRefusal(sample) ? sample : 'accepted').toBe('accepted');
    }
    const [first] = server.received;
    expect(first).toMatchObject({
      seq: 0,
      telemetry: { battery: 90, signal: 100, speed: 3.25, heading: 77 },
    });
    expect(first?.metadata).toMatchObject({ assumed: ['signal'] });
    expect(first?.position).toEqual({ gps: { latitude: 47, longitude: 8.5, altitude: 410 } });
  });

  it('with its own times is the same session each time, so that sending it twice stores it once', async () => {
    server = await openServer();
    const options = { recording, url: server.url, speed: 0, rateHz: 1 } as const;
    const first = await replayRecording({ ...options, timeShift: 'keep' });
    const again = await replayRecording({ ...options, timeShift: 'keep' });
    expect(again.sessionId).toBe(first.sessionId);
    expect(server.received.slice(60)).toEqual(server.received.slice(0, 60));
    const now = await replayRecording({ ...options, timeShift: 'now', droneId: 'other' });
    expect(now.sessionId).not.toBe(first.sessionId);
    expect(now.droneId).toBe('other');
    const stamps = server.received.slice(120).map(({ timestamp }) => Date.parse(timestamp));
    expect((stamps.at(-1) ?? 0) - (stamps[0] ?? 0)).toBe(59_000);
    expect(stamps.at(-1)).toBeLessThanOrEqual(Date.now());
  });

  it('stops on abort and says that it is not complete', async () => {
    server = await openServer();
    const abort = new AbortController();
    const replay = replayRecording({
      recording,
      url: server.url,
      speed: 1,
      signal: abort.signal,
      flushTimeoutMs: 5000,
    });
    abort.abort();
    const result = await replay;
    expect(result.complete).toBe(false);
    expect(result.sent).toBeLessThan(600);
    expect(result.acked).toBe(result.sent);
  });

  it('without a date cannot keep its times, and says so', async () => {
    const undated = parseRecording(new TextEncoder().encode('x,y,z\n1,2,3\n1,2,4'), 'x.csv');
    await expect(replayRecording({ recording: undated, timeShift: 'keep' })).rejects.toThrow(/knows no date/);
    await expect(replayRecording({ recording, speed: -1 })).rejects.toThrow(/speed/);
  });
});
