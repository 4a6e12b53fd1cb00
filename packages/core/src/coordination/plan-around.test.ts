import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import type { SeparationMinima } from '../geo/cylinder-conflict.ts';
import { isTrajectoryFault, positionAt, type Trajectory } from '../geo/trajectory.ts';
import { firstConflict } from '../geo/trajectory-conflict.ts';
import { createTrajectory, type FlightLeg, type FlightRoute } from '../geo/trajectory-route.ts';
import { type FlightPlan, type PlanRequest, planAround } from './plan-around.ts';
import { TrajectoryIndex } from './trajectory-index.ts';

const EPOCH_S = 1_790_000_000;
const minima: SeparationMinima = { horizontalM: 50, verticalM: 15 };
const limits = { lowestUpM: 20, highestUpM: 120, maxSpeedMps: 15, waits: 'grounded' } as const;

function flown(route: FlightRoute): Trajectory {
  const made = createTrajectory(route);
  if (isTrajectoryFault(made)) throw new Error(made.reason);
  return made;
}

const coordinates = fc.double({ min: -500, max: 500, noNaN: true });
function routesOf(id: string): fc.Arbitrary<FlightRoute> {
  return fc
    .record({
      startS: fc.double({ min: EPOCH_S, max: EPOCH_S + 60, noNaN: true }),
      from: fc.record({ eastM: coordinates, northM: coordinates }),
      to: fc.record({ eastM: coordinates, northM: coordinates }),
      upM: fc.constantFrom(40, 50, 60),
      isFromGround: fc.boolean(),
      afterwards: fc.constantFrom('gone' as const, 'gone' as const, 'hovering' as const),
    })
    .map(({ startS, from, to, upM, isFromGround, afterwards }) => {
      const legs: FlightLeg[] = [{ ...to, upM, speedMps: 10 }];
      if (isFromGround) legs.unshift({ ...from, upM, speedMps: 10 });
      if (isFromGround && afterwards === 'gone') legs.push({ ...to, upM: 0, speedMps: 10 });
      return { id, startS, start: { ...from, upM: isFromGround ? 0 : upM }, legs, afterwards };
    });
}

/** Others are put where they are, in conflict with each other or not. */
function trafficOf(routes: readonly FlightRoute[]) {
  const others = routes.map((route, at) => flown({ ...route, id: `D-${at}` }));
  const index = new TrajectoryIndex({ minima });
  for (const other of others)
    index.commit(other, new Map(index.conflicts(other, minima).map((one) => [one.with.id, one.version])));
  expect(index.size).toBe(others.length);
  return { index, others };
}

function plansOf(request: PlanRequest, index: TrajectoryIndex): readonly FlightPlan[] {
  const plans = planAround(request, index);
  if (isRefusal(plans)) throw new Error(plans.message);
  return plans;
}

function isFree(own: Trajectory, others: readonly Trajectory[]): boolean {
  return others.every((other) => firstConflict(own, other, minima) === undefined);
}

const scenes = fc.record({
  route: routesOf('own'),
  others: fc.array(routesOf('other'), { minLength: 1, maxLength: 12 }),
  waits: fc.constantFrom('grounded' as const, 'aloft' as const),
});

test('every plan is free of every flight, starts and ends where it was asked to, and the cheapest comes first', () => {
  fc.assert(
    fc.property(scenes, ({ route, others: routes, waits }) => {
      const { index, others } = trafficOf(routes);
      const plans = plansOf({ ...limits, route, minima, waits, maxPlans: 8 }, index);
      const isFreeAsAsked = isFree(flown(route), others);
      expect(plans.length > 0 && plans[0]?.kinds.length === 0).toBe(isFreeAsAsked);
      for (const [at, plan] of plans.entries()) {
        expect(isFree(plan.trajectory, others)).toBe(true);
        expect(plan.trajectory).toEqual(flown(plan.route));
        const goal = plan.route.legs.at(-1);
        expect(goal).toMatchObject({ ...route.legs.at(-1), speedMps: goal?.speedMps });
        expect(plan.route.start).toEqual(route.start);
        expect(plan.costS).toBeGreaterThanOrEqual(plans[at - 1]?.costS ?? 0);
        for (const cheaper of plans.slice(0, at))
          expect(cheaper.kinds.every((kind) => plan.kinds.includes(kind))).toBe(false);
      }
      expect(plansOf({ ...limits, route, minima, waits, maxPlans: 8 }, index)).toEqual(plans);
      expect(plansOf({ ...limits, route, minima, waits }, index)).toEqual(plans.slice(0, 1));
    }),
    { numRuns: 200 },
  );
});

