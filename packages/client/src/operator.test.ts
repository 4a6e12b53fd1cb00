import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { readFleetFrame } from '@skein/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createManualTimers } from '../test/manual-timers.ts';
import {
  connectOperator,
  type Operator,
  type OperatorConfig,
  OperatorRefusal,
  OperatorTimeout,
} from './index.ts';

/** The other end is scripted here, for what a healthy gateway never does; against the real one: e2e/gateway-client.test.ts. */

type Json = Readonly<Record<string, unknown>>;
let gateway: WebSocketServer;
let url: string;
const operators: Operator[] = [];

beforeEach(async () => {
  gateway = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(gateway, 'listening');
  url = `ws://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
});
afterEach(() => {
  for (const operator of operators.splice(0)) operator.close();
  for (const socket of gateway.clients) socket.terminate();
  gateway.close();
});

function connect(config: OperatorConfig = {}): Operator {
  const operator = connectOperator({ url, random: () => 0, ...config });
  operators.push(operator);
  return operator;
}

/** The next connection: its socket, its address, and what is said on it. */
async function accept() {
  const [socket, request] = (await once(gateway, 'connection')) as [WebSocket, { url: string }];
  const said: Json[] = [];
  let tell: (() => void) | undefined;
  socket.on('message', (data: Buffer) => {
    said.push(JSON.parse(data.toString()) as Json);
    tell?.();
  });
  const hear = async (): Promise<Json> => {
    while (said.length === 0)
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
    return said.shift() as Json;
  };
  return {
    socket,
    address: request.url,
    hear,
    say: (message: object) => socket.send(JSON.stringify(message)),
  };
}

const accepted = ({ request_id }: Json, more: object = {}) => ({
  type: 'x',
  success: true,
  status: 'accepted',
  request_id,
  ...more,
});

describe('an operator', () => {
  it('gets the reply of its request, whatever comes before it', async () => {
    const operator = connect();
    const reply = operator.request('fleet_status', {});
    const { hear, say } = await accept();
    const request = await hear();
    expect(request).toMatchObject({
      type: 'fleet_status',
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    say({ type: 'fleet_status', seq: 1, total_drones: 9 });
    say(accepted({ request_id: 'of another' }));
    say(accepted(request, { total_drones: 3 }));
    expect(await reply).toMatchObject({ total_drones: 3 });
  });

  it('is told why it was refused, with all the reply says', async () => {
    const operator = connect();
    const reply = operator.request('acknowledge_alert', { alert_id: 'a' });
    const { hear, say } = await accept();
    const { request_id } = await hear();
    const error = { code: 'NOT_FOUND', message: 'No such alert', details: { field: 'alert_id' } };
    say({ type: 'alert_ack_response', success: false, status: 'error', request_id, error, more: 1 });
    const refusal = await reply.catch((fault: unknown) => fault);
    expect(refusal).toBeInstanceOf(OperatorRefusal);
    expect(refusal).toMatchObject({ code: 'NOT_FOUND', details: { field: 'alert_id' }, reply: { more: 1 } });
  });

  it('asks again under the same id when the connection was lost before the reply', async () => {
    const operator = connect();
    const reply = operator.request('acknowledge_alert', { alert_id: 'a' });
    const first = await accept();
    const asked = await first.hear();
    const next = accept();
    first.socket.terminate();
    const second = await next;
    expect(await second.hear()).toEqual(asked);
    second.say(accepted(asked));
    expect(await reply).toMatchObject({ success: true });
  });

  it('gives up a request that gets no reply in time', async () => {
    const { timers, advance } = createManualTimers();
    const operator = connect({ timers, timeoutMs: 500 });
    const reply = operator
      .request('fleet_status', {}, { requestId: 'mine' })
      .catch((fault: unknown) => fault);
    await advance(500);
    expect(await reply).toBeInstanceOf(OperatorTimeout);
    expect(await reply).toMatchObject({ requestId: 'mine' });
  });

  it('subscribes anew and asks for what it missed after a loss', async () => {
    const operator = connect();
    const first = await accept();
    const subscribing = operator.request('subscribe_telemetry', { drone_ids: ['a', 'b'] });
    first.say(accepted(await first.hear()));
    await subscribing;
    const leaving = operator.request('unsubscribe_telemetry', { drone_ids: ['b'] });
    first.say(accepted(await first.hear()));
    await leaving;
    const told: string[] = [];
    operator.on('alert', ({ alert_id }) => told.push(alert_id));
    const push = (number: number) => ({
      type: 'alert',
      seq: 1,
      cursor: `e-${number}`,
      alert_id: `alert ${number}`,
    });
    first.say(push(7));
    const next = accept();
    await new Promise<void>((resolve) => {
      operator.on('alert', () => resolve());
    });
    first.socket.close(1013, 'too slow; cursor=e-6');
    const second = await next;
    expect(second.address).toBe('/?cursor=e-7');
    expect(await second.hear()).toMatchObject({ type: 'subscribe_telemetry', drone_ids: ['a'], batch: true });
    const both = new Promise<void>((resolve) => {
      operator.on('alert', ({ alert_id }) => alert_id === 'alert 8' && resolve());
    });
    second.say({ ...push(7), resumed: true });
    second.say({ ...push(8), resumed: true });
    await both;
    expect(told).toEqual(['alert 7', 'alert 8']);
    expect(operator.cursor).toBe('e-8');
  });

  it('takes a connection that says nothing for dead', async () => {
    const { timers, advance } = createManualTimers();
    const operator = connect({ timers, silenceMs: 1000 });
    await accept();
    await new Promise<void>((resolve) => {
      operator.on('state', ({ connected }) => connected && resolve());
    });
    const next = accept();
    await advance(1000);
    await advance(1);
    await next;
  });

  it('waits a random time, longer from loss to loss, before it connects again', async () => {
    const { timers, waits, advance } = createManualTimers();
    const Refusing = class {
      readonly protocol = '';
      readonly bufferedAmount = 0;
      binaryType = '';
      addEventListener(type: string, listener: (event: { type: string; code: number }) => void): void {
        if (type === 'close') queueMicrotask(() => listener({ type, code: 1006 }));
      }
      send(): void {}
      close(): void {}
    };
    connect({ timers, WebSocket: Refusing, random: () => 0.5 });
    const seen: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      await advance(0);
      const [wait = 0] = waits();
      seen.push(wait);
      await advance(wait);
    }
    expect(seen).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it('unpacks snapshots and batches, and maps records to drones', async () => {
    const operator = connect({ readFleetFrame });
    const seen: unknown[] = [];
    operator.on('telemetry', ({ droneId, snapshot, replay }) => seen.push([droneId, snapshot, replay]));
    const { socket, say } = await accept();
    expect(socket.protocol).toBe('skein.v1+fleet');
    const drone = (id: string) => ({ drone_id: id, stale: false, data: {} });
    say({ type: 'telemetry_snapshot', as_of: 'now', drones: [drone('a')] });
    say({
      type: 'telemetry_batch',
      as_of: 'now',
      columns: ['drone_id', 'link'],
      rows: [
        ['b', 'online'],
        ['c', 'stale'],
      ],
    });
    say({ type: 'telemetry_update', as_of: 'now', replay: true, ...drone('d') });
    say({ type: 'fleet_index', statuses: ['', 'active'], drones: [[5, 'five']] });
    const records = new Promise((resolve) => {
      operator.on('fleet', resolve);
    });
    const bytes = Buffer.alloc(44);
    bytes[0] = 1;
    bytes.writeUInt32LE(5, 16);
    socket.send(bytes);
    expect(await records).toMatchObject({ kind: 'update', droneIds: ['five'], statuses: ['', 'active'] });
    expect(seen).toEqual([
      ['a', true, false],
      ['b', false, false],
      ['c', false, false],
      ['d', false, true],
    ]);
  });

  it('ends what waits when it is closed', async () => {
    const operator = connect();
    const reply = operator.request('fleet_status', {}).catch((fault: unknown) => fault);
    operator.close();
    expect(await reply).toBeInstanceOf(OperatorTimeout);
    expect(operator.connected).toBe(false);
  });

  it('is not connected with a configuration that cannot work', () => {
    expect(() => connectOperator({ url: 'http://x' })).toThrow(/url/);
    expect(() => connectOperator({ silenceMs: Number.NaN })).toThrow(/silenceMs/);
  });
});
