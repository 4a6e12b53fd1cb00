import { KNOT_SIZE, knotBefore, positionAt, type Trajectory } from '../../geo/trajectory.ts';
import type { ForecastLimits } from './forecast-limits.ts';
import type { Sky } from './sky.ts';

/** Whether a vehicle flies its plan; `none` also where it has none for this moment. */
export type Conformance = 'kept' | 'doubtful' | 'none';

/** At a corner a vehicle has turned a moment before its plan, or a moment after. */
const CORNER_S = 2;

/** Of the vehicle where and when it was heard last: within the limits of its plan, within twice as much, or not. */
export function conformanceOf(sky: Sky, row: number, nowS: number, limits: ForecastLimits): Conformance {
  const plan = sky.plans[row];
  if (plan === undefined) return 'none';
  const heardS = nowS - (sky.ageS[row] as number);
  const planned = positionAt(plan, heardS);
  if (planned === undefined) return 'none';
  const offM = Math.hypot(
    (sky.eastM[row] as number) - planned.eastM,
    (sky.northM[row] as number) - planned.northM,
  );
  const offUpM = Math.abs((sky.upM[row] as number) - planned.upM);
  const off = Math.max(offM / limits.offPlanM, offUpM / limits.offPlanUpM);
  if (off > 2) return 'none';
  const isAlong = [0, CORNER_S, -CORNER_S].some(
    (asideS) => offSpeedMps(sky, row, plan, heardS + asideS) <= limits.offPlanMps,
  );
  return off <= 1 && isAlong ? 'kept' : 'doubtful';
}

function offSpeedMps(sky: Sky, row: number, plan: Trajectory, timeS: number): number {
  const { startS, knots } = plan;
  const at = knotBefore(plan, timeS - startS) * KNOT_SIZE;
  const next = at + KNOT_SIZE;
  const flownS =
    next < knots.length ? (knots[next] as number) - (knots[at] as number) : Number.POSITIVE_INFINITY;
  const offMps = (column: Float64Array, axis: number) =>
    (column[row] as number) -
    (next < knots.length ? ((knots[next + axis] as number) - (knots[at + axis] as number)) / flownS : 0);
  return Math.hypot(offMps(sky.eastMps, 1), offMps(sky.northMps, 2), offMps(sky.upMps, 3));
}
