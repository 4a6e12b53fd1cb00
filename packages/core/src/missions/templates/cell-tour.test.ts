import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Costs, type Ends, findTour, type Table } from './cell-tour.ts';
import { planeDistanceM } from './path.ts';

const place = fc.record({ x: fc.integer({ min: -300, max: 300 }), y: fc.integer({ min: -300, max: 300 }) });
const anyTable = (most: number): fc.Arbitrary<Table> =>
  fc.array(
    fc.array(fc.record({ from: place, to: place, insideM: fc.integer({ min: 0, max: 200 }) }), {
      minLength: 4,
      maxLength: 4,
    }),
    {
      minLength: 1,
      maxLength: most,
    },
  );
const home = { x: 0, y: 0 };
const costs: Costs = {
  start: (point) => planeDistanceM(home, point),
  end: (point) => planeDistanceM(point, home),
};

/** Every order and every variant. */
function bruteForce(table: Table, left: readonly number[], last: Ends | undefined): number {
  if (left.length === 0) return last ? costs.end(last.to) : 0;
  return Math.min(
    ...left.flatMap((cell) =>
      (table[cell] as readonly Ends[]).map(
        (ends) =>
          (last ? planeDistanceM(last.to, ends.from) : costs.start(ends.from)) +
          ends.insideM +
          bruteForce(
            table,
            left.filter((each) => each !== cell),
            ends,
          ),
      ),
    ),
  );
}

const lengthOf = (table: Table, order: readonly number[], variants: readonly number[]): number => {
  const ends = order.map((cell, at) => (table[cell] as readonly Ends[])[variants[at] as number] as Ends);
  const between = ends
    .slice(1)
    .reduce((sum, { from }, at) => sum + planeDistanceM((ends[at] as Ends).to, from), 0);
  const inside = ends.reduce((sum, { insideM }) => sum + insideM, 0);
  return costs.start((ends[0] as Ends).from) + inside + between + costs.end((ends.at(-1) as Ends).to);
};

test('no order and no variants of a few cells are shorter', () => {
  fc.assert(
    fc.property(anyTable(4), (table) => {
      const tour = findTour(table, costs, true);
      expect(tour.cost).toBeCloseTo(bruteForce(table, [...table.keys()], undefined), 6);
      expect(tour.cost).toBeCloseTo(lengthOf(table, tour.order, tour.variants), 6);
    }),
    { numRuns: 50 },
  );
});

test('of many cells each is visited once, at the length that is said', () => {
  fc.assert(
    fc.property(anyTable(20), (table) => {
      const { order, variants, cost } = findTour(table, costs, true);
      expect([...order].sort((a, b) => a - b)).toEqual([...table.keys()]);
      expect(cost).toBeCloseTo(lengthOf(table, order, variants), 6);
    }),
    { numRuns: 30 },
  );
});
