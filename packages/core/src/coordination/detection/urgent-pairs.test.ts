import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UrgentPairs } from './urgent-pairs.ts';

const pairs = fc.array(
  fc.tuple(
    fc.nat(30),
    fc.nat(30),
    fc.oneof(fc.integer({ min: -1, max: 3 }), fc.double({ min: -1, max: 60, noNaN: true })),
  ),
  { maxLength: 300 },
);

test('kept are the first of all pairs in the order of urgency and rows, and all are counted', () => {
  fc.assert(
    fc.property(pairs, fc.integer({ min: 1, max: 40 }), (added, room) => {
      const urgent = new UrgentPairs(room);
      for (const [one, other, urgency] of added) urgent.add(one, other, urgency);
      const sorted = added
        .map(([one, other, urgency]) => [Math.min(one, other), Math.max(one, other), urgency] as const)
        .sort((a, b) => a[2] - b[2] || a[0] - b[0] || a[1] - b[1]);
      expect(urgent.found).toBe(added.length);
      expect(urgent.list()).toEqual(sorted.slice(0, room).map(([one, other]) => [one, other]));
    }),
    { numRuns: 1000 },
  );
});

test('room for none is refused by a throw', () => {
  for (const room of [0, -1, 1.5, Number.NaN]) expect(() => new UrgentPairs(room)).toThrow(RangeError);
});
