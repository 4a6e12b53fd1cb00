import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conflictInterval } from '../../geo/cylinder-conflict.ts';
import { AIRCRAFT_KINDS } from './aircraft-kinds.ts';
import { defaultForecastLimits } from './forecast-limits.ts';
import { Forecasts } from './forecasts.ts';
import { PairCheck } from './pair-check.ts';
import { createRandom, NOW_S, type RandomSkyOptions, randomSky } from './random-sky.contract.ts';
import { createSky, type Sky } from './sky.ts';
import { SkyScan } from './sky-scan.ts';

const scan = new SkyScan();
const namesOf = (sky: Sky, by: SkyScan = scan): readonly string[] =>
  by
    .scan(sky, NOW_S)
    .conflicts.map(({ one, other, inS }) => `${one} ${other} ${inS.toFixed(6)}`)
    .sort();

function bruteForce(sky: Sky): readonly string[] {
  const forecasts = new Forecasts(defaultForecastLimits);
  forecasts.prepare(sky, NOW_S);
  const check = new PairCheck(sky, forecasts);
  const found: string[] = [];
  for (let one = 0; one < sky.count; one += 1)
    for (let other = one + 1; other < sky.count; other += 1) {
      const evidence = check.evidence(one, other);
      if (evidence) found.push(`${one} ${other} ${evidence.inS.toFixed(6)}`);
    }
  return found.sort();
}

const skies: fc.Arbitrary<RandomSkyOptions> = fc.record({
  rows: fc.integer({ min: 0, max: 120 }),
  seed: fc.nat(),
  sideM: fc.constantFrom(0, 100, 1000, 3000),
  planned: fc.constantFrom(0, 0.7),
  silent: fc.constantFrom(0, 0.5),
  external: fc.constantFrom(0, 0.2),
  gridM: fc.constantFrom(0, 25, 50),
  awayM: fc.constantFrom(0, -300, 9e7),
});

test('a pass finds what looking at every pair finds: at edges, at one place, far away, with plans and strangers', () => {
  fc.assert(
    fc.property(skies, (options) => {
      const sky = randomSky(options);
      expect(namesOf(sky)).toEqual(bruteForce(sky));
    }),
    { numRuns: 100 },
  );
});

test('a pass made in parts finds the same', () => {
  const part = fc.integer({ min: 1, max: 50 });
  fc.assert(
    fc.property(skies, part, part, (options, checks, pairs) => {
      const sky = randomSky(options);
      const parts = new SkyScan();
      parts.begin(sky, NOW_S);
      let result = parts.step(checks, pairs);
      while (!result) result = parts.step(checks, pairs);
      expect(result).toEqual(scan.scan(sky, NOW_S));
    }),
    { numRuns: 50 },
  );
});

test('two thousand drones, spread or crowded, are judged as by the plain loop over all pairs', () => {
  for (const [seed, sideM] of [
    [1, 9000],
    [2, 1500],
  ] as const) {
    const sky = randomSky({ rows: 2000, seed, sideM });
    sky.ageS.fill(0);
    sky.kind.fill(AIRCRAFT_KINDS.fleet);
    const expected: string[] = [];
    for (let one = 0; one < sky.count; one += 1)
      for (let other = one + 1; other < sky.count; other += 1) {
        const less = (column: Float64Array) => (column[one] as number) - (column[other] as number);
        const motion = {
          ...{ eastM: less(sky.eastM), northM: less(sky.northM), upM: less(sky.upM) },
          ...{ eastMps: less(sky.eastMps), northMps: less(sky.northMps), upMps: less(sky.upMps) },
        };
        const lost = conflictInterval(motion, { horizontalM: 50, verticalM: 15 }, 20);
        if (lost) expected.push(`${one} ${other} ${lost.inS.toFixed(6)}`);
      }
    expect(namesOf(sky)).toEqual(expected.sort());
  }
});

test('the order of the rows does not matter', () => {
  fc.assert(
    fc.property(skies, fc.nat(), (options, seed) => {
      const sky = randomSky(options);
      const random = createRandom(seed);
      const order = Array.from({ length: sky.count }, (_, row) => row).sort(() => random() - 0.5);
      const mixed = pick(sky, order);
      const back = scan.scan(mixed, NOW_S).conflicts.map(({ one, other, inS }) => {
        const rows = [order[one] as number, order[other] as number].sort((a, b) => a - b);
        return `${rows[0]} ${rows[1]} ${inS.toFixed(6)}`;
      });
      expect(back.sort()).toEqual(namesOf(sky));
    }),
    { numRuns: 50 },
  );
});

