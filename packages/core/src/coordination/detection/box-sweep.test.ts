import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BOX_SIZE, BoxSweep } from './box-sweep.ts';
import { createRandom } from './random-sky.contract.ts';

const coordinates = fc.oneof(
  fc.integer({ min: -5, max: 5 }).map((steps) => steps * 50),
  fc.double({ min: -400, max: 400, noNaN: true }),
  fc.constantFrom(-1e8, 1e8, 1e8 + 1),
);
const sizes = fc.oneof(fc.constantFrom(0, 50, 1e7), fc.double({ min: 0, max: 120, noNaN: true }));
const boxes = fc
  .array(fc.tuple(coordinates, sizes, coordinates, sizes, coordinates, sizes), { maxLength: 60 })
  .map((all) =>
    Float64Array.from(
      all.flatMap(([west, wide, south, deep, low, tall]) => [
        west,
        west + wide,
        south,
        south + deep,
        low,
        low + tall,
      ]),
    ),
  );

function overlaps(all: Float64Array, one: number, other: number): boolean {
  return [0, 2, 4].every(
    (axis) =>
      (all[one * BOX_SIZE + axis] as number) <= (all[other * BOX_SIZE + axis + 1] as number) &&
      (all[other * BOX_SIZE + axis] as number) <= (all[one * BOX_SIZE + axis + 1] as number),
  );
}

const nameOf = (one: number, other: number) => `${Math.min(one, other)} ${Math.max(one, other)}`;

function bruteForce(all: Float64Array): readonly string[] {
  const pairs: string[] = [];
  for (let one = 0; one < all.length / BOX_SIZE; one += 1)
    for (let other = 0; other < one; other += 1)
      if (overlaps(all, one, other)) pairs.push(nameOf(one, other));
  return pairs.sort();
}

/** In so many comparisons at a time, with a break at every so many pairs. */
function swept(sweep: BoxSweep, all: Float64Array, checks = 1e9, breaks = 1e9): readonly string[] {
  const pairs: string[] = [];
  sweep.begin(all, all.length / BOX_SIZE);
  const tell = (one: number, other: number) => pairs.push(nameOf(one, other)) % breaks === 0;
  while (!sweep.step(checks, tell)) expect(pairs.length).toBeLessThanOrEqual(all.length ** 2);
  return pairs.sort();
}

test('every pair of boxes that overlap or touch is told once, and no other', () => {
  const sweep = new BoxSweep();
  fc.assert(
    fc.property(boxes, (all) => {
      expect(swept(sweep, all)).toEqual(bruteForce(all));
    }),
    { numRuns: 1000 },
  );
});

test('in parts, however long they are, it tells the same pairs, each once', () => {
  const sweep = new BoxSweep();
  const parts = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(boxes, parts, parts, (all, checks, breaks) => {
      expect(swept(sweep, all, checks, breaks)).toEqual(bruteForce(all));
    }),
    { numRuns: 500 },
  );
});

test('boxes of one size over a wide plain are found as by brute force', () => {
  const random = createRandom(7);
  for (const sideM of [100, 3000, 1e6]) {
    const all = new Float64Array(500 * BOX_SIZE);
    for (let at = 0; at < all.length; at += 2) {
      all[at] = (at % BOX_SIZE === 4 ? 100 : sideM) * random();
      all[at + 1] = (all[at] as number) + 200 * random();
    }
    expect(swept(new BoxSweep(), all)).toEqual(bruteForce(all));
  }
});

test('a step ends at its bound and says so', () => {
  const all = new Float64Array(100 * BOX_SIZE);
  const sweep = new BoxSweep();
  sweep.begin(all, 100);
  let told = 0;
  const tell = () => {
    told += 1;
    return false;
  };
  expect([sweep.step(1000, tell), told, sweep.left]).toEqual([false, 1000, 0]);
  expect([sweep.step(3951, tell), told, sweep.left]).toEqual([true, 4950, 1]);
});
