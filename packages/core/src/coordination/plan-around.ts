/**
 * Conflict-free ways to fly a route among committed flights: the cheapest of a library of manoeuvres, or a wait of just as
 * long as it takes. What is found has been checked as it will be flown. The same request gives the same plans.
 */
import { type Refusal, refuse } from '../errors.ts';
import type { SeparationMinima } from '../geo/cylinder-conflict.ts';
import { isTrajectoryFault, MAX_DURATION_S, type Trajectory } from '../geo/trajectory.ts';
import { firstLossS } from '../geo/trajectory-conflict.ts';
import { type FlightProfile, type FlightRoute, profileRoute, toTrajectory } from '../geo/trajectory-route.ts';
import { defaultFlightLimits, type FlightLimits } from '../geo/trajectory-stretch.ts';
import type { TrafficCheck, TrafficConflict } from '../geo/trajectory-traffic.ts';
import { delayed, freeDelayOf } from './free-delay.ts';
import {
  kindsOf,
  listDelays,
  listDetours,
  type Manoeuvre,
  type ManoeuvreKind,
  nearestLeg,
  noChange,
  toDelayed,
  toDetour,
} from './manoeuvres.ts';

export interface PlanRequest {
  readonly route: FlightRoute;
  readonly minima: SeparationMinima;
  /** No waypoint is moved below or above these. */
  readonly lowestUpM: number;
  readonly highestUpM: number;
  /** Where the vehicle is until it starts: in nobody's way, or in the air at the start. */
  readonly waits: 'grounded' | 'aloft';
  /** No leg is sped up beyond this. */
  readonly maxSpeedMps: number;
  readonly maxPlans?: number;
  readonly maxDelayS?: number;
  readonly limits?: FlightLimits;
  /** Kinds of change that may be made; all where it is absent. */
  readonly allowed?: ReadonlySet<ManoeuvreKind>;
  /** Flights that do not count, by id; the own one never does. */
  readonly except?: ReadonlySet<string>;
}

export interface FlightPlan {
  readonly trajectory: Trajectory;
  readonly route: FlightRoute;
  readonly manoeuvre: Manoeuvre;
  /** Empty where the route is free as it is. */
  readonly kinds: readonly ManoeuvreKind[];
  /** Seconds; what plans are ranked by. */
  readonly costS: number;
  /** At the goal, against the route as it was asked for; below 0 it is earlier. */
  readonly extraTimeS: number;
  readonly extraPathM: number;
}

interface Candidate {
  readonly detour: Manoeuvre;
  readonly delayS: number;
  /** Without the delay. */
  readonly profile: FlightProfile;
  readonly costS: number;
}

interface Search {
  readonly request: PlanRequest;
  readonly traffic: TrafficCheck;
  readonly asked: FlightProfile;
  readonly limits: FlightLimits;
  readonly fastestMps: number;
  /** The knots of a profile do for all its delays on the ground. */
  readonly flown: Map<FlightProfile, Trajectory>;
  /** Those that have been in the way, the latest first: most probably in the way of the next try too. */
  readonly blockers: Trajectory[];
}

const MAX_DELAY_S = 3600;
const MAX_BLOCKERS = 12;
const MAX_WAITS = 200;

/**
 * Up to `maxPlans` (1) plans, cheapest first; none contains all the kinds of change of a cheaper one. Just the route where it
 * is free as it is, and no plan where neither the library nor a wait of up to `maxDelayS` (an hour) makes it so. Refused is
 * what cannot be flown at all.
 */
export function planAround(request: PlanRequest, traffic: TrafficCheck): readonly FlightPlan[] | Refusal {
  const { route, minima, except, limits = defaultFlightLimits, maxPlans = 1 } = request;
  const asked = profileRoute(route, limits);
  if (isTrajectoryFault(asked)) return refuse('VALIDATION_ERROR', { field: 'route', ...asked });
  const trajectory = toTrajectory(asked);
  const conflict = traffic.firstConflict(trajectory, minima, { ...(except && { except }) });
  const fastestMps = Math.max(...route.legs.map(({ speedMps }) => speedMps));
  const flown = new Map([[asked, trajectory]]);
  const search: Search = { request, traffic, asked, limits, fastestMps, flown, blockers: [] };
  if (conflict === undefined) {
    const plan = fly(search, toCandidate(search, noChange, asked, 0));
    return plan ? [plan] : [];
  }
  search.blockers.push(conflict.with);
  const plans: FlightPlan[] = [];
  const wait = findWait(search, trajectory);
  for (const candidate of rank(search, conflict, wait)) {
    if (plans.length >= maxPlans) break;
    const kinds = kindsOf({ ...candidate.detour, delayS: candidate.delayS });
    if (plans.some((cheaper) => cheaper.kinds.every((kind) => kinds.includes(kind)))) continue;
    const plan = fly(search, candidate);
    if (plan && isFree(search, plan.trajectory)) plans.push(plan);
  }
  return plans;
}

/** Every manoeuvre that can be flown, cheapest first. */
function rank(search: Search, conflict: TrafficConflict, wait: Candidate | undefined): readonly Candidate[] {
  const { asked, request } = search;
  const leg = nearestLeg(request.route, conflict.place);
  // A wait is known to be free: where one plan is enough, nothing that is dearer can be it.
  const worthS = wait && (request.maxPlans ?? 1) <= 1 ? wait.costS : Number.POSITIVE_INFINITY;
  const candidates: Candidate[] = wait ? [wait] : [];
  for (const detour of listDetours(request.minima)) {
    const profile = besidesTimeS(detour, asked) <= worthS ? profileDetour(search, detour, leg) : undefined;
    if (profile !== undefined) candidates.push(...delaysOf(search, detour, profile, worthS));
  }
  // Sorting keeps the order of the library among equals.
  return candidates.sort((one, other) => one.costS - other.costS);
}

