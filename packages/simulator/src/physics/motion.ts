import { AIR_DENSITY_KGPM3, AIRFRAME, GRAVITY_MPS2, STEP_S } from './airframe.ts';
import { type FleetState, PHASE } from './fleet-state.ts';

/** Drag over mass, per (m/s)²: a = k·V². */
export const DRAG_PER_M = (0.5 * AIR_DENSITY_KGPM3 * AIRFRAME.dragAreaM2) / AIRFRAME.massKg;
/** How fast the autopilot's idea of the wind follows the wind. */
const BELIEF_PER_STEP = STEP_S / 0.8;
/** Level acceleration at the steepest tilt. */
const MAX_PUSH_MPS2 = GRAVITY_MPS2 * AIRFRAME.maxTiltTan;

/**
 * Moves every airborne drone by one step: the autopilot tilts for the acceleration it wants and the drag it expects,
 * the tilt is limited, and the real drag acts. So a gust pushes before it is met, and a wind beyond the tilt's limit
 * carries the drone away. Semi-implicit Euler with the trapezoid for position.
 */
export function move(state: FleetState): void {
  const { phase, count, z, vz, az, jz } = state;
  moveLevel(state);
  for (let i = 0; i < count; i++) {
    if ((phase[i] as number) < PHASE.takeoff) continue;
    const before = vz[i] as number;
    const accel = (az[i] as number) + (jz[i] as number) * STEP_S;
    const after = before + accel * STEP_S;
    az[i] = accel;
    vz[i] = after;
    z[i] = Math.max(0, (z[i] as number) + ((before + after) / 2) * STEP_S);
  }
}

function moveLevel(state: FleetState): void {
  const { phase, count, x, y, vx, vy, ax, ay, jx, jy, windX, windY, beliefX, beliefY, thrustFactor } = state;
  for (let i = 0; i < count; i++) {
    if ((phase[i] as number) < PHASE.takeoff) continue;
    const beforeX = vx[i] as number;
    const beforeY = vy[i] as number;
    const airX = beforeX - (windX[i] as number);
    const airY = beforeY - (windY[i] as number);
    const drag = DRAG_PER_M * Math.sqrt(airX * airX + airY * airY);
    const expectedX = beforeX - (beliefX[i] as number);
    const expectedY = beforeY - (beliefY[i] as number);
    const expectedDrag = DRAG_PER_M * Math.sqrt(expectedX * expectedX + expectedY * expectedY);
    beliefX[i] = (beliefX[i] as number) + (expectedX - airX) * BELIEF_PER_STEP;
    beliefY[i] = (beliefY[i] as number) + (expectedY - airY) * BELIEF_PER_STEP;
    const accelX = (ax[i] as number) + (jx[i] as number) * STEP_S;
    const accelY = (ay[i] as number) + (jy[i] as number) * STEP_S;
    ax[i] = accelX;
    ay[i] = accelY;
    const pushX = accelX + expectedDrag * expectedX;
    const pushY = accelY + expectedDrag * expectedY;
    const push2 = pushX * pushX + pushY * pushY;
    const most = MAX_PUSH_MPS2 * (thrustFactor[i] as number);
    const share = push2 > most * most ? most / Math.sqrt(push2) : 1;
    const afterX = beforeX + (pushX * share - drag * airX) * STEP_S;
    const afterY = beforeY + (pushY * share - drag * airY) * STEP_S;
    vx[i] = afterX;
    vy[i] = afterY;
    x[i] = (x[i] as number) + ((beforeX + afterX) / 2) * STEP_S;
    y[i] = (y[i] as number) + ((beforeY + afterY) / 2) * STEP_S;
  }
}