test('a wait is the least: at every shorter one, in steps of 0.1 s, the path is blocked', () => {
  fc.assert(
    fc.property(scenes, ({ route, others: routes }) => {
      const { index, others } = trafficOf(routes);
      const plans = plansOf(
        { ...limits, route, minima, maxPlans: 20, maxDelayS: 400, lowestUpM: 1e3 },
        index,
      );
      const asked = flown(route);
      const wait = plans.find(({ kinds }) => kinds.length === 1 && kinds[0] === 'later')?.manoeuvre.delayS;
      if (plans[0]?.kinds.length === 0) return;
      for (let delayS = 0; delayS < (wait ?? 400) - 0.01; delayS += 0.1)
        expect(isFree({ ...asked, startS: asked.startS + delayS }, others)).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test('in the air a wait is a hover at the start, and no longer than nobody comes by', () => {
  const route: FlightRoute = {
    id: 'own',
    startS: EPOCH_S,
    start: { eastM: 0, northM: 0, upM: 50 },
    legs: [{ eastM: 600, northM: 0, upM: 50, speedMps: 10 }],
    afterwards: 'gone',
  };
  const crossing = flown({
    ...route,
    id: 'crossing',
    start: { eastM: 300, northM: -300, upM: 50 },
    legs: [{ eastM: 300, northM: 300, upM: 50, speedMps: 10 }],
  });
  const index = new TrajectoryIndex({ minima });
  index.commit(crossing);
  const request: PlanRequest = { ...limits, route, minima, waits: 'aloft', maxPlans: 9 };
  const wait = plansOf(request, index).find(({ kinds }) => kinds.join() === 'later') as FlightPlan;
  expect(wait.trajectory.startS).toBe(EPOCH_S);
  expect(positionAt(wait.trajectory, EPOCH_S + wait.manoeuvre.delayS / 2)).toEqual(route.start);
  // Somebody flies through the start before the wait is over.
  const through = flown({
    ...route,
    id: 'through',
    start: { eastM: -40, northM: -60, upM: 50 },
    legs: [{ eastM: -40, northM: 60, upM: 50, speedMps: 10 }],
    startS: EPOCH_S + 2,
  });
  index.commit(through);
  expect(plansOf(request, index).some(({ kinds }) => kinds.join() === 'later')).toBe(false);
});

test('a vehicle that is moving is not told to wait', () => {
  const route: FlightRoute = {
    id: 'own',
    startS: EPOCH_S,
    start: { eastM: 0, northM: 0, upM: 50 },
    startSpeedMps: 10,
    legs: [{ eastM: 600, northM: 0, upM: 50, speedMps: 10 }],
    afterwards: 'gone',
  };
  const index = new TrajectoryIndex({ minima });
  index.commit({ id: 'h', startS: EPOCH_S, knots: Float64Array.of(0, 300, 0, 50), afterwards: 'hovering' });
  const plans = plansOf({ ...limits, route, minima, waits: 'aloft', maxPlans: 9 }, index);
  expect(plans.length).toBeGreaterThan(2);
  expect(plans.flatMap(({ kinds }) => kinds)).not.toContain('later');
});

test('around one that hovers on the way it goes above, below, or past it on the right sooner than on the left', () => {
  const route: FlightRoute = {
    id: 'own',
    startS: EPOCH_S,
    start: { eastM: 0, northM: 0, upM: 50 },
    legs: [{ eastM: 1000, northM: 0, upM: 50, speedMps: 10 }],
    afterwards: 'gone',
  };
  const index = new TrajectoryIndex({ minima });
  index.commit({ id: 'h', startS: EPOCH_S, knots: Float64Array.of(0, 500, 0, 50), afterwards: 'hovering' });
  const plans = plansOf({ ...limits, route, minima, maxPlans: 9 }, index);
  const kinds = plans.map((plan) => plan.kinds.join());
  expect(new Set(kinds)).toEqual(new Set(['higher', 'lower', 'right', 'left']));
  expect(kinds.indexOf('right')).toBeLessThan(kinds.indexOf('left'));
  const band = { lowestUpM: 40, highestUpM: 60 };
  const within = plansOf({ ...limits, ...band, route, minima, maxPlans: 9 }, index);
  expect(within.map((plan) => plan.kinds.join())).toEqual(['right', 'left']);
});

test('where somebody hovers for ever at the goal there is no plan', () => {
  const route: FlightRoute = {
    id: 'own',
    startS: EPOCH_S,
    start: { eastM: 0, northM: 0, upM: 50 },
    legs: [{ eastM: 1000, northM: 0, upM: 50, speedMps: 10 }],
    afterwards: 'hovering',
  };
  const index = new TrajectoryIndex({ minima });
  index.commit({ id: 'h', startS: EPOCH_S, knots: Float64Array.of(0, 1010, 0, 50), afterwards: 'hovering' });
  expect(
    plansOf({ ...limits, route, minima, maxPlans: 9, maxDelayS: Number.POSITIVE_INFINITY }, index),
  ).toEqual([]);
  expect(plansOf({ ...limits, route, minima, except: new Set(['h']) }, index)[0]?.kinds).toEqual([]);
});

test('a route that cannot be flown is refused', () => {
  const route: FlightRoute = {
    id: 'own',
    startS: EPOCH_S,
    start: { eastM: 0, northM: 0, upM: 50 },
    legs: [{ eastM: Number.NaN, northM: 0, upM: 50, speedMps: 10 }],
    afterwards: 'gone',
  };
  const refusal = planAround({ ...limits, route, minima }, new TrajectoryIndex({ minima }));
  expect(refusal).toMatchObject({
    code: 'VALIDATION_ERROR',
    details: { field: 'route', reason: 'out_of_range', at: 0 },
  });
});

test('sixty-four drones that all cross one point at once are planned one after the other without a conflict', () => {
  const index = new TrajectoryIndex({ minima });
  const planned: Trajectory[] = [];
  for (let drone = 0; drone < 64; drone += 1) {
    const angleRad = (drone / 64) * 2 * Math.PI;
    const [eastM, northM] = [1000 * Math.cos(angleRad), 1000 * Math.sin(angleRad)];
    const route: FlightRoute = {
      id: `D-${drone}`,
      startS: EPOCH_S,
      start: { eastM, northM, upM: 50 },
      legs: [{ eastM: -eastM, northM: -northM, upM: 50, speedMps: 10 }],
      afterwards: 'gone',
    };
    const [plan] = plansOf({ ...limits, route, minima }, index);
    if (plan === undefined) throw new Error(`no plan for ${drone}`);
    expect(index.commit(plan.trajectory)).toBe(drone + 1);
    planned.push(plan.trajectory);
  }
  for (const [at, one] of planned.entries()) expect(isFree(one, planned.slice(at + 1))).toBe(true);
});