/** A detour at once, and after each delay that goes with it and is worth it. */
function delaysOf(
  search: Search,
  detour: Manoeuvre,
  profile: FlightProfile,
  worthS: number,
): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const delayS of canWait(search.request) ? listDelays(detour) : [0]) {
    const candidate = toCandidate(search, detour, profile, delayS);
    // Every longer delay is dearer.
    if (candidate.costS > worthS) break;
    candidates.push(candidate);
  }
  return candidates;
}

/** The speeds along a detour; undefined where it cannot or must not be flown, or is none. */
function profileDetour(
  { request, limits }: Search,
  detour: Manoeuvre,
  leg: number,
): FlightProfile | undefined {
  const kinds = kindsOf(detour);
  if (kinds.length === 0 || !kinds.every((kind) => mayChange(request, kind))) return undefined;
  const route = toDetour(request.route, detour, leg);
  if (route === undefined || !isWithin(request, detour, route)) return undefined;
  const profile = profileRoute(route, limits);
  return isTrajectoryFault(profile) ? undefined : profile;
}

/** A vehicle that is moving cannot wait where it is. */
function canWait(request: PlanRequest): boolean {
  const { waits, route } = request;
  if (!mayChange(request, 'later')) return false;
  return waits === 'grounded' || (route.startSpeedMps ?? 0) === 0;
}

const mayChange = ({ allowed }: PlanRequest, kind: ManoeuvreKind): boolean => allowed?.has(kind) ?? true;

/** Waiting for just as long as it takes until the path is free. */
function findWait(search: Search, trajectory: Trajectory): Candidate | undefined {
  const { request, traffic, asked } = search;
  const { minima, except, maxDelayS = MAX_DELAY_S } = request;
  if (!canWait(request)) return undefined;
  const options = { ...(except && { except }) };
  let delayS = 0;
  for (let wait = 0; wait < MAX_WAITS && delayS <= Math.min(maxDelayS, MAX_DURATION_S); wait += 1) {
    const late = delayed(trajectory, delayS);
    const blocker =
      search.blockers.find((other) => firstLossS(late, other, minima) !== undefined) ??
      traffic.firstConflict(late, minima, options)?.with;
    if (blocker === undefined) {
      const candidate = toCandidate(search, noChange, asked, delayS);
      const plan = fly(search, candidate);
      // In the air somebody may come by while it waits.
      return plan && isFree(search, plan.trajectory) ? candidate : undefined;
    }
    remember(search, blocker);
    delayS = Math.ceil(freeDelayOf(trajectory, blocker, minima, delayS) * 1000) / 1000;
  }
  return undefined;
}

/** A candidate as it will be flown; undefined where its wait makes it too long. */
function fly(search: Search, { detour, delayS, profile, costS }: Candidate): FlightPlan | undefined {
  const { request, limits, asked, flown } = search;
  const route = toDelayed(profile.route, delayS, request.waits);
  const isSame = delayS === 0 || request.waits === 'grounded';
  const late = isSame ? profile : profileRoute(route, limits);
  if (isTrajectoryFault(late)) return undefined;
  const trajectory = flown.get(late) ?? toTrajectory(late);
  flown.set(late, trajectory);
  const manoeuvre = { ...detour, delayS };
  return {
    trajectory: { ...trajectory, startS: route.startS },
    route,
    manoeuvre,
    kinds: kindsOf(manoeuvre),
    costS,
    extraTimeS: route.startS - asked.route.startS + late.durationS - asked.durationS,
    extraPathM: late.lengthM - asked.lengthM,
  };
}

/** Changed altitudes are within those allowed, changed speeds are no higher. */
function isWithin(request: PlanRequest, { upM, speedFactor }: Manoeuvre, { legs }: FlightRoute): boolean {
  const { lowestUpM, highestUpM, maxSpeedMps } = request;
  const isLevel =
    upM === 0 || legs.slice(0, -1).every((leg) => leg.upM >= lowestUpM && leg.upM <= highestUpM);
  return isLevel && (speedFactor <= 1 || legs.every(({ speedMps }) => speedMps <= maxSpeedMps));
}

/**
 * Seconds late at the goal, and what else a change is worth in seconds: energy, haste, passing on the left. Being early, or
 * a path that is shorter because it is lower, is worth nothing: it was not asked for.
 */
function toCandidate(
  { asked, fastestMps }: Search,
  detour: Manoeuvre,
  profile: FlightProfile,
  delayS: number,
): Candidate {
  const lateS = Math.max(0, delayS + profile.durationS - asked.durationS);
  const detourS = (0.5 * Math.max(0, profile.lengthM - asked.lengthM)) / fastestMps;
  return { detour, delayS, profile, costS: lateS + detourS + besidesTimeS(detour, asked) };
}

function besidesTimeS({ speedFactor, upM, rightM }: Manoeuvre, asked: FlightProfile): number {
  const hasteS = speedFactor > 1 ? 6 + 0.35 * asked.durationS : 0;
  return 0.12 * Math.abs(upM) + hasteS + (rightM < 0 ? 0.5 : 0);
}

function isFree(search: Search, trajectory: Trajectory): boolean {
  const { minima, except } = search.request;
  if (search.blockers.some((other) => firstLossS(trajectory, other, minima) !== undefined)) return false;
  const conflict = search.traffic.firstConflict(trajectory, minima, { ...(except && { except }) });
  if (conflict) remember(search, conflict.with);
  return conflict === undefined;
}

function remember({ blockers }: Search, blocker: Trajectory): void {
  if (blockers.includes(blocker)) return;
  blockers.unshift(blocker);
  blockers.length = Math.min(blockers.length, MAX_BLOCKERS);
}