function pick(sky: Sky, rows: readonly number[]): Sky {
  const picked = createSky(rows.length);
  for (const [to, row] of rows.entries()) {
    for (const column of ['eastM', 'northM', 'upM', 'eastMps', 'northMps', 'upMps', 'ageS', 'kind'] as const)
      picked[column][to] = sky[column][row] as number;
    picked.plans[to] = sky.plans[row];
    picked.contingencies[to] = sky.contingencies[row];
  }
  return picked;
}

test('a world in shards, each with the drones around it, finds every pair once in the shard of its lower row', () => {
  const haloM = 50 + 2 * 15 * defaultForecastLimits.lookAheadS;
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(0, 50), (seed, gridM) => {
      const sky = randomSky({ rows: 150, seed, sideM: 3000, gridM });
      const all: string[] = [];
      for (const [west, east] of [
        [-1e9, 1000],
        [1000, 2000],
        [2000, 1e9],
      ] as const) {
        const at = (row: number) => sky.eastM[row] as number;
        const rows = Array.from({ length: sky.count }, (_, row) => row).filter(
          (row) => at(row) >= west - haloM && at(row) < east + haloM,
        );
        for (const { one, other, inS } of scan.scan(pick(sky, rows), NOW_S).conflicts) {
          const [first, second] = [rows[one] as number, rows[other] as number];
          if (at(first) >= west && at(first) < east) all.push(`${first} ${second} ${inS.toFixed(6)}`);
        }
      }
      expect(all.sort()).toEqual(namesOf(sky));
    }),
    { numRuns: 60 },
  );
});

test('turning the whole sky by a quarter changes no conflict', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const sky = randomSky({ rows: 150, seed, sideM: 2000, silent: 0.3, external: 0.1 });
      const turned = pick(
        sky,
        Array.from({ length: sky.count }, (_, row) => row),
      );
      for (let row = 0; row < sky.count; row += 1) {
        turned.eastM[row] = -(sky.northM[row] as number);
        turned.northM[row] = sky.eastM[row] as number;
        turned.eastMps[row] = -(sky.northMps[row] as number);
        turned.northMps[row] = sky.eastMps[row] as number;
      }
      expect(namesOf(turned)).toEqual(namesOf(sky));
    }),
    { numRuns: 60 },
  );
});

function headOn(apartM: number): Sky {
  const sky = createSky(2);
  sky.kind.fill(AIRCRAFT_KINDS.fleet);
  sky.eastM.set([0, apartM]);
  sky.eastMps.set([10, -10]);
  return sky;
}

test('two drones that fly toward each other are found, with when and how near', () => {
  const { conflicts, beyond, isComplete } = scan.scan(headOn(250), NOW_S);
  expect([conflicts.length, beyond, isComplete]).toEqual([1, 0, true]);
  expect(conflicts[0]).toMatchObject({ one: 0, other: 1, inS: 10, outS: 15, worstS: 12.5, severity: 0 });
  expect(conflicts[0]?.by).toEqual(['state', 'state']);
});

test('drones on the ground take no part, and rows without usable numbers are counted', () => {
  const grounded = headOn(250);
  grounded.kind[1] = AIRCRAFT_KINDS.absent;
  expect(scan.scan(grounded, NOW_S)).toMatchObject({ conflicts: [], unusable: 0 });
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
    const unusable = headOn(250);
    unusable.upM[1] = wrong;
    expect(scan.scan(unusable, NOW_S)).toMatchObject({ conflicts: [], unusable: 1 });
  }
});

test('of more conflicts than there is room for the most urgent are given and the others counted', () => {
  const sky = randomSky({ rows: 300, seed: 3, sideM: 300 });
  const all = new SkyScan({ maxConflicts: 1e5 }).scan(sky, NOW_S).conflicts;
  const few = new SkyScan({ maxConflicts: 50 }).scan(sky, NOW_S);
  expect(few.conflicts).toEqual(all.slice(0, 50));
  expect(few.beyond).toBe(all.length - 50);
  for (const [at, { inS, severity }] of all.slice(1).entries()) {
    const before = all[at] as (typeof all)[number];
    expect(inS).toBeGreaterThanOrEqual(before.inS);
    if (inS > 0) expect(severity).toBeLessThan(1);
  }
  for (const bound of [{ maxChecks: 100 }, { maxPairs: 100 }])
    expect(new SkyScan(bound).scan(sky, NOW_S).isComplete).toBe(false);
  expect(new SkyScan({ maxPairs: 44_850 }).scan(sky, NOW_S).isComplete).toBe(true);
});
