import type { OrderMessage } from '@skein/core';
import { expect, test } from 'vitest';
import { createMemoryBus } from '../adapters/memory/bus.ts';
import { ManualClock } from '../adapters/memory/manual-clock.ts';
import { OrderBook } from './order-book.ts';
import { VehicleLinks } from './vehicle-links.ts';

function createBook() {
  const bus = createMemoryBus();
  const links = new VehicleLinks(bus);
  const clock = new ManualClock();
  const sent: OrderMessage[] = [];
  const link = { channel: 'websocket', send: (order: OrderMessage) => sent.push(order) > 0 } as const;
  links.attach('default', 'drone-001', link);
  return { book: new OrderBook({ links, clock, bus }), links, clock, sent, link };
}

const wish = { tenant: 'default', droneId: 'drone-001', command: 'hold', params: {}, ttlMs: 5000 } as const;

test('an order goes down every open channel with what remains of its life', () => {
  const { book, sent } = createBook();
  const record = book.send(wish);
  expect(record).toMatchObject({ state: 'sent', channels: ['websocket'] });
  expect(sent).toEqual([
    expect.objectContaining({ commandId: record?.commandId, droneId: 'drone-001', ttlMs: 5000 }),
  ]);
});

test('a drone without an open channel cannot be ordered, and nothing is kept for later', () => {
  const { book, links, link, sent } = createBook();
  links.detach('default', 'drone-001', link);
  expect(book.send(wish)).toBeUndefined();
  expect(sent).toEqual([]);
});

test('an order is acknowledged by the vehicle’s word and succeeds by its progress', () => {
  const { book, links } = createBook();
  const { commandId = '' } = book.send(wish) ?? {};
  const state = () => book.find('default', commandId)?.state;
  links.answer('default', { commandId, droneId: 'drone-001', result: 'accepted' });
  expect(state()).toBe('acknowledged');
  links.answer('default', { commandId, droneId: 'drone-001', progressPct: 40 });
  expect(state()).toBe('in_progress');
  links.answer('default', { commandId, droneId: 'drone-001', progressPct: 100 });
  expect(state()).toBe('succeeded');
  links.answer('default', { commandId, droneId: 'drone-001', result: 'failed' });
  expect(state()).toBe('succeeded');
});

test('only the drone that was ordered answers, and only its own tenant hears of it', () => {
  const { book, links } = createBook();
  const { commandId = '' } = book.send(wish) ?? {};
  links.answer('default', { commandId, droneId: 'drone-002', result: 'accepted' });
  links.answer('b', { commandId, droneId: 'drone-001', result: 'accepted' });
  expect(book.find('default', commandId)?.state).toBe('sent');
  expect(book.find('b', commandId)).toBeUndefined();
});

test('an order nobody answers has expired, and is told so', () => {
  const { book, clock } = createBook();
  const { commandId = '' } = book.send(wish) ?? {};
  clock.advance(5001);
  expect(book.find('default', commandId)?.state).toBe('expired');
});
