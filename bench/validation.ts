import { parseArgs } from 'node:util';
import {
  createFenceSet,
  createFlatTerrain,
  createLocalFrame,
  createTrajectory,
  defaultSafetyLimits,
  type Enu,
  type Fence,
  type FlightCandidate,
  type FlightRoute,
  isRefusal,
  isTrajectoryFault,
  type SafetyWorld,
  suggestAlternatives,
  type TrafficCheck,
  TrajectoryIndex,
  unknownModel,
  validateFlight,
} from '@skein/core';
import { findBreach } from '../packages/core/src/missions/safety/breach.contract.ts';
import { createRandom } from '../packages/core/src/missions/safety/random.contract.ts';
import {
  createPlainTraffic,
  createRandomSky,
} from '../packages/core/src/missions/safety/random-sky.contract.ts';

/**
 * What it takes to check a changed waypoint among many committed flights and fences, and to find others where it is refused.
 * The reference asks every committed flight in turn, and must come to the same verdict. With --worlds as many random skies
 * are looked at instead: every flight that is accepted, and every alternative of some, is sampled against all it must keep.
 */

const EPOCH_S = 1_790_000_000;
const BAR_VALIDATE_MS = 5;
const BAR_WITH_ALTERNATIVES_MS = 25;
/** Launches on a square kilometre in ten minutes. */
const LAUNCHES = 10;
const HOUR_S = 3600;
const FENCES = 400;
/** Of the flights that are changed; the others stay where they are sent. */
const COMING_HOME = 0.7;
/** Of the skies, one in so many has its alternatives looked at too. */
const ALTERNATIVES_OF = 20;

const { separation } = defaultSafetyLimits;
const frame = createLocalFrame({ latitudeDeg: 47.4, longitudeDeg: 8.5, altitudeAmslM: 0 });
const terrain = createFlatTerrain(0);

interface Sky {
  readonly random: () => number;
  readonly sideM: number;
}

const between = ({ random }: Sky, least: number, most: number) => least + random() * (most - least);

/** So high above the sea, which is the ground: the plane of the site leaves it by tens of metres at its edges. */
function above({ eastM, northM }: Enu, altitudeM: number): Enu {
  return { eastM, northM, upM: altitudeM - frame.toGeo({ eastM, northM, upM: 0 }).altitudeAmslM };
}

function placeIn(sky: Sky, altitudeM: number): Enu {
  const eastM = between(sky, -sky.sideM / 2, sky.sideM / 2);
  const northM = between(sky, -sky.sideM / 2, sky.sideM / 2);
  return above({ eastM, northM, upM: 0 }, altitudeM);
}

function awayFrom(sky: Sky, from: Enu, [leastM, mostM]: readonly [number, number], altitudeM: number): Enu {
  const headingRad = between(sky, 0, 2 * Math.PI);
  const lengthM = between(sky, leastM, mostM);
  const eastM = from.eastM + lengthM * Math.sin(headingRad);
  return above({ eastM, northM: from.northM + lengthM * Math.cos(headingRad), upM: 0 }, altitudeM);
}

/** Up from a pad, over at one of a few altitudes, down to a pad. */
function routeOf(sky: Sky, id: string): FlightRoute {
  const start = placeIn(sky, 0);
  const altitudeM = 40 + 10 * Math.floor(sky.random() * 6);
  const goal = awayFrom(sky, start, [1000, 4000], 0);
  const speedMps = between(sky, 8, 14);
  const legs = [start, goal].map((place) => ({ ...above(place, altitudeM), speedMps }));
  return {
    ...{ id, startS: EPOCH_S + between(sky, 0, HOUR_S), start, afterwards: 'gone' },
    legs: [...legs, { ...goal, speedMps }],
  };
}

/** As many as are asked for; each knows of those it conflicts with. */
function fill(sky: Sky, flights: number): TrajectoryIndex {
  const index = new TrajectoryIndex({ minima: separation });
  for (let flight = 0; index.size < flights; flight += 1) {
    const made = createTrajectory(routeOf(sky, `D-${flight}`));
    if (isTrajectoryFault(made)) throw new Error(made.reason);
    const known = index.conflicts(made, separation);
    const version = index.commit(made, new Map(known.map((one) => [one.with.id, one.version])));
    if (isRefusal(version)) throw new Error(version.message);
  }
  return index;
}

