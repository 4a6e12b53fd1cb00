/**
 * How two vehicles are kept apart: across the ground, by a half-plane of velocities (ORCA: van den Berg, Guy, Lin, Manocha
 * 2011), or in height, by a bound on the vertical speed, whichever changes less. Both sides come to the same numbers, with
 * opposite signs, and each makes half of the change.
 */
import {
  type ConflictInterval,
  conflictInterval,
  type RelativeMotion,
  type SeparationMinima,
} from '../../geo/cylinder-conflict.ts';
import { type AirLimits, type AirMotion, type NeighbourMotion, relativeMotion } from './air-motion.ts';
import type { HalfPlane } from './half-planes.ts';

/** How a pair is kept apart, as one side sees it; kept from one cycle to the next. */
export type PairMode = 'across' | 'above' | 'below';

export interface PairRules {
  /** Buffers included. */
  readonly minima: SeparationMinima;
  readonly lookAheadS: number;
  readonly cycleS: number;
  readonly limits: AirLimits;
}

export interface PairConstraint {
  readonly id: string;
  readonly mode: PairMode;
  /** The cylinder is entered after so many seconds if nothing changes; Infinity if it is not. */
  readonly inS: number;
  /** Change of the relative velocity that this mode asks for, in m/s; below 0 there is that much to spare. */
  readonly changeMps: number;
  readonly plane?: HalfPlane;
  /** Vertical speed, at least (above) or at most (below). */
  readonly boundMps?: number;
}

interface Across {
  readonly east: number;
  readonly north: number;
  readonly changeMps: number;
}

interface Vertical {
  readonly isAbove: boolean;
  readonly changeMps: number;
  /** Of the upper less the lower. */
  readonly leastMps: number;
}

/** A cylinder without top and bottom. */
const ANY_HEIGHT_M = 1e6;
/** Inside the cylinder, the way out is looked for within this. */
const ESCAPE_S = 2;
/** A change of height is dearer than as much change across the ground. */
const VERTICAL_WEIGHT = 1.5;
/** A mode is kept unless it is so much worse than the other. */
const KEPT = 1.5;
/** No change is so small that a mode is left for it. */
const KEPT_MPS = 0.5;
/** Of the vertical speeds of both together. */
const USABLE = 0.9;

/** The constraint of one neighbour on the own velocity; `before` is the mode that the pair was in. */
export function constrainPair(
  own: AirMotion,
  other: NeighbourMotion,
  usual: PairRules,
  before?: PairMode,
): PairConstraint {
  const rules = rulesFor(other, usual);
  const motion = relativeMotion(own, other);
  const across = toAcross(motion, rules, own.id < other.id);
  const meeting = conflictInterval(motion, { ...rules.minima, verticalM: ANY_HEIGHT_M }, rules.lookAheadS);
  const vertical = toVertical(motion, rules, { meeting, before, isFirst: own.id < other.id });
  const inS =
    (meeting && conflictInterval(motion, rules.minima, rules.lookAheadS)?.inS) ?? Number.POSITIVE_INFINITY;
  const share = other.isCooperative === false ? 1 : 0.5;
  if (vertical === undefined || !isVerticalBetter(across.changeMps, vertical.changeMps, before)) {
    const { east, north, changeMps } = across;
    const ownMps = east * own.eastMps + north * own.northMps;
    const plane = { east, north, leastMps: ownMps + share * changeMps };
    return { id: other.id, mode: 'across', inS, changeMps, plane };
  }
  return {
    id: other.id,
    mode: vertical.isAbove ? 'above' : 'below',
    inS,
    changeMps: vertical.changeMps,
    boundMps: share === 1 ? aloneBound(vertical, other) : sharedBound(vertical, own, other, rules.limits),
  };
}

/** Some are kept farther from than others. */
export function rulesFor({ minima }: NeighbourMotion, rules: PairRules): PairRules {
  return minima ? { ...rules, minima } : rules;
}

function isVerticalBetter(acrossMps: number, verticalMps: number, before: PairMode | undefined): boolean {
  const weighedMps = VERTICAL_WEIGHT * verticalMps;
  if (before === undefined) return weighedMps < acrossMps;
  const [kept, other] = before === 'across' ? [acrossMps, weighedMps] : [weighedMps, acrossMps];
  const isKept = kept <= other + Math.max((KEPT - 1) * Math.abs(other), KEPT_MPS);
  return isKept === (before !== 'across');
}

