import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BACKOFF_CAP_MS, backoffMs, slowMs } from './backoff.ts';

const random = () => fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('waits anywhere between nothing and the base doubled at each attempt, and never longer than the cap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.nat(2000), random(), (baseMs, attempt, share) => {
      const waitMs = backoffMs(baseMs, attempt, () => share);
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThan(BACKOFF_CAP_MS);
      expect(waitMs).toBeLessThanOrEqual(baseMs * 2 ** attempt);
    }),
  );
});

it('uses the whole of its window', () => {
  expect(backoffMs(1000, 3, () => 0)).toBe(0);
  expect(backoffMs(1000, 3, () => 0.5)).toBe(4000);
  expect(backoffMs(1000, 3, () => 0.75)).toBe(6000);
});

it('spreads drones that failed together evenly over the cap', () => {
  // A linear congruential generator (Numerical Recipes, ranqd1): the same numbers in every run.
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const tenths = new Array<number>(10).fill(0);
  for (let drone = 0; drone < 10_000; drone += 1) {
    const tenth = Math.floor((backoffMs(1000, 9, next) / BACKOFF_CAP_MS) * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

it('stays slow and spread when the attempts are used up', () => {
  expect(slowMs(() => 0)).toBe(BACKOFF_CAP_MS / 2);
  expect(slowMs(() => 0.5)).toBe(BACKOFF_CAP_MS * 0.75);
});
