import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Claim, inRightOfWay, precedenceOf } from './right-of-way.ts';

const claims = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 0, max: 30 }).map((number) => `D-${number}`),
    priority: fc.integer({ min: 0, max: 2 }),
    batterySlackS: fc.integer({ min: -60, max: 240 }),
    toGoalS: fc.integer({ min: 0, max: 3 }),
  }),
  { selector: ({ id }) => id, minLength: 3, maxLength: 8 },
);

test('the order does not depend on who is asked first, and nobody gives way to who comes after', () => {
  fc.assert(
    fc.property(claims, fc.nat(), (all, turn) => {
      const order = inRightOfWay(all);
      const at = turn % all.length;
      expect(inRightOfWay([...all.slice(at), ...all.slice(0, at)])).toEqual(order);
      for (const [place, one] of order.entries())
        for (const other of order.slice(place + 1)) {
          expect(precedenceOf(one, other, false).isFirst).toBe(true);
          expect(precedenceOf(other, one, false)).toEqual({
            rule: precedenceOf(one, other, false).rule,
            isFirst: false,
          });
        }
    }),
  );
});

test('priority comes before the battery, the battery before the goal, the goal before the name', () => {
  const claim = (id: string, priority: number, batterySlackS: number, toGoalS: number): Claim => ({
    ...{ id, priority, batterySlackS, toGoalS },
  });
  const order = [
    claim('e', 1, 900, 90),
    claim('d', 0, 100, 90),
    // Less than a minute more in the battery is as good as none.
    claim('c', 0, 305, 10),
    claim('a', 0, 300, 20),
    claim('b', 0, 300, 20),
  ];
  expect(inRightOfWay(order.toReversed())).toEqual(order);
  expect(order.slice(1).map((one, at) => precedenceOf(order[at] as Claim, one, false).rule)).toEqual([
    'priority',
    'less-slack',
    'nearer-goal',
    'id',
  ]);
});

test('sides are looked at only where two cross', () => {
  const place = { eastM: 0, northM: 0, upM: 50, upMps: 0 };
  const flying = (id: string, headingDeg: number): Claim => {
    const [east, north] = [Math.sin((headingDeg * Math.PI) / 180), Math.cos((headingDeg * Math.PI) / 180)];
    const motion = { ...place, eastMps: 10 * east, northMps: 10 * north };
    return { id, priority: 0, batterySlackS: 0, toGoalS: 0, motion };
  };
  const [north, west, south] = [flying('a', 0), flying('b', 270), flying('c', 180)];
  expect(precedenceOf(north, west, true)).toEqual({ rule: 'right-hand', isFirst: false });
  expect(precedenceOf(west, north, true)).toEqual({ rule: 'right-hand', isFirst: true });
  expect(precedenceOf(north, west, false).rule).toBe('id');
  expect(precedenceOf(north, south, true).rule).toBe('id');
});
