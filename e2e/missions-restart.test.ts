import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FleetRun, Simulation } from '../packages/simulator/src/index.ts';
import { createMissionWorld, type MissionWorld, square, type Tenant, until } from './mission-world.ts';
import type { Json } from './socket.ts';

/** The server is killed in the middle of missions: each comes to its one end, and every order had one effect. */

const isOver = (mission: Json) => ['completed', 'failed', 'aborted'].includes(String(mission['status']));
const squareOf = ({ state }: Simulation, sizeM?: number): Json =>
  square(state.x[0] as number, state.y[0] as number, {}, sizeM);

/** Power off and on again, at the same address. */
async function restart(world: MissionWorld): Promise<void> {
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

function endsOf({ told }: Tenant, id: string): readonly string[] {
  const states = told
    .filter(({ type, mission_id }) => type === 'mission_update' && mission_id === id)
    .map(({ status }) => String(status));
  return [...new Set(states)].filter((status) => isOver({ status }));
}

/** Whoever got no reply asks again under the same id: it is the same mission. */
function askUntilTold({ home }: MissionWorld, tenant: Tenant, asked: Json): Promise<string> {
  const ask = async () => {
    const { status, body } = await tenant
      .ask('/api/missions/assign', asked)
      .catch(() => ({ status: 0, body: {} as Json }));
    return status === 200 ? String(body['missionId']) : undefined;
  };
  return until('the mission', ask, home.log);
}

/** Opens once so many wait before it. */
function createGate(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return () => {
    waiting += 1;
    if (waiting === count) resolve();
    return promise;
  };
}

describe('a mission whose server is killed', () => {
  const MOMENTS = [
    ['as soon as it is asked for', 0],
    ['while its plan is on the way', 60],
    ['while its start is on the way', 250],
    ['when it has hardly begun', 900],
  ] as const;
  const LONGEST_MS = 900;
  let world: MissionWorld;
  let flown: ReadonlyMap<string, { readonly tenant: Tenant; readonly done: Json; readonly run: FleetRun }>;

  // One kill for all: each has asked for its mission so long before.
  beforeAll(async () => {
    world = await createMissionWorld();
    const allReady = createGate(MOMENTS.length);
    const killed = Promise.withResolvers<void>();
    const flights = MOMENTS.map(async ([when, beforeMs]) => {
      const tenant = world.tenant(`killed-after-${beforeMs}`);
      const operator = await tenant.connect();
      let done: Json = {};
      const run = await tenant.fly({ orderFaults: [{ ackLatencyMs: 100 }] }, async (simulation) => {
        const asked = { mission: squareOf(simulation), request_id: 'm-1' };
        await allReady();
        await sleep(LONGEST_MS - beforeMs);
        const reply = tenant.ask('/api/missions/assign', asked).catch(() => undefined);
        if (beforeMs === LONGEST_MS) killed.resolve(sleep(beforeMs).then(() => restart(world)));
        await killed.promise;
        await reply;
        done = await tenant.mission(await askUntilTold(world, tenant, asked), isOver);
      });
      const ends = async () => endsOf(tenant, String(done['missionId'])).at(0);
      await until('the word of its end', ends, world.home.log);
      operator.close();
      return [when, { tenant, done, run }] as const;
    });
    flown = new Map(await Promise.all(flights));
  }, 120_000);
  afterAll(() => world.home.remove());

  it.each(MOMENTS)('%s is completed exactly once', async (when) => {
    const { tenant, done, run } = flown.get(when) ?? expect.unreachable();
    expect([done['status'], done['reason']]).toEqual(['completed', undefined]);
    expect(endsOf(tenant, String(done['missionId']))).toEqual(['completed']);
    const { body } = await tenant.get('/api/missions');
    expect(body['missions']).toHaveLength(1);
    expect(Object.values(run.effects).every((effects) => effects === 1)).toBe(true);
  });
});

describe.concurrent('a server that is killed again and again', () => {
  /** Flown in some ten seconds: several lives of the server. */
  const LONG_M = 250;
  let world: MissionWorld;
  let turn: Promise<void> = Promise.resolve();
  beforeAll(async () => {
    world = await createMissionWorld();
  });
  afterAll(() => world.home.remove());

  /** One restart at a time, and nothing that counts on the server meanwhile. */
  function exclusively(work: () => Promise<void>): Promise<void> {
    turn = turn.then(work);
    return turn;
  }

  it('finds the mission in flight, and it is completed', async () => {
    const tenant = world.tenant('again');
    const run = await tenant.fly({}, async (simulation) => {
      const asked = { mission: squareOf(simulation, LONG_M), request_id: 'm-1' };
      const id = await askUntilTold(world, tenant, asked);
      for (const reached of [0, 1, 2]) {
        await tenant.mission(id, (each) => Number(each['reached']) >= reached);
        await exclusively(() => restart(world));
      }
      const done = await tenant.mission(id, isOver);
      expect([done['status'], done['progressPct']]).toEqual(['completed', 100]);
    });
    expect(Object.values(run.effects)).toEqual([1, 1]);
  });

  it('keeps a pause that was taken when it was killed', async (context) => {
    const tenant = world.tenant('pausing');
    await tenant.fly({}, async (simulation) => {
      const asked = { mission: squareOf(simulation, LONG_M), request_id: 'm-1' };
      let id = '';
      const pause = () =>
        tenant.ask(`/api/missions/${id}/pause`, { request_id: 'p' }).catch(() => ({ body: {} as Json }));
      // From its start on: while others have the server restarted, it would fly to its end.
      await exclusively(async () => {
        id = await askUntilTold(world, tenant, asked);
        await tenant.mission(id, (each) => Number(each['reached']) >= 1);
        const reply = pause();
        await sleep(20);
        await restart(world);
        await reply;
      });
      const paused = async () => (await pause()).body['missionStatus'];
      await context.expect.poll(paused, { timeout: 20_000 }).toBe('paused');
      // An answer that got lost with the server is asked for again: it may go on already.
      const goesOn = async () => {
        const { status } = await tenant.ask(`/api/missions/${id}/resume`).catch(() => ({ status: 0 }));
        return status === 200 || (await tenant.mission(id, () => true))['status'] !== 'paused';
      };
      await context.expect.poll(goesOn, { timeout: 20_000 }).toBe(true);
      expect((await tenant.mission(id, isOver))['status']).toBe('completed');
    });
  });
});
