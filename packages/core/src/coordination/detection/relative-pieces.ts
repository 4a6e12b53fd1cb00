import type { RelativeMotion } from '../../geo/cylinder-conflict.ts';
import { KNOT_SIZE, knotBefore, type Trajectory, trajectoryEndS } from '../../geo/trajectory.ts';
import { type Forecasts, MOTION_SIZE, STRAIGHT } from './forecasts.ts';

/** Steady relative motion for a while: seconds from the moment of the forecast, and the motion at its begin. */
export interface RelativePiece {
  readonly fromS: number;
  readonly toS: number;
  readonly motion: RelativeMotion;
}

/** Of a row's forecast against another's straight flight, for so many seconds; none while the row is not in the air. */
export function relativePieces(
  { motions, paths, nowS }: Forecasts,
  [row, has]: readonly [row: number, has: number],
  other: number,
  untilS: number,
): readonly RelativePiece[] {
  const its = motionAt(motions, other);
  const path = has === STRAIGHT ? undefined : paths[row];
  if (path) return pathPieces(path, nowS, untilS).map((piece) => against(piece, its));
  return [against({ fromS: 0, toS: untilS, motion: motionAt(motions, row) }, its)];
}

function motionAt(motions: Float64Array, row: number): RelativeMotion {
  const at = row * MOTION_SIZE;
  return {
    ...{ eastM: motions[at] as number, northM: motions[at + 1] as number, upM: motions[at + 2] as number },
    ...{ eastMps: motions[at + 3] as number, northMps: motions[at + 4] as number },
    upMps: motions[at + 5] as number,
  };
}

function against({ fromS, toS, motion }: RelativePiece, its: RelativeMotion): RelativePiece {
  return {
    fromS,
    toS,
    motion: {
      eastM: motion.eastM - (its.eastM + its.eastMps * fromS),
      northM: motion.northM - (its.northM + its.northMps * fromS),
      upM: motion.upM - (its.upM + its.upMps * fromS),
      eastMps: motion.eastMps - its.eastMps,
      northMps: motion.northMps - its.northMps,
      upMps: motion.upMps - its.upMps,
    },
  };
}

/** The legs of a path within so many seconds from now. */
function pathPieces(path: Trajectory, nowS: number, untilS: number): readonly RelativePiece[] {
  const { knots } = path;
  const shiftS = path.startS - nowS;
  const endS = Math.min(untilS, trajectoryEndS(path) - nowS);
  const pieces: RelativePiece[] = [];
  let fromS = Math.max(0, shiftS);
  for (let at = knotBefore(path, fromS - shiftS) * KNOT_SIZE; fromS < endS; at += KNOT_SIZE) {
    const next = at + KNOT_SIZE;
    const isLast = next >= knots.length;
    const toS = Math.min(endS, isLast ? endS : shiftS + (knots[next] as number));
    const flownS = isLast ? 1 : (knots[next] as number) - (knots[at] as number);
    const speed = (axis: number) =>
      isLast ? 0 : ((knots[next + axis] as number) - (knots[at + axis] as number)) / flownS;
    const [eastMps, northMps, upMps] = [speed(1), speed(2), speed(3)];
    const sinceS = fromS - shiftS - (knots[at] as number);
    const motion = {
      eastM: (knots[at + 1] as number) + eastMps * sinceS,
      northM: (knots[at + 2] as number) + northMps * sinceS,
      upM: (knots[at + 3] as number) + upMps * sinceS,
      ...{ eastMps, northMps, upMps },
    };
    if (toS > fromS) pieces.push({ fromS, toS, motion });
    fromS = Math.max(fromS, toS);
  }
  return pieces;
}
