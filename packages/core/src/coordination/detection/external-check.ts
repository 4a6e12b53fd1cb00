/** A drone of the fleet against traffic that is not its own: strangers' drones, and manned aircraft to stay well clear of. */
import { type ConflictInterval, closestApproach } from '../../geo/cylinder-conflict.ts';
import { type WellClearMinima, wellClearInterval } from '../../geo/well-clear.ts';
import type { CaseEvidence } from './pair-case.ts';
import type { RelativePiece } from './relative-pieces.ts';

/** The first loss within `[0, horizonS]`. */
export function externalLoss(
  pieces: readonly RelativePiece[],
  minima: WellClearMinima,
  horizonS: number,
): ConflictInterval | undefined {
  let found: ConflictInterval | undefined;
  for (const piece of pieces) {
    const lost = lossWithin(piece, minima, horizonS);
    const isSame = found !== undefined && lost !== undefined && lost.inS <= found.outS;
    if (found !== undefined && !isSame) break;
    if (lost !== undefined) found = { inS: found?.inS ?? lost.inS, outS: lost.outS };
  }
  return found;
}

/** The height that can have been climbed by the begin of a piece is added to the minimum. */
function lossWithin(
  { fromS, toS, motion }: RelativePiece,
  minima: WellClearMinima,
  horizonS: number,
): ConflictInterval | undefined {
  const lastS = Math.min(toS, horizonS);
  if (lastS < fromS) return undefined;
  const verticalM = minima.verticalM + minima.climbMps * fromS;
  const lost = wellClearInterval(motion, { ...minima, verticalM }, lastS - fromS);
  return lost && { inS: fromS + lost.inS, outS: lost.outS === lastS - fromS ? lastS : fromS + lost.outS };
}

/**
 * A loss with its closest approach, which may be beyond the horizon: well clear is lost before the cylinder is entered. A
 * height that is not known counts for as little as it may be.
 */
export function externalEvidence(
  pieces: readonly RelativePiece[],
  minima: WellClearMinima,
  lost: ConflictInterval,
): CaseEvidence {
  let worst = { worstS: lost.inS, horizontalM: Number.POSITIVE_INFINITY, verticalM: 0 };
  for (const { fromS, toS, motion } of pieces) {
    if (toS < lost.inS) continue;
    const skipS = Math.max(0, lost.inS - fromS);
    const from = {
      ...motion,
      eastM: motion.eastM + motion.eastMps * skipS,
      northM: motion.northM + motion.northMps * skipS,
      upM: motion.upM + motion.upMps * skipS,
    };
    const { timeS, ...miss } = closestApproach(from, toS - fromS - skipS);
    if (miss.horizontalM < worst.horizontalM) worst = { worstS: fromS + skipS + timeS, ...miss };
  }
  const { horizontalM: needHorizontalM, verticalM: needVerticalM, climbMps } = minima;
  const surelyUpM = Math.max(0, worst.verticalM - climbMps * worst.worstS);
  const severity = Math.max(worst.horizontalM / needHorizontalM, surelyUpM / needVerticalM);
  return { ...lost, ...worst, needHorizontalM, needVerticalM, severity };
}
