import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  findTrajectoryFault,
  isTrajectoryFault,
  positionAt,
  type Trajectory,
  trajectoryDurationS,
} from './trajectory.ts';
import { createTrajectory, type FlightLeg, type FlightRoute, profileRoute } from './trajectory-route.ts';
import { defaultFlightLimits } from './trajectory-stretch.ts';

const start = { eastM: 0, northM: 0, upM: 50 };
const base: FlightRoute = { id: 'D-1', startS: 1_790_000_000, start, legs: [], afterwards: 'gone' };

function flown(route: FlightRoute): Trajectory {
  const trajectory = createTrajectory(route);
  if (isTrajectoryFault(trajectory)) throw new Error(`${trajectory.reason} at ${trajectory.at}`);
  return trajectory;
}

const coordinates = fc.double({ min: -2000, max: 2000, noNaN: true });
const legs: fc.Arbitrary<FlightLeg> = fc.record({
  eastM: coordinates,
  northM: coordinates,
  upM: fc.double({ min: 0, max: 120, noNaN: true }),
  speedMps: fc.double({ min: 0.5, max: 25, noNaN: true }),
  holdS: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 60, noNaN: true })),
});

test('a straight leg from rest to rest takes its length over its speed and one ramp', () => {
  const { knots, ...rest } = flown({ ...base, legs: [{ eastM: 1000, northM: 0, upM: 50, speedMps: 10 }] });
  expect(trajectoryDurationS({ ...rest, knots })).toBeCloseTo(1000 / 10 + 10 / 3, 9);
  expect([...knots.slice(-3)]).toEqual([1000, 0, 50]);
});

test('a climb and a descent are held back by their rates', () => {
  const up = flown({ ...base, legs: [{ ...start, upM: 80, speedMps: 10 }] });
  const down = flown({ ...base, legs: [{ ...start, upM: 20, speedMps: 10 }] });
  expect(trajectoryDurationS(up)).toBeCloseTo(30 / 3 + 3 / 3, 9);
  expect(trajectoryDurationS(down)).toBeCloseTo(30 / 1.5 + 1.5 / 3, 9);
});

test('a hold stays at its point for its time', () => {
  const point = { eastM: 100, northM: 0, upM: 50 };
  const route = {
    ...base,
    legs: [
      { ...point, speedMps: 10, holdS: 20 },
      { ...start, speedMps: 10 },
    ],
  };
  const oneWayS = 100 / 10 + 10 / 3;
  const trajectory = flown(route);
  expect(trajectoryDurationS(trajectory)).toBeCloseTo(2 * oneWayS + 20, 9);
  for (const sinceS of [0, 10, 20]) {
    const place = positionAt(trajectory, base.startS + oneWayS + sinceS);
    expect(place?.eastM).toBeCloseTo(100, 5);
  }
});

test('a hold before the first leg keeps the vehicle at the start', () => {
  const waiting = [
    { ...start, speedMps: 1, holdS: 30 },
    { eastM: 100, northM: 0, upM: 50, speedMps: 10 },
  ];
  const trajectory = flown({ ...base, legs: waiting });
  expect(positionAt(trajectory, base.startS + 29)).toEqual(start);
  expect(trajectoryDurationS(trajectory)).toBeCloseTo(30 + 100 / 10 + 10 / 3, 9);
});

test('every route that can be flown is a trajectory, through all its points, as long as its profile says', () => {
  fc.assert(
    fc.property(fc.array(legs, { maxLength: 12 }), (points) => {
      const profile = profileRoute({ ...base, legs: points });
      if (isTrajectoryFault(profile)) throw new Error(profile.reason);
      const trajectory = flown({ ...base, legs: points });
      expect(findTrajectoryFault(trajectory)).toBeUndefined();
      expect(trajectoryDurationS(trajectory)).toBeCloseTo(profile.durationS, 5);
      for (const { eastM, northM, upM } of points) {
        let nearestM = Number.POSITIVE_INFINITY;
        for (let at = 0; at < trajectory.knots.length; at += 4) {
          const [e = 0, n = 0, u = 0] = trajectory.knots.subarray(at + 1, at + 4);
          nearestM = Math.min(nearestM, Math.hypot(e - eastM, n - northM, u - upM));
        }
        expect(nearestM).toBeLessThanOrEqual(0.0101);
      }
    }),
  );
});

/** Speed between knots, and how it changes from the middle of one pair to the middle of the next. */
test('a vehicle never flies faster than its leg, and never speeds up faster than it is able to', () => {
  fc.assert(
    fc.property(fc.array(legs, { minLength: 1, maxLength: 8 }), (points) => {
      const { knots } = flown({ ...base, legs: points });
      const topMps = Math.max(...points.map(({ speedMps }) => Math.hypot(speedMps, 3)));
      let before = { speedMps: 0, lengthS: 0 };
      for (let at = 4; at < knots.length; at += 4) {
        const lengthS = (knots[at] as number) - (knots[at - 4] as number);
        const lengthM = Math.hypot(
          ...[1, 2, 3].map((axis) => (knots[at + axis] as number) - (knots[at - 4 + axis] as number)),
        );
        const speedMps = lengthM / lengthS;
        expect(speedMps).toBeLessThanOrEqual(topMps + 1e-4);
        const changeMps2 = Math.abs(speedMps - before.speedMps) / ((lengthS + before.lengthS) / 2);
        expect(changeMps2).toBeLessThanOrEqual(3 + 1e-2);
        before = { speedMps, lengthS };
      }
    }),
  );
});

