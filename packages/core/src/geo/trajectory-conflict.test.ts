import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SeparationMinima, severityOf } from './cylinder-conflict.ts';
import { positionAt, type Trajectory } from './trajectory.ts';
import { firstConflict, firstLossS, type TrajectoryConflict } from './trajectory-conflict.ts';

const EPOCH_S = 1_790_000_000;
const minima: SeparationMinima = { horizontalM: 50, verticalM: 15 };

const steps = fc.array(
  fc.record({
    afterS: fc.double({ min: 0.05, max: 12, noNaN: true }),
    eastMps: fc.oneof(fc.constant(0), fc.double({ min: -20, max: 20, noNaN: true })),
    northMps: fc.oneof(fc.constant(0), fc.double({ min: -20, max: 20, noNaN: true })),
    upMps: fc.oneof(fc.constant(0), fc.double({ min: -3, max: 3, noNaN: true })),
  }),
  { maxLength: 6 },
);
const places = fc.record({
  eastM: fc.double({ min: -150, max: 150, noNaN: true }),
  northM: fc.double({ min: -150, max: 150, noNaN: true }),
  upM: fc.double({ min: 0, max: 60, noNaN: true }),
});

function trajectoryOf(id: string): fc.Arbitrary<Trajectory> {
  return fc
    .record({
      startS: fc.double({ min: EPOCH_S, max: EPOCH_S + 20, noNaN: true }),
      place: places,
      steps,
      afterwards: fc.constantFrom('gone' as const, 'hovering' as const),
    })
    .map(({ startS, place, steps: moves, afterwards }) => {
      const knots = [0, place.eastM, place.northM, place.upM];
      for (const { afterS, eastMps, northMps, upMps } of moves) {
        const [timeS = 0, eastM = 0, northM = 0, upM = 0] = knots.slice(-4);
        knots.push(
          timeS + afterS,
          eastM + eastMps * afterS,
          northM + northMps * afterS,
          upM + upMps * afterS,
        );
      }
      return { id, startS, knots: Float64Array.from(knots), afterwards };
    });
}

function severityAt(own: Trajectory, other: Trajectory, timeS: number): number {
  const [a, b] = [positionAt(own, timeS), positionAt(other, timeS)];
  if (a === undefined || b === undefined) return Number.POSITIVE_INFINITY;
  const horizontalM = Math.hypot(a.eastM - b.eastM, a.northM - b.northM);
  return severityOf({ horizontalM, verticalM: Math.abs(a.upM - b.upM) }, minima);
}

/** What a sample says against the conflict that was told, with a rounding's room; undefined where both agree. */
function findContradiction(severity: number, timeS: number, told: TrajectoryConflict | undefined) {
  if (told === undefined || timeS < told.lostS - 1e-5)
    return severity < 1 - 1e-6 ? 'lost, not told' : undefined;
  if (timeS <= told.lostS || timeS >= told.regainedS - 1e-5) return undefined;
  if (severity > 1 + 1e-6 && severity < Number.POSITIVE_INFINITY) return 'told, not lost';
  return severity < told.severity - 1e-5 ? 'worse than told' : undefined;
}

test('sampling every 20 ms finds separation first lost when the pair check says, and never where it says never', () => {
  fc.assert(
    fc.property(trajectoryOf('a'), trajectoryOf('b'), (own, other) => {
      const conflict = firstConflict(own, other, minima);
      for (let timeS = EPOCH_S; timeS < EPOCH_S + 100; timeS += 0.02) {
        const severity = severityAt(own, other, timeS);
        const contradiction = findContradiction(severity, timeS, conflict);
        if (contradiction) expect({ timeS, severity, conflict }).toBe(contradiction);
      }
    }),
    { numRuns: 1500 },
  );
});

test('a conflict tells its worst moment as both are then', () => {
  fc.assert(
    fc.property(trajectoryOf('a'), trajectoryOf('b'), (own, other) => {
      const conflict = firstConflict(own, other, minima);
      if (conflict === undefined) return;
      const { lostS, regainedS, worstS, severity, horizontalM, verticalM, place } = conflict;
      expect(lostS <= worstS && worstS <= regainedS).toBe(true);
      expect(severity).toBeLessThan(1 + 1e-9);
      expect(severity).toBeCloseTo(severityOf({ horizontalM, verticalM }, minima), 9);
      const at = positionAt(own, worstS);
      if (at === undefined) return;
      expect(Math.hypot(at.eastM - place.eastM, at.northM - place.northM, at.upM - place.upM)).toBeLessThan(
        1e-3,
      );
      const severityThen = severityAt(own, other, worstS);
      if (Number.isFinite(severityThen)) expect(severityThen).toBeCloseTo(severity, 4);
    }),
    { numRuns: 1500 },
  );
});

