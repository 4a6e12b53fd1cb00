import { expect } from 'vitest';
import { createRandom } from './random-source.ts';
import type { Route } from './route-evaluation.ts';
import type { SequenceDrone, SequenceProblem, SequenceTask } from './sequence-problem.ts';

/** Problems by chance, their optimum by trying everything, and an audit of what a route says. */

export interface SequenceWorld {
  readonly seed: number;
  readonly drones: number;
  readonly tasks: number;
  readonly chargers: number;
  readonly slots: number;
  readonly energyWh: number;
  /** Width of the time windows; Infinity = none. */
  readonly windowS: number;
  readonly sizeM: number;
}

const SPEED_MPS = 10;
const EMPTY_WH_PER_M = 0.01;

export function problemOf({
  seed,
  drones,
  tasks,
  chargers,
  slots,
  energyWh,
  windowS,
  sizeM,
}: SequenceWorld): SequenceProblem {
  const random = createRandom(seed);
  const between = (from: number, to: number) => from + (to - from) * random();
  const places: (readonly [number, number])[] = [];
  const place = () => places.push([between(0, sizeM), between(0, sizeM)]) - 1;
  const home = place();
  const distanceM = (from: number, to: number) => {
    const [a, b] = [places[from] as readonly [number, number], places[to] as readonly [number, number]];
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  };
  return {
    drones: Array.from({ length: drones }, (_, drone): SequenceDrone => {
      const own = place();
      return {
        ...{ place: own, endPlace: drone % 2 === 0 ? own : home, availableInS: Math.floor(between(0, 30)) },
        ...{ energyWh, capacityWh: 100, floorWh: 10, payloadMaxKg: 4, waitW: drone % 2 === 0 ? 0 : 50 },
        skills: drone === 0 ? 0b11 : 0b01,
      };
    }),
    tasks: Array.from({ length: tasks }, (): SequenceTask => {
      const own = place();
      const earliestS = windowS < Number.POSITIVE_INFINITY ? between(0, 600) : 0;
      return {
        ...{ place: own, endPlace: random() < 0.3 ? place() : own, serviceS: between(10, 60) },
        ...{ serviceWh: between(0, 3), payloadKg: random() < 0.5 ? 0 : between(0, 1.5) },
        ...{ earliestS, latestS: earliestS + windowS, skills: random() < 0.2 ? 0b10 : 0 },
        unservedS: random() < 0.8 ? 2000 : 200,
      };
    }),
    chargers: Array.from({ length: chargers }, () => ({ place: place(), slots })),
    chargeLevels: [0.6, 1],
    travelS: (_drone, from, to) => distanceM(from, to) / SPEED_MPS,
    travelWh: (_drone, from, to, loadKg) => distanceM(from, to) * EMPTY_WH_PER_M * (1 + 0.2 * loadKg),
    chargeS: (_charger, _drone, fromWh, toWh) => (toWh - fromWh) * 4,
    energySPerWh: 1.5,
    waitingWeight: seed % 2 === 0 ? 0 : 1,
  };
}

/** Time, charge, what was used, and the sum of the tasks' begins. */
type Flown = readonly [number, number, number, number];

interface Sortie {
  readonly problem: SequenceProblem;
  readonly drone: number;
  readonly own: SequenceDrone;
  leastS: number;
}

/** The least cost of a drone's tasks in any order with any charging, by trying all, without labels or dominance. */
function tryOrders(problem: SequenceProblem, drone: number, chosen: number): number {
  const own = problem.drones[drone] as SequenceDrone;
  const tasks = problem.tasks.map((_, task) => task).filter((task) => (chosen & (1 << task)) !== 0);
  const loadKg = tasks.reduce((sum, task) => sum + (problem.tasks[task] as SequenceTask).payloadKg, 0);
  const lacks = tasks.some((task) => ((problem.tasks[task] as SequenceTask).skills & ~own.skills) !== 0);
  if (loadKg > own.payloadMaxKg || lacks) return Number.POSITIVE_INFINITY;
  if (tasks.length === 0) return 0;
  const sortie = { problem, drone, own, leastS: Number.POSITIVE_INFINITY };
  tryNext(sortie, tasks, { place: own.place, loadKg }, [own.availableInS, own.energyWh, 0, 0]);
  return sortie.leastS;
}

function tryNext(
  sortie: Sortie,
  left: readonly number[],
  { place, loadKg }: { place: number; loadKg: number },
  flown: Flown,
): void {
  const { problem, own } = sortie;
  const costOf = ([timeS, , usedWh, beginsS]: Flown) =>
    timeS - own.availableInS + problem.energySPerWh * usedWh + (problem.waitingWeight ?? 0) * beginsS;
  if (costOf(flown) >= sortie.leastS) return;
  if (left.length === 0)
    for (const way of waysTo(sortie, { from: place, to: own.endPlace, loadKg }, flown))
      sortie.leastS = Math.min(sortie.leastS, costOf(way));
  for (const task of left) {
    const to = problem.tasks[task] as SequenceTask;
    const rest = left.filter((each) => each !== task);
    for (const way of waysTo(sortie, { from: place, to: to.place, loadKg }, flown)) {
      const served = serve(sortie, to, way);
      if (served) tryNext(sortie, rest, { place: to.endPlace, loadKg: loadKg - to.payloadKg }, served);
    }
  }
}

