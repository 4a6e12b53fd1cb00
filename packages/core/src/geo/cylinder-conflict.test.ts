import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  closestApproach,
  conflictInterval,
  type RelativeMotion,
  type SeparationMinima,
  severityOf,
  worstApproach,
} from './cylinder-conflict.ts';

const minima: SeparationMinima = { horizontalM: 50, verticalM: 15 };

const motions: fc.Arbitrary<RelativeMotion> = fc.record({
  eastM: fc.double({ min: -300, max: 300, noNaN: true }),
  northM: fc.double({ min: -300, max: 300, noNaN: true }),
  upM: fc.double({ min: -60, max: 60, noNaN: true }),
  eastMps: fc.oneof(fc.constant(0), fc.double({ min: -30, max: 30, noNaN: true })),
  northMps: fc.oneof(fc.constant(0), fc.double({ min: -30, max: 30, noNaN: true })),
  upMps: fc.oneof(fc.constant(0), fc.double({ min: -6, max: 6, noNaN: true })),
});
const anyMinima = fc.record({
  horizontalM: fc.double({ min: 1, max: 200, noNaN: true }),
  verticalM: fc.double({ min: 1, max: 50, noNaN: true }),
});
const horizons = fc.double({ min: 0, max: 60, noNaN: true });

function at(motion: RelativeMotion, timeS: number) {
  return {
    horizontalM: Math.hypot(motion.eastM + motion.eastMps * timeS, motion.northM + motion.northMps * timeS),
    verticalM: Math.abs(motion.upM + motion.upMps * timeS),
  };
}

function severityAt(motion: RelativeMotion, timeS: number, by: SeparationMinima): number {
  return severityOf(at(motion, timeS), by);
}

/** Moves the body on along its own path. */
function advanced(motion: RelativeMotion, timeS: number): RelativeMotion {
  return {
    ...motion,
    eastM: motion.eastM + motion.eastMps * timeS,
    northM: motion.northM + motion.northMps * timeS,
    upM: motion.upM + motion.upMps * timeS,
  };
}

function reversed(motion: RelativeMotion): RelativeMotion {
  return { ...motion, eastMps: -motion.eastMps, northMps: -motion.northMps, upMps: -motion.upMps };
}

function turned(motion: RelativeMotion, angleRad: number): RelativeMotion {
  const [cos, sin] = [Math.cos(angleRad), Math.sin(angleRad)];
  return {
    ...motion,
    eastM: cos * motion.eastM - sin * motion.northM,
    northM: sin * motion.eastM + cos * motion.northM,
    eastMps: cos * motion.eastMps - sin * motion.northMps,
    northMps: sin * motion.eastMps + cos * motion.northMps,
  };
}

/** Intervals of less than a microsecond are the touch of an edge, where rounding decides. */
function expectSame(
  one: ReturnType<typeof conflictInterval>,
  other: ReturnType<typeof conflictInterval>,
): void {
  for (const [first, second] of [
    [one, other],
    [other, one],
  ]) {
    if (first === undefined || first.outS - first.inS < 1e-3) continue;
    expect(second?.inS).toBeCloseTo(first.inS, 4);
    if (first.outS === Number.POSITIVE_INFINITY) expect(second?.outS).toBe(first.outS);
    else expect(second?.outS).toBeCloseTo(first.outS, 4);
  }
}

test('sampling every 10 ms finds separation lost within the interval and nowhere else', () => {
  fc.assert(
    fc.property(motions, anyMinima, fc.double({ min: 0, max: 20, noNaN: true }), (motion, by, horizonS) => {
      const interval = conflictInterval(motion, by, horizonS);
      for (let timeS = 0; timeS <= horizonS; timeS += 0.01) {
        const severity = severityAt(motion, timeS, by);
        if (Math.abs(severity - 1) < 1e-9) continue;
        const isWithin = interval !== undefined && timeS >= interval.inS && timeS <= interval.outS;
        if (isWithin !== severity < 1) expect({ timeS, severity, interval }).toBe('in agreement');
      }
      if (interval !== undefined) {
        expect(interval.inS).toBeLessThanOrEqual(interval.outS);
        expect(severityAt(motion, (interval.inS + interval.outS) / 2, by)).toBeLessThan(1 + 1e-9);
      }
    }),
    { numRuns: 2000 },
  );
});

