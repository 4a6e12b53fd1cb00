import type { ChargeStop } from './charger-slots.ts';
import { walkRoute } from './route-labels.ts';
import type { SequenceDrone, SequenceProblem, SequenceTask } from './sequence-problem.ts';

/** One drone's day: its tasks in order, and where it charges between them. */
export interface Route {
  readonly tasks: readonly number[];
  readonly stops: readonly RouteStop[];
  readonly charges: readonly ChargeStop[];
  readonly usedWh: number;
  readonly endS: number;
  /** Seconds from the first to the last move, what is used, and what it costs that tasks begin late. */
  readonly costS: number;
}

/** What the drone has when it comes and when it goes; at the pad in the end both are the same. */
export interface RouteStop {
  readonly kind: 'task' | 'charge' | 'end';
  /** The task or the charger; the place in the end. */
  readonly at: number;
  readonly arriveS: number;
  /** Of the service or the charging. */
  readonly startS: number;
  readonly leaveS: number;
  readonly arriveWh: number;
  readonly leaveWh: number;
  /** On board when it leaves. */
  readonly loadKg: number;
}

export interface RouteAsked {
  readonly drone: number;
  readonly tasks: readonly number[];
  /** Only a route that costs less is wanted; Infinity when left out. */
  readonly belowS?: number;
}

/**
 * The cheapest way for a drone to do these tasks in this order: straight on where the charge lasts, else with at most one
 * charging stop before each place, at a charger and to a level that a search over time and charge picks. Charge never falls
 * below the floor at any point. Undefined when there is none. The straight way is taken to be no longer than any other.
 * `booked` tells the other drones' stops at each charger.
 */
export function evaluateRoute(
  problem: SequenceProblem,
  { drone, tasks, belowS = Number.POSITIVE_INFINITY }: RouteAsked,
  booked: () => readonly (readonly ChargeStop[])[],
): Route | undefined {
  const own = problem.drones[drone] as SequenceDrone;
  if (tasks.length === 0)
    return { tasks, stops: [], charges: [], usedWh: 0, endS: own.availableInS, costS: 0 };
  if (leastRouteS(problem, drone, tasks) >= belowS) return undefined;
  const asked = { drone, tasks, belowS, loadKg: loadOf(problem, drone, tasks) };
  const straight = walkRoute(problem, asked, []);
  if (problem.chargers.length === 0) return straight;
  // To charge takes time, also of all that comes later, and so pays only where charge is short, or where it is used up by waiting in the air.
  const waits = own.waitW > 0 && problem.energySPerWh > 0;
  if (straight && !(waits && straight.stops.some(({ arriveS, startS }) => startS > arriveS))) return straight;
  return walkRoute(problem, asked, booked());
}

/** What the tasks weigh in all; Infinity when the drone lacks a skill for one. */
function loadOf(problem: SequenceProblem, drone: number, tasks: readonly number[]): number {
  const own = problem.drones[drone] as SequenceDrone;
  let loadKg = 0;
  for (const task of tasks) {
    const { skills, payloadKg } = problem.tasks[task] as SequenceTask;
    if ((skills & ~own.skills) !== 0) return Number.POSITIVE_INFINITY;
    loadKg += payloadKg;
  }
  return loadKg;
}

/**
 * No route with these tasks in this order costs less: as if there were charge enough, and to wait used none. Infinity where
 * it is impossible for skills, payload or hours. Most changes to a plan need no more to be passed over.
 */
export function leastRouteS(problem: SequenceProblem, drone: number, tasks: readonly number[]): number {
  const own = problem.drones[drone] as SequenceDrone;
  let loadKg = loadOf(problem, drone, tasks);
  if (loadKg > own.payloadMaxKg) return Number.POSITIVE_INFINITY;
  if (tasks.length === 0) return 0;
  let timeS = own.availableInS;
  let usedWh = 0;
  let startsS = 0;
  let place = own.place;
  for (const task of tasks) {
    const there = problem.tasks[task] as SequenceTask;
    timeS = Math.max(timeS + problem.travelS(drone, place, there.place), there.earliestS);
    if (!(timeS <= there.latestS)) return Number.POSITIVE_INFINITY;
    startsS += timeS;
    usedWh += problem.travelWh(drone, place, there.place, loadKg) + there.serviceWh;
    timeS += there.serviceS;
    loadKg -= there.payloadKg;
    place = there.endPlace;
  }
  timeS += problem.travelS(drone, place, own.endPlace);
  usedWh += problem.travelWh(drone, place, own.endPlace, loadKg);
  const lateS = problem.waitingWeight ? problem.waitingWeight * startsS : 0;
  return timeS - own.availableInS + problem.energySPerWh * usedWh + lateS;
}
