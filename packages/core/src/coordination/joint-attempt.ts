/** One attempt at planning many flights: one after another, each on the cheapest free passage of a system. */
import { isRefusal } from '../errors.ts';
import { isTrajectoryFault, type Trajectory, trajectoryEndS } from '../geo/trajectory.ts';
import { firstLossS } from '../geo/trajectory-conflict.ts';
import { type FlightProfile, profileRoute, toTrajectory } from '../geo/trajectory-route.ts';
import { defaultFlightLimits } from '../geo/trajectory-stretch.ts';
import type { Enu } from '../geo/wgs84.ts';
import { kindsOf, type Manoeuvre } from './manoeuvres.ts';
import { listPassages, type Passage, type PassageSystem, takePassage } from './passages.ts';
import { type FlightPlan, type PlanRequest, planAround } from './plan-around.ts';
import type { TrajectoryIndex } from './trajectory-index.ts';

/** A flight as it was asked for, with its longest leg. */
export interface AskedFlight {
  readonly request: PlanRequest;
  readonly profile: FlightProfile;
  readonly endS: number;
  readonly leg: number;
}

export interface Attempt {
  /** In the order of the flights. */
  readonly plans: readonly (FlightPlan | undefined)[];
  readonly missing: number;
  /** The last arrival of all. */
  readonly endS: number;
  readonly extraS: number;
}

interface RankedPassage {
  readonly passage: Passage;
  readonly costS: number;
}

/** Passages of each flight in a system, cheapest first; an attempt in another order asks for the same. */
export type RankedPassages = readonly (readonly RankedPassage[])[];

const MAX_BLOCKERS = 12;
const AT_BEGIN_M = 1;

/** Fewer missing is better, then the earlier end, then the least extra time of all. */
export function compareAttempts(one: Attempt, other: Attempt): number {
  if (one.missing !== other.missing) return one.missing - other.missing;
  return Math.abs(one.endS - other.endS) > 1e-6 ? one.endS - other.endS : one.extraS - other.extraS;
}

export function rankPassages(flights: readonly AskedFlight[], system: PassageSystem): RankedPassages {
  return flights.map((flight) =>
    listPassages(system, flight.request.minima)
      .flatMap((passage) => rankOne(flight, passage, system))
      .sort((one, other) => one.costS - other.costS),
  );
}

/** Seconds late at the goal, and what a change is worth in seconds besides: leaving the system, another level, haste. */
function rankOne(flight: AskedFlight, passage: Passage, { roundM }: PassageSystem): readonly RankedPassage[] {
  const flown = fly(flight, passage);
  if (flown === undefined) return [];
  const lateS = Math.max(0, flown.durationS - flight.profile.durationS);
  const { rightM, levelUpM, speedFactor } = passage;
  const besidesS =
    (rightM === roundM ? 0 : 3) +
    (levelUpM === undefined ? 0 : 0.5) +
    (speedFactor > 1 ? 10 * speedFactor - 9 : 0);
  return [{ passage, costS: lateS + besidesS }];
}

function fly({ request, leg }: AskedFlight, passage: Passage): FlightProfile | undefined {
  const { limits = defaultFlightLimits, maxSpeedMps } = request;
  const route = takePassage(request.route, passage, leg);
  if (route === undefined) return undefined;
  if (passage.speedFactor > 1 && (route.legs[leg]?.speedMps ?? 0) > maxSpeedMps) return undefined;
  const profile = profileRoute(route, limits);
  return isTrajectoryFault(profile) ? undefined : profile;
}

/**
 * Plans in an order, each committed to, and takes all of them back again; undefined as soon as it is no better than the
 * best there is.
 */
export function attempt(
  flights: readonly AskedFlight[],
  { ranked, order }: { readonly ranked: RankedPassages; readonly order: readonly number[] },
  index: TrajectoryIndex,
  best: Attempt | undefined,
): Attempt | undefined {
  const plans: (FlightPlan | undefined)[] = flights.map(() => undefined);
  let [missing, endS, extraS] = [0, 0, 0];
  let isWorse = false;
  for (const at of order) {
    const plan = planOne(flights[at] as AskedFlight, ranked[at] ?? [], index);
    if (plan === undefined || isRefusal(index.commit(plan.trajectory))) missing += 1;
    else {
      plans[at] = plan;
      endS = Math.max(endS, trajectoryEndS(plan.trajectory));
      extraS += plan.extraTimeS;
    }
    isWorse = best !== undefined && compareAttempts({ plans, missing, endS, extraS: 0 }, best) > 0;
    if (isWorse && missing >= (best?.missing ?? 0)) break;
  }
  for (const plan of plans) if (plan) index.remove(plan.trajectory.id);
  return isWorse ? undefined : { plans, missing, endS, extraS };
}

function planOne(
  flight: AskedFlight,
  ranked: readonly RankedPassage[],
  index: TrajectoryIndex,
): FlightPlan | undefined {
  const { request } = flight;
  const { minima, except } = request;
  const blockers: Trajectory[] = [];
  for (const { passage, costS } of ranked) {
    const profile = fly(flight, passage) as FlightProfile;
    const trajectory = toTrajectory(profile);
    if (blockers.some((other) => firstLossS(trajectory, other, minima) !== undefined)) continue;
    const conflict = index.firstConflict(trajectory, minima, { ...(except && { except }) });
    if (conflict === undefined) return toPlan(flight, { passage, costS }, profile, trajectory);
    if (isBeforeLeg(flight, conflict.place)) break;
    blockers.unshift(conflict.with);
    blockers.length = Math.min(blockers.length, MAX_BLOCKERS);
  }
  const plans = planAround(request, index);
  return isRefusal(plans) ? undefined : plans[0];
}

/** Still over the place where the leg begins: every passage meets the other there. */
function isBeforeLeg({ request: { route }, leg }: AskedFlight, place: Enu): boolean {
  const from = route.legs[leg - 1];
  return from !== undefined && Math.hypot(from.eastM - place.eastM, from.northM - place.northM) < AT_BEGIN_M;
}

function toPlan(
  { profile: asked, request, leg }: AskedFlight,
  { passage, costS }: RankedPassage,
  profile: FlightProfile,
  trajectory: Trajectory,
): FlightPlan {
  const { rightM, part, speedFactor, levelUpM } = passage;
  const to = request.route.legs[leg];
  const upM = levelUpM === undefined || to === undefined ? 0 : levelUpM - to.upM;
  const manoeuvre: Manoeuvre = { delayS: 0, speedFactor, upM, rightM, part: rightM === 0 ? 0 : part };
  return {
    trajectory,
    route: profile.route,
    manoeuvre,
    kinds: kindsOf(manoeuvre),
    costS,
    extraTimeS: profile.durationS - asked.durationS,
    extraPathM: profile.lengthM - asked.lengthM,
  };
}
