import { parseArgs } from 'node:util';
import {
  type AirMotion,
  type ClusterMember,
  type ConflictScene,
  createTrajectory,
  defaultAirLimits,
  type FlightRoute,
  isRefusal,
  isTrajectoryFault,
  replanCluster,
  resolveByMvp,
  resolveConflicts,
  type SceneUser,
  separationFor,
  stepTactically,
  TrajectoryIndex,
} from '@skein/core';

/**
 * What it takes to keep drones clear of each other: the tactical step of each drone in a random sky, beside MVP on the same
 * states; the plans of a whole cluster; and the choice of a resolution with its flight in advance.
 */

const EPOCH_S = 1_790_000_000;
const BAR_STEP_US = 100;
const BAR_CLUSTER_MS = 300;
const BAR_CHOICE_MS = 300;
const REACH_M = 670;
const DRONES_A_KM2 = 25;
const minima = { horizontalM: 50, verticalM: 15 };
const rules = {
  minima: { horizontalM: 70, verticalM: 21 },
  ...{ lookAheadS: 20, cycleS: 1, limits: defaultAirLimits },
};

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

function skyOf(random: () => number, drones: number): readonly AirMotion[] {
  const sideM = 1000 * Math.sqrt(drones / DRONES_A_KM2);
  return Array.from({ length: drones }, (_, at) => {
    const headingRad = random() * 2 * Math.PI;
    return {
      id: `D-${at}`,
      ...{ eastM: random() * sideM, northM: random() * sideM, upM: 40 + random() * 30 },
      ...{ eastMps: 10 * Math.sin(headingRad), northMps: 10 * Math.cos(headingRad), upMps: 0 },
    };
  });
}

function neighboursOf(own: AirMotion, sky: readonly AirMotion[]): readonly AirMotion[] {
  return sky.filter(
    (other) =>
      other !== own &&
      Math.abs(other.eastM - own.eastM) < REACH_M &&
      Math.abs(other.northM - own.northM) < REACH_M,
  );
}

const percentiles = (times: readonly number[]) => {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] as number).toFixed(3));
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
};

function timed(times: number[], work: () => unknown, unit = 1): void {
  const startMs = performance.now();
  work();
  times.push((performance.now() - startMs) * unit);
}

/** Microseconds a drone of the step and of MVP, alone and of those in conflict. */
function stepSky(drones: number, seed: number) {
  const sky = skyOf(createRandom(seed), drones);
  const asked = sky.map((own) => ({ own: { ...own, wish: own }, near: neighboursOf(own, sky) }));
  const [stepUs, busyUs, mvpUs]: [number[], number[], number[]] = [[], [], []];
  let busy = 0;
  for (const { own, near } of asked) {
    let mode = '';
    timed(
      stepUs,
      () => {
        mode = stepTactically(own, near, { minima, bufferFactor: 1.4 }).mode;
      },
      1000,
    );
    if (mode !== 'clear') {
      busy += 1;
      busyUs.push(stepUs.at(-1) as number);
    }
  }
  for (const { own, near } of asked) timed(mvpUs, () => resolveByMvp(own, near, rules), 1000);
  const meanOf = (times: readonly number[]) =>
    Number((times.reduce((sum, one) => sum + one, 0) / times.length).toFixed(2));
  return {
    neighbours: Math.round(asked.reduce((sum, { near }) => sum + near.length, 0) / drones),
    inConflict: busy,
    stepUs: meanOf(stepUs),
    inConflictUs: meanOf(busyUs),
    mvpUs: meanOf(mvpUs),
  };
}

/** So many on their way to the middle, from all around. */
function clusterOf(members: number, random: () => number): ConflictScene {
  const index = new TrajectoryIndex({ minima });
  const users = Array.from({ length: members }, (_, at): SceneUser => {
    const angle = (2 * Math.PI * (at + 0.5 * random())) / members;
    const awayM = Math.max(180, (members * 110) / (2 * Math.PI));
    const [east, north] = [Math.sin(angle), Math.cos(angle)];
    const id = `D-${at}`;
    const start = { eastM: east * awayM, northM: north * awayM, upM: 60 };
    const route: FlightRoute = {
      ...{ id, startS: EPOCH_S, start, startSpeedMps: 10, afterwards: 'gone' },
      legs: [{ eastM: -east * 500, northM: -north * 500, upM: 60, speedMps: 10 }],
    };
    const made = createTrajectory(route);
    if (isTrajectoryFault(made)) throw new Error(made.reason);
    const known = index.conflicts(made, minima).map((one) => [one.with.id, one.version] as const);
    index.commit(made, new Map(known));
    const motion = { id, ...start, eastMps: -10 * east, northMps: -10 * north, upMps: 0 };
    const request = {
      ...{ route, minima: separationFor(), lowestUpM: 20, highestUpM: 120, maxSpeedMps: 15 },
      waits: 'aloft' as const,
    };
    const member: ClusterMember = { request, priority: 0, batterySlackS: 600, motion, isOnPlan: true };
    const intent = index.get(id)?.trajectory;
    return { motion, intent, member };
  });
  const conflicts = users.flatMap(({ motion }, at) =>
    users.slice(0, at).map((other) => [other.motion.id, motion.id] as const),
  );
  return { nowS: EPOCH_S, users, conflicts, index, tactical: { minima, bufferFactor: 1.4 } };
}

function replan(members: number, runs: number) {
  const random = createRandom(members);
  const [planMs, choiceMs]: [number[], number[]] = [[], []];
  const kinds = new Map<string, number>();
  let unresolved = 0;
  for (let run = 0; run < runs; run += 1) {
    const scene = clusterOf(members, random);
    timed(planMs, () => {
      const plan = replanCluster(
        scene.users.flatMap(({ member }) => member ?? []),
        scene.index,
      );
      if (isRefusal(plan) || plan.unresolved.length > 0) unresolved += 1;
    });
    timed(choiceMs, () => {
      for (const { kind } of resolveConflicts(scene)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    });
  }
  const counted = Object.fromEntries(kinds);
  return {
    members,
    runs,
    planMs: percentiles(planMs),
    choiceMs: percentiles(choiceMs),
    kinds: counted,
    unresolved,
  };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      drones: { type: 'string', default: '10000' },
      runs: { type: 'string', default: '40' },
      json: { type: 'boolean', default: false },
    },
  });
  const drones = Number(values.drones);
  const runs = Number(values.runs);
  // Code is compiled before time is taken.
  stepSky(2000, 0);
  replan(3, 10);
  const step = stepSky(drones, 1);
  const clusters = [2, 3, 5, 8, 16].map((members) => replan(members, runs));
  const ok =
    step.inConflictUs < BAR_STEP_US &&
    clusters.every(({ planMs, choiceMs }) => planMs.p99 < BAR_CLUSTER_MS && choiceMs.p99 < BAR_CHOICE_MS);
  process.stdout.write(`${JSON.stringify({ drones, ...step, clusters, ok })}\n`);
  process.exitCode = ok ? 0 : 1;
}

main();
