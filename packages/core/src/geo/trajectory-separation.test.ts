import { expect, test } from 'vitest';
import { defaultSeparation, separationFor } from './trajectory-separation.ts';

test('a GNSS fleet at 10 m/s plans 20 m and 5 m further apart than it must fly, and 0.6 m for what knots leave out', () => {
  const { horizontalM, verticalM } = separationFor();
  expect(horizontalM).toBeCloseTo(50 + 19.93 + 0.6, 2);
  expect(verticalM).toBeCloseTo(15 + 4.95 + 0.6, 2);
});

test('who knows exactly where he is needs no more than what knots leave out', () => {
  const { horizontalM, verticalM } = separationFor({ horizontalM: 0, verticalM: 0, timeS: 0, speedMps: 20 });
  expect([horizontalM, verticalM]).toEqual([
    defaultSeparation.horizontalM + 0.6,
    defaultSeparation.verticalM + 0.6,
  ]);
});

test('sigmas that are negative or no numbers are refused by a throw', () => {
  const sigmas = { horizontalM: 1, verticalM: 1, timeS: 1, speedMps: 1 };
  for (const key of Object.keys(sigmas))
    for (const wrong of [Number.NaN, -1, Number.POSITIVE_INFINITY])
      expect(() => separationFor({ ...sigmas, [key]: wrong })).toThrow(RangeError);
});
