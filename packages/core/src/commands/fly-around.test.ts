import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import type { Trajectory } from '../geo/trajectory.ts';
import { firstLossS } from '../geo/trajectory-conflict.ts';
import { replayDecision } from '../missions/assignment/explain.ts';
import type { MissionPlan } from '../missions/mission.ts';
import { checkMissionFlight, chooseForMission } from './choose-for-mission.ts';
import { createGivingWorld, giveMission, toReasons } from './give-mission.ts';
import { giveMissions } from './give-missions.ts';
import { MissionWorld } from './mission-world.contract.ts';

const planTo = (x: number, y: number, end: MissionPlan['end'] = 'return'): MissionPlan => ({
  ...{ name: 'm', type: 't', priority: 'normal', end, requiredCapabilities: [] },
  waypoints: [
    { x, y, z: 40 },
    { x: x + 50, y, z: 40 },
  ],
});

interface Other {
  readonly fromS: number;
  readonly forS: number;
  readonly at: readonly [number, number, number];
  readonly to: readonly [number, number, number];
}

const toTrajectory = (id: string, nowS: number, { fromS, forS, at, to }: Other): Trajectory => ({
  ...{ id, startS: nowS + fromS, afterwards: 'gone' },
  knots: Float64Array.from([0, ...at, forS, ...to]),
});

async function open(others: readonly Other[], vehicles = 1) {
  const world = new MissionWorld(vehicles);
  await world.second();
  const { nowMs, fleet, operations } = world;
  const nowS = nowMs / 1000;
  const flown = others.map((each, at) => toTrajectory(`t:other-${at}`, nowS, each));
  for (const trajectory of flown) {
    const { traffic, limits } = operations.airspace;
    const known = traffic.conflicts(trajectory, limits.separation);
    traffic.commit(trajectory, new Map(known.map((conflict) => [conflict.with.id, conflict.version])));
  }
  return { world, flown, choice: createGivingWorld({ tenant: 't', nowMs, fleet, operations }) };
}

/** Hovers where the mission begins. */
const hovering: Other = { fromS: 0, forS: 90, at: [300, 0, 40], to: [300, 0, 40] };

test('who is in the way is planned around: what that costs is a term of the choice, and nobody is left out for it', async () => {
  const { world, choice } = await open([hovering]);
  const drones = [...world.fleet.drones('t')];
  const chosen = chooseForMission(planTo(300, 0), drones, choice);
  if (isRefusal(chosen) || !chosen.best) throw new Error(JSON.stringify(chosen));
  const { flight } = chosen.best;
  expect(flight.around?.kinds.length).toBeGreaterThan(0);
  expect(chosen.decision.chosen?.terms.conflictS).toBe(flight.around?.costS);
  expect(chosen.decision.excluded).toEqual([]);
  const { reasons, plan_change } = toReasons(chosen);
  expect(reasons.join()).toMatch(/keeps clear of other flights: \w+/);
  expect(plan_change).toMatchObject({ kinds: flight.around?.kinds, cost_s: expect.any(Number) });
});

test('a way that is free costs nothing more, and a mission that acts at its waypoints keeps its heights', async () => {
  const free = await open([{ ...hovering, at: [3000, 0, 40], to: [3000, 0, 40] }]);
  const alone = chooseForMission(planTo(300, 0), [...free.world.fleet.drones('t')], free.choice);
  if (isRefusal(alone)) throw new Error(alone.message);
  expect(alone.decision.chosen?.terms.conflictS).toBe(0);
  expect(alone.best?.flight.around).toBeUndefined();
  const { world, choice } = await open([hovering]);
  const plan = planTo(300, 0);
  const photos = plan.waypoints.map((waypoint) => ({
    ...waypoint,
    actions: [{ action: 'take_photo' as const }],
  }));
  const acting = chooseForMission({ ...plan, waypoints: photos }, [...world.fleet.drones('t')], choice);
  if (isRefusal(acting) || !acting.best) throw new Error(JSON.stringify(acting));
  expect(acting.best.flight.around?.manoeuvre.upM).toBe(0);
  expect(
    acting.best.flight.around?.plan.waypoints.every((waypoint) => !('z' in waypoint) || waypoint.z === 40),
  ).toBe(true);
});

const spot = fc.tuple(
  fc.integer({ min: -100, max: 600 }),
  fc.integer({ min: -200, max: 200 }),
  fc.integer({ min: 20, max: 70 }),
);
const other: fc.Arbitrary<Other> = fc.record({
  fromS: fc.integer({ min: 0, max: 60 }),
  forS: fc.integer({ min: 20, max: 200 }),
  ...{ at: spot, to: spot },
});

