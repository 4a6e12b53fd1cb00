/**
 * Many flights that are asked for at once, planned so that the last of them arrives as early as can be found. One after
 * another they take the cheapest free passage of a common system (the same levels, passing each other on the right at the
 * same distance), or else what `planAround` finds. Several systems and orders are tried; then, of the best, orders in which
 * the latest come first. The same requests give the same plans.
 */
import { type Refusal, refuse } from '../errors.ts';
import { isTrajectoryFault } from '../geo/trajectory.ts';
import { type FlightLeg, profileRoute } from '../geo/trajectory-route.ts';
import { defaultFlightLimits } from '../geo/trajectory-stretch.ts';
import {
  type AskedFlight,
  type Attempt,
  attempt,
  compareAttempts,
  type RankedPassages,
  rankPassages,
} from './joint-attempt.ts';
import { longestLeg, type PassageSystem } from './passages.ts';
import type { FlightPlan, PlanRequest } from './plan-around.ts';
import type { TrajectoryIndex } from './trajectory-index.ts';

export interface TogetherOptions {
  /** At most so many times all flights are planned anew; 84 if absent. */
  readonly maxAttempts?: number;
  /** Good enough: the last arrival is no later than this after what was asked for; 0 if absent. */
  readonly enoughLateS?: number;
}

export interface JointPlan {
  /** In the order of the requests; undefined where none was found. The index is committed to all of them. */
  readonly plans: readonly (FlightPlan | undefined)[];
  /** The last arrival against that of the routes as they were asked for; below 0 it is earlier. */
  readonly lateS: number;
  readonly attempts: number;
}

/** The best there is, how it was made, and how often it was tried. */
interface Search {
  readonly flights: readonly AskedFlight[];
  readonly index: TrajectoryIndex;
  readonly enoughS: number;
  best: Attempt | undefined;
  ranked: RankedPassages;
  order: readonly number[];
  attemptsLeft: number;
}

const MAX_REQUESTS = 1000;
const MAX_ATTEMPTS = 84;
const MAX_IMPROVEMENTS = 12;
/** Of the horizontal minimum. */
const ROUND = [0, 0.6, 0.85, 1.2, 1.7, 2.4, 3.2, 4.2, 5.5, 7.5, 10, 14];
/** Of what climb and descent allow at the speed of the leg. */
const STEEPNESS = [0.5, 0.95];
/** Nobody hurries unless it is of use. */
const SPEED_FACTORS = [[1], [1, 1.1, 1.25]];
const MAX_LEVELS = 21;
/** Multiples of it, without their whole part, are spread evenly however many there are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Refused is what cannot be flown at all, and more than `MAX_REQUESTS`. */
export function planTogether(
  requests: readonly PlanRequest[],
  index: TrajectoryIndex,
  { maxAttempts = MAX_ATTEMPTS, enoughLateS = 0 }: TogetherOptions = {},
): JointPlan | Refusal {
  if (requests.length > MAX_REQUESTS)
    return refuse('VALIDATION_ERROR', { field: 'requests', reason: `more than ${MAX_REQUESTS}` });
  const flights: AskedFlight[] = [];
  for (const request of requests) {
    const profile = profileRoute(request.route, request.limits ?? defaultFlightLimits);
    if (isTrajectoryFault(profile)) return refuse('VALIDATION_ERROR', { field: 'route', ...profile });
    const endS = request.route.startS + profile.durationS;
    flights.push({ request, profile, endS, leg: longestLeg(request.route) });
  }
  const askedEndS = Math.max(0, ...flights.map(({ endS }) => endS));
  const enoughS = askedEndS + enoughLateS + 1e-6;
  const search = {
    flights,
    index,
    enoughS,
    best: undefined,
    ranked: [],
    order: [],
    attemptsLeft: maxAttempts,
  };
  const { best, attemptsLeft } = searchAll(search);
  const plans = best?.plans ?? flights.map(() => undefined);
  for (const plan of plans) if (plan) index.commit(plan.trajectory);
  return { plans, lateS: (best?.endS ?? askedEndS) - askedEndS, attempts: maxAttempts - attemptsLeft };
}

