import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSession } from './messages.ts';
import { ask, createOperatorHome, errorOf, type OperatorHome } from './operator-home.ts';
import { post, request } from './requests.ts';
import type { Json } from './socket.ts';

let at: OperatorHome;

beforeAll(async () => {
  at = await createOperatorHome();
});
afterAll(() => at.home.remove());

describe('an operator', () => {
  it('is told the fleet’s status at once, and again and again, numbered', async () => {
    const socket = await at.operator();
    const first = await socket.next();
    expect(first).toMatchObject({
      type: 'fleet_status',
      seq: 1,
      total_drones: 3,
      active_drones: 3,
      online: 3,
    });
    expect(first['cursor']).toMatch(/^[0-9a-z]+-\d+$/);
    const second = await socket.next();
    expect(second).toMatchObject({ type: 'fleet_status', seq: 2, degraded: [] });
    socket.close();
  });

  it('has its first request answered before anything else', async () => {
    const socket = await at.operator();
    socket.send({ type: 'fleet_status', request_id: 'first' });
    expect(await socket.next()).toMatchObject({
      ...{ type: 'fleet_status', status: 'accepted', success: true, request_id: 'first', total_drones: 3 },
    });
    expect(await socket.next()).toMatchObject({ type: 'fleet_status', seq: 1 });
    socket.close();
  });

  it('follows drones by id: reply, snapshot, then every change', async () => {
    const socket = await at.operator();
    socket.send({
      type: 'subscribe_telemetry',
      droneIds: ['north-1', 'north-1', 'nobody'],
      requestId: 'sub',
    });
    expect(await socket.nextOf('subscription_ack')).toMatchObject({
      ...{ status: 'accepted', request_id: 'sub', drone_ids: ['north-1'], unknown_ids: ['nobody'] },
    });
    const snapshot = await socket.nextOf('telemetry_snapshot');
    expect(snapshot['drones']).toMatchObject([{ drone_id: 'north-1', stale: false, data: { battery: 85 } }]);
    await at.fly('north-3');
    await at.fly('north-1', { telemetry: { battery: 71, signal: 88 } });
    const update = await socket.next(({ type }) => type === 'telemetry_update');
    expect(update).toMatchObject({
      drone_id: 'north-1',
      stale: false,
      data: {
        ...{ session_id: at.session, status: 'active', armed: true, battery: 71, link: 'online' },
        position: { x: 150, y: 200, z: 50, gps: { latitude: 40.7128, longitude: -74.006, altitude: 50 } },
        telemetry: { battery: 71, signal: 88 },
      },
    });
    expect(update['seq']).toBeGreaterThan(snapshot['seq'] as number);
    socket.close();
  });

  it('follows the whole fleet, drones that are new included, and stops when it says so', async () => {
    const socket = await at.operator();
    expect(await ask(socket, { type: 'subscribe_telemetry', all: true, batch: true })).toMatchObject({
      all: true,
    });
    const snapshot = await socket.nextOf('telemetry_snapshot');
    expect((snapshot['drones'] as Json[]).length).toBeGreaterThanOrEqual(3);
    await at.fly('north-new');
    const batch = await socket.nextOf('telemetry_batch');
    const [row = []] = batch['rows'] as readonly unknown[][];
    const cells = Object.fromEntries((batch['columns'] as string[]).map((name, n) => [name, row[n]]));
    expect(cells).toMatchObject({
      drone_id: 'north-new',
      link: 'online',
      battery: 85,
      x: 150,
      latitude: 40.7128,
    });
    expect(await ask(socket, { type: 'unsubscribe_telemetry', all: true })).toMatchObject({ drone_ids: [] });
    await at.fly('north-new');
    // Were it pushed, it would come with the next tick; three more statuses take much longer.
    for (let count = 0; count < 3; count += 1)
      expect(await socket.next()).toMatchObject({ type: 'fleet_status' });
    socket.close();
  });
});

