import { parseArgs } from 'node:util';
import {
  createTrajectory,
  type FlightRoute,
  firstConflict,
  isRefusal,
  isTrajectoryFault,
  planAround,
  separationFor,
  type Trajectory,
  TrajectoryIndex,
} from '@skein/core';

/**
 * A sky full of committed flights of 1 to 4 km, each planned around those before it: what it takes to ask whether another is
 * in conflict, to find it a way around, and to hold them all. The reference asks every committed flight in turn.
 */

const EPOCH_S = 1_790_000_000;
const BAR_QUERY_MS = 1;
const BAR_PLAN_MS = 5;
/** Of what is held; the process has room besides for what planning leaves to the collector. */
const BAR_MIB = 250;
/** Launches on a square kilometre in ten minutes. */
const LAUNCHES = 10;
const minima = separationFor();
const limits = { lowestUpM: 20, highestUpM: 120, maxSpeedMps: 15, waits: 'grounded' } as const;

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

interface Sky {
  readonly random: () => number;
  readonly sideM: number;
  readonly spanS: number;
}

/** Up from a pad, over at one of a few altitudes, perhaps by way of another point, down to a pad. */
function routeOf(sky: Sky, id: string): FlightRoute {
  const { random } = sky;
  const start = { eastM: random() * sky.sideM, northM: random() * sky.sideM, upM: 0 };
  const upM = 40 + 10 * Math.floor(random() * 6);
  const lengthM = 1000 + random() * 3000;
  const headingRad = random() * 2 * Math.PI;
  const goal = {
    eastM: start.eastM + lengthM * Math.sin(headingRad),
    northM: start.northM + lengthM * Math.cos(headingRad),
  };
  const speedMps = 8 + random() * 6;
  const via = {
    eastM: (start.eastM + goal.eastM) / 2 + (random() - 0.5) * 400,
    northM: (start.northM + goal.northM) / 2 + (random() - 0.5) * 400,
    upM,
    speedMps,
  };
  const over = random() < 0.5 ? [via] : [];
  return {
    id,
    startS: EPOCH_S + random() * sky.spanS,
    start,
    legs: [{ ...start, upM, speedMps }, ...over, { ...goal, upM, speedMps }, { ...goal, upM: 0, speedMps }],
    afterwards: 'gone',
  };
}

function flown(route: FlightRoute): Trajectory {
  const made = createTrajectory(route);
  if (isTrajectoryFault(made)) throw new Error(made.reason);
  return made;
}

function plan(index: TrajectoryIndex, route: FlightRoute) {
  const plans = planAround({ ...limits, route, minima }, index);
  if (isRefusal(plans)) throw new Error(plans.message);
  return plans[0];
}

function quantile(sorted: readonly number[], part: number): number {
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] as number).toFixed(4));
}

function timed(times: number[], work: () => unknown): void {
  const startMs = performance.now();
  work();
  times.push(performance.now() - startMs);
}

const percentiles = (times: readonly number[]) => {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: quantile(sorted, 1) };
};

/** Buffers are given back in the background, a moment after their owners are gone. */
async function memoryMib(): Promise<{ readonly resident: number; readonly held: number }> {
  for (let pass = 0; pass < 5; pass += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss / 2 ** 20, held: (heapUsed + external) / 2 ** 20 };
}

/** Commits flights until the sky holds as many as asked for; each is planned, and committed with no conflict at all. */
function fill(index: TrajectoryIndex, sky: Sky, flights: number) {
  let [refused, replanned, costS] = [0, 0, 0];
  for (let flight = 0; index.size < flights; flight += 1) {
    const found = plan(index, routeOf(sky, `D-${flight}`));
    if (found === undefined || isRefusal(index.commit(found.trajectory))) {
      refused += 1;
      continue;
    }
    if (found.kinds.length > 0) replanned += 1;
    costS += found.costS;
  }
  return { refused, replanned, meanCostS: Number((costS / flights).toFixed(2)) };
}

