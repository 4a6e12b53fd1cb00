import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conflictInterval } from '../../geo/cylinder-conflict.ts';
import { relativeMotion } from './air-motion.ts';
import { evenNumber } from './even-number.contract.ts';
import { constrainPair, type PairMode } from './pair-constraint.ts';
import { type Flyer, fly } from './tactical-flight.contract.ts';
import { defaultAirLimits, stepTactically } from './tactical-step.ts';

const minima = { horizontalM: 50, verticalM: 15 };

/** Flies through the middle after some 40 s. */
function flyerOf(id: string, isDeaf = false): fc.Arbitrary<Flyer> {
  return fc
    .record({
      headingRad: evenNumber(0, 2 * Math.PI),
      speedMps: evenNumber(5, 12),
      asideM: evenNumber(-45, 45),
      fromUpM: evenNumber(30, 90),
      toUpM: evenNumber(30, 90),
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
    { numRuns: 100 },
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

function hasSide(own: Flyer, other: Flyer): boolean {
  const { eastM, northM, eastMps, northMps } = relativeMotion(own, other);
  return Math.abs(eastM * northMps - northM * eastMps) > 0.1;
}

const fine = evenNumber(-1e-6, 1e-6);

test('a hair more or less changes a command by a hair, so long as the same constraints bind', () => {
  fc.assert(
    fc.property(
      fc.array(flyerOf('D'), { minLength: 2, maxLength: 4 }),
      fine,
      fine,
      (all, dEastM, dNorthMps) => {
        const flyers = all.map((flyer, at) => ({ ...flyer, id: `D-${at}` }));
        const [own, ...others] = flyers as [Flyer, ...Flyer[]];
        // Inside the cylinder, and straight at or behind another, a side is chosen: that is a switch.
        fc.pre(others.every((other) => areApart(own, other, 1.3) && hasSide(own, other)));
        const options = { minima, lookAheadS: 60 };
        const one = stepTactically({ ...own, wish: own }, others, options);
        const moved = { ...own, eastM: own.eastM + dEastM, northMps: own.northMps + dNorthMps };
        const after = stepTactically({ ...moved, wish: own }, others, options);
        const isSame = one.mode === after.mode && one.binding.join() === after.binding.join();
        fc.pre(isSame && one.missedMps === 0 && sameModes(one.memory.modes, after.memory.modes));
        expect(after.velocity.eastMps).toBeCloseTo(one.velocity.eastMps, 2);
        expect(after.velocity.northMps).toBeCloseTo(one.velocity.northMps, 2);
        expect(after.velocity.upMps).toBeCloseTo(one.velocity.upMps, 2);
      },
    ),
    { numRuns: 100 },
  );
});

const sameModes = (one: ReadonlyMap<string, PairMode>, other: ReadonlyMap<string, PairMode>) =>
  [...one].every(([id, mode]) => other.get(id) === mode);

test('the order in which neighbours are told changes nothing', () => {
  fc.assert(
    fc.property(fc.array(flyerOf('D'), { minLength: 3, maxLength: 24 }), (all) => {
      const [own, ...others] = all.map((flyer, at) => ({ ...flyer, id: `D-${at}` })) as [Flyer, ...Flyer[]];
      const options = { minima, lookAheadS: 60 };
      const command = stepTactically({ ...own, wish: own }, others, options);
      expect(stepTactically({ ...own, wish: own }, others.toReversed(), options)).toEqual(command);
    }),
  );
});

test('both sides come to the same numbers, with opposite signs', () => {
  fc.assert(
    fc.property(flyerOf('D-1'), flyerOf('D-2'), (one, other) => {
      const rules = { minima, lookAheadS: 60, cycleS: 1, limits: defaultAirLimits };
      const [first, second] = [constrainPair(one, other, rules), constrainPair(other, one, rules)];
      expect(second.changeMps).toBeCloseTo(first.changeMps, 9);
      expect(second.inS).toBe(first.inS);
      expect(second.plane === undefined).toBe(first.plane === undefined);
      if (first.plane && second.plane) {
        expect(second.plane.east).toBeCloseTo(-first.plane.east, 9);
        expect(second.plane.north).toBeCloseTo(-first.plane.north, 9);
      }
    }),
  );
});

test('a command is said in one sentence', () => {
  const flying = { upM: 60, upMps: 0, cruiseMps: 10, goal: { eastM: 0, northM: 0, upM: 60 } };
  const own = { id: 'D-1', eastM: 0, northM: -150, eastMps: 0, northMps: 10, ...flying };
  const towards = { id: 'D-17', eastM: 0, northM: 150, eastMps: 0, northMps: -10, ...flying };
  const sentenceOf = (others: readonly Flyer[], wish = own) =>
    stepTactically({ ...own, wish }, others, { minima }).sentence;
  expect(sentenceOf([])).toBe('flies as planned');
  expect(sentenceOf([{ ...towards, eastM: -45 }])).toBe('passes right of D-17');
  expect(sentenceOf([{ ...towards, eastM: 45 }])).toBe('passes left of D-17');
  expect(sentenceOf([{ ...towards, upM: 53 }])).toMatch(/^climbs \d\.\d m\/s for \d+ s, above D-17$/);
});
