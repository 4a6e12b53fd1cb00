import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../../errors.ts';
import type { PlanePoint } from '../../geo/segment.ts';
import { longestS, type Share, type SharingDrone, splitPasses } from './split.ts';
import type { Pass } from './sweep.ts';

const place = fc.record({ x: fc.integer({ min: -500, max: 500 }), y: fc.integer({ min: -500, max: 500 }) });
const anyDrone: fc.Arbitrary<SharingDrone> = fc.record({
  home: place,
  speedMps: fc.integer({ min: 3, max: 20 }),
});
const anyPass: fc.Arbitrary<Pass> = fc.record({ from: place, to: place });
const wayM = (a: PlanePoint, b: PlanePoint): number => Math.hypot(a.x - b.x, a.y - b.y);

/** Flown leg by leg, with none of the sums the division uses. */
function flightS(passes: readonly Pass[], { home, speedMps }: SharingDrone, turnTimeS: number): number {
  if (passes.length === 0) return 0;
  const stops = [home, ...passes.flatMap(({ from, to }) => [from, to]), home];
  const lengthM = stops.slice(1).reduce((sum, to, at) => sum + wayM(stops[at] as PlanePoint, to), 0);
  return lengthM / speedMps + turnTimeS * (passes.length - 1);
}

const shared = (shares: readonly Share[] | object): readonly Share[] => {
  if (isRefusal(shares)) throw new Error(JSON.stringify(shares.details));
  return shares as readonly Share[];
};

test('every pass is flown by exactly one drone, and each flight takes what it is said to take', () => {
  fc.assert(
    fc.property(
      fc.array(anyPass, { maxLength: 30 }),
      fc.array(anyDrone, { minLength: 1, maxLength: 6 }),
      (passes, drones) => {
        const shares = shared(splitPasses({ passes, drones }));
        expect(shares.map(({ drone }) => drone)).toEqual([...drones.keys()]);
        const flown = shares.flatMap((share) => share.passes);
        expect(flown).toHaveLength(passes.length);
        expect(new Set(flown)).toEqual(new Set(passes));
        for (const { drone, passes: part, timeS } of shares)
          expect(timeS).toBeCloseTo(flightS(part, drones[drone] as SharingDrone, 5), 6);
      },
    ),
  );
});

/** Every way to cut the passes for drones in this order. */
function bruteForceS(passes: readonly Pass[], drones: readonly SharingDrone[]): number {
  const [first, ...rest] = drones;
  if (!first) return passes.length === 0 ? 0 : Number.POSITIVE_INFINITY;
  return Math.min(
    ...Array.from({ length: passes.length + 1 }, (_none, end) =>
      Math.max(flightS(passes.slice(0, end), first, 5), bruteForceS(passes.slice(end), rest)),
    ),
  );
}

test('no other cut makes the longest flight shorter', () => {
  fc.assert(
    fc.property(
      fc.array(anyPass, { maxLength: 7 }),
      place,
      fc.array(fc.integer({ min: 3, max: 20 }), { minLength: 1, maxLength: 3 }),
      (passes, home, speeds) => {
        const drones = speeds.map((speedMps) => ({ home, speedMps }));
        const best = Math.min(bruteForceS(passes, drones), bruteForceS(passes, drones.toReversed()));
        expect(longestS(shared(splitPasses({ passes, drones })))).toBeCloseTo(best, 6);
      },
    ),
  );
});

test('equal drones from one home share equal lines nearly equally', () => {
  const passes = Array.from({ length: 40 }, (_none, at) => ({
    from: { x: at * 20, y: at % 2 ? 400 : 0 },
    to: { x: at * 20, y: at % 2 ? 0 : 400 },
  }));
  const drones = Array.from({ length: 4 }, () => ({ home: { x: 400, y: -100 }, speedMps: 10 }));
  const times = shared(splitPasses({ passes, drones })).map(({ timeS }) => timeS);
  expect(Math.max(...times) / Math.min(...times)).toBeLessThan(1.15);
});

test.each([
  ['no drones', [], 'drones'],
  ['a drone that does not move', [{ home: { x: 0, y: 0 }, speedMps: 0 }], 'drones[0].speedMps'],
  ['a drone that is nowhere', [{ home: { x: Number.NaN, y: 0 }, speedMps: 5 }], 'drones[0].speedMps'],
])('%s cannot share an area', (_what, drones, field) => {
  expect(splitPasses({ passes: [], drones })).toMatchObject({ details: { field } });
});
