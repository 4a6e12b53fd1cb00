import type { RelativeMotion } from '../../geo/cylinder-conflict.ts';
import { KNOT_SIZE, knotBefore, type Trajectory, trajectoryEndS } from '../../geo/trajectory.ts';
import { type Forecasts, STRAIGHT } from './forecasts.ts';

/** Steady relative motion for a while: seconds from the moment of the forecast, and the motion at its begin. */
export interface RelativePiece {
  readonly fromS: number;
  readonly toS: number;
  readonly motion: RelativeMotion;
}

/** Of a row's forecast against another's straight flight, for so many seconds; none while the row is not in the air. */
export function relativePieces(
  forecasts: Forecasts,
  [row, has]: readonly [row: number, has: number],
  other: number,
  untilS: number,
): readonly RelativePiece[] {
  const { straight, nowS } = forecasts;
  const path = has === STRAIGHT ? undefined : forecasts.paths[row];
  if (path) return pathPieces(path, nowS, untilS).map((piece) => against(piece, forecasts, other));
  const motion = {
    ...{ eastM: straight.eastM[row] as number, northM: straight.northM[row] as number },
    ...{ upM: straight.upM[row] as number, eastMps: straight.eastMps[row] as number },
    ...{ northMps: straight.northMps[row] as number, upMps: straight.upMps[row] as number },
  };
  return [against({ fromS: 0, toS: untilS, motion }, forecasts, other)];
}

function against(
  { fromS, toS, motion }: RelativePiece,
  { straight }: Forecasts,
  other: number,
): RelativePiece {
  const [eastMps, northMps] = [straight.eastMps[other] as number, straight.northMps[other] as number];
  const upMps = straight.upMps[other] as number;
  return {
    fromS,
    toS,
    motion: {
      eastM: motion.eastM - ((straight.eastM[other] as number) + eastMps * fromS),
      northM: motion.northM - ((straight.northM[other] as number) + northMps * fromS),
      upM: motion.upM - ((straight.upM[other] as number) + upMps * fromS),
      ...{
        eastMps: motion.eastMps - eastMps,
        northMps: motion.northMps - northMps,
        upMps: motion.upMps - upMps,
      },
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
