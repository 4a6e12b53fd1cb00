/**
 * Two bodies in straight flight, each within a cylinder that the other must stay out of: when separation is lost, when it
 * is regained, how near they come. Closed forms throughout, in the relative frame. The horizontal discriminant is that of
 * NASA's CD3D (`Horizontal.Delta` in github.com/nasa/daidalus).
 */

/** Own position and velocity less the other's. */
export interface RelativeMotion {
  readonly eastM: number;
  readonly northM: number;
  readonly upM: number;
  readonly eastMps: number;
  readonly northMps: number;
  readonly upMps: number;
}

/** Separation is lost while the horizontal and the vertical distance are both below these; at the edge it is not. */
export interface SeparationMinima {
  readonly horizontalM: number;
  readonly verticalM: number;
}

/** Seconds from now, within the horizon that was asked for. */
export interface ConflictInterval {
  readonly inS: number;
  readonly outS: number;
}

export interface Approach {
  readonly timeS: number;
  readonly horizontalM: number;
  readonly verticalM: number;
}

/** Below 1 separation is lost; 0 is a collision. */
export interface WorstApproach extends Approach {
  readonly severity: number;
}

/** Far beyond any site and any vehicle; squares of squares of it are well within a double. */
const LARGEST = 1e9;
/** Squared speeds below this have lost their digits; what is so slow stands still for longer than there are stars. */
const STILL = 1e-200;

/**
 * When within `[0, horizonS]` separation is lost, or undefined where it never is. The horizon may be Infinity.
 * Throws RangeError for anything but a finite motion, positive minima and a horizon from 0 on.
 */
export function conflictInterval(
  motion: RelativeMotion,
  minima: SeparationMinima,
  horizonS: number,
): ConflictInterval | undefined {
  demandRange(motion, minima, horizonS);
  const { eastM, northM, upM, eastMps, northMps, upMps } = motion;
  const { horizontalM, verticalM } = minima;
  const speed2 = eastMps * eastMps + northMps * northMps;
  const closing = eastM * eastMps + northM * northMps;
  const outside = eastM * eastM + northM * northM - horizontalM * horizontalM;
  // Outside and not closing in, which is most pairs; also outside and still.
  if (outside >= 0 && closing >= 0) return undefined;
  let inS = Number.NEGATIVE_INFINITY;
  let outS = Number.POSITIVE_INFINITY;
  if (speed2 > STILL) {
    // D²v² − det(s,v)² equals b² − ac without its cancellation at a distance.
    const reach = horizontalM * Math.sqrt(speed2);
    const det = Math.abs(eastM * northMps - northM * eastMps);
    if (det >= reach) return undefined;
    const root = Math.sqrt((reach - det) * (reach + det));
    // One root is found without cancellation, the other from the product of both.
    const sum = closing > 0 ? -closing - root : root - closing;
    inS = Math.min(sum / speed2, outside / sum);
    outS = Math.max(sum / speed2, outside / sum);
  } else if (outside >= 0) return undefined;
  if (upMps !== 0) {
    const lower = (-verticalM - upM) / upMps;
    const upper = (verticalM - upM) / upMps;
    inS = Math.max(inS, Math.min(lower, upper));
    outS = Math.min(outS, Math.max(lower, upper));
  } else if (Math.abs(upM) >= verticalM) return undefined;
  if (!(inS < outS && outS > 0 && inS < horizonS)) return undefined;
  return { inS: Math.max(0, inS), outS: Math.min(outS, horizonS) };
}

/** The least horizontal distance within `[0, horizonS]`, and the vertical one at that moment. */
export function closestApproach(motion: RelativeMotion, horizonS: number): Approach {
  demandMotion(motion, horizonS);
  const { eastM, northM, eastMps, northMps } = motion;
  const speed2 = eastMps * eastMps + northMps * northMps;
  const closing = eastM * eastMps + northM * northMps;
  const timeS = speed2 > STILL ? Math.min(Math.max(-closing / speed2, 0), horizonS) : 0;
  return approachAt(motion, timeS);
}

/** `max(d/D, |dz|/H)` of two distances. */
export function severityOf(
  { horizontalM, verticalM }: Pick<Approach, 'horizontalM' | 'verticalM'>,
  minima: SeparationMinima,
): number {
  return Math.max(horizontalM / minima.horizontalM, verticalM / minima.verticalM);
}

/**
 * The moment of least severity within `[0, horizonS]`, the first where there are several. The squares of d/D and of |dz|/H
 * are convex in time and so is the larger of them: its minimum is at an end, at a minimum of either, or where they cross.
 */
export function worstApproach(
  motion: RelativeMotion,
  minima: SeparationMinima,
  horizonS: number,
): WorstApproach {
  demandRange(motion, minima, horizonS);
  const { eastM, northM, upM, eastMps, northMps, upMps } = motion;
  const d2 = minima.horizontalM * minima.horizontalM;
  const h2 = minima.verticalM * minima.verticalM;
  const [a, b] = [eastMps * eastMps + northMps * northMps, eastM * eastMps + northM * northMps];
  const c = eastM * eastM + northM * northM;
  const crossings = rootsOf(
    a / d2 - (upMps * upMps) / h2,
    b / d2 - (upM * upMps) / h2,
    c / d2 - (upM * upM) / h2,
  );
  let worstS = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of [0, -b / a, -upM / upMps, ...crossings, horizonS]) {
    const timeS = Math.min(Math.max(candidate, 0), horizonS);
    if (!Number.isFinite(timeS)) continue;
    const severity = severityOf(approachAt(motion, timeS), minima);
    if (severity > least || (severity === least && timeS >= worstS)) continue;
    worstS = timeS;
    least = severity;
  }
  return { ...approachAt(motion, worstS), severity: least };
}

/** Roots of `a t² + 2 b t + c`. */
function rootsOf(a: number, b: number, c: number): readonly number[] {
  if (a === 0) return [-c / (2 * b)];
  const discriminant = b * b - a * c;
  if (!(discriminant >= 0)) return [];
  const sum = b > 0 ? -b - Math.sqrt(discriminant) : Math.sqrt(discriminant) - b;
  return [sum / a, c / sum];
}

function approachAt(motion: RelativeMotion, timeS: number): Approach {
  const eastM = motion.eastM + motion.eastMps * timeS;
  const northM = motion.northM + motion.northMps * timeS;
  return {
    timeS,
    horizontalM: Math.sqrt(eastM * eastM + northM * northM),
    verticalM: Math.abs(motion.upM + motion.upMps * timeS),
  };
}

function demandRange(
  motion: RelativeMotion,
  { horizontalM, verticalM }: SeparationMinima,
  horizonS: number,
): void {
  if (!(horizontalM > 0 && horizontalM <= LARGEST && verticalM > 0 && verticalM <= LARGEST))
    throw new RangeError(`minima of ${horizontalM} m and ${verticalM} m are not both above 0 and finite`);
  demandMotion(motion, horizonS);
}

function demandMotion(motion: RelativeMotion, horizonS: number): void {
  const position = Math.abs(motion.eastM) + Math.abs(motion.northM) + Math.abs(motion.upM);
  const velocity = Math.abs(motion.eastMps) + Math.abs(motion.northMps) + Math.abs(motion.upMps);
  if (!(position <= LARGEST && velocity <= LARGEST))
    throw new RangeError(`a motion of ${JSON.stringify(motion)} is not finite, or out of range`);
  if (!(horizonS >= 0)) throw new RangeError(`a horizon of ${horizonS} s is not from 0 on`);
}
