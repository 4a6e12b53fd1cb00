import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FlightRoute } from '../geo/trajectory-route.ts';
import { longestLeg, type Passage, takePassage } from './passages.ts';

const route: FlightRoute = {
  id: 'D',
  startS: 0,
  start: { eastM: 0, northM: 0, upM: 0 },
  legs: [
    { eastM: 0, northM: 0, upM: 60, speedMps: 10 },
    { eastM: 0, northM: 1000, upM: 60, speedMps: 10 },
    { eastM: 0, northM: 1000, upM: 0, speedMps: 10 },
  ],
  afterwards: 'gone',
};
const straight: Passage = { rightM: 0, part: 0.5, levelUpM: undefined, slope: 0, speedFactor: 1 };

test('the leg that goes furthest over ground is the one that is changed', () => {
  expect(longestLeg(route)).toBe(1);
  expect(longestLeg({ ...route, legs: route.legs.slice(0, 1) })).toBe(-1);
});

test('a passage on the right of a leg to the north is in the east', () => {
  const passed = takePassage(route, { ...straight, rightM: 100, part: 0.3 }, 1);
  expect(passed?.legs[1]).toEqual({ eastM: 100, northM: 300, upM: 60, speedMps: 10 });
  expect(passed?.legs).toHaveLength(4);
});

test('another level is reached and left on the slope that is asked for', () => {
  const passed = takePassage(route, { ...straight, levelUpM: 82, slope: 0.2, speedFactor: 1.1 }, 1);
  expect(passed?.legs.slice(1, 4)).toEqual([
    { eastM: 0, northM: 110, upM: 82, speedMps: 11 },
    { eastM: 0, northM: 890, upM: 82, speedMps: 11 },
    { eastM: 0, northM: 1000, upM: 60, speedMps: 11 },
  ]);
});

test('a leg too short to change levels on is not flown so', () => {
  expect(takePassage(route, { ...straight, levelUpM: 120, slope: 0.1 }, 1)).toBeUndefined();
});

test('wherever a passage goes, it climbs no steeper than its slope and ends where the leg did', () => {
  const passages = fc.record({
    rightM: fc.integer({ min: -300, max: 300 }),
    part: fc.constantFrom(0.3, 0.5, 0.7),
    levelUpM: fc.option(fc.integer({ min: 16, max: 120 }), { nil: undefined }),
    slope: fc.double({ min: 0.05, max: 1, noNaN: true }),
    speedFactor: fc.constantFrom(1, 1.25),
  });
  fc.assert(
    fc.property(passages, (passage) => {
      const passed = takePassage(route, passage, 1);
      if (passed === undefined) return;
      const flown = [passed.legs[0], ...passed.legs.slice(1, -1)].flatMap((leg) => leg ?? []);
      for (const [at, leg] of flown.entries()) {
        const before = flown[at - 1];
        if (before === undefined) continue;
        const overGroundM = Math.hypot(leg.eastM - before.eastM, leg.northM - before.northM);
        expect(Math.abs(leg.upM - before.upM)).toBeLessThanOrEqual(passage.slope * overGroundM + 1e-6);
      }
      expect(flown.at(-1)).toMatchObject({ eastM: 0, northM: 1000, upM: 60 });
    }),
  );
});
