import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { FairReading } from './fair-reading.ts';

const LARGE = Buffer.alloc(65_536);
const SMALL = Buffer.alloc(700);

/** Lines whose chunks take 5 ms each where they are large; resolves with the order in which they were taken. */
function createLines(expected: number) {
  let nowMs = 0;
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
  const reading = new FairReading(() => nowMs);
  const open = (name: string, ws = { isPaused: false }) => {
    const socket = new PassThrough({ highWaterMark: 16 * LARGE.length });
    socket.on('data', (chunk: Buffer) => {
      nowMs += chunk.length === LARGE.length ? 5 : 0;
      order.push(name + chunk.readUInt8(0));
      if (order.length === expected) resolve(order);
    });
    reading.attach(ws as WebSocket, socket as unknown as Socket);
    const write = (kind: Buffer, n: number) => {
      const chunk = Buffer.from(kind);
      chunk.writeUInt8(n, 0);
      socket.write(chunk);
    };
    return { socket, write };
  };
  return { open, order, done: promise };
}

test('a small chunk waits for no flood, and nothing of a line is lost or overtaken by what came after it', async () => {
  const { open, done } = createLines(13);
  const [a, b, polite] = [open('a'), open('b'), open('p')];
  for (let n = 0; n < 6; n += 1) {
    a.write(LARGE, n);
    b.write(LARGE, n);
  }
  polite.write(SMALL, 0);
  const order = await done;
  // Two large chunks use the turn's budget up.
  expect(order.indexOf('p0')).toBeLessThanOrEqual(2);
  for (const name of ['a', 'b'])
    expect(order.filter((each) => each.startsWith(name))).toEqual([0, 1, 2, 3, 4, 5].map((n) => name + n));
  // The floods take turns: neither is served to its end before the other.
  expect(order.indexOf('b0')).toBeLessThan(order.indexOf('a5'));
});

test('a small chunk of a line that has a large one waiting stays behind it', async () => {
  const { open, done } = createLines(5);
  const [a, b] = [open('a'), open('b')];
  a.write(LARGE, 0);
  a.write(LARGE, 1);
  b.write(LARGE, 0);
  b.write(LARGE, 1);
  b.write(SMALL, 2);
  expect((await done).filter((each) => each.startsWith('b'))).toEqual(['b0', 'b1', 'b2']);
});

test('what a line that breaks off had sent last is not taken any more', async () => {
  const { open, order, done } = createLines(3);
  const [a, b] = [open('a'), open('b')];
  a.write(LARGE, 0);
  a.write(LARGE, 1);
  b.write(LARGE, 0);
  b.socket.destroy();
  a.write(LARGE, 2);
  await done;
  expect(order).toEqual(['a0', 'a1', 'a2']);
});
