import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMissionWorld, type MissionWorld, square } from './mission-world.ts';
import type { Json } from './socket.ts';

/** Many missions and many drones: matched, divided, begun by themselves. */

let world: MissionWorld;
beforeAll(async () => {
  world = await createMissionWorld();
});
afterAll(() => world.home.remove());

const is = (status: string) => (mission: Json) => mission['status'] === status;
const SPACED = { padSpacingM: 400 };

it.concurrent('many missions are matched to the drones that fly them best together; the decision replays', async () => {
  const tenant = world.tenant('matched');
  await tenant.fly({ drones: 4, ...SPACED }, async ({ state, ids }) => {
    const homes = ids.map((_id, i) => [state.x[i] as number, state.y[i] as number] as const);
    const missions: string[] = [];
    for (const [x, y] of [...homes].reverse().slice(0, 3)) {
      const { body } = await tenant.ask('/api/missions', { mission: square(x, y) });
      missions.push(String(body['missionId']));
    }
    const dry = await tenant.ask('/api/missions/assign-all', { dry_run: true });
    expect(dry).toMatchObject({ status: 200, body: { method: 'exact', optimal: true, unassigned: [] } });
    const { status, body } = await tenant.ask('/api/missions/assign-all', {});
    expect([status, body['unassigned'], body['optimal']]).toEqual([200, [], true]);
    const given = body['assigned'] as Json[];
    // Each begins beside a drone of its own: nobody else is as near.
    const expected = [...ids].reverse().slice(0, 3);
    expect(missions.map((id) => given.find(({ missionId }) => missionId === id)?.['droneId'])).toEqual(
      expected,
    );
    expect(given[0]?.['runnerUps']).toHaveLength(3);
    const { body: one } = await tenant.get(`/api/missions/${missions[0]}`);
    expect(one['decision']).toMatchObject({ decision: 'assign_missions', certificate: { holds: true } });
    for (const id of missions) await tenant.mission(id, is('completed'));
  });
});

it.concurrent('of more missions than drones each drone flies several, in the order that was told', async () => {
  const tenant = world.tenant('in-sequence');
  await tenant.fly({ drones: 2, ...SPACED }, async ({ state, ids }) => {
    const missions: string[] = [];
    for (const i of [0, 1, 0, 1]) {
      const mission = square(state.x[i] as number, state.y[i] as number);
      const { body } = await tenant.ask('/api/missions', { mission });
      missions.push(String(body['missionId']));
    }
    const dry = await tenant.ask('/api/missions/assign-all', { dry_run: true });
    expect(dry).toMatchObject({ status: 200, body: { method: 'sequences', unassigned: [] } });
    const { status, body } = await tenant.ask('/api/missions/assign-all', {});
    expect([status, body['unassigned'], (body['assigned'] as Json[]).length]).toEqual([200, [], 2]);
    const sequences = body['sequences'] as { droneId: string; steps: Json[] }[];
    expect(sequences.map((each) => each.droneId).sort()).toEqual([...ids].sort());
    const orders = sequences.map(({ droneId, steps }) => ({
      droneId,
      order: steps.map(({ missionId }) => String(missionId)),
    }));
    for (const { droneId, order } of orders) {
      const { body: waiting } = await tenant.get(`/api/missions/${order[1]}`);
      expect(waiting['mission']).toMatchObject({ status: 'planned', sequence: { droneId, place: 2 } });
    }
    for (const { droneId, order } of orders)
      for (const id of order) {
        const flown = await tenant.mission(id, is('completed'));
        expect(flown).toMatchObject({ droneId });
        expect(flown).not.toHaveProperty('sequence');
      }
    expect(orders.flatMap(({ order }) => order).sort()).toEqual([...missions].sort());
  });
}, 120_000);

it.concurrent('an area shared by three drones becomes three missions, cut for where they are', async () => {
  const tenant = world.tenant('shared');
  const { eastM, northM } = tenant.padsAt;
  await tenant.fly({ drones: 3, ...SPACED }, async ({ ids }) => {
    const template = {
      type: 'survey',
      ...{
        area: [
          [0, 0],
          [600, 0],
          [600, 400],
          [0, 400],
        ].map(([x = 0, y = 0]) => ({ x: eastM + x, y: northM + y })),
        ground_sample_m: 0.03,
      },
      camera: {
        ...{ sensor_width_mm: 13.2, sensor_height_mm: 8.8, focal_length_mm: 8.8 },
        ...{ image_width_px: 5472, image_height_px: 3648 },
      },
    };
    const mission = { name: 'field', type: 'mapping', priority: 'low' };
    const whole = await tenant.ask('/api/missions', { mission, template, dry_run: true });
    const { status, body } = await tenant.ask('/api/missions', { mission, template, drone_ids: ids });
    expect(status).toBe(200);
    const parts = body['missions'] as Json[];
    expect(parts.map(({ name }) => name)).toEqual(['field 1/3', 'field 2/3', 'field 3/3']);
    const lengthOf = (all: unknown) => (all as Json[]).reduce((sum, { lengthM }) => sum + Number(lengthM), 0);
    expect(lengthOf(parts)).toBeLessThanOrEqual(lengthOf(whole.body['missions']));
    const times = parts.map(({ timeS }) => Number(timeS));
    expect(Math.max(...times)).toBeLessThan(0.6 * Number((whole.body['missions'] as Json[])[0]?.['timeS']));
    const bad = await tenant.ask('/api/missions', { mission, template: { ...template, area: [] } });
    expect(bad).toMatchObject({ status: 400, body: { error: { details: { field: 'template.area' } } } });
  });
});