function ask(index: TrajectoryIndex, sky: Sky, queries: number) {
  const [queryMs, allMs, planMs]: [number[], number[], number[]] = [[], [], []];
  let [free, unplanned] = [0, 0];
  for (let query = 0; query < queries; query += 1) {
    const route = routeOf(sky, `Q-${query}`);
    const own = flown(route);
    let conflict: ReturnType<TrajectoryIndex['firstConflict']>;
    timed(queryMs, () => {
      conflict = index.firstConflict(own, minima);
    });
    timed(allMs, () => index.conflicts(own, minima));
    if (conflict === undefined) {
      free += 1;
      continue;
    }
    // Only a flight that is in conflict needs an alternative.
    timed(planMs, () => {
      if (plan(index, route) === undefined) unplanned += 1;
    });
  }
  return { queryMs, allMs, planMs, free, unplanned };
}

/** Asks every flight, and holds the index to its answers. */
function askAll(index: TrajectoryIndex, all: readonly Trajectory[], sky: Sky, queries: number): number[] {
  const times: number[] = [];
  for (let query = 0; query < queries; query += 1) {
    const own = flown(routeOf(sky, `R-${query}`));
    const expected: string[] = [];
    timed(times, () => {
      for (const other of all) if (firstConflict(own, other, minima)) expected.push(other.id);
    });
    const found = index.conflicts(own, minima).map((one) => one.with.id);
    if (found.toSorted().join() !== expected.toSorted().join())
      throw new Error(`the index differs for ${own.id}`);
  }
  return times;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      flights: { type: 'string', default: '100000' },
      queries: { type: 'string', default: '2000' },
      references: { type: 'string', default: '30' },
      seeds: { type: 'string', default: '1,2,3' },
      hours: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const say = (text: string) => void (values.json || process.stdout.write(`${text}\n`));
  const flights = Number(values.flights);
  const spanS = Number(values.hours) * 3600;
  const sideM = 1000 * Math.sqrt(flights / ((LAUNCHES * spanS) / 600));
  const seeds = values.seeds.split(',').map(Number);

  // Code is compiled before memory is counted and time is taken.
  const warm = new TrajectoryIndex({ minima });
  fill(warm, { random: createRandom(0), sideM: 5000, spanS: 900 }, 500);
  ask(warm, { random: createRandom(0), sideM: 5000, spanS: 900 }, 500);

  const before = await memoryMib();
  const index = new TrajectoryIndex({ minima });
  const startMs = performance.now();
  const filled = fill(index, { random: createRandom(seeds[0] as number), sideM, spanS }, flights);
  const fillS = (performance.now() - startMs) / 1000;
  const after = await memoryMib();
  const mib = after.resident - before.resident;
  say(
    `${flights} flights over ${(sideM / 1000).toFixed(0)} km squared in ${fillS.toFixed(1)} s, ${mib.toFixed(0)} MiB`,
  );

  const asked = seeds.map((seed) =>
    ask(index, { random: createRandom(seed + 1000), sideM, spanS }, Number(values.queries)),
  );
  const all = [...index];
  const referenceMs = seeds.flatMap((seed) =>
    askAll(index, all, { random: createRandom(seed + 2000), sideM, spanS }, Number(values.references)),
  );
  const queryMs = percentiles(asked.flatMap((one) => one.queryMs));
  const allMs = percentiles(asked.flatMap((one) => one.allMs));
  const planMs = percentiles(asked.flatMap((one) => one.planMs));
  const reference = percentiles(referenceMs);
  const result = {
    flights,
    seeds,
    ...filled,
    postings: index.postings,
    planAndCommitMs: Number(((fillS * 1000) / flights).toFixed(3)),
    mib: Math.round(mib),
    heldMib: Math.round(after.held - before.held),
    processMib: Math.round(after.resident),
    queries: asked.reduce((sum, one) => sum + one.queryMs.length, 0),
    inConflict: asked.reduce((sum, one) => sum + one.planMs.length, 0),
    unplanned: asked.reduce((sum, one) => sum + one.unplanned, 0),
    firstConflictMs: queryMs,
    firstConflictP99MsBySeed: asked.map((one) => percentiles(one.queryMs).p99),
    conflictsMs: allMs,
    alternativeMs: planMs,
    alternativeP99MsBySeed: asked.map((one) => percentiles(one.planMs).p99),
    bruteForceMs: reference,
    ratio: Number((reference.p50 / queryMs.p50).toFixed(0)),
    ok: queryMs.p99 < BAR_QUERY_MS && planMs.p99 < BAR_PLAN_MS && after.held - before.held < BAR_MIB,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = result.ok ? 0 : 1;
}

await main();
