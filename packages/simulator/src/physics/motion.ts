import { AIR_DENSITY_KGPM3, AIRFRAME, GRAVITY_MPS2, STEP_S } from './airframe.ts';
import { type FleetState, PHASE } from './fleet-state.ts';

/** Drag over mass, per (m/s)²: a = k·V². */
export const DRAG_PER_M = (0.5 * AIR_DENSITY_KGPM3 * AIRFRAME.dragAreaM2) / AIRFRAME.massKg;
/** How fast the autopilot's idea of the wind follows the wind. */
const BELIEF_PER_STEP = STEP_S / 0.8;

/**
 * Moves every airborne drone by one step: the autopilot tilts for the acceleration it wants and the drag it expects,
 * the tilt is limited, and the real drag acts. So a gust pushes before it is met, and a wind beyond the tilt's limit
 * carries the drone away. Semi-implicit Euler with the trapezoid for position.
 */
export function move(state: FleetState): void {
  const { phase, count, z, vz, az } = state;
  for (let i = 0; i < count; i++) {
    if ((phase[i] as number) < PHASE.takeoff) continue;
    moveLevel(state, i);
    const before = vz[i] as number;
    const after = before + (az[i] as number) * STEP_S;
    vz[i] = after;
    z[i] = Math.max(0, (z[i] as number) + ((before + after) / 2) * STEP_S);
  }
}

function moveLevel(state: FleetState, i: number): void {
  const vx = state.vx[i] as number;
  const vy = state.vy[i] as number;
  const airX = vx - (state.windX[i] as number);
  const airY = vy - (state.windY[i] as number);
  const drag = DRAG_PER_M * Math.sqrt(airX * airX + airY * airY);
  const beliefX = state.beliefX[i] as number;
  const beliefY = state.beliefY[i] as number;
  const expectedX = vx - beliefX;
  const expectedY = vy - beliefY;
  const expectedDrag = DRAG_PER_M * Math.sqrt(expectedX * expectedX + expectedY * expectedY);
  state.beliefX[i] = beliefX + ((state.windX[i] as number) - beliefX) * BELIEF_PER_STEP;
  state.beliefY[i] = beliefY + ((state.windY[i] as number) - beliefY) * BELIEF_PER_STEP;
  const pushX = (state.ax[i] as number) + expectedDrag * expectedX;
  const pushY = (state.ay[i] as number) + expectedDrag * expectedY;
  const push = Math.sqrt(pushX * pushX + pushY * pushY);
  const most = GRAVITY_MPS2 * AIRFRAME.maxTiltTan * (state.thrustFactor[i] as number);
  const share = push > most ? most / push : 1;
  const afterX = vx + (pushX * share - drag * airX) * STEP_S;
  const afterY = vy + (pushY * share - drag * airY) * STEP_S;
  state.vx[i] = afterX;
  state.vy[i] = afterY;
  state.x[i] = (state.x[i] as number) + ((vx + afterX) / 2) * STEP_S;
  state.y[i] = (state.y[i] as number) + ((vy + afterY) / 2) * STEP_S;
}
