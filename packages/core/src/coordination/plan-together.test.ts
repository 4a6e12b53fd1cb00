import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import { positionAt, type Trajectory, trajectoryEndS } from '../geo/trajectory.ts';
import { firstConflict } from '../geo/trajectory-conflict.ts';
import { createTrajectory } from '../geo/trajectory-route.ts';
import { separationFor } from '../geo/trajectory-separation.ts';
import type { Enu } from '../geo/wgs84.ts';
import type { PlanRequest } from './plan-around.ts';
import { type JointPlan, planTogether } from './plan-together.ts';
import { TrajectoryIndex } from './trajectory-index.ts';

const minima = separationFor();

function requestOf(id: string, start: Enu, goal: Enu): PlanRequest {
  const route = { id, startS: 0, start, legs: [{ ...goal, speedMps: 10 }], afterwards: 'gone' as const };
  return { route, minima, lowestUpM: 16, highestUpM: 120, waits: 'aloft', maxSpeedMps: 15 };
}

/** On a circle, each to the other side, all through the middle at once. */
function circleOf(count: number, radiusM = Math.max(500, (150 * count) / (2 * Math.PI))) {
  return Array.from({ length: count }, (_, at) => {
    const [eastM, northM] = [
      radiusM * Math.cos((2 * Math.PI * at) / count),
      radiusM * Math.sin((2 * Math.PI * at) / count),
    ];
    return requestOf(`D-${at}`, { eastM, northM, upM: 60 }, { eastM: -eastM, northM: -northM, upM: 60 });
  });
}

function planned(requests: readonly PlanRequest[], index = new TrajectoryIndex({ minima })): JointPlan {
  const plan = planTogether(requests, index);
  if (isRefusal(plan)) throw new Error(plan.message);
  return plan;
}

function trajectoriesOf({ plans }: JointPlan): readonly Trajectory[] {
  return plans.flatMap((plan) => plan?.trajectory ?? []);
}

/** All pairs, one by one. */
function conflictsAmong(trajectories: readonly Trajectory[]): number {
  return trajectories.flatMap((own, at) =>
    trajectories.slice(0, at).flatMap((other) => firstConflict(own, other, minima) ?? []),
  ).length;
}

const places = fc.record({
  eastM: fc.integer({ min: -800, max: 800 }),
  northM: fc.integer({ min: -800, max: 800 }),
  upM: fc.constantFrom(40, 60, 80),
});

test('flights planned together keep the minima from each other, within their band, and end where they were asked to', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(places, places), { maxLength: 8 }), (flights) => {
      const requests = flights.map(([start, goal], at) => requestOf(`D-${at}`, start, goal));
      const index = new TrajectoryIndex({ minima });
      const plan = planned(requests, index);
      const trajectories = trajectoriesOf(plan);
      expect(conflictsAmong(trajectories)).toBe(0);
      expect([...index].map(({ id }) => id).sort()).toEqual(trajectories.map(({ id }) => id).sort());
      for (const [at, one] of plan.plans.entries()) {
        if (one === undefined) continue;
        const { knots, startS } = one.trajectory;
        expect(positionAt(one.trajectory, startS)).toEqual(flights[at]?.[0]);
        expect([...knots.slice(-3)]).toEqual(Object.values(flights[at]?.[1] ?? {}));
        const ups = knots.filter((_, place) => place % 4 === 3);
        expect(Math.min(...ups) >= 16 && Math.max(...ups) <= 120).toBe(true);
      }
    }),
    { numRuns: 25 },
  );
});

test('drones on a circle, all through its middle at once, are no more than 5 % late', () => {
  for (const count of [2, 5, 8, 16]) {
    const plan = planned(circleOf(count));
    const trajectories = trajectoriesOf(plan);
    expect(trajectories).toHaveLength(count);
    expect(conflictsAmong(trajectories)).toBe(0);
    const straight = createTrajectory((circleOf(count)[0] as PlanRequest).route) as Trajectory;
    expect(Math.max(...trajectories.map(trajectoryEndS)) / trajectoryEndS(straight)).toBeLessThan(1.05);
  }
});

test('nobody is told to fly faster than is allowed', () => {
  const requests = circleOf(8).map((request) => ({ ...request, maxSpeedMps: 10 }));
  for (const plan of planned(requests).plans) {
    const legs = plan?.route.legs ?? [];
    expect(legs.length).toBeGreaterThan(0);
    for (const { speedMps } of legs) expect(speedMps).toBeLessThanOrEqual(10);
  }
});

test('flights that were committed to before are kept clear of and stay', () => {
  const index = new TrajectoryIndex({ minima });
  const [before] = circleOf(2).map(({ route }) => createTrajectory({ ...route, id: 'before' }) as Trajectory);
  index.commit(before as Trajectory);
  const plan = planned(circleOf(7).slice(1), index);
  expect(conflictsAmong([before as Trajectory, ...trajectoriesOf(plan)])).toBe(0);
  expect(index.size).toBe(7);
});

test('the same requests give the same plans', () => {
  expect(planned(circleOf(9)).plans).toEqual(planned(circleOf(9)).plans);
});

test('two that start in the same place are not both planned', () => {
  const [one, two] = circleOf(2);
  const twins = [one as PlanRequest, { ...one, route: { ...one?.route, id: 'twin' } } as PlanRequest];
  expect(planned([...twins, two as PlanRequest]).plans.filter((plan) => plan === undefined)).toHaveLength(1);
});

test('more flights than can be planned together are refused, and so is a route that cannot be flown', () => {
  const index = new TrajectoryIndex({ minima });
  const tooMany = planTogether(circleOf(1001), index);
  expect(isRefusal(tooMany) && tooMany.code).toBe('VALIDATION_ERROR');
  const broken = {
    ...requestOf('D', { eastM: Number.NaN, northM: 0, upM: 60 }, { eastM: 1, northM: 0, upM: 60 }),
  };
  const unflyable = planTogether([broken], index);
  expect(isRefusal(unflyable) && unflyable.code).toBe('VALIDATION_ERROR');
  expect(index.size).toBe(0);
});