test('at both ends of an interval that the horizon does not cut a distance equals its minimum', () => {
  fc.assert(
    fc.property(motions, anyMinima, horizons, (motion, by, horizonS) => {
      const interval = conflictInterval(motion, by, horizonS);
      if (interval === undefined) return;
      if (interval.inS > 0) expect(severityAt(motion, interval.inS, by)).toBeCloseTo(1, 8);
      if (interval.outS < horizonS) expect(severityAt(motion, interval.outS, by)).toBeCloseTo(1, 8);
    }),
    { numRuns: 2000 },
  );
});

test('it does not matter which of the two is the own one', () => {
  fc.assert(
    fc.property(motions, anyMinima, horizons, (motion, by, horizonS) => {
      const opposite = Object.fromEntries(Object.entries(motion).map(([key, value]) => [key, -value]));
      expect(conflictInterval(opposite as unknown as RelativeMotion, by, horizonS)).toEqual(
        conflictInterval(motion, by, horizonS),
      );
    }),
  );
});

test('turning the scene about the vertical changes nothing', () => {
  fc.assert(
    fc.property(
      motions,
      horizons,
      fc.double({ min: -7, max: 7, noNaN: true }),
      (motion, horizonS, angleRad) => {
        expectSame(
          conflictInterval(turned(motion, angleRad), minima, horizonS),
          conflictInterval(motion, minima, horizonS),
        );
      },
    ),
  );
});

test('neither another origin nor a steady wind over both changes anything', () => {
  fc.assert(
    fc.property(motions, motions, horizons, (own, shift, horizonS) => {
      const other: RelativeMotion = { eastM: 3, northM: -7, upM: 2, eastMps: 4, northMps: -1, upMps: 0.5 };
      const minus = (one: RelativeMotion, less: RelativeMotion, sign: 1 | -1) =>
        Object.fromEntries(
          Object.entries(one).map(([key, value]) => [key, value - sign * less[key as keyof RelativeMotion]]),
        ) as unknown as RelativeMotion;
      const moved = minus(minus(own, shift, -1), minus(other, shift, -1), 1);
      expectSame(
        conflictInterval(moved, minima, horizonS),
        conflictInterval(minus(own, other, 1), minima, horizonS),
      );
    }),
  );
});

test('flown backwards from the horizon, the interval is mirrored', () => {
  fc.assert(
    fc.property(motions, horizons, (motion, horizonS) => {
      const forwards = conflictInterval(motion, minima, horizonS);
      const backwards = conflictInterval(reversed(advanced(motion, horizonS)), minima, horizonS);
      expectSame(backwards && { inS: horizonS - backwards.outS, outS: horizonS - backwards.inS }, forwards);
    }),
  );
});

test('lengths and minima scaled alike leave the times as they are', () => {
  fc.assert(
    fc.property(motions, anyMinima, horizons, (motion, by, horizonS) => {
      const scaled = Object.fromEntries(Object.entries(motion).map(([key, value]) => [key, value * 8]));
      const wider = { horizontalM: by.horizontalM * 8, verticalM: by.verticalM * 8 };
      expect(conflictInterval(scaled as unknown as RelativeMotion, wider, horizonS)).toEqual(
        conflictInterval(motion, by, horizonS),
      );
    }),
  );
});

test('with no horizon a conflict is found however late it is', () => {
  fc.assert(
    fc.property(motions, anyMinima, (motion, by) => {
      const endless = conflictInterval(motion, by, Number.POSITIVE_INFINITY);
      const long = conflictInterval(motion, by, 1e6);
      if (long !== undefined && long.outS < 1e6) expect(endless).toEqual(long);
      if (long !== undefined) expect(endless).toBeDefined();
    }),
  );
  const late = { eastM: -1e6, northM: 0, upM: 0, eastMps: 1, northMps: 0, upMps: 0 };
  expect(conflictInterval(late, minima, Number.POSITIVE_INFINITY)).toEqual({ inS: 999_950, outS: 1_000_050 });
});

