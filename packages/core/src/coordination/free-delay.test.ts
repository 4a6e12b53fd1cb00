import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Trajectory } from '../geo/trajectory.ts';
import { firstConflict } from '../geo/trajectory-conflict.ts';
import { delayed, freeDelayOf } from './free-delay.ts';

const EPOCH_S = 1_790_000_000;
const minima = { horizontalM: 50, verticalM: 15 };

const hops = fc.record({
  afterS: fc.double({ min: 0.5, max: 30, noNaN: true }),
  eastMps: fc.double({ min: -15, max: 15, noNaN: true }),
  northMps: fc.double({ min: -15, max: 15, noNaN: true }),
});
const trajectories: fc.Arbitrary<Trajectory> = fc
  .record({
    startS: fc.double({ min: EPOCH_S, max: EPOCH_S + 30, noNaN: true }),
    eastM: fc.double({ min: -200, max: 200, noNaN: true }),
    northM: fc.double({ min: -200, max: 200, noNaN: true }),
    moves: fc.array(hops, { minLength: 1, maxLength: 5 }),
    afterwards: fc.constantFrom('gone' as const, 'gone' as const, 'hovering' as const),
  })
  .map(({ startS, eastM, northM, moves, afterwards }) => {
    const knots = [0, eastM, northM, 30];
    for (const { afterS, eastMps, northMps } of moves) {
      const [timeS = 0, fromEastM = 0, fromNorthM = 0] = knots.slice(-4);
      knots.push(timeS + afterS, fromEastM + eastMps * afterS, fromNorthM + northMps * afterS, 30);
    }
    return { id: 'a', startS, knots: Float64Array.from(knots), afterwards };
  });

test('the delay is free, and every sampled one before it is not', () => {
  fc.assert(
    fc.property(
      trajectories,
      trajectories,
      fc.double({ min: 0, max: 40, noNaN: true }),
      (own, other, fromS) => {
        const freeS = freeDelayOf(own, other, minima, fromS);
        expect(freeS).toBeGreaterThanOrEqual(fromS);
        if (freeS < Number.POSITIVE_INFINITY)
          expect(firstConflict(delayed(own, freeS), other, minima)).toBeUndefined();
        for (let delayS = fromS; delayS < Math.min(freeS - 0.01, 400); delayS += 0.05)
          if (firstConflict(delayed(own, delayS), other, minima) === undefined)
            expect({ delayS, freeS }).toBe('blocked');
      },
    ),
    { numRuns: 300 },
  );
});

test('past one that hovers for ever on the way there is no delay', () => {
  const own: Trajectory = {
    id: 'a',
    startS: EPOCH_S,
    knots: Float64Array.of(0, 0, 0, 30, 60, 600, 0, 30),
    afterwards: 'gone',
  };
  const other: Trajectory = {
    id: 'b',
    startS: EPOCH_S,
    knots: Float64Array.of(0, 300, 0, 30),
    afterwards: 'hovering',
  };
  expect(freeDelayOf(own, other, minima, 0)).toBe(Number.POSITIVE_INFINITY);
});
