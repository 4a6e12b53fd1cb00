import type { OrderMessage } from '@skein/core';
import { expect, it } from 'vitest';
import { createManualTimers } from '../test/manual-timers.ts';
import { order } from '../test/samples.ts';
import { type OrderHandler, type OrderReply, Orders } from './orders.ts';

function openOrders(handler?: OrderHandler) {
  const { timers, advance } = createManualTimers();
  const replies: OrderReply[] = [];
  const orders = new Orders(timers, (reply) => replies.push(reply));
  if (handler) orders.handle(handler);
  return { orders, replies, settled: () => advance(0) };
}

function openExecutor(result: 'accepted' | 'failed' = 'accepted') {
  const executed: string[] = [];
  const opened = openOrders(({ commandId }) => {
    executed.push(commandId);
    return { result, message: `done ${executed.length}` };
  });
  return { ...opened, executed };
}

it('executes an order once and answers a repeat with the first result', async () => {
  const { orders, replies, executed, settled } = openExecutor('failed');
  expect(orders.receive(order('c-1'), 'd')).toBe(true);
  await settled();
  expect(orders.receive(order('c-1'), 'd')).toBe(false);
  await settled();
  expect(executed).toEqual(['c-1']);
  const answer = { type: 'command_ack', commandId: 'c-1', droneId: 'd', result: 'failed', message: 'done 1' };
  expect(replies).toEqual([answer, answer]);
});

it('answers in_progress to a repeat of what is being executed', async () => {
  let finish: (result: 'accepted') => void = () => undefined;
  const { orders, replies, settled } = openOrders(() => new Promise((resolve) => (finish = resolve)));
  orders.receive(order('c-1'), 'd');
  orders.receive(order('c-1'), 'd');
  await settled();
  expect(replies.map(({ result }) => result)).toEqual(['in_progress']);
  finish('accepted');
  await settled();
  expect(replies.map(({ result }) => result)).toEqual(['in_progress', 'accepted']);
});

it('does not execute an expired order', async () => {
  const { orders, replies, executed, settled } = openExecutor();
  orders.receive(order('c-1', { ttlMs: 0 }), 'd');
  const { ttlMs: _, ...byWallTime } = order('c-2', { expiresAt: '2025-12-31T23:59:59.000Z' });
  orders.receive(byWallTime as OrderMessage, 'd');
  await settled();
  expect(executed).toEqual([]);
  expect(replies.map(({ result }) => result)).toEqual(['cancelled', 'cancelled']);
});

it('trusts the time that remains more than its own clock', async () => {
  const { orders, executed, settled } = openExecutor();
  orders.receive(order('c-1', { expiresAt: '2001-01-01T00:00:00.000Z', ttlMs: 500 }), 'd');
  await settled();
  expect(executed).toEqual(['c-1']);
});

it('remembers the last 64 orders of each drone', async () => {
  const { orders, executed, settled } = openExecutor();
  for (let number = 0; number < 65; number += 1) {
    orders.receive(order(`c-${number}`), 'd');
    await settled();
  }
  for (let number = 1; number < 65; number += 1) orders.receive(order(`c-${number}`), 'd');
  await settled();
  expect(executed).toHaveLength(65);
  orders.receive(order('c-1'), 'another');
  await settled();
  expect(executed).toHaveLength(66);
});

it('refuses an order of an epoch lower than the highest it has seen, and repeats the refusal', async () => {
  const { orders, replies, executed, settled } = openExecutor();
  const give = async (commandId: string, more: object) => {
    orders.receive(order(commandId, more), 'd');
    await settled();
    return replies.at(-1);
  };
  expect(await give('c-1', { epoch: 3 })).toMatchObject({ result: 'accepted' });
  expect(await give('c-2', { epoch: 2 })).toMatchObject({ result: 'denied', message: 'stale epoch' });
  expect(await give('c-2', { epoch: 4 })).toMatchObject({ result: 'denied', message: 'stale epoch' });
  expect(await give('c-3', { epoch: 3 })).toMatchObject({ result: 'accepted' });
  expect(await give('c-4', {})).toMatchObject({ result: 'accepted' });
  expect(await give('c-5', { epoch: 1.5 })).toMatchObject({ result: 'denied' });
  // What is expired was still sent by the newest owner.
  expect(await give('c-6', { epoch: 5, ttlMs: 0 })).toMatchObject({ result: 'cancelled' });
  expect(await give('c-7', { epoch: 4 })).toMatchObject({ result: 'denied', message: 'stale epoch' });
  orders.receive(order('c-8', { epoch: 1 }), 'another');
  await settled();
  expect(executed).toEqual(['c-1', 'c-3', 'c-4', 'c-8']);
});

it('hands every order on, repeats too, to a vehicle with a memory of its own', async () => {
  const { orders, replies, executed, settled } = openExecutor();
  const taken: (string | undefined)[] = [];
  orders.handTo(({ droneId }) => taken.push(droneId));
  orders.receive(order('c-1'), 'd');
  orders.receive(order('c-1'), 'd');
  await settled();
  expect([taken, executed, replies]).toEqual([['d', 'd'], [], []]);
});

it('takes no more than 64 orders at once, and forgets none that is under way', async () => {
  const { orders, replies, settled } = openOrders(() => new Promise(() => undefined));
  for (let number = 0; number < 64; number += 1) orders.receive(order(`c-${number}`), 'd');
  expect(orders.receive(order('c-64'), 'd')).toBe(false);
  expect(orders.receive(order('c-0'), 'd')).toBe(false);
  await settled();
  expect(replies.map(({ commandId, result }) => `${commandId} ${result}`)).toEqual([
    'c-64 temporarily_rejected',
    'c-0 in_progress',
  ]);
});

it('tells the progress and answers failed when the handler throws', async () => {
  const { orders, replies, settled } = openOrders((_order, { progress }) => {
    progress(40, 'climbing');
    throw new Error('motor 3 stopped');
  });
  orders.receive(order('c-1'), undefined);
  await settled();
  expect(replies).toMatchObject([
    { type: 'command_progress', progressPct: 40, message: 'climbing' },
    { type: 'command_ack', result: 'failed', message: 'motor 3 stopped' },
  ]);
});

it('answers unsupported when nobody executes orders', async () => {
  const { orders, replies, settled } = openOrders();
  orders.receive(order('c-1'), 'd');
  await settled();
  expect(replies).toMatchObject([{ commandId: 'c-1', result: 'unsupported' }]);
});
