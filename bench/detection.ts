import { parseArgs } from 'node:util';
import { AIRCRAFT_KINDS, conflictInterval, createSky, type Sky, SkyScan } from '@skein/core';

/**
 * Who comes too near to whom in a sky of 100 000 drones, once a second: passes over a sky that is spread evenly and over one
 * with ten crowded depots, and over one whose drones fly plans. The reference asks every pair of a smaller sky, with the same
 * exact check; both must find the same.
 */

const NOW_S = 1_790_000_000;
const BAR_MS = 150;
const BAR_RATIO = 200;
const LOOK_AHEAD_S = 20;
const MINIMA = { horizontalM: 50, verticalM: 15 };
const DEPOTS = 10;

type World = 'uniform' | 'clustered' | 'planned';

/** mulberry32: the same sky from the same seed. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Ask {
  readonly drones: number;
  readonly density: number;
  readonly radiusM: number;
}

/** 5 to 15 m/s in any direction, a third of them climbing or sinking; a fifth of a clustered world within its depots. */
function fill(world: World, seed: number, { drones, density, radiusM }: Ask): Sky {
  const random = createRandom(seed);
  const sky = createSky(drones);
  const sideM = 1000 * Math.sqrt(drones / density);
  const depots = Array.from({ length: DEPOTS }, () => [random() * sideM, random() * sideM] as const);
  const crowded = world === 'clustered' ? drones / 5 : 0;
  for (let row = 0; row < drones; row += 1) {
    const [depotEastM, depotNorthM] = depots[row % DEPOTS] as readonly [number, number];
    const [outM, turnRad] = [radiusM * Math.sqrt(random()), 2 * Math.PI * random()];
    const isCrowded = row < crowded;
    sky.eastM[row] = isCrowded ? depotEastM + outM * Math.cos(turnRad) : random() * sideM;
    sky.northM[row] = isCrowded ? depotNorthM + outM * Math.sin(turnRad) : random() * sideM;
    sky.upM[row] = 30 + 90 * random();
    const [headingRad, speedMps] = [2 * Math.PI * random(), 5 + 10 * random()];
    sky.eastMps[row] = speedMps * Math.sin(headingRad);
    sky.northMps[row] = speedMps * Math.cos(headingRad);
    sky.upMps[row] = random() < 0.3 ? -1.5 + 4.5 * random() : 0;
    sky.kind[row] = AIRCRAFT_KINDS.fleet;
    if (world === 'planned') plan(sky, row, random);
  }
  return sky;
}

/** On for some seconds, then a leg of 40 to 100 s in another direction. */
function plan(sky: Sky, row: number, random: () => number): void {
  const [eastM, northM, upM] = [sky.eastM[row], sky.northM[row], sky.upM[row]] as [number, number, number];
  const [eastMps, northMps] = [sky.eastMps[row] as number, sky.northMps[row] as number];
  const [flownS, leftS, nextS] = [30 * random(), 60 * random(), 40 + 60 * random()];
  const headingRad = 2 * Math.PI * random();
  const speedMps = Math.hypot(eastMps, northMps);
  sky.upMps[row] = 0;
  const turn = [eastM + eastMps * leftS, northM + northMps * leftS] as const;
  const knots = Float64Array.of(
    ...[0, eastM - eastMps * flownS, northM - northMps * flownS, upM],
    ...[flownS + leftS, ...turn, upM, flownS + leftS + nextS],
    ...[
      turn[0] + speedMps * nextS * Math.sin(headingRad),
      turn[1] + speedMps * nextS * Math.cos(headingRad),
      upM,
    ],
  );
  sky.plans[row] = { id: `P-${row}`, startS: NOW_S - flownS, knots, afterwards: 'hovering' };
}

/** Every pair, straight on. */
function naive(sky: Sky): ReadonlySet<string> {
  const found = new Set<string>();
  const motion = { eastM: 0, northM: 0, upM: 0, eastMps: 0, northMps: 0, upMps: 0 };
  const { eastM, northM, upM, eastMps, northMps, upMps } = sky;
  for (let one = 0; one < sky.count; one += 1)
    for (let other = one + 1; other < sky.count; other += 1) {
      motion.eastM = (eastM[one] as number) - (eastM[other] as number);
      motion.northM = (northM[one] as number) - (northM[other] as number);
      motion.upM = (upM[one] as number) - (upM[other] as number);
      motion.eastMps = (eastMps[one] as number) - (eastMps[other] as number);
      motion.northMps = (northMps[one] as number) - (northMps[other] as number);
      motion.upMps = (upMps[one] as number) - (upMps[other] as number);
      if (conflictInterval(motion, MINIMA, LOOK_AHEAD_S)) found.add(`${one} ${other}`);
    }
  return found;
}

