/** How near two flights come to each other, whether separation is lost or not. */
import type { SeparationMinima } from '../../geo/cylinder-conflict.ts';
import type { Trajectory } from '../../geo/trajectory.ts';
import { firstConflict, type TimeSpan } from '../../geo/trajectory-conflict.ts';

export interface PredictedSeparation {
  readonly between: readonly [string, string];
  /** `max(d/D, |dz|/H)`: below 1 separation is lost. */
  readonly severity: number;
  readonly horizontalM: number;
  readonly verticalM: number;
  /** Seconds since 1970 of the worst moment. */
  readonly atS: number;
  /** When separation is lost first; undefined where it is not. */
  readonly lostS?: number;
}

/** Farther apart is as good as out of sight. */
const FAR = 4;

/** The worst within a span; undefined where they stay four minima apart. */
export function predictSeparation(
  one: Trajectory,
  other: Trajectory,
  minima: SeparationMinima,
  [fromS, toS]: TimeSpan,
): PredictedSeparation | undefined {
  const wide = { horizontalM: FAR * minima.horizontalM, verticalM: FAR * minima.verticalM };
  let worst: PredictedSeparation | undefined;
  for (let nextS = fromS; nextS < toS; ) {
    const near = firstConflict(one, other, wide, [nextS, toS]);
    if (near === undefined) break;
    const severity = FAR * near.severity;
    if (worst === undefined || severity < worst.severity) {
      const { horizontalM, verticalM, worstS } = near;
      worst = { between: [one.id, other.id], severity, horizontalM, verticalM, atS: worstS };
    }
    nextS = Math.max(near.regainedS, nextS + SHORTEST_S);
  }
  if (worst === undefined || worst.severity >= 1) return worst;
  const lostS = firstConflict(one, other, minima, [fromS, toS])?.lostS;
  return lostS === undefined ? worst : { ...worst, lostS };
}

/** A span that begins where the last one ended would be empty by rounding. */
const SHORTEST_S = 1e-3;
