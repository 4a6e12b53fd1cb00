/**
 * From a route to the trajectory that a vehicle can fly: it speeds up and slows down as it is able to, and takes a corner as
 * fast as it can without leaving the route by more than the allowance.
 */
import {
  MAX_COORDINATE_M,
  MAX_DURATION_S,
  MAX_KNOTS,
  MAX_TIME_S,
  type Trajectory,
  type TrajectoryFault,
} from './trajectory.ts';
import {
  chordsOf,
  defaultFlightLimits,
  FASTEST_MPS,
  type FlightLimits,
  limitCorners,
  longestChordS,
  phasesOf,
  rampsOf,
  SHORTEST_S,
  type Stretch,
  sharedAllowanceM,
} from './trajectory-stretch.ts';
import type { Enu } from './wgs84.ts';

/** Straight to this point. */
export interface FlightLeg extends Enu {
  /** Over ground; climb and descent may hold it back. */
  readonly speedMps: number;
  /** Hovering at the point before going on. */
  readonly holdS?: number;
}

export interface FlightRoute {
  readonly id: string;
  /** Seconds since 1970. */
  readonly startS: number;
  readonly start: Enu;
  /** At the start, in the direction of the first leg; 0 if absent. */
  readonly startSpeedMps?: number;
  readonly legs: readonly FlightLeg[];
  readonly afterwards: Trajectory['afterwards'];
}

/** A route with its speeds: how long it takes is known before its knots are made. */
export interface FlightProfile {
  readonly route: FlightRoute;
  readonly stretches: readonly Readonly<Stretch>[];
  readonly lengthM: number;
  readonly durationS: number;
  readonly limits: FlightLimits;
}

/** Shorter legs are no movement; what follows starts from where the vehicle is. */
const SHORTEST_M = 1e-2;

/** The speeds along a route, or why it cannot be flown: the leg at fault counts from 0. */
export function profileRoute(
  route: FlightRoute,
  limits: FlightLimits = defaultFlightLimits,
): FlightProfile | TrajectoryFault {
  const fault = findRouteFault(route, limits);
  if (fault) return fault;
  const stretches = toStretches(route, limits);
  const entryMps = route.startSpeedMps ?? 0;
  limitCorners(stretches, limits, entryMps);
  if ((stretches[0]?.entryMps ?? 0) < entryMps - 1e-9 || (entryMps > 0 && stretches[0]?.lengthM === 0))
    return { reason: 'cannot_slow_down', at: 0 };
  let [lengthM, durationS, knots] = [0, 0, 1];
  const chordS = longestChordS(limits);
  for (const stretch of stretches) {
    const { toPeakS, cruiseS, toExitS } = rampsOf(stretch, limits);
    lengthM += stretch.lengthM;
    durationS += stretch.holdS + toPeakS + cruiseS + toExitS;
    // A cruise and a hold are a knot each.
    knots += 2 + Math.ceil(toPeakS / chordS) + Math.ceil(toExitS / chordS);
  }
  if (knots > MAX_KNOTS) return { reason: 'too_many_knots' };
  if (!(durationS <= MAX_DURATION_S)) return { reason: 'too_long' };
  return { route, stretches, lengthM, durationS, limits };
}

/** The knots of a profile. */
export function toTrajectory({ route, stretches, limits }: FlightProfile): Trajectory {
  const { id, startS, start, afterwards } = route;
  const knots = [0, start.eastM, start.northM, start.upM];
  const chordS = longestChordS(limits);
  let timeS = 0;
  for (const stretch of stretches) {
    let flownM = 0;
    for (const phase of phasesOf(stretch, limits)) {
      const chords = chordsOf(phase, chordS);
      const rampMps2 = (phase.toMps - phase.fromMps) / phase.durationS;
      for (let chord = 1; chord <= chords; chord += 1) {
        const sinceS = (chord / chords) * phase.durationS;
        pushKnot(knots, stretch, timeS + sinceS, flownM + (phase.fromMps + (rampMps2 / 2) * sinceS) * sinceS);
      }
      timeS += phase.durationS;
      flownM += ((phase.fromMps + phase.toMps) / 2) * phase.durationS;
    }
    // Sums of phases are exact to rounding only; the corner is where it was asked for.
    knots.splice(-3, 3, stretch.to.eastM, stretch.to.northM, stretch.to.upM);
    timeS += stretch.holdS;
    if (stretch.holdS > 0) pushKnot(knots, stretch, timeS, stretch.lengthM);
  }
  return { id, startS, knots: Float64Array.from(knots), afterwards };
}