test('what is planned meets nobody, and is found wherever a wait alone would do', async () => {
  const ends = fc.constantFrom('return' as const, 'hold' as const, 'land' as const);
  await fc.assert(
    fc.asyncProperty(fc.array(other, { minLength: 1, maxLength: 6 }), ends, async (others, end) => {
      const { world, flown, choice } = await open(others);
      const [drone] = world.fleet.drones('t');
      if (!drone) throw new Error('no drone');
      const { airspace } = world.operations;
      const { separation } = airspace.limits;
      const checked = checkMissionFlight(planTo(300, 0, end), airspace.situationNow(drone), choice);
      if (isRefusal(checked)) throw new Error(checked.message);
      const { verdict } = checked;
      const own = verdict.trajectory;
      if (!own) throw new Error('no trajectory');
      const meets = (delayS: number) =>
        flown.some(
          (each) => firstLossS({ ...own, startS: own.startS + delayS }, each, separation) !== undefined,
        );
      if (verdict.accepted) expect(meets(0)).toBe(false);
      const waits = Array.from({ length: 300 }, (_none, seconds) => seconds);
      if (!verdict.accepted && verdict.violations.every(({ check }) => check === 'TRAFFIC_4D'))
        expect(waits.find((delayS) => !meets(delayS))).toBeUndefined();
    }),
    { numRuns: 60 },
  );
});

/** In the way of all but a wait: a wall across, and over and under, all that is near. */
const wall: readonly Other[] = Array.from({ length: 3 }, (_none, at) => ({
  ...{ fromS: 0, forS: 25 },
  ...{ at: [0, 0, 25 + at * 30] as const, to: [0, 0, 25 + at * 30] as const },
}));

test('a drone that must wait has its plan on board, sets out when its time has come, and is done', async () => {
  const { world, choice } = await open(wall);
  const { missions } = world.operations;
  const { mission } = missions.create(planTo(300, 0), { tenant: 't', createdBy: 'op', id: 'm' });
  const chosen = chooseForMission(mission, [...world.fleet.drones('t')], choice);
  if (isRefusal(chosen) || !chosen.best) throw new Error(JSON.stringify(chosen));
  const delayS = chosen.best.flight.around?.manoeuvre.delayS ?? 0;
  expect(delayS).toBeGreaterThan(5);
  const given = giveMission(mission, { ...chosen.best, reasons: toReasons(chosen), decisionId: 'x' }, choice);
  if (isRefusal(given)) throw new Error(given.message);
  const setOutMs = world.nowMs + delayS * 1000;
  const state = () => missions.find('t', 'm')?.state;
  while (world.nowMs < setOutMs - 1000) {
    await world.second();
    expect(state()).toBe('uploading');
    // The way it will take is its own from the first moment on, the ground it waits on notwithstanding.
    expect(world.operations.airspace.traffic.get('t:d1')?.trajectory.startS).toBeCloseTo(setOutMs / 1000, 1);
  }
  for (let count = 0; count < 60 && state() !== 'completed'; count += 1) await world.second();
  expect(state()).toBe('completed');
});

test('what was changed for one drone is as it was asked for again when another is to fly it', async () => {
  const { world, choice } = await open([hovering]);
  const { missions } = world.operations;
  const { mission } = missions.create(planTo(300, 0), { tenant: 't', createdBy: 'op', id: 'm' });
  world.isSilent = true;
  const given = await giveMissions([mission], [...world.fleet.drones('t')], choice);
  if (isRefusal(given)) throw new Error(given.message);
  const bound = missions.fresh(mission);
  expect(bound.carriage.asked ?? bound.carriage.startAtMs).toBeDefined();
  missions.unbind(bound, 'test');
  const free = missions.fresh(mission);
  expect(free).toMatchObject({ state: 'planned', waypoints: mission.waypoints });
  expect(free.carriage.asked).toBeUndefined();
  expect(free.carriage.startAtMs).toBeUndefined();
});

test('of many drones that would all have to keep clear no more are planned than it takes, and the rest are said to be unread', async () => {
  const { world, choice } = await open([hovering], 9);
  const drones = [...world.fleet.drones('t')];
  const chosen = chooseForMission(planTo(300, 0), drones, choice);
  if (isRefusal(chosen) || !chosen.best) throw new Error(JSON.stringify(chosen));
  const { decision } = chosen;
  expect(decision.evaluated).toBeLessThanOrEqual(3);
  expect(decision.evaluated + decision.unread).toBe(9);
  const { snapshot } = decision;
  expect(JSON.stringify(replayDecision(snapshot))).toBe(JSON.stringify(decision));
});
