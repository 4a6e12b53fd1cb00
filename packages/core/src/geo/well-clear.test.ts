import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conflictInterval, type RelativeMotion } from './cylinder-conflict.ts';
import { type WellClearMinima, wellClearInterval } from './well-clear.ts';

const rates = (most: number) => fc.oneof(fc.constant(0), fc.double({ min: -most, max: most, noNaN: true }));
const motions: fc.Arbitrary<RelativeMotion> = fc.record({
  eastM: fc.double({ min: -3000, max: 3000, noNaN: true }),
  northM: fc.double({ min: -3000, max: 3000, noNaN: true }),
  upM: fc.double({ min: -400, max: 400, noNaN: true }),
  ...{ eastMps: rates(80), northMps: rates(80), upMps: rates(8) },
});
const minima: fc.Arbitrary<WellClearMinima> = fc.record({
  horizontalM: fc.double({ min: 50, max: 700, noNaN: true }),
  verticalM: fc.double({ min: 10, max: 80, noNaN: true }),
  tauS: fc.constantFrom(0, 5, 35),
  climbMps: fc.constantFrom(0, 10),
});

/** The definition: not well clear vertically, and within the cylinder or on the way into it with tau below its threshold. */
function isLost(motion: RelativeMotion, by: WellClearMinima, timeS: number): boolean {
  const [eastM, northM] = [motion.eastM + motion.eastMps * timeS, motion.northM + motion.northMps * timeS];
  const upM = Math.abs(motion.upM + motion.upMps * timeS) - by.climbMps * timeS;
  if (upM >= by.verticalM) return false;
  const distance2 = eastM ** 2 + northM ** 2;
  if (distance2 < by.horizontalM ** 2) return true;
  const closing = eastM * motion.eastMps + northM * motion.northMps;
  const speed2 = motion.eastMps ** 2 + motion.northMps ** 2;
  const nearest2 = distance2 - closing ** 2 / speed2;
  const tauS = (by.horizontalM ** 2 - distance2) / closing;
  return closing < 0 && nearest2 < by.horizontalM ** 2 && tauS >= 0 && tauS < by.tauS;
}

test('sampling the definition finds well clear lost within the interval and nowhere else', () => {
  fc.assert(
    fc.property(motions, minima, fc.double({ min: 0, max: 60, noNaN: true }), (motion, by, horizonS) => {
      const found = wellClearInterval(motion, by, horizonS);
      for (let timeS = 0; timeS <= horizonS; timeS += 0.05) {
        const isWithin = found !== undefined && timeS >= found.inS && timeS <= found.outS;
        const isEdge =
          found !== undefined && Math.min(Math.abs(timeS - found.inS), Math.abs(timeS - found.outS)) < 1e-6;
        if (!isEdge && isWithin !== isLost(motion, by, timeS))
          expect({ timeS, found, motion, by }).toBe('in agreement');
      }
    }),
    { numRuns: 2000 },
  );
});

test('with no tau and a known rate of climb it is the cylinder', () => {
  fc.assert(
    fc.property(motions, minima, fc.double({ min: 0, max: 200, noNaN: true }), (motion, some, horizonS) => {
      const by = { ...some, tauS: 0, climbMps: 0 };
      const found = wellClearInterval(motion, by, horizonS);
      const expected = conflictInterval(motion, by, horizonS);
      const either = found ?? expected;
      // The touch of an edge is decided by rounding.
      if (either === undefined || either.outS - either.inS < 1e-6) return;
      expect(found?.inS).toBeCloseTo(expected?.inS as number, 5);
      expect(found?.outS).toBeCloseTo(expected?.outS as number, 5);
    }),
    { numRuns: 2000 },
  );
});

test('a longer tau and a faster climb never lose well clear later', () => {
  fc.assert(
    fc.property(motions, minima, (motion, by) => {
      const found = wellClearInterval(motion, by, 60);
      const more = wellClearInterval(motion, { ...by, tauS: by.tauS + 5, climbMps: by.climbMps + 2 }, 60);
      if (found !== undefined && found.outS - found.inS > 1e-6)
        expect(more?.inS).toBeLessThanOrEqual(found.inS + 1e-9);
    }),
    { numRuns: 1000 },
  );
});

test('head on at 60 m/s well clear is lost when tau falls to 35 s, long before the cylinder is entered', () => {
  const motion = { eastM: -6000, northM: 0, upM: 0, eastMps: 60, northMps: 0, upMps: 0 };
  const by = { horizontalM: 600, verticalM: 76, tauS: 35, climbMps: 0 };
  const found = wellClearInterval(motion, by, 200);
  const leftM = 6000 - 60 * (found?.inS as number);
  expect((leftM ** 2 - 600 ** 2) / (leftM * 60)).toBeCloseTo(35, 9);
  expect(found?.outS).toBeCloseTo(110, 9);
});
