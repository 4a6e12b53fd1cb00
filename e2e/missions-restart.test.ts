import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMissionWorld, type MissionWorld, square, type Tenant } from './mission-world.ts';
import type { Json } from './socket.ts';

/** The server is killed in the middle of a mission: it comes to its one end, and every order had one effect. */

let world: MissionWorld;
beforeEach(async () => {
  world = await createMissionWorld();
});
afterEach(() => world.home.remove());

const isOver = (mission: Json) => ['completed', 'failed', 'aborted'].includes(String(mission['status']));

/** Power off and on again, at the same address. */
async function restart(): Promise<void> {
  const { http, ingest, gateway } = world.server.ports;
  await world.server.kill9();
  world.server = await world.home.start({
    ...{
      DRONE_HTTP_PORT: String(http),
      DRONE_WEBSOCKET_PORT: String(ingest),
      DRONE_GATEWAY_PORT: String(gateway),
    },
  });
}

async function endsOf(tenant: Tenant, id: string): Promise<readonly string[]> {
  const states = tenant.told
    .filter(({ type, mission_id }) => type === 'mission_update' && mission_id === id)
    .map(({ status }) => String(status));
  return [...new Set(states)].filter((status) => isOver({ status }));
}

it.each([
  ['as soon as it is asked for', 0],
  ['while its plan is on the way', 60],
  ['while its start is on the way', 250],
  ['when it has hardly begun', 900],
])('a mission whose server is killed %s is completed exactly once', async (_when, afterMs) => {
  const tenant = await world.tenant('restarted');
  const operator = await tenant.connect();
  const orderFaults = [{ ackLatencyMs: 100 }];
  const run = await tenant.fly({ orderFaults }, async ({ state }) => {
    const mission = square(state.x[0] as number, state.y[0] as number);
    const asked = { mission, request_id: 'm-1' };
    const reply = tenant.ask('/api/missions/assign', asked).catch(() => undefined);
    await sleep(afterMs);
    await restart();
    await reply;
    // Whoever got no reply asks again under the same id: it is the same mission.
    const again = async () => {
      const { status, body } = await tenant
        .ask('/api/missions/assign', asked)
        .catch(() => ({ status: 0, body: {} as Json }));
      return status === 200 ? String(body['missionId']) : undefined;
    };
    await expect.poll(again, { timeout: 20_000 }).toBeDefined();
    const id = String(await again());
    const done = await tenant.mission(id, isOver);
    expect([done['status'], done['reason']]).toEqual(['completed', undefined]);
    await sleep(500);
    expect(await endsOf(tenant, id)).toEqual(['completed']);
    const { body } = await tenant.get('/api/missions');
    expect(body['missions']).toHaveLength(1);
  });
  operator.close();
  expect(Object.values(run.effects).every((effects) => effects === 1)).toBe(true);
});

it('a mission whose server is killed again and again in flight is completed', async () => {
  const tenant = await world.tenant('again');
  const run = await tenant.fly({}, async ({ state }) => {
    const mission = square(state.x[0] as number, state.y[0] as number);
    const { body } = await tenant.ask('/api/missions/assign', { mission });
    const id = String(body['missionId']);
    for (let kill = 0; kill < 3; kill += 1) {
      await sleep(700);
      await restart();
    }
    const done = await tenant.mission(id, isOver);
    expect([done['status'], done['progressPct']]).toEqual(['completed', 100]);
  });
  expect(Object.values(run.effects)).toEqual([1, 1]);
});

it('a pause that was taken when the server was killed is a pause afterwards', async () => {
  const tenant = await world.tenant('pausing');
  await tenant.fly({}, async ({ state }) => {
    const mission = square(state.x[0] as number, state.y[0] as number);
    const { body } = await tenant.ask('/api/missions/assign', { mission });
    const id = String(body['missionId']);
    await tenant.mission(id, (each) => Number(each['reached']) >= 1);
    const reply = tenant.ask(`/api/missions/${id}/pause`, { request_id: 'p' }).catch(() => undefined);
    await sleep(20);
    await restart();
    await reply;
    const pause = async () => {
      const { body: now } = await tenant
        .ask(`/api/missions/${id}/pause`, { request_id: 'p' })
        .catch(() => ({ body: {} as Json }));
      return now['missionStatus'];
    };
    await expect.poll(pause, { timeout: 20_000 }).toBe('paused');
    const resume = async () => (await tenant.ask(`/api/missions/${id}/resume`)).status;
    await expect.poll(resume, { timeout: 20_000 }).toBe(200);
    expect((await tenant.mission(id, isOver))['status']).toBe('completed');
  });
});
