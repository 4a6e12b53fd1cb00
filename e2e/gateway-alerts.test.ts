import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, createOperatorHome, errorOf, type OperatorHome } from './operator-home.ts';
import { request } from './requests.ts';
import type { Json } from './socket.ts';

let at: OperatorHome;

beforeAll(async () => {
  at = await createOperatorHome();
});
afterAll(() => at.home.remove());

describe('an operator whose credential is bound to a drone', () => {
  it('sees that drone, whatever is asked for', async () => {
    const socket = await at.operator(at.bound.key);
    await ask(socket, { type: 'subscribe_telemetry', all: true });
    const { drones } = await socket.nextOf('telemetry_snapshot');
    expect((drones as Json[]).map(({ drone_id }) => drone_id)).toEqual(['north-2']);
    const foreign = await ask(socket, { type: 'subscribe_telemetry', drone_ids: ['north-1'] });
    expect(errorOf(foreign).code).toBe('NOT_FOUND');
    socket.close();
  });
});

describe('an alert', () => {
  const raise = (droneId: string) => at.fly(droneId, { telemetry: { battery: 12 } });

  it('is told to every operator of its tenant, acknowledged and cleared under one id', async () => {
    const [one, two, stranger] = await Promise.all([
      at.operator(),
      at.operator(at.viewer.key),
      at.operator(at.other.key),
    ]);
    await raise('north-alert');
    const raised = await two.nextOf('alert');
    expect(raised).toMatchObject({
      ...{ drone_id: 'north-alert', alert_type: 'battery_critical', severity: 'high', state: 'raised' },
      ...{ value: 12, action: 'return_to_base' },
    });
    const reply = await ask(one, { type: 'acknowledge_alert', alert_id: raised['alert_id'], note: 'seen' });
    expect(reply).toMatchObject({ type: 'alert_ack_response', success: true, acknowledged: true });
    const acknowledged = await two.nextOf('alert');
    expect(acknowledged).toMatchObject({
      state: 'acknowledged',
      alert_id: raised['alert_id'],
      note: 'seen',
      by: at.pilot.id,
    });
    await at.fly('north-alert');
    const cleared = await two.next(({ state }) => state === 'cleared');
    expect(cleared).toMatchObject({ alert_id: raised['alert_id'], alert_type: 'battery_critical' });
    const list = await request(`${at.server.httpUrl}/api/anomalies?droneId=north-alert&acknowledged=true`, {
      key: at.viewer.key,
    });
    expect(list.body['items']).toMatchObject([{ anomalyId: raised['alert_id'], note: 'seen' }]);
    const refused = await ask(stranger, { type: 'acknowledge_alert', alert_id: raised['alert_id'] });
    expect(errorOf(refused).code).toBe('NOT_FOUND');
    for (const socket of [one, two, stranger]) socket.close();
  });

  it('that was raised while an operator was away is told after the reconnect, once and in order', async () => {
    const before = await at.operator();
    const { cursor } = await before.nextOf('fleet_status');
    before.close();
    await before.closed;
    for (const droneId of ['away-1', 'away-2', 'away-3']) await raise(droneId);
    const socket = await at.operator();
    const reply = await ask(socket, { type: 'resume', cursor });
    expect(reply).toMatchObject({ type: 'resume_ack', gap: false, replayed: 3 });
    const told = [await socket.nextOf('alert'), await socket.nextOf('alert'), await socket.nextOf('alert')];
    expect(told.map(({ drone_id }) => drone_id)).toEqual(['away-1', 'away-2', 'away-3']);
    expect(told).toMatchObject([{ resumed: true }, { resumed: true }, { resumed: true }]);
    const last = told[2]?.['cursor'] as string;
    expect(reply['cursor']).toBe(last);
    socket.close();
    const atOnce = await at.operator(at.pilot.key, `?cursor=${told[1]?.['cursor']}`);
    expect(await atOnce.next()).toMatchObject({ type: 'alert', drone_id: 'away-3', seq: 1 });
    atOnce.close();
  });

  it('of an earlier life of the server is told as a gap', async () => {
    const socket = await at.operator();
    const reply = await ask(socket, { type: 'resume', cursor: 'abc-5' });
    expect(reply).toMatchObject({ gap: true });
    expect(await socket.nextOf('gap')).toMatchObject({ classes: ['kept'], after: 'abc-5' });
    socket.close();
  });
});
