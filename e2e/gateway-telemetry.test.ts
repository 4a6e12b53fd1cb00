import { readFleetFrame } from '@skein/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { connectOperator } from '../packages/client/src/index.ts';
import { newSession, telemetryOf } from './messages.ts';
import { ask, createOperatorHome, errorOf, type OperatorHome } from './operator-home.ts';
import { post } from './requests.ts';
import { type Json, TestSocket } from './socket.ts';

let at: OperatorHome;
const MANY = 400;

beforeAll(async () => {
  at = await createOperatorHome();
  await flyMany(0);
});
afterAll(() => at.home.remove());

/** A fleet over Manhattan, a thousandth of a degree apart, in two posts. */
async function flyMany(battery: number): Promise<void> {
  const messages = Array.from({ length: MANY }, (_, n) => ({
    ...telemetryOf({ droneId: `many-${n}`, sessionId: newSession() }),
    position: {
      gps: { latitude: 50 + Math.floor(n / 20) / 1000, longitude: 8 + (n % 20) / 1000, altitude: 100 },
    },
    telemetry: { battery: 50 + battery, signal: 90 },
  }));
  const url = `${at.server.httpUrl}/api/drone/telemetry/batch`;
  for (let from = 0; from < MANY; from += 100)
    expect(await post(url, messages.slice(from, from + 100), { key: at.pilot.key })).toMatchObject({
      status: 200,
    });
}

const world = { west: -180, south: -90, east: 180, north: 90 };

describe('a part of the map', () => {
  it('with many drones is told in clusters that count each of them once', async () => {
    const socket = await at.operator();
    const reply = await ask(socket, { type: 'subscribe_telemetry', bounds: world, zoom: 3 });
    expect(reply).toMatchObject({ status: 'accepted', drone_ids: [], zoom: 3 });
    expect(await socket.nextOf('telemetry_snapshot')).toMatchObject({ drones: [] });
    const push = await socket.nextOf('telemetry_clusters');
    const clusters = push['clusters'] as readonly Json[];
    const counted = clusters.reduce((sum, { count }) => sum + (count as number), 0);
    expect([counted, push['total']]).toEqual([MANY + 3, MANY + 3]);
    const nearest = clusters.find(({ count }) => count === MANY);
    expect(nearest).toMatchObject({ armed: MANY, anomalies: 0, stale: 0 });
    expect(nearest?.['latitude']).toBeCloseTo(50.0095, 3);
    await flyMany(1);
    socket.close();
  });

  it('with few drones is told drone by drone, and who leaves is named', async () => {
    const socket = await at.operator();
    const near = [-74.1, 40.6, -73.9, 40.8];
    await ask(socket, { type: 'subscribe_telemetry', bounds: near, zoom: 12 });
    const { drones } = await socket.nextOf('telemetry_snapshot');
    expect((drones as Json[]).map(({ drone_id }) => drone_id).toSorted()).toEqual([
      'north-1',
      'north-2',
      'north-3',
    ]);
    await at.fly('north-1', { telemetry: { battery: 66, signal: 90 } });
    expect(await socket.nextOf('telemetry_update')).toMatchObject({
      drone_id: 'north-1',
      data: { battery: 66 },
    });
    await at.fly('north-2', { position: { gps: { latitude: 10, longitude: 10, altitude: 50 } } });
    expect(await socket.nextOf('telemetry_gone')).toMatchObject({ drone_ids: ['north-2'] });
    await at.fly('north-2');
    expect(await socket.nextOf('telemetry_update')).toMatchObject({ drone_id: 'north-2' });
    socket.close();
  });
});

describe('records of 28 bytes', () => {
  it('come to who speaks the subprotocol, after the names of their indexes', async () => {
    const decode = (data: Buffer): unknown =>
      data[0] === 0x7b ? JSON.parse(data.toString()) : { type: 'records', ...readFleetFrame(data) };
    const socket = await TestSocket.open(`ws://127.0.0.1:${at.server.ports.gateway}`, {
      ...{ key: at.pilot.key, protocols: ['skein.v1+fleet', 'skein.v1'], decode },
    });
    expect(socket.ws.protocol).toBe('skein.v1+fleet');
    await ask(socket, { type: 'subscribe_telemetry', drone_ids: ['north-1', 'north-3'] });
    const { drones, statuses } = await socket.nextOf('fleet_index');
    const names = new Map(drones as (readonly [number, string])[]);
    const snapshot = await socket.nextOf('records');
    expect(snapshot).toMatchObject({ kind: 'snapshot' });
    await at.fly('north-3', { telemetry: { battery: 44, signal: 50, speed: 7 } });
    const update = await socket.nextOf('records');
    const [record] = update['records'] as readonly Json[];
    expect(record).toMatchObject({
      batteryPct: 44,
      signalPct: 50,
      groundSpeedMps: 7,
      armed: true,
      stale: false,
    });
    expect(names.get(record?.['index'] as number)).toBe('north-3');
    expect((statuses as string[])[record?.['status'] as number]).toBe('active');
    expect(record?.['latitudeDeg']).toBeCloseTo(40.7128, 7);
    expect(update['seq']).toBeGreaterThan(snapshot['seq'] as number);
    socket.close();
  });
});