const round = (value: number): number => Number(value.toPrecision(3));

function percentiles(times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] as number);
  return { p50: at(0.5), p99: at(0.99), least: at(0) };
}

function timed<T>(times: number[], work: () => T): T {
  const startMs = performance.now();
  const result = work();
  times.push(performance.now() - startMs);
  return result;
}

function benchWorld(world: World, seeds: readonly number[], ask: Ask & { readonly passes: number }) {
  const scan = new SkyScan();
  const times: number[] = [];
  let [given, beyond] = [0, 0];
  for (const seed of seeds) {
    const sky = fill(world, seed, ask);
    for (let pass = 0; pass < 3; pass += 1) scan.scan(sky, NOW_S);
    for (let pass = 0; pass < ask.passes; pass += 1) {
      const result = timed(times, () => scan.scan(sky, NOW_S));
      if (!result.isComplete || result.unusable > 0) throw new Error('a pass is not complete');
      if (pass === 0) given += result.conflicts.length;
      if (pass === 0) beyond += result.beyond;
    }
  }
  return {
    passMs: percentiles(times),
    conflicts: Math.round((given + beyond) / seeds.length),
    beyond: Math.round(beyond / seeds.length),
  };
}

/** One after the other over the same sky, in the same run. */
function compare(world: World, seeds: readonly number[], ask: Ask) {
  const scan = new SkyScan({ maxConflicts: 1e6 });
  const [ours, its]: [number[], number[]] = [[], []];
  for (const seed of seeds) {
    const sky = fill(world, seed, ask);
    for (let pass = 0; pass < 10; pass += 1) scan.scan(sky, NOW_S);
    for (let pass = 0; pass < 5; pass += 1) timed(ours, () => scan.scan(sky, NOW_S));
    const { conflicts } = scan.scan(sky, NOW_S);
    const expected = timed(its, () => naive(sky));
    const isSame =
      conflicts.length === expected.size &&
      conflicts.every(({ one, other }) => expected.has(`${one} ${other}`));
    if (!isSame) throw new Error(`the pass differs from the plain loop in the ${world} sky of seed ${seed}`);
  }
  const [passMs, naiveMs] = [percentiles(ours).p50, percentiles(its).p50];
  return { drones: ask.drones, passMs, naiveMs, ratio: Math.round(naiveMs / passMs) };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      drones: { type: 'string', default: '100000' },
      compared: { type: 'string', default: '10000' },
      density: { type: 'string', default: '25' },
      radius: { type: 'string', default: '1000' },
      seeds: { type: 'string', default: '1,2,3' },
      passes: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
    },
  });
  const say = (text: string) => void (values.json || process.stdout.write(`${text}\n`));
  const seeds = values.seeds.split(',').map(Number);
  const ask = { density: Number(values.density), radiusM: Number(values.radius) };
  const large = { ...ask, drones: Number(values.drones), passes: Number(values.passes) };
  const small = { ...ask, drones: Number(values.compared), radiusM: ask.radiusM / 3 };
  const worlds = (['uniform', 'clustered', 'planned'] as const).map((world) => {
    const result = benchWorld(world, seeds, large);
    say(`${world}: p50 ${result.passMs.p50} ms, p99 ${result.passMs.p99} ms, ${result.conflicts} conflicts`);
    return [world, result] as const;
  });
  const beside = { uniform: compare('uniform', seeds, small), clustered: compare('clustered', seeds, small) };
  const { uniform, clustered } = Object.fromEntries(worlds);
  const isFast = [uniform, clustered].every((world) => (world?.passMs.p50 ?? Number.NaN) <= BAR_MS);
  const result = {
    ...{ drones: large.drones, density: ask.density, depotRadiusM: ask.radiusM, seeds, passes: large.passes },
    ...Object.fromEntries(worlds),
    besideNaive: beside,
    ratio: beside.uniform.ratio,
    ok: isFast && beside.uniform.ratio >= BAR_RATIO,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = result.ok ? 0 : 1;
}

main();
