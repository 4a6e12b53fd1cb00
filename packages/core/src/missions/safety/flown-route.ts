import {
  findTrajectoryFault,
  isTrajectoryFault,
  type Trajectory,
  type TrajectoryFault,
} from '../../geo/trajectory.ts';
import { type FlightProfile, profileRoute, toTrajectory } from '../../geo/trajectory-route.ts';
import { type FlightLimits, phasesOf, rampsOf, type Stretch } from '../../geo/trajectory-stretch.ts';
import type { Enu } from '../../geo/wgs84.ts';
import type { FlightPoint } from '../energy/route.ts';
import type { FlightCandidate, SafetyLimits } from './flight-candidate.ts';

/** A straight part of the flight, in time; holding is one of no length. */
export interface FlownLeg {
  readonly from: Enu;
  readonly to: Enu;
  readonly fromS: number;
  readonly toS: number;
  /** Straight up from where it begins; straight down at its end. */
  readonly kind: 'take_off' | 'flight' | 'landing' | 'hold';
  /** Level, at cruise. */
  readonly groundSpeedMps: number;
  /** How far beyond its end the vehicle comes where it begins to slow down too late by the time of reaction. */
  readonly overshootM: number;
}

export interface FlownRoute {
  readonly trajectory: Trajectory;
  /** One at least; in the order of time. Where the vehicle hovers afterwards the last is that. */
  readonly legs: readonly FlownLeg[];
  /** As they are flown: where the vehicle has to stop and turn first, that is the first. */
  readonly points: readonly FlightPoint[];
  readonly lengthM: number;
}

/** Farther aside, a climb is no take-off and a descent no landing. */
const VERTICAL_M = 1;
/** A drone that hovers at its last point stays as long as it can: what begins to count within this time counts. */
const HOVER_S = 3600;
/** Slower than any plan is flown. */
const SLOW_MPS = 1;
/** What is slower stands. */
const STANDING_MPS = 0.5;

/** The candidate as it would be flown, or what makes it no flight. */
export function flyCandidate(candidate: FlightCandidate, limits: SafetyLimits): FlownRoute | TrajectoryFault {
  const flight = toVehicleLimits(candidate, limits);
  const begun = profilePoints(candidate, limits, flight);
  if (isTrajectoryFault(begun)) return begun;
  const { profile, points } = begun;
  const trajectory = toTrajectory(profile);
  const fault = findTrajectoryFault(trajectory);
  if (fault) return { reason: fault.reason };
  return { trajectory, legs: toLegs(profile, candidate, limits), points, lengthM: profile.lengthM };
}

/** No vehicle climbs faster in a plan than it can. */
export function toVehicleLimits(
  { model: { airframe } }: Pick<FlightCandidate, 'model'>,
  { flight }: SafetyLimits,
): FlightLimits {
  return {
    ...flight,
    climbMps: Math.min(flight.climbMps, airframe.climbMps),
    descentMps: Math.min(flight.descentMps, airframe.descentMps),
  };
}

interface Profiled {
  readonly profile: FlightProfile;
  readonly points: readonly FlightPoint[];
}

/** From its speed straight on; who cannot take the first leg at that speed stops on the way it is going, and turns. */
function profilePoints(
  candidate: FlightCandidate,
  limits: SafetyLimits,
  flight: FlightLimits,
): Profiled | TrajectoryFault {
  const { id, startS, from, fromSpeedMps, points, afterwards } = candidate;
  const profileThrough = (through: readonly FlightPoint[], startSpeedMps: number) => {
    const legs = through.map((point) => ({
      ...{ ...point.at, speedMps: point.groundSpeedMps ?? limits.cruiseMps },
      ...(point.holdS !== undefined && { holdS: point.holdS }),
    }));
    return profileRoute({ id, startS, start: from, startSpeedMps, legs, afterwards }, flight);
  };
  const course = courseOf(candidate);
  if (!isAside(candidate)) {
    const profile = profileThrough(points, fromSpeedMps);
    if (!isTrajectoryFault(profile)) return { profile, points };
    if (profile.reason !== 'cannot_slow_down' || !course) return profile;
  }
  if (!course) return { reason: 'not_finite' };
  const { speedMps, eastPart, northPart } = course;
  const stopM = speedMps * limits.reactionS + (speedMps * speedMps) / (2 * flight.accelerationMps2) + SPARE_M;
  const at = { ...from, eastM: from.eastM + stopM * eastPart, northM: from.northM + stopM * northPart };
  const stopping = [{ at, groundSpeedMps: Math.max(SLOW_MPS, speedMps) }, ...points];
  const profile = profileThrough(stopping, speedMps);
  return isTrajectoryFault(profile) ? profile : { profile, points: stopping };
}