/** The trajectory of a route, or why it cannot be flown. */
export function createTrajectory(
  route: FlightRoute,
  limits: FlightLimits = defaultFlightLimits,
): Trajectory | TrajectoryFault {
  const profile = profileRoute(route, limits);
  return 'reason' in profile ? profile : toTrajectory(profile);
}

function findRouteFault(
  { startS, start, startSpeedMps = 0, legs }: FlightRoute,
  limits: FlightLimits,
): TrajectoryFault | undefined {
  const { accelerationMps2, jerkMps3, climbMps, descentMps, allowanceM } = limits;
  if (!isSpeed(climbMps) || !isSpeed(descentMps)) return { reason: 'out_of_range' };
  if (!(accelerationMps2 > 0 && jerkMps3 > 0 && allowanceM < MAX_COORDINATE_M))
    return { reason: 'out_of_range' };
  if (!(sharedAllowanceM(limits) > 0)) return { reason: 'out_of_range' };
  if (!Number.isFinite(startS)) return { reason: 'not_finite' };
  if (startS < 0 || startS > MAX_TIME_S || !isPlace(start)) return { reason: 'out_of_range' };
  if (startSpeedMps !== 0 && !isSpeed(startSpeedMps)) return { reason: 'out_of_range' };
  if (legs.length >= MAX_KNOTS) return { reason: 'too_many_knots' };
  const at = legs.findIndex(
    (leg) =>
      !isPlace(leg) ||
      !isSpeed(leg.speedMps) ||
      !((leg.holdS ?? 0) >= 0 && (leg.holdS ?? 0) <= MAX_DURATION_S),
  );
  return at < 0 ? undefined : { reason: 'out_of_range', at };
}

function isSpeed(speedMps: number): boolean {
  return speedMps > 0 && speedMps <= FASTEST_MPS;
}

function isPlace({ eastM, northM, upM }: Enu): boolean {
  const farthestM = Math.max(Math.abs(eastM), Math.abs(northM), Math.abs(upM));
  return farthestM <= MAX_COORDINATE_M;
}

function toStretches({ start, legs }: FlightRoute, limits: FlightLimits): Stretch[] {
  const stretches: Stretch[] = [];
  let from = start;
  for (const { eastM, northM, upM, speedMps, holdS: askedS = 0 } of legs) {
    const holdS = askedS > SHORTEST_S ? askedS : 0;
    const to = { eastM, northM, upM };
    const overGroundM = Math.hypot(eastM - from.eastM, northM - from.northM);
    const upwardsM = upM - from.upM;
    const lengthM = Math.hypot(overGroundM, upwardsM);
    const moves = lengthM >= SHORTEST_M;
    const verticalMps = upwardsM > 0 ? limits.climbMps : limits.descentMps;
    const cruiseMps = moves
      ? lengthM / Math.max(overGroundM / speedMps, Math.abs(upwardsM) / verticalMps)
      : 0;
    const last = stretches.at(-1);
    if (moves) stretches.push({ from, to, lengthM, cruiseMps, entryMps: 0, exitMps: 0, holdS });
    else if (last) last.holdS += holdS;
    else if (holdS > 0)
      stretches.push({ from, to: from, lengthM: 0, cruiseMps, entryMps: 0, exitMps: 0, holdS });
    if (moves) from = to;
  }
  return stretches;
}

function pushKnot(knots: number[], { from, to, lengthM }: Stretch, timeS: number, flownM: number): void {
  const part = lengthM > 0 ? Math.min(1, flownM / lengthM) : 1;
  knots.push(
    timeS,
    from.eastM + (to.eastM - from.eastM) * part,
    from.northM + (to.northM - from.northM) * part,
    from.upM + (to.upM - from.upM) * part,
  );
}
