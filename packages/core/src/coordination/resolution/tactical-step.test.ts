import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conflictInterval } from '../../geo/cylinder-conflict.ts';
import { relativeMotion } from './air-motion.ts';
import { type Flyer, fly } from './tactical-flight.contract.ts';
import { stepTactically } from './tactical-step.ts';

const minima = { horizontalM: 50, verticalM: 15 };
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Flies through the middle after some 40 s. */
function flyerOf(id: string, isDeaf = false): fc.Arbitrary<Flyer> {
  return fc
    .record({
      headingRad: number(0, 2 * Math.PI),
      speedMps: number(5, 12),
      asideM: number(-45, 45),
      fromUpM: number(30, 90),
      toUpM: number(30, 90),
      isLevel: fc.boolean(),
    })
    .map(({ headingRad, speedMps, asideM, fromUpM, toUpM, isLevel }) => {
      const [east, north] = [Math.sin(headingRad), Math.cos(headingRad)];
      const goneM = 40 * speedMps;
      return {
        id,
        isDeaf,
        eastM: -east * goneM + north * asideM,
        northM: -north * goneM - east * asideM,
        upM: fromUpM,
        eastMps: east * speedMps,
        northMps: north * speedMps,
        upMps: 0,
        goal: {
          eastM: east * goneM + north * asideM,
          northM: north * goneM - east * asideM,
          upM: isLevel ? fromUpM : toUpM,
        },
        cruiseMps: speedMps,
      };
    });
}

const areApart = (one: Flyer, other: Flyer, factor: number) =>
  Math.hypot(one.eastM - other.eastM, one.northM - other.northM) >= factor * minima.horizontalM;

test('two who both keep the rules never come too near, and both arrive', () => {
  fc.assert(
    fc.property(flyerOf('D-1'), flyerOf('D-2'), (one, other) => {
      fc.pre(areApart(one, other, 2));
      const outcome = fly([one, other], { minima, bufferFactor: 1.2, untilS: 240 });
      expect(outcome.worstSeverity).toBeGreaterThanOrEqual(1);
      expect(outcome.arrivedS).not.toContain(undefined);
    }),
    { numRuns: 150 },
  );
});

test('one alone keeps clear of another who does nothing', () => {
  fc.assert(
    fc.property(flyerOf('D-1'), flyerOf('D-2', true), (one, other) => {
      fc.pre(areApart(one, other, 2));
      const outcome = fly([one, other], { minima, bufferFactor: 1.2, untilS: 240 });
      expect(outcome.worstSeverity).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: 100 },
  );
});

test('both sides make the same change with opposite signs', () => {
  fc.assert(
    fc.property(flyerOf('D-1'), flyerOf('D-2'), (one, other) => {
      fc.pre(conflictInterval(relativeMotion(one, other), minima, 60) !== undefined);
      const options = { minima, lookAheadS: 60 };
      const [first, second] = [
        stepTactically({ ...one, wish: one }, [other], options),
        stepTactically({ ...other, wish: other }, [one], options),
      ];
      const modes = [first.memory.modes.get('D-2'), second.memory.modes.get('D-1')];
      expect([
        ['across', 'across'],
        ['above', 'below'],
        ['below', 'above'],
      ]).toContainEqual(modes);
    }),
  );
});