/**
 * The least change that takes the relative velocity out of the velocity obstacle, a cone that is cut off by a disc: seen
 * from the own vehicle the other is at `-s`, and every relative velocity in it meets the cylinder within the look-ahead.
 */
function toAcross(
  motion: RelativeMotion,
  { minima, lookAheadS, cycleS }: PairRules,
  isFirst: boolean,
): Across {
  const [px, py] = [-motion.eastM, -motion.northM];
  const { eastMps: vx, northMps: vy } = motion;
  const radiusM = minima.horizontalM;
  const p2 = px * px + py * py;
  const isOutside = p2 > radiusM * radiusM;
  const windowS = isOutside ? lookAheadS : Math.max(ESCAPE_S, cycleS);
  const [wx, wy] = [vx - px / windowS, vy - py / windowS];
  const w2 = wx * wx + wy * wy;
  const inwards = wx * px + wy * py;
  if (!isOutside || (inwards < 0 && inwards * inwards > radiusM * radiusM * w2)) {
    const w = Math.sqrt(w2);
    const changeMps = radiusM / windowS - w;
    if (w > 0) return { east: wx / w, north: wy / w, changeMps };
    // No direction is nearer than another: apart, and for two in one place by their names.
    const p = Math.sqrt(p2);
    if (p > 0) return { east: -px / p, north: -py / p, changeMps };
    return { east: isFirst ? 1 : -1, north: 0, changeMps };
  }
  const leg = Math.sqrt(p2 - radiusM * radiusM);
  // Straight at each other both go to their right.
  const left = px * wy - py * wx > 0 ? 1 : -1;
  const dx = (px * leg - left * py * radiusM) / p2;
  const dy = (py * leg + left * px * radiusM) / p2;
  const [east, north] = [-left * dy, left * dx];
  return { east, north, changeMps: -(east * vx + north * vy) };
}

interface Encounter {
  /** Within the horizontal minimum of each other, at whatever heights. */
  readonly meeting: ConflictInterval | undefined;
  readonly before: PairMode | undefined;
  /** By name. */
  readonly isFirst: boolean;
}

/** Undefined where they do not meet, and where they cannot climb and descend out of it in time. */
function toVertical(
  motion: RelativeMotion,
  { minima: { verticalM }, limits, lookAheadS }: PairRules,
  { meeting, before, isFirst }: Encounter,
): Vertical | undefined {
  const { inS, outS } = meeting ?? { inS: 0, outS: lookAheadS };
  const isAbove = isUpper(motion, verticalM, { inS, isFirst, before });
  const apartM = isAbove ? motion.upM : -motion.upM;
  const apartMps = isAbove ? motion.upMps : -motion.upMps;
  const missingM = verticalM - apartM;
  if (meeting === undefined && missingM > 0) return undefined;
  const leastMps = missingM <= 0 ? missingM / outS : missingM / Math.max(inS, 1);
  if (leastMps > USABLE * (limits.climbMps + limits.descentMps)) return undefined;
  return { isAbove, changeMps: leastMps - apartMps, leastMps };
}

/** Whoever is higher, or will be when they meet; where that is no matter of course, by their names. */
function isUpper(
  { upM, upMps }: RelativeMotion,
  verticalM: number,
  {
    inS,
    isFirst,
    before,
  }: { readonly inS: number; readonly isFirst: boolean; readonly before?: PairMode | undefined },
): boolean {
  if (Math.abs(upM) >= verticalM / 2) return upM > 0;
  const kept = before === 'above' ? 1 : -1;
  const thenM =
    upM + upMps * inS + (before === undefined || before === 'across' ? 0 : (kept * verticalM) / 2);
  return Math.abs(thenM) >= verticalM / 4 ? thenM > 0 : isFirst;
}

/** Half of the change each; what one is not able to do the other does. */
function sharedBound(
  { isAbove, changeMps, leastMps }: Vertical,
  own: AirMotion,
  other: AirMotion,
  { climbMps, descentMps }: AirLimits,
): number {
  const upper = isAbove ? own : other;
  let upperMps = Math.min(climbMps, upper.upMps + changeMps / 2);
  let lowerMps = upperMps - leastMps;
  if (lowerMps < -descentMps) {
    lowerMps = -descentMps;
    upperMps = lowerMps + leastMps;
  }
  return isAbove ? upperMps : lowerMps;
}

/** All of the change: the other goes on as it does. */
function aloneBound({ isAbove, leastMps }: Vertical, other: AirMotion): number {
  return isAbove ? other.upMps + leastMps : other.upMps - leastMps;
}
