import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMissionWorld, type MissionWorld, square } from './mission-world.ts';
import type { Json } from './socket.ts';

/** Missions from plan to end: the real server, real sockets, simulated drones, all in one sky at once. */

let world: MissionWorld;
beforeAll(async () => {
  world = await createMissionWorld();
});
afterAll(() => world.home.remove());

const idOf = (body: Json): string => String(body['missionId']);
const statusOf = (mission: Json): unknown => mission['status'];
const is = (status: string) => (mission: Json) => mission['status'] === status;
const isOver = (mission: Json) => ['completed', 'failed', 'aborted'].includes(String(mission['status']));

/** Each mission's states as operators were told them, without repeats. */
const statesOf = (told: readonly Json[], id: string) =>
  told
    .filter(({ type, mission_id }) => type === 'mission_update' && mission_id === id)
    .map(({ status }) => String(status))
    .filter((status, at, all) => status !== all[at - 1]);

describe.concurrent('a mission', () => {
  it('planned by a template is assigned, flown and completed; every step is told once', async () => {
    const tenant = world.tenant('flown');
    const operator = await tenant.connect();
    const run = await tenant.fly({}, async (simulation) => {
      const [x, y] = [simulation.state.x[0] as number, simulation.state.y[0] as number];
      const mission = { name: 'field', type: 'mapping', priority: 'high' };
      const corner = (east: number, north: number) => ({ x: x + east, y: y + north });
      const camera = { sensor_width_mm: 13.2, sensor_height_mm: 8.8, focal_length_mm: 8.8 };
      const template = {
        ...{
          type: 'survey',
          altitude: 40,
          area: [corner(20, 20), corner(90, 20), corner(90, 80), corner(20, 80)],
        },
        camera: { ...camera, image_width_px: 5472, image_height_px: 3648 },
      };
      const dry = await tenant.ask('/api/missions', { mission, template, dry_run: true });
      expect(dry).toMatchObject({
        status: 200,
        body: { missionIds: [], groundSampleM: expect.closeTo(0.011, 3) },
      });
      const created = await tenant.ask('/api/missions', { mission, template, request_id: 'field' });
      expect(created).toMatchObject({ status: 200, body: { missions: [{ status: 'planned' }] } });
      const again = await tenant.ask('/api/missions', { mission, template, request_id: 'field' });
      expect(idOf(again.body)).toBe(idOf(created.body));
      const id = idOf(created.body);
      const assigned = await tenant.ask(`/api/missions/${id}/assign`);
      expect(assigned).toMatchObject({ status: 200, body: { droneId: 'drone-001', missionId: id } });
      expect(assigned.body['reasons']).toHaveLength(3);
      const done = await tenant.mission(id, isOver);
      expect([statusOf(done), done['progressPct'], done['reached']]).toEqual([
        'completed',
        100,
        done['totalWaypoints'] ?? (done['waypoints'] as Json[]).length,
      ]);
      expect(simulation.state.z[0]).toBe(0);
      expect(statesOf(tenant.told, id)).toEqual(['planned', 'assigned', 'uploading', 'active', 'completed']);
      expect(tenant.told.filter(({ type }) => type === 'mission_assigned')).toHaveLength(1);
      const { body } = await tenant.get(`/api/missions/${id}`);
      expect(body['decision']).toMatchObject({ decision: 'assign_mission', chosen: { drone: 'drone-001' } });
      const list = await tenant.get('/api/missions?state=completed&limit=5');
      expect(list.body['missions']).toMatchObject([{ missionId: id }]);
      const file = await tenant.get(`/api/missions/${id}/export?format=plan`);
      const imported = await tenant.ask('/api/missions/import', { format: 'plan', file: file.body['file'] });
      expect(imported).toMatchObject({ status: 200, body: { mission: { status: 'planned' }, warnings: [] } });
    });
    operator.close();
    expect(Object.values(run.effects)).toEqual([1, 1]);
  });

  it('paused goes on where it was left', async () => {
    const tenant = world.tenant('paused');
    const operator = await tenant.connect();
    await tenant.fly({}, async ({ state }) => {
      const mission = square(state.x[0] as number, state.y[0] as number);
      const { body } = await tenant.ask('/api/missions/assign', { mission });
      const id = idOf(body);
      await tenant.mission(id, (each) => Number(each['reached']) >= 1);
      expect((await tenant.ask(`/api/missions/${id}/resume`)).status).toBe(409);
      const paused = await tenant.ask(`/api/missions/${id}/pause`, { request_id: 'p' });
      expect(paused).toMatchObject({ status: 200, body: { missionStatus: 'paused', state: 'succeeded' } });
      const again = await tenant.ask(`/api/missions/${id}/pause`, { request_id: 'p' });
      expect(again.body).toMatchObject({ commandId: paused.body['commandId'], repeated: true });
      const left = await tenant.mission(id, is('paused'));
      expect(left['breakPoint']).toMatchObject({ nextWaypoint: left['reached'] });
      const resumed = await tenant.ask(`/api/missions/${id}/resume`);
      expect(resumed).toMatchObject({ status: 200, body: { missionStatus: 'active' } });
      expect(statusOf(await tenant.mission(id, isOver))).toBe('completed');
      expect(statesOf(tenant.told, id).slice(3)).toEqual(['active', 'paused', 'active', 'completed']);
    });
    operator.close();
  });

  it('paused can be finished by another drone, and the first one comes home', async (context) => {
    const tenant = world.tenant('relieved');
    await tenant.fly({ drones: 2, padSpacingM: 600 }, async ({ state }) => {
      const mission = square(state.x[0] as number, state.y[0] as number);
      const { body } = await tenant.ask('/api/missions/assign', { mission, drone_id: 'drone-001' });
      const id = idOf(body);
      await tenant.mission(id, (each) => Number(each['reached']) >= 1);
      await tenant.ask(`/api/missions/${id}/pause`);
      const { reached } = await tenant.mission(id, is('paused'));
      const given = await tenant.ask(`/api/missions/${id}/assign`, { drone_id: 'drone-002' });
      expect(given).toMatchObject({ status: 200, body: { droneId: 'drone-002' } });
      const done = await tenant.mission(id, isOver);
      expect([done['status'], done['droneId']]).toEqual(['completed', 'drone-002']);
      expect(Number(reached)).toBeGreaterThanOrEqual(1);
      await context.expect.poll(() => state.z[0], { timeout: 30_000 }).toBe(0);
    });
  });

  it('cancelled is over when its drone has taken the order to come home', async (context) => {
    const tenant = world.tenant('cancelled');
    const operator = await tenant.connect();
    await tenant.fly({}, async ({ state }) => {
      const mission = square(state.x[0] as number, state.y[0] as number);
      const { body } = await tenant.ask('/api/missions/assign', { mission });
      const id = idOf(body);
      await tenant.mission(id, is('active'));
      const cancelled = await tenant.ask(`/api/missions/${id}/cancel`, { reason: 'enough' });
      expect(cancelled).toMatchObject({ status: 200, body: { missionStatus: 'aborted' } });
      expect((await tenant.ask(`/api/missions/${id}/cancel`)).status).toBe(409);
      await context.expect.poll(() => state.z[0], { timeout: 30_000 }).toBe(0);
      expect(statesOf(tenant.told, id).at(-1)).toBe('aborted');
      // It charges at its pad, and a drone that charges is not sent anywhere.
      state.soc[0] = 1;
      const next = async () => (await tenant.ask('/api/missions/assign', { mission })).status;
      await context.expect.poll(next, { timeout: 40_000 }).toBe(200);
    });
    operator.close();
  });

  it('whose waypoint is changed in flight is flown as changed, and told as changed once the vehicle has accepted', async () => {
    const tenant = world.tenant('changed');
    const operator = await tenant.connect();
    await tenant.fly({}, async ({ state }) => {
      const [x, y] = [state.x[0] as number, state.y[0] as number];
      const { body } = await tenant.ask('/api/missions/assign', { mission: square(x, y) });
      const id = idOf(body);
      await tenant.mission(id, is('active'));
      const reply = await operator.request('modify_waypoint', {
        ...{ drone_id: 'drone-001', mission_id: id, waypoint_index: 2, modification_reason: 'a crane' },
        new_waypoint: { x: x - 20, y: y + 90, z: 45 },
      });
      expect(reply).toMatchObject({ success: true, state: 'succeeded' });
      let nearest = Number.POSITIVE_INFINITY;
      const watch = setInterval(() => {
        const [dx, dy] = [(state.x[0] as number) - x + 20, (state.y[0] as number) - y - 90];
        nearest = Math.min(nearest, Math.hypot(dx, dy));
      }, 5);
      const done = await tenant.mission(id, isOver);
      clearInterval(watch);
      expect(done['status']).toBe('completed');
      expect((done['waypoints'] as Json[])[2]).toMatchObject({ x: x - 20, y: y + 90, z: 45 });
      expect(nearest).toBeLessThan(10);
      expect(tenant.told.filter(({ type }) => type === 'waypoint_modified')).toHaveLength(1);
    });
    operator.close();
  });

  it('refused by the vehicle waits for another one, and nobody is told that it was assigned', async () => {
    const tenant = world.tenant('refused');
    const operator = await tenant.connect();
    const orderFaults = [{ refuse: { upload_mission: 1 }, refuseWith: 'denied' as const }];
    await tenant.fly({ orderFaults }, async ({ state }) => {
      const mission = square(state.x[0] as number, state.y[0] as number);
      const { status, body } = await tenant.ask('/api/missions/assign', { mission });
      expect([status, (body['error'] as Json)['code']]).toEqual([409, 'VEHICLE_REJECTED']);
      const id = idOf(body);
      const kept = await tenant.mission(id, is('planned'));
      expect(kept['reason']).toMatch(/^upload: /);
      expect(kept).not.toHaveProperty('droneId');
      expect(tenant.told.filter(({ type }) => type === 'mission_assigned')).toEqual([]);
      await tenant.ask(`/api/missions/${id}/cancel`);
      expect(statusOf(await tenant.mission(id, isOver))).toBe('aborted');
    });
    operator.close();
  });

  it.each([
    ['emergency-land', 'failed'],
    ['return_to_base', 'aborted'],
  ])('whose drone is given %s is %s', async (command, status) => {
    const tenant = world.tenant(command.replaceAll('_', '-'));
    await tenant.fly({}, async ({ state }) => {
      const mission = square(state.x[0] as number, state.y[0] as number);
      const { body } = await tenant.ask('/api/missions/assign', { mission });
      const id = idOf(body);
      await tenant.mission(id, is('active'));
      const isLanding = command === 'emergency-land';
      const path = `/api/drones/drone-001/${isLanding ? command : 'commands'}`;
      await tenant.ask(path, isLanding ? {} : { command });
      expect(await tenant.mission(id, isOver)).toMatchObject({ status });
    });
  });

  it('of which the drone has flown half waits while it is held, and goes on when that is cleared', async () => {
    const tenant = world.tenant('held');
    await tenant.fly({}, async ({ state }) => {
      const mission = square(state.x[0] as number, state.y[0] as number);
      const { body } = await tenant.ask('/api/missions/assign', { mission });
      const id = idOf(body);
      await tenant.mission(id, (each) => Number(each['reached']) >= 1);
      await tenant.ask('/api/drones/drone-001/commands', { command: 'hold' });
      expect(await tenant.mission(id, is('paused'))).toMatchObject({ reason: 'hold' });
      await tenant.ask('/api/drones/drone-001/commands', { command: 'resume' });
      expect(statusOf(await tenant.mission(id, isOver))).toBe('completed');
    });
  });
});
