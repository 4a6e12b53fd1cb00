import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { CommandAckMessage, CommandProgressMessage, TelemetryMessage } from '@skein/core';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { runFleet } from './run-fleet.ts';
import { createSimulation } from './simulation.ts';

/** A server of the contract's least: acknowledges by count, keeps what it is told. */
async function openServer() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const telemetry: TelemetryMessage[] = [];
  const replies: (CommandAckMessage | CommandProgressMessage)[] = [];
  const heard = new EventTarget();
  server.on('connection', (socket) => {
    socket.send(
      JSON.stringify({ type: 'connection_ack', timestamp: new Date().toISOString(), status: 'connected' }),
    );
    let count = 0;
    socket.on('message', (data) => {
      for (const frame of [JSON.parse(String(data))].flat()) {
        if (frame.type === 'command_ack' || frame.type === 'command_progress') replies.push(frame);
        else if (frame.telemetry) {
          telemetry.push(frame);
          count += 1;
        }
        heard.dispatchEvent(new Event(frame.type ?? 'telemetry'));
      }
      socket.send(JSON.stringify({ type: 'ack', upto: count, durability: 'disk' }));
    });
  });
  const { port } = server.address() as AddressInfo;
  const close = () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  };
  return { server, url: `ws://127.0.0.1:${port}`, telemetry, replies, heard, close };
}
type Server = Awaited<ReturnType<typeof openServer>>;

const order = (socket: WebSocket, droneId: string, command: string, params: object) =>
  socket.send(
    JSON.stringify({
      type: 'command',
      commandId: `c-${command}`,
      droneId,
      command,
      params,
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
      ttlMs: 60_000,
    }),
  );

describe('a running fleet', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it('sends every drone’s messages at its rate, spread over the period, and has all acknowledged', async () => {
    server = await openServer();
    const simulation = createSimulation({ drones: 10, seed: 1 });
    const progress: number[] = [];
    const result = await runFleet({
      simulation,
      url: server.url,
      rateHz: 10,
      seconds: 1.2,
      connections: 3,
      onProgress: ({ sent }) => progress.push(sent),
    });
    expect(result).toMatchObject({
      drones: 10,
      connections: 3,
      seconds: 1.2,
      sent: 120,
      acked: 120,
      rejected: 0,
    });
    expect(result).toMatchObject({ dropped: 0, unacknowledged: 0, skipped: 0, withheld: 0, reconnects: 0 });
    expect(server.telemetry).toHaveLength(120);
    expect(server.server.clients.size).toBeLessThanOrEqual(3);
    expect(progress).toHaveLength(1);
    const stamps = server.telemetry.map(({ timestamp }) => Date.parse(timestamp));
    expect(new Set(stamps).size).toBe(120);
    expect(Math.max(...stamps) - Math.min(...stamps)).toBe(1190);
    for (const id of simulation.ids) {
      const seqs = server.telemetry.filter(({ drone }) => drone.id === id).map(({ seq }) => seq);
      expect(seqs).toEqual([...Array(12).keys()]);
    }
  });

  it('stops on abort and accounts for every message', async () => {
    server = await openServer();
    const abort = new AbortController();
    let heard = 0;
    server.heard.addEventListener('telemetry', () => {
      heard += 1;
      if (heard === 20) abort.abort();
    });
    const simulation = createSimulation({ drones: 5, seed: 1 });
    const result = await runFleet({ simulation, url: server.url, rateHz: 20, signal: abort.signal });
    expect(result.sent).toBeGreaterThanOrEqual(20);
    expect(result.acked).toBe(result.sent);
    expect(server.telemetry).toHaveLength(result.sent);
  });

  it('executes the orders that come down its sockets, answers them and tells their progress', async () => {
    server = await openServer();
    const { replies, heard } = server;
    const abort = new AbortController();
    server.server.on('connection', (socket) => order(socket, 'drone-002', 'takeoff', { altitude: 10 }));
    heard.addEventListener('command_progress', () => {
      if (replies.some((reply) => 'progressPct' in reply && reply.progressPct === 100)) abort.abort();
    });
    const simulation = createSimulation({ drones: 2, seed: 1, autonomous: false });
    const options = {
      url: server.url,
      rateHz: 5,
      connections: 1,
      timeFactor: 20,
      seconds: 30,
      signal: abort.signal,
    };
    const result = await runFleet({ simulation, ...options });
    expect(result.ordersExecuted).toBe(1);
    expect(replies[0]).toMatchObject({
      type: 'command_ack',
      commandId: 'c-takeoff',
      result: 'accepted',
      droneId: 'drone-002',
    });
    expect(replies.at(-1)).toMatchObject({
      type: 'command_progress',
      droneId: 'drone-002',
      progressPct: 100,
    });
    expect(simulation.state.z[1]).toBeGreaterThan(8);
    expect(simulation.state.z[0]).toBe(0);
  });

  it('withholds what a lost link would not carry, and labels the fault', async () => {
    server = await openServer();
    const simulation = createSimulation({
      drones: 2,
      seed: 1,
      faults: [{ drone: 'drone-001', type: 'link_loss', atS: 0, durationS: 60 }],
    });
    const result = await runFleet({ simulation, url: server.url, rateHz: 20, seconds: 0.5 });
    expect(result).toMatchObject({ sent: 10, acked: 10, withheld: 10, skipped: 0 });
    expect(server.telemetry.every(({ drone }) => drone.id === 'drone-002')).toBe(true);
    expect(result.labels).toMatchObject([{ droneId: 'drone-001', type: 'link_loss' }]);
    expect((result.labels[0]?.toMs ?? 0) - (result.labels[0]?.fromMs ?? 0)).toBe(60_000);
  });

  it('refuses numbers and addresses that cannot work', async () => {
    const simulation = createSimulation({ drones: 1 });
    await expect(runFleet({ simulation, rateHz: 0 })).rejects.toThrow(/rateHz/);
    await expect(runFleet({ simulation, url: 'http://x' })).rejects.toThrow(/websocket/);
  });
});