it.concurrent('a mission that is to find its drone by itself does, and so does one whose time has come', async (context) => {
  const tenant = world.tenant('by-itself');
  await tenant.fly({ drones: 2, ...SPACED }, async ({ state }) => {
    const at = (i: number) => [state.x[i] as number, state.y[i] as number] as const;
    const own = await tenant.ask('/api/missions', { mission: square(...at(0)), auto_assign: true });
    const startsAt = new Date(Date.now() + 4000).toISOString().slice(0, 19);
    const schedule = { starts_at: startsAt, time_zone: 'UTC', rrule: 'FREQ=DAILY' };
    const daily = await tenant.ask('/api/missions', { mission: square(...at(1), { schedule }) });
    const past = { ...schedule, starts_at: '2020-01-01T00:00', rrule: null };
    const missed = await tenant.ask('/api/missions', { mission: square(...at(1), { schedule: past }) });
    expect(missed).toMatchObject({ status: 400, body: { error: { details: { reason: 'past' } } } });
    await tenant.mission(String(own.body['missionId']), is('completed'));
    const series = String(daily.body['missionId']);
    const find = async () => {
      const { body } = await tenant.get('/api/missions');
      return (body['missions'] as Json[]).find(({ seriesId }) => seriesId === series)?.['missionId'];
    };
    await context.expect.poll(find, { timeout: 20_000 }).toBeDefined();
    const flight = await tenant.mission(String(await find()), is('completed'));
    expect(flight).not.toHaveProperty('schedule');
    expect(await tenant.mission(series, is('planned'))).toMatchObject({ schedule: { rrule: 'FREQ=DAILY' } });
  });
});

/** What the clocks on the wall show there, ISO 8601 without a zone. */
const wallTime = (ms: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
    .format(ms)
    .replace(' ', 'T');

it.concurrent('over the socket too: matched, given by itself, begun once at its time in its own zone', async (context) => {
  const tenant = world.tenant('by-socket');
  const operator = await tenant.connect();
  await tenant.fly({ drones: 4, ...SPACED }, async ({ state, ids }) => {
    const at = (i: number) => [state.x[i] as number, state.y[i] as number] as const;
    const plan = async (more: { mission: Json; auto_assign?: boolean }) =>
      String((await operator.request('create_mission', more)).mission_id);
    const matched = [await plan({ mission: square(...at(1)) }), await plan({ mission: square(...at(0)) })];
    const given = await operator.request('assign_missions', {
      mission_ids: matched,
      drone_ids: ids.slice(0, 2),
    });
    expect(given).toMatchObject({ success: true, method: 'exact', optimal: true, unassigned: [] });
    const assigned = given.assigned as readonly Json[];
    expect(matched.map((id) => assigned.find((each) => each['mission_id'] === id)?.['drone_id'])).toEqual([
      ids[1],
      ids[0],
    ]);
    const time_zone = 'America/New_York';
    const schedule = { starts_at: wallTime(Date.now() + 3000, time_zone), time_zone };
    const once = await plan({ mission: square(...at(2), { schedule }) });
    const own = await plan({ mission: square(...at(3)), auto_assign: true });
    for (const id of [...matched, once, own]) await tenant.mission(id, is('completed'));
    await context.expect
      .poll(() => tenant.told.filter(({ type }) => type === 'mission_assigned').length)
      .toBe(4);
    const past = { mission: square(...at(2), { deadline: '2026-01-01T00:00:00Z' }) };
    await expect(operator.request('create_mission', past)).rejects.toMatchObject({
      details: { field: 'mission.deadline', reason: 'past' },
    });
    await expect(operator.request('assign_mission', past)).rejects.toMatchObject({
      details: { field: 'mission.deadline', reason: 'past' },
    });
  });
  operator.close();
});
