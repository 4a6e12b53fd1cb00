/** Where a vehicle will be and when: knots in time and place, straight and steady flight between them. */
import type { Enu } from './wgs84.ts';

export interface Trajectory {
  readonly id: string;
  /** Seconds since 1970 of the first knot; before it the vehicle is not in the air. */
  readonly startS: number;
  /**
   * Four numbers a knot: seconds after `startS` (0 for the first, then rising), metres east, north and up of the site. Times
   * are counted from the start because a double of seconds since 1970 has steps of 0.24 µs.
   */
  readonly knots: Float64Array;
  /** From the last knot on: no longer in the air, or hovering there with no end. */
  readonly afterwards: 'gone' | 'hovering';
}

export type TrajectoryFaultReason =
  | 'not_finite'
  | 'out_of_range'
  | 'no_knots'
  | 'too_many_knots'
  | 'times_not_rising'
  | 'too_long'
  | 'too_fast'
  | 'cannot_slow_down';

/** What is wrong, and with which knot or which leg of a route (counted from 0). */
export interface TrajectoryFault {
  readonly reason: TrajectoryFaultReason;
  readonly at?: number;
}

/** Numbers per knot. */
export const KNOT_SIZE = 4;
/** ASTM F3548-21 caps an operational intent at as many vertices. */
export const MAX_KNOTS = 10_000;
/** ASTM F3548-21: no plan reaches further into the future. */
export const MAX_DURATION_S = 30 * 86_400;
/** Beyond any site: a flat plane has long lost its meaning there. */
export const MAX_COORDINATE_M = 1e6;
/** Faster than sound is a mistake. */
export const MAX_SPEED_MPS = 340;
/** The year 2106. */
export const MAX_TIME_S = 2 ** 32;

export function isTrajectoryFault(value: object): value is TrajectoryFault {
  return 'reason' in value;
}

/** What makes it no trajectory, or undefined. What passes here is safe for all that works on trajectories. */
export function findTrajectoryFault({ startS, knots }: Trajectory): TrajectoryFault | undefined {
  if (!Number.isFinite(startS)) return { reason: 'not_finite' };
  if (startS < 0 || startS > MAX_TIME_S) return { reason: 'out_of_range' };
  const count = knots.length / KNOT_SIZE;
  if (!Number.isInteger(count) || count === 0) return { reason: 'no_knots' };
  if (count > MAX_KNOTS) return { reason: 'too_many_knots' };
  for (let at = 0; at < count; at += 1) {
    const reason = findKnotFault(knots, at * KNOT_SIZE);
    if (reason !== undefined) return { reason, at };
  }
  return (knots[knots.length - KNOT_SIZE] as number) > MAX_DURATION_S ? { reason: 'too_long' } : undefined;
}

function findKnotFault(knots: Float64Array, at: number): TrajectoryFaultReason | undefined {
  const timeS = knots[at] as number;
  const eastM = knots[at + 1] as number;
  const northM = knots[at + 2] as number;
  const upM = knots[at + 3] as number;
  if (!Number.isFinite(timeS + eastM + northM + upM)) return 'not_finite';
  if (Math.max(Math.abs(eastM), Math.abs(northM), Math.abs(upM)) > MAX_COORDINATE_M) return 'out_of_range';
  if (at === 0) return timeS === 0 ? undefined : 'times_not_rising';
  const before = at - KNOT_SIZE;
  const flownS = timeS - (knots[before] as number);
  if (!(flownS > 0)) return 'times_not_rising';
  const [dEastM, dNorthM] = [eastM - (knots[before + 1] as number), northM - (knots[before + 2] as number)];
  const dUpM = upM - (knots[before + 3] as number);
  const farthestM = MAX_SPEED_MPS * flownS;
  return dEastM * dEastM + dNorthM * dNorthM + dUpM * dUpM > farthestM * farthestM ? 'too_fast' : undefined;
}

/** Seconds from the first knot to the last. */
export function trajectoryDurationS({ knots }: Trajectory): number {
  return knots[knots.length - KNOT_SIZE] as number;
}

/** Seconds since 1970 from which on the vehicle is no longer in the air; Infinity where it hovers. */
export function trajectoryEndS(trajectory: Trajectory): number {
  return trajectory.afterwards === 'hovering'
    ? Number.POSITIVE_INFINITY
    : trajectory.startS + trajectoryDurationS(trajectory);
}

/** The last knot at or before a time of the trajectory's own clock. */
export function knotBefore({ knots }: Trajectory, timeS: number): number {
  let low = 0;
  let high = knots.length / KNOT_SIZE - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((knots[middle * KNOT_SIZE] as number) <= timeS) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where the vehicle is at a time in seconds since 1970, or undefined while it is not in the air. */
export function positionAt(trajectory: Trajectory, timeS: number): Enu | undefined {
  const { startS, knots, afterwards } = trajectory;
  const ownS = timeS - startS;
  const isAloft = ownS >= 0 && (afterwards === 'hovering' || ownS < trajectoryDurationS(trajectory));
  if (!isAloft) return undefined;
  const at = knotBefore(trajectory, ownS) * KNOT_SIZE;
  const isLast = at === knots.length - KNOT_SIZE;
  const next = isLast ? at : at + KNOT_SIZE;
  const knotS = knots[at] as number;
  const part = isLast ? 0 : (ownS - knotS) / ((knots[next] as number) - knotS);
  const between = (axis: number) => {
    const before = knots[at + axis] as number;
    return before + ((knots[next + axis] as number) - before) * part;
  };
  return { eastM: between(1), northM: between(2), upM: between(3) };
}
