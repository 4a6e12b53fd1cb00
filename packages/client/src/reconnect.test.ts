import { expect, it } from 'vitest';
import { createManualTimers } from '../test/manual-timers.ts';
import { sample } from '../test/samples.ts';
import type { LineError, Socket, SocketEvent } from './index.ts';
import { connectDrone } from './index.ts';

/** A network on which no connection ever opens. */
function createDeadNetwork(answer: { status: number; headers?: Record<string, string> } = { status: 426 }) {
  const attempts: string[] = [];
  class DeadSocket implements Socket {
    readonly protocol = '';
    readonly bufferedAmount = 0;
    binaryType = '';
    constructor(url: string) {
      attempts.push(url);
    }
    send(): void {}
    close(): void {}
    addEventListener(type: string, listener: (event: SocketEvent) => void): void {
      if (type === 'close') queueMicrotask(() => listener({ type, code: 1006 }));
    }
  }
  const asked: string[] = [];
  const fetch = async (url: unknown) => {
    asked.push(String(url));
    return new Response('{}', answer);
  };
  return { attempts, asked, parts: { WebSocket: DeadSocket, fetch } };
}

it('doubles its window at each attempt, reports the failure once, and goes on slowly for what it holds', async () => {
  const { timers, waits, advance } = createManualTimers();
  const { attempts, parts } = createDeadNetwork();
  const config = { url: 'ws://nowhere:1', reconnectInterval: 1000, maxReconnectAttempts: 6 };
  const drone = connectDrone({ ...config, ...parts, timers, random: () => 0.5 });
  const errors: LineError[] = [];
  drone.on('error', (error) => errors.push(error));
  drone.send(sample(0));
  const seen: number[] = [];
  for (let attempt = 0; attempt < 10; attempt += 1) {
    await advance(0);
    const [waitMs = 0] = waits();
    seen.push(waitMs);
    await advance(waitMs);
  }
  expect(seen).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 22_500, 22_500, 22_500, 22_500]);
  expect(attempts).toHaveLength(11);
  expect(errors).toMatchObject([{ code: 'CONNECTION_FAILED' }]);
  expect(drone.stats()).toMatchObject({ buffered: 1, dropped: 0, channel: 'none' });
  drone.close();
  expect(waits()).toEqual([]);
});

it('asks why only at the first, second, fourth, eighth attempt, and waits as long as it is told', async () => {
  const { timers, waits, advance } = createManualTimers();
  const { asked, attempts, parts } = createDeadNetwork({ status: 503, headers: { 'retry-after': '20' } });
  const drone = connectDrone({ url: 'wss://busy:1/ingest', ...parts, timers, random: () => 0 });
  await advance(0);
  expect(asked).toEqual(['https://busy:1/ingest?ack=count']);
  await expect.poll(waits).toEqual([20_000]);
  await advance(20_000);
  await expect.poll(waits).toEqual([20_000]);
  await advance(20_000);
  await expect.poll(() => asked.length).toBe(3);
  expect(attempts).toHaveLength(4);
  drone.close();
});

it('spreads a thousand drones that lost the same server', async () => {
  const { timers, waits, advance } = createManualTimers();
  const { parts } = createDeadNetwork();
  let number = 0;
  const random = () => {
    number = (number + 0.618_033_988_75) % 1;
    return number;
  };
  const open = () =>
    connectDrone({ url: 'ws://nowhere:1', reconnectInterval: 30_000, ...parts, timers, random });
  const drones = Array.from({ length: 1000 }, open);
  await advance(0);
  const thirds = [0, 0, 0];
  for (const waitMs of waits()) {
    const third = Math.floor(waitMs / 10_000);
    thirds[third] = (thirds[third] ?? 0) + 1;
  }
  expect(thirds.reduce((sum, count) => sum + count)).toBe(1000);
  for (const count of thirds) expect(Math.abs(count - 333)).toBeLessThan(20);
  for (const drone of drones) drone.close();
});

it('surfaces the fault of a listener without losing its place', async () => {
  const { timers, advance } = createManualTimers();
  const { parts } = createDeadNetwork();
  const drone = connectDrone({ url: 'ws://nowhere:1', bufferSize: 1, ...parts, timers });
  const heard: number[] = [];
  drone.on('dropped', ({ message }) => heard.push(message.seq ?? -1));
  const off = drone.on('dropped', () => heard.push(-2));
  drone.send(sample(0));
  drone.send(sample(1));
  off();
  drone.send(sample(2));
  await advance(0);
  expect(heard).toEqual([0, -2, 1]);
  expect(drone.stats()).toMatchObject({ sent: 3, dropped: 2, buffered: 1 });
  drone.close();
});