test('bodies that stand still lose separation at once and for ever, or never', () => {
  const still = { eastM: 30, northM: 30, upM: 5, eastMps: 0, northMps: 0, upMps: 0 };
  const always = { inS: 0, outS: Number.POSITIVE_INFINITY };
  expect(conflictInterval(still, minima, Number.POSITIVE_INFINITY)).toEqual(always);
  expect(conflictInterval({ ...still, upM: 15 }, minima, 1)).toBeUndefined();
  expect(conflictInterval({ ...still, eastM: 50, northM: 0 }, minima, 1)).toBeUndefined();
});

test('a path along the edge of the minima loses no separation', () => {
  const along = { eastM: -100, northM: 50, upM: 0, eastMps: 10, northMps: 0, upMps: 0 };
  expect(conflictInterval(along, minima, 60)).toBeUndefined();
  expect(conflictInterval({ ...along, northM: 49.999 }, minima, 60)).toBeDefined();
});

test('at a horizon of zero only what is lost now counts', () => {
  const inside = { eastM: 10, northM: 0, upM: 0, eastMps: 5, northMps: 0, upMps: 0 };
  expect(conflictInterval(inside, minima, 0)).toEqual({ inS: 0, outS: 0 });
  expect(conflictInterval({ ...inside, eastM: -50 }, minima, 0)).toBeUndefined();
});

test('bodies a million metres apart are judged as finely as near ones', () => {
  // The path passes 49.999 m or 50.001 m from the other: b² − ac has lost that to rounding.
  const far = { eastM: -1e6, upM: 0, eastMps: 1e-3, northMps: 0, upMps: 0 };
  expect(conflictInterval({ ...far, northM: 49.999 }, minima, 1e10)).toBeDefined();
  expect(conflictInterval({ ...far, northM: 50.001 }, minima, 1e10)).toBeUndefined();
});

test('the closest approach is nearer than any sampled moment', () => {
  fc.assert(
    fc.property(motions, horizons, fc.double({ min: 0, max: 1, noNaN: true }), (motion, horizonS, part) => {
      const { timeS, horizontalM, verticalM } = closestApproach(motion, horizonS);
      expect(timeS >= 0 && timeS <= horizonS).toBe(true);
      expect(horizontalM).toBeLessThanOrEqual(at(motion, part * horizonS).horizontalM + 1e-9);
      expect(verticalM).toBeCloseTo(at(motion, timeS).verticalM, 9);
    }),
  );
});

test('no sampled moment is worse than the worst approach, and below 1 is where separation is lost', () => {
  fc.assert(
    fc.property(motions, anyMinima, horizons, (motion, by, horizonS) => {
      const worst = worstApproach(motion, by, horizonS);
      expect(worst.severity).toBeCloseTo(severityAt(motion, worst.timeS, by), 9);
      let least = Number.POSITIVE_INFINITY;
      for (let step = 0; step <= 200; step += 1)
        least = Math.min(least, severityAt(motion, (step / 200) * horizonS, by));
      expect(worst.severity).toBeLessThanOrEqual(least + 1e-9);
      if (Math.abs(worst.severity - 1) > 1e-9)
        expect(conflictInterval(motion, by, horizonS) !== undefined).toBe(worst.severity < 1);
    }),
    { numRuns: 1000 },
  );
});

test('what is not a finite motion, positive minima and a horizon is refused by a throw', () => {
  const motion = { eastM: 0, northM: 0, upM: 0, eastMps: 0, northMps: 0, upMps: 0 };
  for (const key of Object.keys(motion))
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, -1e300])
      expect(() => conflictInterval({ ...motion, [key]: wrong }, minima, 1)).toThrow(RangeError);
  for (const wrong of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
    expect(() => conflictInterval(motion, { ...minima, horizontalM: wrong }, 1)).toThrow(RangeError);
    expect(() => worstApproach(motion, { ...minima, verticalM: wrong }, 1)).toThrow(RangeError);
  }
  expect(() => conflictInterval(motion, minima, Number.NaN)).toThrow(RangeError);
  expect(() => closestApproach(motion, -1)).toThrow(RangeError);
});
