import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conflictInterval } from '../../geo/cylinder-conflict.ts';
import { type AirMotion, relativeMotion } from './air-motion.ts';
import { evenNumber } from './even-number.contract.ts';
import { resolveByMvp } from './mvp.ts';
import { defaultAirLimits } from './tactical-step.ts';

const minima = { horizontalM: 50, verticalM: 15 };
const rules = {
  ...{ minima, lookAheadS: 20, cycleS: 1 },
  limits: { ...defaultAirLimits, maxSpeedMps: 500, climbMps: 100, descentMps: 100 },
};
/** Two that come too near each other after a while. */
const pairs = fc
  .record({
    own: fc.record({ eastMps: evenNumber(-12, 12), northMps: evenNumber(-12, 12), upMps: evenNumber(-1, 1) }),
    other: fc.record({
      eastMps: evenNumber(-12, 12),
      northMps: evenNumber(-12, 12),
      upMps: evenNumber(-1, 1),
    }),
    ...{
      inS: evenNumber(5, 18),
      eastM: evenNumber(-34, 34),
      northM: evenNumber(-34, 34),
      upM: evenNumber(-10, 10),
    },
  })
  .map(({ own, other, inS, eastM, northM, upM }): readonly [AirMotion, AirMotion] => [
    { id: 'D-1', eastM: 0, northM: 0, upM: 50, ...own },
    {
      id: 'D-2',
      ...other,
      eastM: eastM - (other.eastMps - own.eastMps) * inS,
      northM: northM - (other.northMps - own.northMps) * inS,
      upM: 50 + upM - (other.upMps - own.upMps) * inS,
    },
  ]);
const wish = { eastMps: 3, northMps: 4, upMps: 0 };

test('the change for one conflict resolves it: what was lost within the look-ahead is lost no more', () => {
  fc.assert(
    fc.property(pairs, ([own, other]) => {
      const motion = relativeMotion(own, other);
      const isOutside = Math.hypot(motion.eastM, motion.northM) > minima.horizontalM * 1.05;
      const before = conflictInterval(motion, minima, 20);
      fc.pre(isOutside && before !== undefined);
      const { velocity, memory } = resolveByMvp({ ...own, wish }, [other], rules);
      expect(memory?.ids).toEqual(new Set(['D-2']));
      const least = { horizontalM: 0.98 * minima.horizontalM, verticalM: minima.verticalM };
      expect(conflictInterval(relativeMotion({ ...own, ...velocity }, other), least, 20)).toBeUndefined();
    }),
  );
});

test('a resolution is flown until the other is past, then the wish', () => {
  const other: AirMotion = {
    id: 'D-2',
    eastM: 100,
    northM: 10,
    upM: 50,
    eastMps: -10,
    northMps: 0,
    upMps: 0,
  };
  const own = { id: 'D-1', eastM: -100, northM: 0, upM: 50, eastMps: 10, northMps: 0, upMps: 0, wish };
  const first = resolveByMvp(own, [other], rules);
  expect(first.velocity.northMps).toBeLessThan(0);
  const beside = { ...other, northM: 60 };
  const kept = resolveByMvp(own, [beside], rules, first.memory);
  expect(kept.velocity).toEqual(first.velocity);
  const past = resolveByMvp(own, [{ ...beside, eastM: -200 }], rules, kept.memory);
  expect(past).toEqual({ velocity: wish, memory: undefined });
});
