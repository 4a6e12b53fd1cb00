import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCheapestItems, findCheapest } from './cheapest-items.ts';
import { createPricedTree, setPrice } from './priced-tree.ts';

const metres = fc.oneof(fc.double({ min: -1000, max: 1000, noNaN: true }), fc.constantFrom(0, 5));
const point = fc.record({
  ...{ eastM: metres, northM: metres },
  price: fc.oneof(fc.constant(0), fc.double({ min: -50, max: 200, noNaN: true })),
  skills: fc.constantFrom(0, 1, 3),
  costPerM: fc.constantFrom(0.05, 0.1, 0.2),
  baseCost: fc.constantFrom(0, 0, 30),
});

test('the cheapest points are found, and nothing else is below the bound', () => {
  const worlds = fc.record({
    points: fc.array(point, { maxLength: 200 }),
    ...{ eastM: metres, northM: metres },
    size: fc.integer({ min: 1, max: 12 }),
    skills: fc.constantFrom(0, 1),
    below: fc.constantFrom(Number.POSITIVE_INFINITY, 100, 0),
  });
  fc.assert(
    fc.property(worlds, ({ points, eastM, northM, size, skills, below }) => {
      const column = (key: 'eastM' | 'northM' | 'costPerM' | 'baseCost') =>
        Float64Array.from(points, (each) => each[key]);
      const tree = createPricedTree(
        {
          ...{ eastM: column('eastM'), northM: column('northM') },
          ...{ costPerM: column('costPerM'), baseCost: column('baseCost') },
          skills: Int32Array.from(points, (each) => each.skills),
        },
        100,
      );
      points.forEach(({ price }, item) => {
        setPrice(tree, item, 1e6);
        setPrice(tree, item, price);
      });
      const costOf = (item: number) => {
        const each = points[item] as (typeof points)[number];
        return Math.hypot(each.eastM - eastM, each.northM - northM) * each.costPerM + each.baseCost;
      };
      const found = createCheapestItems(size);
      findCheapest(tree, { eastM, northM, skills, costPerM: 0, costOf, below, slack: 0 }, found);
      const values = points
        .map((each, item) => ((each.skills & skills) === skills ? costOf(item) + each.price : below))
        .filter((value) => value < below)
        .sort((a, b) => a - b);
      expect([...found.values.subarray(0, found.length)]).toEqual(values.slice(0, size));
      expect(found.bound).toBe(values.length >= size ? values[size - 1] : below);
      expect(new Set(found.items.subarray(0, found.length)).size).toBe(found.length);
    }),
    { numRuns: 400 },
  );
});