function searchAll(search: Search): Search {
  const { flights } = search;
  if (flights.length === 0) return search;
  if (flights.length === 1) tryOrder(search, [[]], [0]);
  const orders = listOrders(flights);
  for (const system of listSystems(flights)) {
    const ranked = rankPassages(flights, system);
    for (const order of orders)
      if (!goesOn(search)) return search;
      else tryOrder(search, ranked, order);
  }
  for (let round = 1; round <= Math.min(MAX_IMPROVEMENTS, flights.length - 1) && goesOn(search); round += 1)
    tryOrder(search, search.ranked, latestFirst(search, round));
  return search;
}

function goesOn({ best, attemptsLeft, enoughS }: Search): boolean {
  return attemptsLeft > 0 && !(best !== undefined && best.missing === 0 && best.endS <= enoughS);
}

function tryOrder(search: Search, ranked: RankedPassages, order: readonly number[]): void {
  search.attemptsLeft -= 1;
  const made = attempt(search.flights, { ranked, order }, search.index, search.best);
  if (made === undefined || (search.best && compareAttempts(made, search.best) >= 0)) return;
  search.best = made;
  search.ranked = ranked;
  search.order = order;
}

function* listSystems(flights: readonly AskedFlight[]): Iterable<PassageSystem> {
  const { leg, request } = flights[0] as AskedFlight;
  const { limits = defaultFlightLimits, route, minima } = request;
  const steepest = Math.min(limits.climbMps, limits.descentMps) / (route.legs[leg]?.speedMps ?? 1);
  const common = {
    levelsUpM: levelsOf(flights),
    slopes: STEEPNESS.map((part) => part * steepest),
  };
  // One alone has nobody to fit together with.
  const rounds = flights.length === 1 ? [0] : ROUND;
  for (const speedFactors of SPEED_FACTORS)
    for (const times of rounds) yield { ...common, speedFactors, roundM: times * minima.horizontalM };
}

/** A vertical minimum apart around the middle of what is asked for, as far as all are allowed to. */
function levelsOf(flights: readonly AskedFlight[]): readonly number[] {
  const middles = flights
    .map(({ request: { route }, leg }) => {
      const to = route.legs[leg] ?? route.start;
      const from: FlightLeg | typeof route.start = route.legs[leg - 1] ?? route.start;
      return (from.upM + to.upM) / 2;
    })
    .sort((one, other) => one - other);
  const middleM = middles[middles.length >> 1] as number;
  const lowestM = Math.max(...flights.map(({ request }) => request.lowestUpM));
  const highestM = Math.min(...flights.map(({ request }) => request.highestUpM));
  const stepM = Math.ceil(Math.max(...flights.map(({ request }) => request.minima.verticalM)) + 0.2);
  return Array.from(
    { length: MAX_LEVELS },
    (_level, at) => middleM + stepM * (at - (MAX_LEVELS >> 1)),
  ).filter((upM) => upM >= lowestM && upM <= highestM);
}

/** As given, the longest first, and one in which neighbours are far from each other. */
function listOrders(flights: readonly AskedFlight[]): readonly (readonly number[])[] {
  const given = flights.map((_flight, at) => at);
  if (flights.length === 1) return [given];
  const durationOf = (at: number) => (flights[at] as AskedFlight).profile.durationS;
  return [
    given,
    given.toSorted((one, other) => durationOf(other) - durationOf(one)),
    given.toSorted((one, other) => ((one * GOLDEN) % 1) - ((other * GOLDEN) % 1)),
  ];
}

/** The latest ones, one more with every round, before all others. */
function latestFirst({ best, order }: Search, round: number): readonly number[] {
  const lateS = (at: number) => best?.plans[at]?.extraTimeS ?? Number.MAX_VALUE;
  const latest = order.toSorted((one, other) => lateS(other) - lateS(one)).slice(0, round);
  return [...latest, ...order.filter((at) => !latest.includes(at))];
}
