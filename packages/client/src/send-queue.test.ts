import { expect, it } from 'vitest';
import { sample } from '../test/samples.ts';
import { type HeldMessage, toHeld } from './outbox.ts';
import { SendQueue } from './send-queue.ts';

const isHeld = ({ state }: HeldMessage) => state === 'held';
const seqs = (messages: readonly HeldMessage[]) => messages.map(({ seq }) => seq);
const MANY = 1_000_000;

it('gives messages in their order, at most so many and so many bytes, but always one', () => {
  const queue = new SendQueue(100);
  const messages = [0, 1, 2, 3, 4, 5].map((seq) => toHeld(sample(seq)));
  for (const message of messages) queue.push(message);
  const bytes = (messages[0] as HeldMessage).bytes;
  expect(seqs(queue.take(2, MANY, isHeld))).toEqual([0, 1]);
  // Brackets, and a separator for each.
  expect(seqs(queue.take(10, 2 + 2 * (bytes + 1), isHeld))).toEqual([2, 3]);
  expect(seqs(queue.take(10, 1, isHeld))).toEqual([4]);
  queue.putBack(messages.slice(3, 5));
  expect(seqs(queue.take(10, MANY, isHeld))).toEqual([3, 4, 5]);
  expect(queue.length).toBe(0);
});

it('passes over what was settled in the meantime', () => {
  const queue = new SendQueue(100);
  const messages = [0, 1, 2].map((seq) => toHeld(sample(seq)));
  queue.fill(messages);
  (messages[1] as HeldMessage).state = 'delivered';
  expect(seqs(queue.take(10, MANY, isHeld))).toEqual([0, 2]);
});

it('stays bounded while nothing is sent, and keeps what is held', () => {
  const queue = new SendQueue(10);
  for (let seq = 0; seq < 1000; seq += 1) {
    const message = toHeld(sample(seq));
    if (seq < 995) message.state = 'gone';
    queue.push(message);
    expect(queue.length).toBeLessThan(20);
  }
  expect(seqs(queue.take(100, MANY, isHeld))).toEqual([995, 996, 997, 998, 999]);
});

it('keeps the order over many rounds', () => {
  const queue = new SendQueue(10_000);
  const taken: HeldMessage[] = [];
  for (let seq = 0; seq < 5000; seq += 1) {
    queue.push(toHeld(sample(seq)));
    if (seq % 3 > 0) taken.push(...queue.take(1, MANY, isHeld));
  }
  taken.push(...queue.take(10_000, MANY, isHeld));
  expect(seqs(taken)).toEqual(Array.from({ length: 5000 }, (_, seq) => seq));
});