describe('a request', () => {
  it.each([
    ['no JSON', '{"type":', 'TRANSMISSION_ERROR', undefined],
    ['no object', '[]', 'VALIDATION_ERROR', ''],
    ['null', 'null', 'VALIDATION_ERROR', ''],
    ['no type', '{}', 'VALIDATION_ERROR', 'type'],
    ['a type nobody knows', '{"type":"__proto__"}', 'VALIDATION_ERROR', 'type'],
    ['a name of every object', '{"type":"toString"}', 'VALIDATION_ERROR', 'type'],
  ])('that is %s is refused in the envelope', async (_name, frame, code, field) => {
    const socket = await at.operator();
    socket.send(frame);
    const reply = await socket.nextOf('error');
    expect(reply).toMatchObject({ status: 'error', success: false, error: { code } });
    expect(errorOf(reply).details['field']).toBe(field);
    expect(reply['requestId']).toMatch(/^[0-9a-f-]{36}$/);
    socket.close();
  });

  it.each([
    [{ type: 'subscribe_telemetry', drone_ids: 'north-1' }, 'VALIDATION_ERROR', 'drone_ids'],
    [{ type: 'subscribe_telemetry', drone_ids: [] }, 'VALIDATION_ERROR', 'drone_ids'],
    [{ type: 'subscribe_telemetry', drone_ids: ['north-*'] }, 'VALIDATION_ERROR', 'drone_ids[0]'],
    [{ type: 'subscribe_telemetry' }, 'VALIDATION_ERROR', 'drone_ids'],
    [{ type: 'subscribe_telemetry', drone_ids: ['north-1'], all: true }, 'VALIDATION_ERROR', 'all'],
    [{ type: 'subscribe_telemetry', drone_ids: ['nobody'] }, 'NOT_FOUND', 'drone_ids'],
    [{ type: 'subscribe_telemetry', drone_ids: ['south-1'] }, 'NOT_FOUND', 'drone_ids'],
    [{ type: 'subscribe_telemetry', bounds: [0, 0, 1, 1] }, 'VALIDATION_ERROR', 'zoom'],
    [{ type: 'subscribe_telemetry', bounds: [0, 2, 1, 1], zoom: 3 }, 'VALIDATION_ERROR', 'bounds'],
    [{ type: 'subscribe_telemetry', all: true, also: 1 }, 'VALIDATION_ERROR', 'also'],
    [
      { type: 'subscribe_telemetry', drone_ids: ['north-1'], droneIds: ['north-2'] },
      'VALIDATION_ERROR',
      'droneIds',
    ],
    [{ type: 'resume', cursor: 'x' }, 'VALIDATION_ERROR', 'cursor'],
    [{ type: 'replay', as_of: 'yesterday' }, 'VALIDATION_ERROR', 'as_of'],
    [{ type: 'acknowledge_alert', alert_id: 'none' }, 'NOT_FOUND', 'alert_id'],
  ])('%j is refused with the field it is about', async (message, code, field) => {
    const socket = await at.operator();
    const reply = await ask(socket, message);
    expect(reply).toMatchObject({ status: 'error', success: false });
    expect([errorOf(reply).code, errorOf(reply).details['field']]).toEqual([code, field]);
    socket.close();
  });

  it('has an id of at most 128 characters, and one that is longer does not come back', async () => {
    const socket = await at.operator();
    const id = 'r'.repeat(129);
    socket.send({ type: 'fleet_status', request_id: id });
    const reply = await socket.next(({ status }) => status === 'error');
    expect(reply).not.toHaveProperty('request_id');
    expect(errorOf(reply).details['field']).toBe('request_id');
    socket.close();
  });

  it('under an id that was used for another is a conflict, and the same again is not', async () => {
    const socket = await at.operator();
    const id = newSession();
    const said = async (message: Json) => {
      socket.send({ ...message, request_id: id });
      return socket.next(({ request_id }) => request_id === id);
    };
    expect(await said({ type: 'subscribe_telemetry', all: true, batch: true })).toMatchObject({
      success: true,
    });
    expect(await said({ batch: true, type: 'subscribe_telemetry', all: true })).toMatchObject({
      success: true,
    });
    expect(errorOf(await said({ type: 'subscribe_telemetry', all: true })).code).toBe('CONFLICT');
    socket.close();
  });

  it('needs the permission of its command, whatever the door said', async () => {
    const socket = await at.operator(at.viewer.key);
    const reply = await ask(socket, { type: 'acknowledge_alert', alert_id: 'a' });
    expect(reply).toMatchObject({ type: 'alert_ack_response', error: { code: 'AUTHORIZATION_ERROR' } });
    socket.close();
  });

  it('that makes no sense a hundred times ends the connection', async () => {
    const socket = await at.operator();
    for (let count = 0; count < 100; count += 1) socket.send('{');
    expect(await socket.closed).toMatchObject({ code: 1008 });
  });

  it('has a twin over HTTP', async () => {
    const status = await request(`${at.server.httpUrl}/api/fleet/status`, { key: at.viewer.key });
    expect(status).toMatchObject({
      status: 200,
      body: { status: 'accepted', totalDrones: expect.any(Number) },
    });
    const url = `${at.server.httpUrl}/api/alerts/none/acknowledge`;
    const unknown = await post(url, { request_id: 'twin' }, { key: at.pilot.key });
    expect(unknown).toMatchObject({ status: 404, body: { error: { details: { field: 'alert_id' } } } });
    const twice = await post(url, { alert_id: 'other' }, { key: at.pilot.key });
    expect(twice).toMatchObject({ status: 400, body: { error: { details: { field: 'alert_id' } } } });
    const spoofed = await post(url, { refused: true, code: 'X', httpStatus: 200 }, { key: at.pilot.key });
    expect(spoofed).toMatchObject({ status: 400, body: { error: { details: { field: 'refused' } } } });
    expect(await post(url, {}, { key: at.viewer.key })).toMatchObject({ status: 403 });
    const { body } = await request(`${at.server.httpUrl}/openapi.json`);
    expect(body['paths']).toHaveProperty('/api/alerts/{alert_id}/acknowledge');
  });
});