test('seen from the other, the conflict is the same', () => {
  fc.assert(
    fc.property(trajectoryOf('a'), trajectoryOf('b'), (own, other) => {
      const one = firstConflict(own, other, minima);
      const two = firstConflict(other, own, minima);
      // A touch of less than a millisecond may be lost to the rounding of the other's clock.
      if ((one === undefined || two === undefined) && (one ?? two) !== undefined) {
        const only = (one ?? two) as NonNullable<typeof one>;
        expect(only.severity).toBeGreaterThan(1 - 1e-6);
        return;
      }
      if (one === undefined || two === undefined) return;
      expect(two.lostS).toBeCloseTo(one.lostS, 4);
      expect(two.severity).toBeCloseTo(one.severity, 4);
    }),
  );
});

test('asked for the begin alone, it is the same begin', () => {
  fc.assert(
    fc.property(trajectoryOf('a'), trajectoryOf('b'), (own, other) => {
      expect(firstLossS(own, other, minima)).toBe(firstConflict(own, other, minima)?.lostS);
    }),
  );
});

test('knots added on the way change nothing', () => {
  fc.assert(
    fc.property(
      trajectoryOf('a'),
      trajectoryOf('b'),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (own, other, part) => {
        const knots: number[] = [...own.knots.slice(0, 4)];
        for (let at = 4; at < own.knots.length; at += 4) {
          for (let axis = 0; axis < 4; axis += 1) {
            const before = own.knots[at - 4 + axis] as number;
            knots.push(before + ((own.knots[at + axis] as number) - before) * part);
          }
          knots.push(...own.knots.slice(at, at + 4));
        }
        const finer = { ...own, knots: Float64Array.from(knots) };
        const [one, two] = [firstConflict(own, other, minima), firstConflict(finer, other, minima)];
        if (one === undefined || one.severity > 1 - 1e-6 || two === undefined) {
          expect((one ?? two)?.severity ?? 1).toBeGreaterThan(one && two ? 0 : 1 - 1e-6);
          return;
        }
        expect(two.lostS).toBeCloseTo(one.lostS, 4);
      },
    ),
  );
});

test('within a span only what happens in it counts', () => {
  fc.assert(
    fc.property(
      trajectoryOf('a'),
      trajectoryOf('b'),
      fc.double({ min: 0, max: 60, noNaN: true }),
      (own, other, afterS) => {
        const whole = firstConflict(own, other, minima);
        const early = firstConflict(own, other, minima, [0, EPOCH_S + afterS]);
        const late = firstConflict(own, other, minima, [EPOCH_S + afterS, Number.POSITIVE_INFINITY]);
        if (whole === undefined) {
          expect([early, late]).toEqual([undefined, undefined]);
          return;
        }
        if (whole.lostS < EPOCH_S + afterS - 1e-3) expect(early?.lostS).toBeCloseTo(whole.lostS, 4);
        else if (whole.lostS > EPOCH_S + afterS + 1e-3) expect(early).toBeUndefined();
        if (late !== undefined) expect(late.lostS).toBeGreaterThanOrEqual(EPOCH_S + afterS - 1e-5);
      },
    ),
  );
});

test('two that hover over one another for ever are never apart again', () => {
  const own: Trajectory = {
    id: 'a',
    startS: EPOCH_S,
    knots: Float64Array.of(0, 0, 0, 30),
    afterwards: 'hovering',
  };
  const other = { ...own, startS: EPOCH_S + 10, knots: Float64Array.of(0, 10, 0, 35) };
  expect(firstConflict(own, other, minima)).toEqual({
    lostS: EPOCH_S + 10,
    regainedS: Number.POSITIVE_INFINITY,
    worstS: EPOCH_S + 10,
    severity: 1 / 3,
    horizontalM: 10,
    verticalM: 5,
    place: { eastM: 0, northM: 0, upM: 30 },
  });
});

test('who has landed is in nobody’s way, who hovers is', () => {
  const own: Trajectory = {
    id: 'a',
    startS: EPOCH_S,
    knots: Float64Array.of(0, 0, 0, 30, 10, 0, 0, 30),
    afterwards: 'gone',
  };
  const later = { ...own, startS: EPOCH_S + 10 };
  expect(firstConflict(own, later, minima)).toBeUndefined();
  expect(firstConflict({ ...own, afterwards: 'hovering' }, later, minima)?.lostS).toBe(EPOCH_S + 10);
});

test('a time or a place that is not a number is no silent all-clear', () => {
  const own: Trajectory = {
    id: 'a',
    startS: EPOCH_S,
    knots: Float64Array.of(0, 0, 0, 30, 10, 0, 0, 30),
    afterwards: 'gone',
  };
  expect(() => firstConflict({ ...own, startS: Number.NaN }, own, minima)).toThrow(RangeError);
  expect(() => firstConflict(own, own, minima, [Number.NaN, 0])).toThrow(RangeError);
  for (const at of [1, 2, 3, 4, 5, 6, 7]) {
    const knots = own.knots.slice();
    knots[at] = Number.NaN;
    expect(() => firstConflict(own, { ...own, knots }, minima)).toThrow(RangeError);
  }
});
