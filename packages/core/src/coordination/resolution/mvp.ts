/**
 * Modified voltage potential (Hoekstra, van Gent, Ruigrok 2002): every predicted conflict displaces the closest point of
 * approach to the edge of the zone, and the displacements add up. It needs nothing of the others but where they are and fly
 * to: the net under what needs more.
 */
import { conflictInterval, type RelativeMotion } from '../../geo/cylinder-conflict.ts';
import {
  type AirMotion,
  type AirVelocity,
  clampVelocity,
  type NeighbourMotion,
  relativeMotion,
} from './air-motion.ts';
import { type PairRules, rulesFor } from './pair-constraint.ts';

export interface MvpMemory {
  /** Those that a resolution is flown for. */
  readonly ids: ReadonlySet<string>;
  readonly velocity: AirVelocity;
}

export interface MvpCommand {
  readonly velocity: AirVelocity;
  /** For the next cycle. */
  readonly memory: MvpMemory | undefined;
}

/** Nearer than this the direction of the closest point of approach is noise: any side will do, and the right one does. */
const CENTRED_M = 10;
const SHORTEST_S = 0.1;
const SHORTEST_M = 0.1;

/**
 * The velocity of one cycle. Both of a cooperative pair make the whole change, as published. A resolution is flown until the
 * closest point of approach is past.
 */
export function resolveByMvp(
  own: AirMotion & { readonly wish: AirVelocity },
  neighbours: readonly NeighbourMotion[],
  rules: PairRules,
  before?: MvpMemory,
): MvpCommand {
  let { eastMps, northMps, upMps } = own;
  const ids = new Set<string>();
  let isNew = false;
  for (const other of neighbours) {
    const motion = relativeMotion(own, other);
    const pairRules = rulesFor(other, rules);
    const change = displace(motion, pairRules, own.id < other.id);
    if (change !== undefined) {
      isNew = true;
      eastMps += change.eastMps;
      northMps += change.northMps;
      upMps += change.upMps;
    }
    if (change !== undefined || (before?.ids.has(other.id) && !isPast(motion, pairRules))) ids.add(other.id);
  }
  if (ids.size === 0) return { velocity: clampVelocity(own.wish, rules.limits), memory: undefined };
  const velocity =
    isNew || before === undefined
      ? clampVelocity({ eastMps, northMps, upMps }, rules.limits)
      : before.velocity;
  return { velocity, memory: { ids, velocity } };
}

/** The change of velocity that one conflict asks for; undefined where there is none. */
function displace(
  motion: RelativeMotion,
  { minima, lookAheadS }: PairRules,
  isFirst: boolean,
): AirVelocity | undefined {
  const interval = conflictInterval(motion, minima, lookAheadS);
  if (interval === undefined) return undefined;
  const { eastM, northM, upM, eastMps, northMps, upMps } = motion;
  const speed2 = eastMps * eastMps + northMps * northMps;
  const closing = eastM * eastMps + northM * northMps;
  const nearestS = speed2 > 0 ? Math.max(-closing / speed2, SHORTEST_S) : SHORTEST_S;
  const [nearEastM, nearNorthM] = [eastM + eastMps * nearestS, northM + northMps * nearestS];
  const distanceM = Math.max(Math.hypot(eastM, northM), SHORTEST_M);
  const nearM = Math.hypot(nearEastM, nearNorthM);
  const isCentred = nearM < CENTRED_M;
  const east = isCentred ? -northM / distanceM : nearEastM / nearM;
  const north = isCentred ? eastM / distanceM : nearNorthM / nearM;
  // Where it passes on the side that it is displaced to; below 0 on the other.
  const asideM = east * nearEastM + north * nearNorthM;
  const widened =
    distanceM > minima.horizontalM
      ? Math.cos(Math.asin(minima.horizontalM / distanceM) - Math.asin(asideM / distanceM))
      : 1;
  const changeMps = Math.max(0, minima.horizontalM / widened - asideM) / nearestS;
  const isAbove = Math.abs(upM) >= minima.verticalM / 2 ? upM > 0 : isFirst;
  const missingUpM = Math.max(0, minima.verticalM - (isAbove ? upM : -upM));
  const climbMps = missingUpM / Math.max(interval.inS, 1) - (isAbove ? upMps : -upMps);
  return {
    eastMps: east * changeMps,
    northMps: north * changeMps,
    upMps: (isAbove ? 1 : -1) * Math.max(0, climbMps),
  };
}

/** No longer coming nearer, and apart. */
function isPast({ eastM, northM, eastMps, northMps }: RelativeMotion, { minima }: PairRules): boolean {
  const isApart = Math.hypot(eastM, northM) >= minima.horizontalM;
  return isApart && eastM * eastMps + northM * northMps >= 0;
}