function fencesIn(sky: Sky): readonly Fence[] {
  const { sideM } = sky;
  return Array.from({ length: FENCES }, (_, at): Fence => {
    const center = placeIn(sky, 0);
    const radiusM = between(sky, 50, 400);
    const corners = 3 + Math.floor(sky.random() * 9);
    const ring = Array.from({ length: corners }, (_corner, corner) => {
      const turn = (2 * Math.PI * corner) / corners;
      const partM = radiusM * between(sky, 0.5, 1);
      return frame.toGeo({
        ...{ eastM: center.eastM + partM * Math.cos(turn), northM: center.northM + partM * Math.sin(turn) },
        upM: 0,
      });
    });
    const isAll = at === 0;
    return {
      ...{ id: `fence-${at}`, name: '', group: 0, windows: [], action: 'hold', marginM: 0 },
      kind: isAll ? 'inclusion' : 'exclusion',
      geometry: isAll
        ? { type: 'circle', center: frame.origin, radiusM: sideM }
        : { type: 'polygon', polygons: [[ring]] },
    };
  });
}

/** On its way somewhere, and sent elsewhere: to stay there, or to come home from there as its mission ends. */
function candidateOf(sky: Sky, id: string): FlightCandidate {
  const from = placeIn(sky, between(sky, 30, 100));
  const home = awayFrom(sky, from, [0, 1500], 0);
  const altitudeM = between(sky, 25, 115);
  const at = awayFrom(sky, from, [50, 2500], altitudeM);
  const comesHome = sky.random() < COMING_HOME;
  const back = comesHome ? [{ at: above(home, altitudeM) }, { at: home }] : [];
  return {
    ...{ id, from, fromSpeedMps: 0, startS: EPOCH_S + between(sky, 600, HOUR_S) },
    ...{ points: [{ at }, ...back], changed: [0], afterwards: comesHome ? 'gone' : 'hovering' },
    ...{ batteryPct: between(sky, 40, 100), model: { ...unknownModel, relativeSigma: 0.08 } },
    air: {
      ...{ windEastMps: between(sky, -5, 5), windNorthMps: between(sky, -5, 5) },
      ...{ windSigmaMps: 1, densityKgpm3: 1.2 },
    },
    pads: [{ id: 'home', at: home, open: true }],
  };
}

const quantile = (sorted: readonly number[], part: number) =>
  Number((sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN).toFixed(3));

const percentiles = (times: readonly number[]) => {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: quantile(sorted, 1) };
};

function ask(world: SafetyWorld, sky: Sky, queries: number) {
  const [validateMs, bothMs]: [number[], number[]] = [[], []];
  let [accepted, alternatives, none] = [0, 0, 0];
  for (let query = 0; query < queries; query += 1) {
    const candidate = candidateOf(sky, `Q-${query}`);
    const startMs = performance.now();
    const verdict = validateFlight(candidate, world);
    validateMs.push(performance.now() - startMs);
    if (verdict.accepted) {
      accepted += 1;
      continue;
    }
    const found = suggestAlternatives(candidate, world, verdict);
    bothMs.push(performance.now() - startMs);
    alternatives += found.length;
    if (found.length === 0) none += 1;
  }
  return { validateMs, bothMs, accepted, alternatives, none };
}

/** Asks every flight, and holds the verdict among many to its answers. */
function askAll(world: SafetyWorld, plain: TrafficCheck, sky: Sky, queries: number): readonly number[] {
  return Array.from({ length: queries }, (_, query) => {
    const candidate = candidateOf(sky, `R-${query}`);
    const startMs = performance.now();
    const expected = validateFlight(candidate, { ...world, traffic: plain });
    const elapsedMs = performance.now() - startMs;
    const verdict = validateFlight(candidate, world);
    const ids = (all: typeof verdict) => all.conflicts.map((one) => one.with.id).join();
    if (verdict.accepted !== expected.accepted || ids(verdict) !== ids(expected))
      throw new Error(`the verdict on ${candidate.id} differs`);
    return elapsedMs;
  });
}