/** What rounding may take of the distance in which one can stop. */
const SPARE_M = 0.01;

interface Course {
  readonly speedMps: number;
  readonly eastPart: number;
  readonly northPart: number;
}

/** Which way the vehicle goes now: as it is said, else along its first leg. Undefined: nobody knows. */
function courseOf({ velocity, from, fromSpeedMps, points }: FlightCandidate): Course | undefined {
  if (velocity) {
    const speedMps = Math.hypot(velocity.eastMps, velocity.northMps);
    if (!Number.isFinite(speedMps)) return undefined;
    if (speedMps > 0)
      return { speedMps, eastPart: velocity.eastMps / speedMps, northPart: velocity.northMps / speedMps };
  }
  for (const { at } of points) {
    const [eastM, northM] = [at.eastM - from.eastM, at.northM - from.northM];
    const lengthM = Math.hypot(eastM, northM);
    if (lengthM > 0)
      return { speedMps: fromSpeedMps, eastPart: eastM / lengthM, northPart: northM / lengthM };
  }
  return undefined;
}

/** It moves, and not the way of its first leg. */
function isAside({ velocity, fromSpeedMps }: FlightCandidate): boolean {
  return (
    velocity !== undefined &&
    fromSpeedMps === 0 &&
    !(Math.hypot(velocity.eastMps, velocity.northMps) <= STANDING_MPS)
  );
}

/** Exact in place and time, but for ramps: within a leg the speed is not even. */
function toLegs(
  { stretches, limits: flight }: FlightProfile,
  { startS, from, afterwards }: FlightCandidate,
  { reactionS }: SafetyLimits,
): readonly FlownLeg[] {
  const legs: FlownLeg[] = [];
  const still = { kind: 'hold', groundSpeedMps: 0, overshootM: 0 } as const;
  let timeS = startS;
  let place = from;
  for (const [at, stretch] of stretches.entries()) {
    const beginS = timeS;
    for (const { durationS } of phasesOf(stretch, flight)) timeS += durationS;
    const overGroundM = levelM(stretch);
    const { peakMps } = rampsOf(stretch, flight);
    if (stretch.lengthM > 0)
      legs.push({
        ...{ from: stretch.from, to: stretch.to, fromS: beginS, toS: timeS },
        kind: kindOf(stretch, at === 0, at === stretches.length - 1 && afterwards === 'gone'),
        groundSpeedMps: (stretch.cruiseMps * overGroundM) / stretch.lengthM,
        overshootM: peakMps * reactionS + stretch.exitMps ** 2 / (2 * flight.accelerationMps2),
      });
    place = stretch.to;
    if (stretch.holdS > 0)
      legs.push({ ...still, from: place, to: place, fromS: timeS, toS: timeS + stretch.holdS });
    timeS += stretch.holdS;
  }
  const hoverS = afterwards === 'hovering' ? HOVER_S : 0;
  if (hoverS > 0 || legs.length === 0)
    legs.push({ ...still, from: place, to: place, fromS: timeS, toS: timeS + hoverS });
  return legs;
}

const levelM = ({ from, to }: Pick<Stretch, 'from' | 'to'>): number =>
  Math.hypot(to.eastM - from.eastM, to.northM - from.northM);

function kindOf(stretch: Readonly<Stretch>, isFirst: boolean, isLast: boolean): FlownLeg['kind'] {
  if (levelM(stretch) >= VERTICAL_M) return 'flight';
  const climbs = stretch.to.upM > stretch.from.upM;
  if (isFirst && climbs) return 'take_off';
  return isLast && !climbs ? 'landing' : 'flight';
}
