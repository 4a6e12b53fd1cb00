import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import {
  auctionFleet,
  chooseDrone,
  createFleetTable,
  createLeastFacts,
  type DroneEvaluation,
  decideMission,
  type FleetMatchingInput,
  type FleetRow,
  type FleetTable,
  insertGreedily,
  isRefusal,
  type MissionAsk,
  planSequences,
  type Refusal,
  readiness,
  readLeastFacts,
  type SequenceProblem,
  solveMatching,
  toCostTerms,
  totalCostS,
} from '@skein/core';
import { linearSumAssignment } from 'linear-sum-assignment';

/**
 * How long assigning takes: 1000 × 1000 exactly, beside linear-sum-assignment on the same costs in the same run; one
 * mission over 100 000 drones; 50 000 missions over 100 000 drones, with the gap; sequences beside greedy insertion.
 */

const SIDE = 1000;
const FLEET = 100_000;
const MISSIONS = 50_000;
const SINGLE_MISSIONS = 300;
const AREA_M = 60_000;
/** What a look at wind, traffic and fences takes for each drone that is evaluated exactly. */
const EVALUATION_MS = 0.2;

/** Mulberry32. */
function createDice(seed: number): (from: number, to: number) => number {
  let state = seed | 0;
  return (from, to) => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return from + ((to - from) * ((mixed ^ (mixed >>> 14)) >>> 0)) / 4_294_967_296;
  };
}

function accepted<Value extends object>(value: Value | Refusal): Value {
  if (isRefusal(value)) throw new Error(JSON.stringify(value));
  return value;
}

function timed<Value>(work: () => Value): { readonly value: Value; readonly ms: number } {
  const begun = performance.now();
  const value = work();
  return { value, ms: performance.now() - begun };
}

const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return Number(
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number).toFixed(2),
  );
};

const costsOf = {
  uniform: (seed: number) => {
    const dice = createDice(seed);
    return Float64Array.from({ length: SIDE * SIDE }, () => dice(0, 1000));
  },
  euclidean: (seed: number) => {
    const dice = createDice(seed);
    const places = () => Array.from({ length: SIDE }, () => [dice(0, 1000), dice(0, 1000)] as const);
    const [tasks, drones] = [places(), places()];
    return Float64Array.from(tasks.flatMap(([x, y]) => drones.map(([e, n]) => Math.hypot(x - e, y - n))));
  },
};

/** Ours and the reference on the same costs, in turns first; costs and certificate must agree. */
function matchExactly(kind: keyof typeof costsOf, seeds: number) {
  const [oursMs, referenceMs, ratios]: [number[], number[], number[]] = [[], [], []];
  for (let seed = 0; seed <= seeds; seed += 1) {
    const costs = costsOf[kind](seed);
    const rows = Array.from({ length: SIDE }, (_, row) => costs.subarray(row * SIDE, (row + 1) * SIDE));
    const ours = () => timed(() => accepted(solveMatching({ rows: SIDE, columns: SIDE, costs })));
    const theirs = () => timed(() => linearSumAssignment(rows, { maximaze: false }));
    const first = seed % 2 === 0 ? ours() : undefined;
    const reference = theirs();
    const own = first ?? ours();
    const { cost, certificate } = own.value;
    if (!certificate.holds) throw new Error(JSON.stringify(certificate));
    if (Math.abs(cost - reference.value.gain) > 1e-6 * cost)
      throw new Error(`${cost} is not ${reference.value.gain}`);
    // The first run warms up.
    if (seed === 0) continue;
    oursMs.push(own.ms);
    referenceMs.push(reference.ms);
    ratios.push(reference.ms / own.ms);
  }
  return {
    ms: quantile(oursMs, 0.5),
    referenceMs: quantile(referenceMs, 0.5),
    ratio: quantile(ratios, 0.5),
    leastRatio: quantile(ratios, 0),
  };
}

