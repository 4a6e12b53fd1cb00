import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evenNumber } from './even-number.contract.ts';
import { type HalfPlane, missOf, type PlaneVelocity, solveHalfPlanes } from './half-planes.ts';

const TOP_MPS = 15;
/** Rounding, and the part of the tolerance that lines nearly parallel multiply. */
const EXACT = 1e-6;

const angles = evenNumber(0, 2 * Math.PI);
const planesOf = (leastMps: fc.Arbitrary<number>): fc.Arbitrary<HalfPlane> =>
  fc.record({ angle: angles, leastMps }).map(({ angle, leastMps: least }) => ({
    east: Math.cos(angle),
    north: Math.sin(angle),
    leastMps: least,
  }));
const planes = planesOf(evenNumber(-20, 14));
const wishes = fc.record({
  eastMps: evenNumber(-20, 20),
  northMps: evenNumber(-20, 20),
});

function worstMiss(all: readonly HalfPlane[], velocity: PlaneVelocity): number {
  return Math.max(0, ...all.map((plane) => missOf(plane, velocity)));
}

/** About 1e4 velocities within the top speed. */
function* grid(): Iterable<PlaneVelocity> {
  const step = TOP_MPS / 56;
  for (let east = -56; east <= 56; east += 1)
    for (let north = -56; north <= 56; north += 1)
      if (east * east + north * north <= 56 * 56) yield { eastMps: east * step, northMps: north * step };
}

test('the velocity keeps to all half-planes, or misses the worst by no more than any velocity of a grid', () => {
  fc.assert(
    fc.property(fc.array(planes, { maxLength: 16 }), wishes, (all, wish) => {
      const { velocity, missedMps } = solveHalfPlanes(all, wish, TOP_MPS);
      expect(Math.hypot(velocity.eastMps, velocity.northMps)).toBeLessThanOrEqual(TOP_MPS + EXACT);
      expect(worstMiss(all, velocity)).toBeLessThanOrEqual(missedMps + EXACT);
      let least = Number.POSITIVE_INFINITY;
      for (const one of grid()) least = Math.min(least, worstMiss(all, one));
      expect(missedMps).toBeLessThanOrEqual(least + 1e-3);
    }),
    { numRuns: 150 },
  );
});

test('no velocity that keeps to all half-planes is nearer to the wish', () => {
  fc.assert(
    fc.property(fc.array(planesOf(evenNumber(-15, 3)), { maxLength: 8 }), wishes, (all, wish) => {
      const { velocity, missedMps } = solveHalfPlanes(all, wish, TOP_MPS);
      fc.pre(missedMps === 0);
      const awayOf = (one: PlaneVelocity) =>
        Math.hypot(one.eastMps - wish.eastMps, one.northMps - wish.northMps);
      let nearest = Number.POSITIVE_INFINITY;
      for (const one of grid()) if (worstMiss(all, one) === 0) nearest = Math.min(nearest, awayOf(one));
      expect(awayOf(velocity)).toBeLessThanOrEqual(nearest + EXACT);
    }),
    { numRuns: 150 },
  );
});

test('a wish that keeps to all half-planes is granted', () => {
  const all = [{ east: 1, north: 0, leastMps: -3 }];
  const wish = { eastMps: 1, northMps: 7 };
  expect(solveHalfPlanes(all, wish, TOP_MPS)).toEqual({ velocity: wish, missedMps: 0 });
});

test('the order of the half-planes changes nothing where there is an answer', () => {
  fc.assert(
    fc.property(fc.array(planesOf(evenNumber(-15, 3)), { maxLength: 10 }), wishes, (all, wish) => {
      const one = solveHalfPlanes(all, wish, TOP_MPS);
      const other = solveHalfPlanes(all.toReversed(), wish, TOP_MPS);
      fc.pre(one.missedMps === 0 && other.missedMps === 0);
      expect(other.velocity.eastMps).toBeCloseTo(one.velocity.eastMps, 4);
      expect(other.velocity.northMps).toBeCloseTo(one.velocity.northMps, 4);
    }),
  );
});