describe('the operator’s client', () => {
  it('follows drones in records, and is refused with a reason', async () => {
    const url = `ws://127.0.0.1:${at.server.ports.http}/fleet`;
    const operator = connectOperator({ url, key: at.pilot.key, reconnectIntervalMs: 10, readFleetFrame });
    const status = await operator.request('fleet_status', {});
    expect(status.total_drones).toBeGreaterThanOrEqual(MANY);
    const seen = new Promise<unknown>((resolve) => {
      operator.on(
        'fleet',
        ({ kind, droneIds, records }) => kind === 'update' && resolve([droneIds, records[0]?.batteryPct]),
      );
    });
    const { drone_ids } = await operator.request('subscribe_telemetry', { drone_ids: ['north-1'] });
    expect(drone_ids).toEqual(['north-1']);
    await at.fly('north-1', { telemetry: { battery: 33, signal: 90 } });
    expect(await seen).toEqual([['north-1'], 33]);
    await expect(operator.request('acknowledge_alert', { alert_id: 'none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    operator.close();
  });
});

describe('a connection', () => {
  it('without a header authenticates by its first frame', async () => {
    const socket = await TestSocket.open(`ws://127.0.0.1:${at.server.ports.gateway}`, {
      protocols: ['skein.v1'],
    });
    socket.send({ type: 'auth', token: at.viewer.key });
    expect(await socket.nextOf('auth_ack')).toMatchObject({ status: 'success' });
    expect(await socket.next()).toMatchObject({ type: 'fleet_status' });
    socket.close();
    const stranger = await TestSocket.open(`ws://127.0.0.1:${at.server.ports.gateway}`, {
      protocols: ['skein.v1'],
    });
    stranger.send({ type: 'auth', token: 'nobody' });
    expect(errorOf(await stranger.next()).code).toBe('AUTHENTICATION_ERROR');
    expect(await stranger.closed).toMatchObject({ code: 1008 });
  });

  it('ends when its token does', async () => {
    const token = at.issuer.token({ tenant: 'north', permissions: ['telemetry:read'], lifetimeS: 3 });
    const socket = await at.operator(token);
    expect(await socket.closed).toMatchObject({ code: 1008 });
  });

  it('that does not read is closed with a cursor, and nobody else waits for it', async () => {
    const url = `ws://127.0.0.1:${at.server.ports.gateway}`;
    const stuck = new WebSocket(url, { headers: { authorization: `Bearer ${at.pilot.key}` } });
    const closed = new Promise<readonly [number, string]>((resolve) => {
      stuck.on('close', (code, reason) => resolve([code, reason.toString()]));
    });
    await new Promise((resolve) => {
      stuck.once('message', resolve);
    });
    // Snapshots of 400 drones, until more waits than may.
    for (let n = 0; n < 200; n += 1) stuck.send(JSON.stringify({ type: 'subscribe_telemetry', all: true }));
    stuck.pause();
    const socket = await at.operator();
    await ask(socket, { type: 'subscribe_telemetry', drone_ids: ['north-1'] });
    await at.fly('north-1', { telemetry: { battery: 61, signal: 90 } });
    const update = await socket.next(({ type }) => type === 'telemetry_update');
    expect(update).toMatchObject({ drone_id: 'north-1' });
    socket.close();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    stuck.resume();
    expect(await closed).toEqual([1013, expect.stringMatching(/^too slow; cursor=[0-9a-z]+-\d+$/)]);
  });
});

describe('history', () => {
  it('is shown as it was, marked, and gives way to the present', async () => {
    const socket = await at.operator();
    const startMs = Date.now() - 60_000;
    const timeOf = (n: number) => new Date(startMs + n * 1000).toISOString();
    for (const [n, battery] of [80, 79, 78, 12].entries())
      await at.fly('past-1', { telemetry: { battery, signal: 90 }, timestamp: timeOf(n) });
    await ask(socket, { type: 'subscribe_telemetry', drone_ids: ['past-1'] });
    const reply = await ask(socket, { type: 'replay', as_of: timeOf(0), speed: 2 });
    expect(reply).toMatchObject({ type: 'replay_ack', replay: true, as_of: timeOf(0) });
    const isPast = ({ replay, type }: Json) => replay === true && type === 'telemetry_update';
    for (const [n, battery] of [80, 79, 78].entries())
      expect(await socket.next(isPast)).toMatchObject({
        data: { timestamp: timeOf(n), telemetry: { battery } },
      });
    const alert = await socket.next(({ type }) => type === 'alert');
    expect(alert).toMatchObject({ replay: true, drone_id: 'past-1', alert_type: 'battery_critical' });
    await at.fly('past-1');
    expect(await ask(socket, { type: 'live' })).toMatchObject({ type: 'replay_ack', replay: false });
    const snapshot = await socket.nextOf('telemetry_snapshot');
    expect(snapshot['drones']).toMatchObject([{ data: { battery: 85 } }]);
    socket.close();
  });

  it('ends where the present begins', async () => {
    const socket = await at.operator();
    await ask(socket, { type: 'subscribe_telemetry', drone_ids: ['north-3'] });
    const asOf = new Date(Date.now() - 20_000).toISOString();
    await ask(socket, { type: 'replay', as_of: asOf, speed: 100 });
    expect(await socket.nextOf('replay_ended')).toMatchObject({ reason: 'live' });
    await at.fly('north-3');
    expect(await socket.nextOf('telemetry_update')).toMatchObject({ drone_id: 'north-3' });
    socket.close();
  });

  it('needs a subscription', async () => {
    const socket = await at.operator();
    const reply = await ask(socket, { type: 'replay', as_of: new Date().toISOString() });
    expect(errorOf(reply)).toMatchObject({
      code: 'VALIDATION_ERROR',
      details: { reason: 'no_subscription' },
    });
    expect(await ask(socket, { type: 'live' })).toMatchObject({ replay: false });
    socket.close();
  });
});