function serve({ own }: Sortie, to: SequenceTask, [timeS, wh, usedWh, beginsS]: Flown): Flown | undefined {
  const startS = Math.max(timeS, to.earliestS);
  const spentWh = ((startS - timeS) * own.waitW) / 3600 + to.serviceWh;
  if (startS > to.latestS || wh - spentWh < own.floorWh) return undefined;
  return [startS + to.serviceS, wh - spentWh, usedWh + spentWh, beginsS + startS];
}

function waysTo(
  { problem, drone, own }: Sortie,
  { from, to, loadKg }: { from: number; to: number; loadKg: number },
  state: Flown,
): readonly Flown[] {
  const fly = (start: number, end: number, [timeS, wh, usedWh, beginsS]: Flown): Flown => {
    const spentWh = problem.travelWh(drone, start, end, loadKg);
    return [timeS + problem.travelS(drone, start, end), wh - spentWh, usedWh + spentWh, beginsS];
  };
  const byCharger = problem.chargers.flatMap(({ place }, charger) => {
    const there = fly(from, place, state);
    const levels = problem.chargeLevels
      .map((level) => level * own.capacityWh)
      .filter((toWh) => toWh > there[1]);
    const charged = levels.map(
      (toWh): Flown => [there[0] + problem.chargeS(charger, drone, there[1], toWh), toWh, there[2], there[3]],
    );
    return there[1] >= own.floorWh ? charged.map((full) => fly(place, to, full)) : [];
  });
  return [fly(from, to, state), ...byCharger].filter(([, wh]) => wh >= own.floorWh);
}

/** Over all ways of dealing the tasks out. Right where no drone waits for another's charger. */
export function optimumOf(problem: SequenceProblem): number {
  const all = (1 << problem.tasks.length) - 1;
  const undone = (chosen: number) =>
    problem.tasks.reduce(
      (sum, { unservedS }, task) => sum + ((chosen & (1 << task)) === 0 ? 0 : unservedS),
      0,
    );
  let best = Array.from({ length: all + 1 }, (_, chosen) => undone(chosen));
  problem.drones.forEach((_, drone) => {
    const alone = Array.from({ length: all + 1 }, (_none, chosen) => tryOrders(problem, drone, chosen));
    best = best.map((_before, chosen) => {
      let least = Number.POSITIVE_INFINITY;
      for (let part = chosen; ; part = (part - 1) & chosen) {
        least = Math.min(least, (alone[part] as number) + (best[chosen ^ part] as number));
        if (part === 0) return least;
      }
    });
  });
  return best[all] as number;
}

/** Flies a route stop by stop as it says, and looks at everything that must hold on the way. */
export function auditRoute(
  problem: SequenceProblem,
  drone: number,
  { tasks, stops, costS, endS }: Route,
): void {
  const own = problem.drones[drone] as SequenceDrone;
  let [timeS, wh, usedWh, place] = [own.availableInS, own.energyWh, 0, own.place];
  let loadKg = tasks.reduce((sum, task) => sum + (problem.tasks[task] as SequenceTask).payloadKg, 0);
  expect(loadKg).toBeLessThanOrEqual(own.payloadMaxKg);
  for (const stop of stops) {
    const task = stop.kind === 'task' ? (problem.tasks[stop.at] as SequenceTask) : undefined;
    const to =
      task?.place ?? (stop.kind === 'charge' ? (problem.chargers[stop.at]?.place as number) : own.endPlace);
    const flownWh = problem.travelWh(drone, place, to, loadKg);
    timeS += problem.travelS(drone, place, to);
    wh -= flownWh;
    usedWh += flownWh;
    expect(stop.arriveS).toBeCloseTo(timeS, 6);
    expect(stop.arriveWh).toBeCloseTo(wh, 6);
    expect(wh).toBeGreaterThanOrEqual(own.floorWh - 1e-9);
    place = to;
    if (task) {
      expect(task.skills & ~own.skills).toBe(0);
      expect(stop.startS).toBeGreaterThanOrEqual(task.earliestS);
      expect(stop.startS).toBeLessThanOrEqual(task.latestS);
      const spentWh = ((stop.startS - timeS) * own.waitW) / 3600 + task.serviceWh;
      wh -= spentWh;
      usedWh += spentWh;
      loadKg -= task.payloadKg;
      place = task.endPlace;
      expect(stop.leaveS).toBeCloseTo(stop.startS + task.serviceS, 6);
    } else if (stop.kind === 'charge') {
      expect(stop.startS).toBeGreaterThanOrEqual(stop.arriveS);
      expect(stop.leaveS - stop.startS).toBeCloseTo(problem.chargeS(stop.at, drone, wh, stop.leaveWh), 6);
      wh = stop.leaveWh;
    }
    expect(wh).toBeGreaterThanOrEqual(own.floorWh - 1e-9);
    expect(wh).toBeLessThanOrEqual(own.capacityWh + 1e-9);
    expect(stop.leaveWh).toBeCloseTo(wh, 6);
    timeS = stop.leaveS;
  }
  expect(stops.filter(({ kind }) => kind === 'task').map(({ at }) => at)).toEqual(tasks);
  expect(endS).toBeCloseTo(timeS, 6);
  const beginsS = stops.reduce((sumS, { kind, startS }) => sumS + (kind === 'task' ? startS : 0), 0);
  const lateS = (problem.waitingWeight ?? 0) * beginsS;
  const flewS = tasks.length === 0 ? 0 : timeS - own.availableInS + problem.energySPerWh * usedWh + lateS;
  expect(costS).toBeCloseTo(flewS, 6);
}
