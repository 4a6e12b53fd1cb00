/** Numbers as they come in the world: `fc.double` gives all doubles alike, and most of those are next to 0. */
import fc from 'fast-check';

const STEPS = 1_000_000;

export function evenNumber(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: STEPS }).map((step) => min + ((max - min) * step) / STEPS);
}