function measure(flights: number, queries: number, references: number, seeds: readonly number[]) {
  const sideM = 1000 * Math.sqrt(flights / ((LAUNCHES * HOUR_S) / 600));
  const sky = { random: createRandom(seeds[0] as number), sideM };
  const index = fill(sky, flights);
  const fences = createFenceSet(fencesIn(sky));
  const world: SafetyWorld = { frame, terrain, fences, traffic: index, limits: defaultSafetyLimits };
  // Code is compiled before time is taken.
  ask(world, { random: createRandom(0), sideM }, 300);
  const asked = seeds.map((seed) => ask(world, { random: createRandom(seed + 1000), sideM }, queries));
  const plain = createPlainTraffic([...index]);
  const referenceMs = askAll(world, plain, { random: createRandom(9), sideM }, references);
  const validateMs = percentiles(asked.flatMap((one) => one.validateMs));
  const withAlternativesMs = percentiles(asked.flatMap((one) => one.bothMs));
  const bruteForceMs = percentiles(referenceMs);
  const sum = (of: (one: (typeof asked)[number]) => number) => asked.reduce((all, one) => all + of(one), 0);
  return {
    ...{ flights: index.size, fences: FENCES, seeds, queries: queries * seeds.length },
    accepted: sum((one) => one.accepted),
    refused: sum((one) => one.bothMs.length),
    refusedWithoutAlternative: sum((one) => one.none),
    alternatives: sum((one) => one.alternatives),
    validateMs,
    validateP99MsBySeed: asked.map((one) => percentiles(one.validateMs).p99),
    withAlternativesMs,
    withAlternativesP99MsBySeed: asked.map((one) => percentiles(one.bothMs).p99),
    bruteForceMs,
    ratio: Number((bruteForceMs.p50 / validateMs.p50).toFixed(0)),
    ok: validateMs.p99 < BAR_VALIDATE_MS && withAlternativesMs.p99 < BAR_WITH_ALTERNATIVES_MS,
  };
}

interface Seen {
  accepted: number;
  refused: number;
  alternatives: number;
  /** Refused, with an alternative but not three. */
  withFew: number;
  readonly violations: string[];
}

function lookAtWorld(seed: number, seen: Seen): void {
  const sky = createRandomSky(seed);
  const verdict = validateFlight(sky.candidate, sky.world);
  if (verdict.accepted) {
    seen.accepted += 1;
    const breach = findBreach(sky, verdict);
    if (breach) seen.violations.push(`world ${seed}: ${breach}`);
    return;
  }
  seen.refused += 1;
  if (seed % ALTERNATIVES_OF !== 0) return;
  const found = suggestAlternatives(sky.candidate, sky.world, verdict);
  if (found.length > 0 && found.length < 3) seen.withFew += 1;
  seen.alternatives += found.length;
  for (const { candidate, text } of found) {
    const again = validateFlight(candidate, sky.world);
    const breach = again.accepted ? findBreach({ ...sky, candidate }, again) : 'not accepted again';
    if (breach) seen.violations.push(`world ${seed}, ${text}: ${breach}`);
  }
}

function lookAtWorlds(worlds: number, first: number) {
  const seen: Seen = { accepted: 0, refused: 0, alternatives: 0, withFew: 0, violations: [] };
  for (let seed = first; seed < first + worlds; seed += 1) lookAtWorld(seed, seen);
  const examples = seen.violations.slice(0, 5);
  const violations = seen.violations.length;
  return { worlds, first, ...seen, violations, examples, ok: violations === 0 };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      flights: { type: 'string', default: '100000' },
      queries: { type: 'string', default: '2000' },
      references: { type: 'string', default: '30' },
      seeds: { type: 'string', default: '1,2,3' },
      worlds: { type: 'string', default: '0' },
      first: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const worlds = Number(values.worlds);
  const seeds = values.seeds.split(',').map(Number);
  const result =
    worlds > 0
      ? lookAtWorlds(worlds, Number(values.first))
      : measure(Number(values.flights), Number(values.queries), Number(values.references), seeds);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = result.ok ? 0 : 1;
}

main();
