import { STEP_S } from '../physics/airframe.ts';
import { PHASE } from '../physics/fleet-state.ts';
import { accept, type Cockpit, type Decide, refuseOrder } from './decision.ts';
import { aimAtLeg, type Leg, WAYPOINT_RADIUS_M } from './flight-plan.ts';
import { airborne, setAside } from './motion-orders.ts';
import { stop } from './pilot.ts';
import { isObjection, numberOf, type Objection, object, type Params, readLeg } from './place.ts';

/**
 * Making way for others: to the points one after the other, standing at the last, and holding once its time is over. A mission
 * goes on afterwards at the waypoint it was on its way to: nobody flies back into a conflict for the sake of its track.
 */

const MAX_POINTS = 32;
const MAX_LAPSE_S = 60;

export const avoid: Decide = (cockpit, i, params) => {
  const { state, plan } = cockpit;
  const legs = readPoints(params, cockpit, i);
  if (isObjection(legs)) return refuseOrder('denied', legs.objection);
  const lapseS = numberOf(params, 'lapse_s', 'lapseS') ?? Number.NaN;
  if (!(lapseS > 0 && lapseS <= MAX_LAPSE_S))
    return refuseOrder('denied', `lapse_s must be above 0, at most ${MAX_LAPSE_S} seconds`);
  if (!airborne(cockpit, i)) return refuseOrder('temporarily_rejected', 'not in the air');
  if ((state.phase[i] as number) >= PHASE.returning)
    return refuseOrder('temporarily_rejected', 'on its way home or down');
  return accept(() => {
    setAside(cockpit, i);
    const [first, ...rest] = legs;
    plan.avoiding.set(i, { legs: rest, leftSteps: Math.round(lapseS / STEP_S) });
    plan.braking[i] = 0;
    if (!first) return stop(state, plan, i, PHASE.avoid);
    state.phase[i] = PHASE.avoid;
    aimAtLeg(state, plan, i, first);
  });
};

function readPoints({ points = [] }: Params, cockpit: Cockpit, i: number): readonly Leg[] | Objection {
  if (!Array.isArray(points) || points.length > MAX_POINTS)
    return object(`points must be an array of at most ${MAX_POINTS}`);
  const legs: Leg[] = [];
  for (const [at, point] of points.entries()) {
    const isPlace = typeof point === 'object' && point !== null;
    const leg = isPlace
      ? readLeg(point as Params, cockpit, cockpit.state.z[i] as number)
      : object('not a place');
    if (isObjection(leg)) return object(`points[${at}]: ${leg.objection}`);
    legs.push(at < points.length - 1 ? { ...leg, radiusM: WAYPOINT_RADIUS_M } : leg);
  }
  return legs;
}
