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

function swept(sweep: BoxSweep, all: Float64Array): readonly string[] {
  const pairs: string[] = [];
  const isWhole = sweep.sweep(
    all,
    all.length / BOX_SIZE,
    1e9,
    (one, other) => void pairs.push(nameOf(one, other)),
  );
  expect(isWhole).toBe(true);
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

test('a sweep ends at its bound and says so', () => {
  const all = new Float64Array(100 * BOX_SIZE);
  let told = 0;
  expect(
    new BoxSweep().sweep(all, 100, 1000, () => {
      told += 1;
    }),
  ).toBe(false);
  expect(told).toBe(1000);
  expect(new BoxSweep().sweep(all, 100, 4950, () => {})).toBe(true);
});
