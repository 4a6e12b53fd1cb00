/** Two trajectories: when they first lose separation, exactly, by merging their knots in time. */
import {
  type ConflictInterval,
  conflictInterval,
  type RelativeMotion,
  type SeparationMinima,
  worstApproach,
} from './cylinder-conflict.ts';
import { KNOT_SIZE, knotBefore, type Trajectory, trajectoryDurationS } from './trajectory.ts';
import type { Enu } from './wgs84.ts';

/** A loss of separation from its begin to its end, and its worst moment. Times in seconds since 1970. */
export interface TrajectoryConflict {
  readonly lostS: number;
  /** Infinity where separation is never regained. */
  readonly regainedS: number;
  readonly worstS: number;
  /** `max(d/D, |dz|/H)` at the worst moment; below 1. */
  readonly severity: number;
  /** Distances at the worst moment. */
  readonly horizontalM: number;
  readonly verticalM: number;
  /** Where the own vehicle is at the worst moment. */
  readonly place: Enu;
}

/** Seconds since 1970, from and to. */
export type TimeSpan = readonly [number, number];

const ALWAYS: TimeSpan = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** Straight flight from a knot on, or the hover after the last. Times on the own trajectory's clock. */
interface Leg {
  at: number;
  knotS: number;
  toS: number;
  eastMps: number;
  northMps: number;
  upMps: number;
}

interface Meeting {
  readonly own: Trajectory;
  readonly other: Trajectory;
  readonly ownLeg: Leg;
  readonly otherLeg: Leg;
  readonly minima: SeparationMinima;
}

/**
 * The first loss of separation within a span, or undefined. A vehicle is in the air from its first knot until before its
 * last, or for ever where it hovers afterwards. Throws RangeError for what is not finite; `findTrajectoryFault` asks first.
 */
export function firstConflict(
  own: Trajectory,
  other: Trajectory,
  minima: SeparationMinima,
  span: TimeSpan = ALWAYS,
): TrajectoryConflict | undefined {
  let found: TrajectoryConflict | undefined;
  meet({ own, other, minima }, span, (meeting, timeS, untilS) => {
    const interval = conflictInterval(motionAt(meeting, timeS), minima, untilS - timeS);
    if (interval === undefined) return found === undefined;
    if (found !== undefined && interval.inS > 0) return false;
    found = extend(found, meeting, interval, timeS);
    return interval.outS >= untilS - timeS;
  });
  return found;
}

/** When `firstConflict` begins, for less work; undefined where there is none. */
export function firstLossS(
  own: Trajectory,
  other: Trajectory,
  minima: SeparationMinima,
  span: TimeSpan = ALWAYS,
): number | undefined {
  let lostS: number | undefined;
  meet({ own, other, minima }, span, (meeting, timeS, untilS) => {
    const interval = conflictInterval(motionAt(meeting, timeS), minima, untilS - timeS);
    if (interval === undefined) return true;
    lostS = own.startS + (timeS + interval.inS);
    return false;
  });
  return lostS;
}

/** Goes through the times at which neither has a knot, on the own clock, until told to stop by false. */
function meet(
  { own, other, minima }: Pick<Meeting, 'own' | 'other' | 'minima'>,
  span: TimeSpan,
  tell: (meeting: Meeting, timeS: number, untilS: number) => boolean,
): void {
  const shiftS = other.startS - own.startS;
  const fromS = Math.max(0, shiftS, span[0] - own.startS);
  const toS = Math.min(lastS(own), shiftS + lastS(other), span[1] - own.startS);
  if (Number.isNaN(fromS) || Number.isNaN(toS)) throw new RangeError('a time that is not a number');
  if (fromS >= toS) return;
  const [ownLeg, otherLeg] = [legAt(own, 0, fromS), legAt(other, shiftS, fromS)];
  const meeting = { own, other, minima, ownLeg, otherLeg };
  for (let timeS = fromS; timeS < toS; ) {
    const untilS = Math.min(ownLeg.toS, otherLeg.toS, toS);
    if (!tell(meeting, timeS, untilS)) return;
    leave(ownLeg, own, untilS, 0);
    leave(otherLeg, other, untilS, shiftS);
    timeS = untilS;
  }
}

