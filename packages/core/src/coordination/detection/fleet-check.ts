/** Two drones of the fleet, by one forecast of each: the exact checks of straight flight and of plans. */
import {
  type ConflictInterval,
  conflictInterval,
  type RelativeMotion,
  worstApproach,
} from '../../geo/cylinder-conflict.ts';
import type { Trajectory } from '../../geo/trajectory.ts';
import { firstConflict, firstLossS } from '../../geo/trajectory-conflict.ts';
import { type Forecasts, STRAIGHT } from './forecasts.ts';
import type { CaseEvidence, PairCase } from './pair-case.ts';

const motion = { eastM: 0, northM: 0, upM: 0, eastMps: 0, northMps: 0, upMps: 0 };

/** Seconds until separation is lost, or undefined. */
export function fleetLossS(forecasts: Forecasts, pair: PairCase): number | undefined {
  if (isStraight(pair)) return straightLoss(forecasts, pair)?.inS;
  const { nowS } = forecasts;
  const [one, other] = pathsOf(forecasts, pair);
  const lostS = firstLossS(one, other, pair, [nowS, nowS + pair.horizonS]);
  return lostS === undefined ? undefined : Math.max(0, lostS - nowS);
}

export function fleetEvidence(forecasts: Forecasts, pair: PairCase): CaseEvidence | undefined {
  const { horizontalM: needHorizontalM, verticalM: needVerticalM, horizonS } = pair;
  if (isStraight(pair)) {
    const lost = straightLoss(forecasts, pair);
    if (lost === undefined) return undefined;
    const { timeS: worstS, ...worst } = worstApproach(motion, pair, horizonS);
    return { ...lost, worstS, ...worst, needHorizontalM, needVerticalM };
  }
  const { nowS } = forecasts;
  const [one, other] = pathsOf(forecasts, pair);
  const lost = firstConflict(one, other, pair, [nowS, nowS + horizonS]);
  if (lost === undefined) return undefined;
  const { lostS, regainedS, worstS, severity, horizontalM, verticalM } = lost;
  return {
    inS: Math.max(0, lostS - nowS),
    outS: regainedS - nowS,
    worstS: worstS - nowS,
    ...{ horizontalM, verticalM, needHorizontalM, needVerticalM, severity },
  };
}

const isStraight = ({ oneHas, otherHas }: PairCase): boolean => oneHas === STRAIGHT && otherHas === STRAIGHT;

function straightLoss({ straight }: Forecasts, pair: PairCase): ConflictInterval | undefined {
  const { one, other } = pair;
  motion.eastM = (straight.eastM[one] as number) - (straight.eastM[other] as number);
  motion.northM = (straight.northM[one] as number) - (straight.northM[other] as number);
  motion.upM = (straight.upM[one] as number) - (straight.upM[other] as number);
  motion.eastMps = (straight.eastMps[one] as number) - (straight.eastMps[other] as number);
  motion.northMps = (straight.northMps[one] as number) - (straight.northMps[other] as number);
  motion.upMps = (straight.upMps[one] as number) - (straight.upMps[other] as number);
  return conflictInterval(motion as RelativeMotion, pair, pair.horizonS);
}

function pathsOf(forecasts: Forecasts, { one, oneHas, other, otherHas, horizonS }: PairCase) {
  return [pathOf(forecasts, one, oneHas, horizonS), pathOf(forecasts, other, otherHas, horizonS)] as const;
}

/** Straight flight has the horizon's end for its last knot. */
function pathOf(
  { straight, paths, nowS }: Forecasts,
  row: number,
  has: number,
  horizonS: number,
): Trajectory {
  if (has !== STRAIGHT) return paths[row] as Trajectory;
  const [eastM, northM, upM] = [straight.eastM[row], straight.northM[row], straight.upM[row]] as number[];
  const lastS = Math.max(horizonS, 1);
  const knots = new Float64Array(8);
  knots[1] = eastM as number;
  knots[2] = northM as number;
  knots[3] = upM as number;
  knots[4] = lastS;
  knots[5] = (eastM as number) + (straight.eastMps[row] as number) * lastS;
  knots[6] = (northM as number) + (straight.northMps[row] as number) * lastS;
  knots[7] = (upM as number) + (straight.upMps[row] as number) * lastS;
  return { id: '', startS: nowS, knots, afterwards: 'hovering' };
}