function createFleet(seed: number): FleetTable {
  const dice = createDice(seed);
  const rows = Array.from(
    { length: FLEET },
    (_, drone): FleetRow => ({
      ...{ id: `D-${drone}`, eastM: dice(0, AREA_M), northM: dice(0, AREA_M), speedMps: dice(8, 15) },
      ...{ socPct: dice(15, 100), floorPct: 10, capacityWh: dice(80, 300), hoverW: dice(200, 600) },
      ...{ leastWhPerM: dice(0.008, 0.02), payloadMaxKg: dice(0.5, 5), windMaxMps: dice(8, 15) },
      ...{ skills: Math.floor(dice(0, 8)), zones: 1, lastHeardMs: dice(-4000, 0) },
      readiness: dice(0, 1) < 0.7 ? readiness.ready : readiness.busy,
      ...{ criticalAnomalies: dice(0, 1) < 0.02 ? 1 : 0, freeInS: 0, wearPct: dice(-10, 10) },
      displacementS: dice(0, 5),
    }),
  );
  return createFleetTable(rows);
}

function askOf(dice: (from: number, to: number) => number): MissionAsk {
  return {
    ...{ nowMs: 0, eastM: dice(0, AREA_M), northM: dice(0, AREA_M), routeM: dice(500, 4000) },
    ...{
      returnM: dice(0, 2000),
      onSiteWh: dice(0, 5),
      latestStartInS: dice(300, 3000),
      dueInS: dice(60, 600),
    },
    ...{ priority: 5, skills: Math.floor(dice(0, 4)), skillNames: ['camera', 'lidar', 'winch'], zones: 1 },
    ...{ payloadKg: dice(0, 1), windMps: dice(0, 8), linkAgeMaxMs: 3000, interrupts: false },
  };
}

/** Somewhat above the bound, some refused, and as long in the making as a real one. */
function evaluateSlowly(fleet: FleetTable, ask: MissionAsk, dice: (from: number, to: number) => number) {
  const facts = createLeastFacts();
  return (drone: number): DroneEvaluation => {
    const until = performance.now() + EVALUATION_MS;
    readLeastFacts(fleet, ask, drone, facts);
    facts.etaS *= dice(1, 1.3);
    facts.conflictS = dice(0, 1) < 0.3 ? dice(0, 10) : 0;
    const terms = toCostTerms(facts);
    while (performance.now() < until);
    return dice(0, 1) < 0.05 ? { code: 'ROUTE_4D' } : { terms, costS: totalCostS(terms) };
  };
}

function chooseOne(fleet: FleetTable) {
  const dice = createDice(7);
  const [choosing, recording, evaluated]: [number[], number[], number[]] = [[], [], []];
  for (let mission = 0; mission < SINGLE_MISSIONS + 20; mission += 1) {
    const ask = askOf(dice);
    const evaluate = evaluateSlowly(fleet, ask, createDice(mission));
    const choice = timed(() => accepted(chooseDrone({ fleet, ask }, evaluate)));
    const again = evaluateSlowly(fleet, ask, createDice(mission));
    const record = timed(() => accepted(decideMission({ fleet, ask }, again)));
    if (mission < 20) continue;
    choosing.push(choice.ms);
    recording.push(record.ms);
    evaluated.push(choice.value.evaluations.size);
  }
  return {
    drones: FLEET,
    ...{ p50Ms: quantile(choosing, 0.5), p99Ms: quantile(choosing, 0.99) },
    ...{ withRecordP99Ms: quantile(recording, 0.99), evaluationMs: EVALUATION_MS },
    evaluationsP99: quantile(evaluated, 0.99),
  };
}