function lastS(trajectory: Trajectory): number {
  return trajectory.afterwards === 'hovering' ? Number.POSITIVE_INFINITY : trajectoryDurationS(trajectory);
}

function legAt(trajectory: Trajectory, shiftS: number, timeS: number): Leg {
  const leg = { at: 0, knotS: 0, toS: 0, eastMps: 0, northMps: 0, upMps: 0 };
  enter(leg, trajectory, knotBefore(trajectory, timeS - shiftS) * KNOT_SIZE, shiftS);
  // Adding the shift may have rounded the end of the leg down to this very moment.
  leave(leg, trajectory, timeS, shiftS);
  return leg;
}

function leave(leg: Leg, trajectory: Trajectory, timeS: number, shiftS: number): void {
  if (leg.toS <= timeS) enter(leg, trajectory, leg.at + KNOT_SIZE, shiftS);
}

function enter(leg: Leg, { knots }: Trajectory, at: number, shiftS: number): void {
  leg.at = at;
  leg.knotS = shiftS + (knots[at] as number);
  if (at + KNOT_SIZE >= knots.length) {
    leg.toS = Number.POSITIVE_INFINITY;
    leg.eastMps = 0;
    leg.northMps = 0;
    leg.upMps = 0;
    return;
  }
  const next = at + KNOT_SIZE;
  const flownS = (knots[next] as number) - (knots[at] as number);
  leg.toS = shiftS + (knots[next] as number);
  leg.eastMps = ((knots[next + 1] as number) - (knots[at + 1] as number)) / flownS;
  leg.northMps = ((knots[next + 2] as number) - (knots[at + 2] as number)) / flownS;
  leg.upMps = ((knots[next + 3] as number) - (knots[at + 3] as number)) / flownS;
}

function motionAt({ own, other, ownLeg, otherLeg }: Meeting, timeS: number): RelativeMotion {
  const ownS = timeS - ownLeg.knotS;
  const otherS = timeS - otherLeg.knotS;
  const [ownAt, otherAt] = [ownLeg.at, otherLeg.at];
  return {
    eastM:
      (own.knots[ownAt + 1] as number) -
      (other.knots[otherAt + 1] as number) +
      (ownLeg.eastMps * ownS - otherLeg.eastMps * otherS),
    northM:
      (own.knots[ownAt + 2] as number) -
      (other.knots[otherAt + 2] as number) +
      (ownLeg.northMps * ownS - otherLeg.northMps * otherS),
    upM:
      (own.knots[ownAt + 3] as number) -
      (other.knots[otherAt + 3] as number) +
      (ownLeg.upMps * ownS - otherLeg.upMps * otherS),
    eastMps: ownLeg.eastMps - otherLeg.eastMps,
    northMps: ownLeg.northMps - otherLeg.northMps,
    upMps: ownLeg.upMps - otherLeg.upMps,
  };
}

/** The conflict with one more interval of it, whose times count from `timeS`. */
function extend(
  found: TrajectoryConflict | undefined,
  meeting: Meeting,
  { inS, outS }: ConflictInterval,
  timeS: number,
): TrajectoryConflict {
  const { own, ownLeg, minima } = meeting;
  const worst = worstApproach(motionAt(meeting, timeS + inS), minima, outS - inS);
  const regainedS = own.startS + (timeS + outS);
  if (found !== undefined && found.severity <= worst.severity) return { ...found, regainedS };
  const worstS = Math.min(timeS + inS + worst.timeS, timeS + outS);
  const flownS = worstS - ownLeg.knotS;
  return {
    lostS: found?.lostS ?? own.startS + (timeS + inS),
    regainedS,
    worstS: own.startS + worstS,
    severity: worst.severity,
    horizontalM: worst.horizontalM,
    verticalM: worst.verticalM,
    place: {
      eastM: (own.knots[ownLeg.at + 1] as number) + ownLeg.eastMps * flownS,
      northM: (own.knots[ownLeg.at + 2] as number) + ownLeg.northMps * flownS,
      upM: (own.knots[ownLeg.at + 3] as number) + ownLeg.upMps * flownS,
    },
  };
}