test('the ramp of a real flight, with its jerk-limited ends, stays within the allowance of the knots', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 50, max: 2000, noNaN: true }),
      fc.double({ min: 1, max: 20, noNaN: true }),
      (lengthM, speedMps) => {
        const trajectory = flown({ ...base, legs: [{ eastM: lengthM, northM: 0, upM: 50, speedMps }] });
        const takesS = trajectoryDurationS(trajectory);
        const { accelerationMps2: a, jerkMps3 } = defaultFlightLimits;
        const peakMps = Math.min(speedMps, Math.sqrt(a * lengthM));
        const rampS = peakMps / a;
        const exactM = (timeS: number) => {
          const t = Math.min(Math.max(timeS, 0), takesS);
          const leftS = takesS - t;
          if (t <= rampS) return (a * t * t) / 2;
          if (leftS <= rampS) return lengthM - (a * leftS * leftS) / 2;
          return (a * rampS * rampS) / 2 + peakMps * (t - rampS);
        };
        // A jerk limit makes of a constant acceleration its moving average over a/j.
        const jerkS = a / jerkMps3;
        let farthestM = 0;
        for (let step = 0; step <= 400; step += 1) {
          const timeS = (step / 400) * takesS * 0.999_999;
          let smoothM = 0;
          for (let part = 0; part < 40; part += 1)
            smoothM += exactM(timeS + ((part + 0.5) / 40 - 0.5) * jerkS) / 40;
          const eastM = positionAt(trajectory, base.startS + timeS)?.eastM as number;
          farthestM = Math.max(farthestM, Math.abs(smoothM - eastM));
        }
        expect(farthestM).toBeLessThanOrEqual(0.3);
      },
    ),
    { numRuns: 60 },
  );
});

test('at a corner the arc that a vehicle can fly stays within the allowance of the knots', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.02, max: 3.1, noNaN: true }), (turnRad) => {
      const corner = { eastM: 300, northM: 0, upM: 50, speedMps: 10 };
      const end = {
        eastM: 300 + 300 * Math.cos(turnRad),
        northM: 300 * Math.sin(turnRad),
        upM: 50,
        speedMps: 10,
      };
      const profile = profileRoute({ ...base, legs: [corner, end] });
      if (isTrajectoryFault(profile)) throw new Error(profile.reason);
      const speedMps = profile.stretches[0]?.exitMps as number;
      // A radius no smaller than v²/a, flown about the corner: its middle is passed when the knots pass the corner.
      const radiusM = (speedMps * speedMps) / defaultFlightLimits.accelerationMps2;
      const cutM = radiusM * (1 / Math.cos(turnRad / 2) - 1);
      const shorterM = radiusM * (2 * Math.tan(turnRad / 2) - turnRad);
      expect(Math.max(cutM, shorterM / 2)).toBeLessThanOrEqual(0.4 * 0.3);
      expect(radiusM * Math.tan(turnRad / 2)).toBeLessThanOrEqual(150 + 1e-6);
    }),
  );
});

test('a vehicle that is already flying goes on at its speed', () => {
  const [leg] = [{ eastM: 500, northM: 0, upM: 50, speedMps: 10 }];
  const trajectory = flown({ ...base, startSpeedMps: 10, legs: [leg] });
  expect(trajectoryDurationS(trajectory)).toBeCloseTo(50 + 10 / 3 / 2, 9);
  expect(positionAt(trajectory, base.startS + 1)?.eastM).toBeCloseTo(10, 6);
});

test('what cannot be flown says why', () => {
  const leg = { eastM: 10, northM: 0, upM: 50, speedMps: 10 };
  const reasonOf = (route: Partial<FlightRoute>, limits = defaultFlightLimits) => {
    const made = createTrajectory({ ...base, ...route }, limits);
    return isTrajectoryFault(made) ? `${made.reason} ${made.at ?? ''}`.trim() : 'flown';
  };
  expect(reasonOf({ legs: [leg], startSpeedMps: 10 })).toBe('cannot_slow_down 0');
  expect(reasonOf({ legs: [{ ...start, speedMps: 5, holdS: 3 }], startSpeedMps: 1 })).toBe(
    'cannot_slow_down 0',
  );
  expect(reasonOf({ legs: [leg, { ...leg, eastM: Number.NaN }] })).toBe('out_of_range 1');
  expect(reasonOf({ legs: [{ ...leg, speedMps: 0 }] })).toBe('out_of_range 0');
  expect(reasonOf({ legs: [{ ...leg, holdS: Number.POSITIVE_INFINITY }] })).toBe('out_of_range 0');
  expect(reasonOf({ legs: [{ ...leg, speedMps: Number.NaN }] })).toBe('out_of_range 0');
  expect(reasonOf({ startS: Number.NaN })).toBe('not_finite');
  expect(reasonOf({ startS: -1 })).toBe('out_of_range');
  expect(reasonOf({ legs: Array.from({ length: 10_001 }, () => leg) })).toBe('too_many_knots');
  expect(reasonOf({ legs: [{ ...leg, eastM: 9e5, speedMps: 1e-3 }] })).toBe('too_long');
  expect(reasonOf({ legs: [leg] }, { ...defaultFlightLimits, allowanceM: 0.01 })).toBe('out_of_range');
  expect(reasonOf({ legs: [leg] }, { ...defaultFlightLimits, climbMps: Number.NaN })).toBe('out_of_range');
  expect(reasonOf({ legs: [leg] })).toBe('flown');
});
