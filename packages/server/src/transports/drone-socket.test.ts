import type { Socket } from 'node:net';
import type { Receipt } from '@skein/core';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { DurableGate } from '../net/durable-gate.ts';
import { DroneSocket } from './drone-socket.ts';
import type { Line } from './line.ts';

/** A connection whose answers are kept, and the gates it waits at. */
function createConnection() {
  const answers: string[] = [];
  const ws = { readyState: 1, OPEN: 1, bufferedAmount: 0, isPaused: false };
  const raw = { writableLength: 0, write: (frame: Buffer) => answers.push(frame.toString('latin1', 2)) };
  const gates = { disk: new DurableGate('disk', () => 0), stored: new DurableGate('stored', () => 0) };
  const counters = { accepted: 0, duplicates: 0, bytes: 0, refusals: new Map() };
  const line = { ...gates, counters, ingest: { read: {} } } as unknown as Line;
  const socket = new DroneSocket(ws as WebSocket, raw as unknown as Socket, line, 0);
  socket.ackMode = 'count';
  const take = (position: number) => socket.settle({ position, duplicate: false } as Receipt, undefined);
  return { ...gates, socket, answers, take };
}

const ack = (upto: number, durability: string) => JSON.stringify({ type: 'ack', upto, durability });

test('a message is acknowledged when the journal is durable beyond it, with all before it at once', () => {
  const { disk, answers, take } = createConnection();
  for (const position of [0, 10, 20]) take(position);
  disk.open(5);
  disk.open(21);
  expect(answers).toEqual([ack(1, 'disk'), ack(3, 'disk')]);
});

test('who asks for stored while messages wait is told so of none that is only on disk', () => {
  const { socket, disk, stored, answers, take } = createConnection();
  take(0);
  socket.waitFor('stored');
  take(10);
  disk.open(30);
  expect(answers).toEqual([]);
  stored.open(5);
  stored.open(30);
  expect(answers).toEqual([ack(1, 'stored'), ack(2, 'stored')]);
});

test('a connection that has ended is told nothing', () => {
  const { socket, disk, stored, answers, take } = createConnection();
  socket.waitFor('stored');
  take(0);
  socket.end();
  disk.open(30);
  stored.open(30);
  expect(answers).toEqual([]);
});
