/** Two drones of the fleet, by one forecast of each: the exact checks of straight flight and of plans. */
import {
  type ConflictInterval,
  conflictInterval,
  type RelativeMotion,
  worstApproach,
} from '../../geo/cylinder-conflict.ts';
import type { Trajectory } from '../../geo/trajectory.ts';
import { firstConflict, firstLossS } from '../../geo/trajectory-conflict.ts';
import { type Forecasts, MOTION_SIZE, STRAIGHT } from './forecasts.ts';
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

function straightLoss({ motions }: Forecasts, pair: PairCase): ConflictInterval | undefined {
  const one = pair.one * MOTION_SIZE;
  const other = pair.other * MOTION_SIZE;
  motion.eastM = (motions[one] as number) - (motions[other] as number);
  motion.northM = (motions[one + 1] as number) - (motions[other + 1] as number);
  motion.upM = (motions[one + 2] as number) - (motions[other + 2] as number);
  motion.eastMps = (motions[one + 3] as number) - (motions[other + 3] as number);
  motion.northMps = (motions[one + 4] as number) - (motions[other + 4] as number);
  motion.upMps = (motions[one + 5] as number) - (motions[other + 5] as number);
  return conflictInterval(motion as RelativeMotion, pair, pair.horizonS);
}

function pathsOf(forecasts: Forecasts, { one, oneHas, other, otherHas, horizonS }: PairCase) {
  return [pathOf(forecasts, one, oneHas, horizonS), pathOf(forecasts, other, otherHas, horizonS)] as const;
}

/** Straight flight has the horizon's end for its last knot. */
function pathOf({ motions, paths, nowS }: Forecasts, row: number, has: number, horizonS: number): Trajectory {
  if (has !== STRAIGHT) return paths[row] as Trajectory;
  const lastS = Math.max(horizonS, 1);
  const knots = new Float64Array(8);
  knots[4] = lastS;
  for (let axis = 0; axis < 3; axis += 1) {
    const at = row * MOTION_SIZE + axis;
    const hereM = motions[at] as number;
    knots[1 + axis] = hereM;
    knots[5 + axis] = hereM + (motions[at + 3] as number) * lastS;
  }
  return { id: '', startS: nowS, knots, afterwards: 'hovering' };
}