function fleetInput(seed: number): FleetMatchingInput {
  const dice = createDice(seed);
  const column = (length: number, from: number, to: number) =>
    Float64Array.from({ length }, () => dice(from, to));
  const places = (length: number) => ({
    eastM: column(length, 0, AREA_M),
    northM: column(length, 0, AREA_M),
  });
  const [missions, drones] = [places(MISSIONS), places(FLEET)];
  const [speedMaxMps, baseS] = [column(FLEET, 8, 15), column(FLEET, 0, 10)];
  return {
    missions,
    drones: { ...drones, speedMaxMps, baseS },
    costS: (mission, drone) => {
      const toEastM = (missions.eastM[mission] as number) - (drones.eastM[drone] as number);
      const toNorthM = (missions.northM[mission] as number) - (drones.northM[drone] as number);
      const wayM = Math.sqrt(toEastM * toEastM + toNorthM * toNorthM);
      return wayM > 20_000
        ? Number.POSITIVE_INFINITY
        : wayM / (speedMaxMps[drone] as number) + (baseS[drone] as number);
    },
    unassignedS: 3600,
  };
}

function auctionAll(seeds: number) {
  const [times, gaps]: [number[], number[]] = [[], []];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const input = fleetInput(seed);
    const { value, ms } = timed(() => accepted(auctionFleet(input)));
    if (!value.isComplete || value.assigned < MISSIONS) throw new Error(`${value.assigned} assigned`);
    times.push(ms);
    gaps.push((100 * value.gapS) / value.costS);
  }
  return {
    ...{ missions: MISSIONS, drones: FLEET, ms: quantile(times, 0.5), worstMs: quantile(times, 1) },
    ...{ gapPct: quantile(gaps, 0.5), worstGapPct: quantile(gaps, 1) },
  };
}

function sequenceProblem(seed: number): SequenceProblem {
  const dice = createDice(seed);
  const places = Array.from({ length: 150 }, () => [dice(0, 4000), dice(0, 4000)] as const);
  const wayM = (from: number, to: number) => {
    const [a, b] = [places[from] as readonly [number, number], places[to] as readonly [number, number]];
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  };
  return {
    drones: Array.from({ length: 8 }, (_, drone) => ({
      ...{ place: drone, endPlace: drone, availableInS: 0, energyWh: 50, capacityWh: 100, floorWh: 10 },
      ...{ payloadMaxKg: 10, waitW: 0, skills: 0 },
    })),
    tasks: Array.from({ length: 40 }, (_, task) => ({
      ...{ place: 20 + task, endPlace: 20 + task, serviceS: 30, serviceWh: 1, payloadKg: 0, skills: 0 },
      ...{ earliestS: 0, latestS: Number.POSITIVE_INFINITY, unservedS: 5000 },
    })),
    chargers: [10, 11, 12].map((place) => ({ place, slots: 2 })),
    chargeLevels: [0.6, 0.8, 1],
    travelS: (_drone, from, to) => wayM(from, to) / 10,
    travelWh: (_drone, from, to) => wayM(from, to) * 0.01,
    chargeS: (_charger, _drone, fromWh, toWh) => (toWh - fromWh) * 36,
    energySPerWh: 1,
  };
}

function planAll(seeds: number) {
  const [times, shares]: [number[], number[]] = [[], []];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const problem = sequenceProblem(seed);
    const greedy = accepted(insertGreedily(problem));
    const { value, ms } = timed(() =>
      accepted(planSequences(problem, { seed, iterations: 30, maxMoves: 4000 })),
    );
    times.push(ms);
    shares.push(value.costS / greedy.costS);
  }
  return {
    drones: 8,
    tasks: 40,
    iterations: 30,
    ms: quantile(times, 0.5),
    costToGreedy: quantile(shares, 0.5),
  };
}

function main(): void {
  const { values } = parseArgs({ options: { seeds: { type: 'string', default: '5' } } });
  const seeds = Number(values.seeds);
  const exact = { uniform: matchExactly('uniform', seeds), euclidean: matchExactly('euclidean', seeds) };
  const single = chooseOne(createFleet(1));
  const fleet = auctionAll(seeds);
  const sequences = planAll(3);
  const result = {
    exact: { side: SIDE, reference: 'linear-sum-assignment 1.0.9', ...exact },
    single,
    fleet,
    sequences,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

main();
