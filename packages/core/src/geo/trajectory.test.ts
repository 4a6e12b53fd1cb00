import { expect, test } from 'vitest';
import {
  findTrajectoryFault,
  knotBefore,
  positionAt,
  type Trajectory,
  trajectoryEndS,
} from './trajectory.ts';

const trajectory: Trajectory = {
  id: 'D-1',
  startS: 1_790_000_000.25,
  knots: Float64Array.of(0, 0, 0, 30, 10, 100, 0, 30, 20, 100, 50, 60),
  afterwards: 'gone',
};

test('between knots a vehicle is on the straight line between them', () => {
  expect(positionAt(trajectory, trajectory.startS)).toEqual({ eastM: 0, northM: 0, upM: 30 });
  expect(positionAt(trajectory, trajectory.startS + 5)).toEqual({ eastM: 50, northM: 0, upM: 30 });
  expect(positionAt(trajectory, trajectory.startS + 15)).toEqual({ eastM: 100, northM: 25, upM: 45 });
});

test('before its first knot a vehicle is nowhere, and from its last on only where it hovers', () => {
  expect(positionAt(trajectory, trajectory.startS - 1)).toBeUndefined();
  expect(positionAt(trajectory, trajectory.startS + 20)).toBeUndefined();
  const hovering = { ...trajectory, afterwards: 'hovering' } as const;
  expect(positionAt(hovering, trajectory.startS + 1e6)).toEqual({ eastM: 100, northM: 50, upM: 60 });
  expect(trajectoryEndS(trajectory)).toBe(trajectory.startS + 20);
  expect(trajectoryEndS(hovering)).toBe(Number.POSITIVE_INFINITY);
});

test('the knot before a time is the last one that is not after it', () => {
  expect([-1, 0, 9.9, 10, 20, 99].map((timeS) => knotBefore(trajectory, timeS))).toEqual([0, 0, 0, 1, 2, 2]);
});

test('knots that are not finite, not rising, too many, too fast or too far say so', () => {
  const faultOf = (change: Partial<Trajectory>) => {
    const fault = findTrajectoryFault({ ...trajectory, ...change });
    return fault && `${fault.reason} ${fault.at ?? ''}`.trim();
  };
  const knots = (...numbers: number[]) => ({ knots: Float64Array.from(numbers) });
  expect(faultOf({})).toBeUndefined();
  expect(faultOf({ startS: Number.NaN })).toBe('not_finite');
  expect(faultOf({ startS: 2e15 })).toBe('out_of_range');
  expect(faultOf(knots())).toBe('no_knots');
  expect(faultOf(knots(0, 1, 2))).toBe('no_knots');
  expect(faultOf(knots(1, 0, 0, 0))).toBe('times_not_rising 0');
  expect(faultOf(knots(0, 0, 0, 0, 0, 0, 0, 0))).toBe('times_not_rising 1');
  expect(faultOf(knots(0, 0, 0, 0, 1, 0, Number.NaN, 0))).toBe('not_finite 1');
  expect(faultOf(knots(0, 0, Number.NEGATIVE_INFINITY, 0))).toBe('not_finite 0');
  expect(faultOf(knots(0, 0, 2e6, 0))).toBe('out_of_range 0');
  expect(faultOf(knots(0, 0, 0, 0, 1, 341, 0, 0))).toBe('too_fast 1');
  expect(faultOf(knots(0, 0, 0, 0, 31 * 86_400, 1, 0, 0))).toBe('too_long');
  expect(faultOf({ knots: new Float64Array(4 * 10_001) })).toBe('too_many_knots');
});
