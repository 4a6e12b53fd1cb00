/**
 * Staying well clear of aircraft that do not cooperate: the volume of NASA's WCV_TAUMOD (RTCA DO-365, github.com/nasa/daidalus),
 * which is a cylinder that grows toward whoever closes in, and a height that is given up where its rate is not known.
 * Closed forms in the relative frame; with no `tauS` and no `climbMps` it is the cylinder of `conflictInterval`.
 */
import type { ConflictInterval, RelativeMotion, SeparationMinima } from './cylinder-conflict.ts';

export interface WellClearMinima extends SeparationMinima {
  /** Lost also while the modified tau is below this on a path that leads within `horizontalM`. */
  readonly tauS: number;
  /** The other may climb or sink as fast from now on, besides what the motion says; 0 where its rate is known. */
  readonly climbMps: number;
}

type Span = readonly [fromS: number, toS: number];

/** When within `[0, horizonS]` well clear is lost, or undefined where it never is. At the edge it is not lost. */
export function wellClearInterval(
  motion: RelativeMotion,
  minima: WellClearMinima,
  horizonS: number,
): ConflictInterval | undefined {
  const level = levelSpan(motion, minima);
  if (level === undefined) return undefined;
  const upright = uprightSpan(motion, minima);
  const inS = Math.max(level[0], upright[0]);
  const outS = Math.min(level[1], upright[1]);
  if (!(inS < outS && outS > 0 && inS < horizonS)) return undefined;
  return { inS: Math.max(0, inS), outS: Math.min(outS, horizonS) };
}

/**
 * From the moment at which the modified tau `(D² − |s|²) / (s·v)` falls to `tauS`, which is the first root of
 * `v² t² + (2 s·v + tau v²) t + s² + tau s·v − D²`, until the cylinder is left; only for paths that lead into the cylinder.
 */
function levelSpan(motion: RelativeMotion, { horizontalM, tauS }: WellClearMinima): Span | undefined {
  const { eastM, northM, eastMps, northMps } = motion;
  const speed2 = eastMps * eastMps + northMps * northMps;
  const closing = eastM * eastMps + northM * northMps;
  const outside = eastM * eastM + northM * northM - horizontalM * horizontalM;
  if (!(speed2 > STILL)) return outside < 0 ? ALWAYS : undefined;
  const reach = horizontalM * Math.sqrt(speed2);
  const det = Math.abs(eastM * northMps - northM * eastMps);
  if (det >= reach) return undefined;
  const root = Math.sqrt((reach - det) * (reach + det));
  const leftS = closing > 0 ? outside / (-closing - root) : (root - closing) / speed2;
  const half = closing + (tauS * speed2) / 2;
  const beyond = outside + tauS * closing;
  // The path leads into the cylinder, where the polynomial is below 0: it has two roots, but for rounding.
  const tauRoot = Math.sqrt(Math.max(0, half * half - speed2 * beyond));
  const fromS = half > 0 ? (-half - tauRoot) / speed2 : beyond / (tauRoot - half);
  return [fromS, leftS];
}

/** While the height apart, less what the other can have climbed or sunk, is below the minimum. */
function uprightSpan({ upM, upMps }: RelativeMotion, { verticalM, climbMps }: WellClearMinima): Span {
  const above = belowZero(upM - verticalM, upMps - climbMps);
  const below = belowZero(-upM - verticalM, -upMps - climbMps);
  return [Math.max(above[0], below[0]), Math.min(above[1], below[1])];
}

/** When `at + rate t` is below 0. */
function belowZero(at: number, rate: number): Span {
  if (rate === 0) return at < 0 ? ALWAYS : NEVER;
  return rate < 0 ? [-at / rate, Number.POSITIVE_INFINITY] : [Number.NEGATIVE_INFINITY, -at / rate];
}

const ALWAYS: Span = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
const NEVER: Span = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
/** Squared speeds below this have lost their digits. */
const STILL = 1e-200;
