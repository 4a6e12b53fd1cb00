/**
 * How long a flight has to wait until its path is free. Two straight legs, one of them shifted in time, are in conflict for
 * one interval of shifts: the pairs of a shift and a time at which they are too near form a convex set. So the end of what is
 * blocked is found by halving, and the search leaps from end to end; nothing is sampled.
 */
import type { SeparationMinima } from '../geo/cylinder-conflict.ts';
import { KNOT_SIZE, knotBefore, type Trajectory, trajectoryDurationS } from '../geo/trajectory.ts';
import { firstConflict, firstLossS, type TrajectoryConflict } from '../geo/trajectory-conflict.ts';

/** To a millisecond, on the free side. */
const RESOLUTION_S = 1e-3;
const MAX_LEAPS = 500;

/**
 * The least delay from `fromS` on at which `own` is free of `other`; Infinity where it never is. After `MAX_LEAPS` it is a
 * delay that nothing less is free than: whoever goes on from it misses nothing.
 */
export function freeDelayOf(
  own: Trajectory,
  other: Trajectory,
  minima: SeparationMinima,
  fromS: number,
): number {
  let delayS = fromS;
  for (let leap = 0; leap < MAX_LEAPS && delayS < Number.POSITIVE_INFINITY; leap += 1) {
    const conflict = firstConflict(delayed(own, delayS), other, minima);
    if (conflict === undefined) return delayS;
    delayS = Math.max(delayS + RESOLUTION_S, endOfBlock(own, other, minima, { delayS, conflict }));
  }
  return delayS;
}

export function delayed(trajectory: Trajectory, delayS: number): Trajectory {
  return { ...trajectory, startS: trajectory.startS + delayS };
}

/** The end of the delays at which the two legs that are in conflict at one delay are so. */
function endOfBlock(
  own: Trajectory,
  other: Trajectory,
  minima: SeparationMinima,
  { delayS, conflict }: { readonly delayS: number; readonly conflict: TrajectoryConflict },
): number {
  const ownLeg = legAt(own, conflict.worstS - own.startS - delayS);
  const otherLeg = legAt(other, conflict.worstS - other.startS);
  const isBlocked = (s: number) => firstLossS(delayed(ownLeg, s), otherLeg, minima) !== undefined;
  const isEndless = otherLeg.afterwards === 'hovering';
  // Later than this the own leg begins when the other is over, or only ever meets the other's hover.
  const lastS = otherLeg.startS + (isEndless ? 0 : trajectoryDurationS(otherLeg));
  let free = Math.max(lastS - ownLeg.startS, delayS) + RESOLUTION_S;
  if (isEndless && isBlocked(free)) return Number.POSITIVE_INFINITY;
  let blocked = delayS;
  while (free - blocked > RESOLUTION_S) {
    const middle = (free + blocked) / 2;
    if (isBlocked(middle)) blocked = middle;
    else free = middle;
  }
  return free;
}

/** The leg that is flown at a time of the trajectory's own clock, or its hover, as a trajectory of its own. */
function legAt(trajectory: Trajectory, timeS: number): Trajectory {
  const { knots, startS, afterwards } = trajectory;
  const last = knots.length / KNOT_SIZE - 1;
  const found = knotBefore(trajectory, timeS);
  // At the moment it lands a vehicle has still been flying its last leg.
  const at = (found === last && afterwards === 'gone' ? Math.max(0, last - 1) : found) * KNOT_SIZE;
  const leg = knots.slice(at, at + 2 * KNOT_SIZE);
  const knotS = leg[0] as number;
  for (let time = 0; time < leg.length; time += KNOT_SIZE) leg[time] = (leg[time] as number) - knotS;
  const isHover = leg.length === KNOT_SIZE;
  return { id: trajectory.id, startS: startS + knotS, knots: leg, afterwards: isHover ? afterwards : 'gone' };
}
