import { AIRFRAME, STEP_S } from './airframe.ts';
import { type FleetState, PHASE } from './fleet-state.ts';

/** Jerk-limited velocity tracking toward a target point, as PX4's position control does it. SCIENCE E1. */

/** Braking is planned softer than the limit, so that tracking has something left to correct with. */
const PLANNED_SHARE = 0.8;
const VERTICAL_ACCEL_MPS2 = 2;

/**
 * The highest speed (m/s) from which a jerk-limited stop fits into the distance: the root of
 * d = v²/2a + v·a/2j.
 */
export function speedForDistance(distanceM: number, accelMps2: number, jerkMps3: number): number {
  const ramp = accelMps2 / (2 * jerkMps3);
  return accelMps2 * (Math.sqrt(ramp * ramp + (2 * distanceM) / accelMps2) - ramp);
}

/**
 * The acceleration (m/s²) to ask for at a velocity error: full until the remaining error is what bringing the
 * acceleration back to zero at the jerk limit takes (e = a²/2j), straight near zero so that it settles.
 */
export function accelForError(errorMps: number, accelMps2: number, jerkMps3: number): number {
  const gain = Math.min(Math.sqrt(2 * jerkMps3 * errorMps), 4 * errorMps);
  return Math.min(accelMps2, gain);
}

/** Sets every airborne drone's commanded acceleration from its target. */
export function guide(state: FleetState): void {
  const { phase, count } = state;
  for (let i = 0; i < count; i++) {
    if ((phase[i] as number) < PHASE.takeoff) continue;
    guideLevel(state, i);
    guideVertical(state, i);
  }
}

function guideLevel(state: FleetState, i: number): void {
  const dx = (state.targetX[i] as number) - (state.x[i] as number);
  const dy = (state.targetY[i] as number) - (state.y[i] as number);
  const distance = Math.sqrt(dx * dx + dy * dy);
  state.remainingM[i] = distance;
  const strength = state.thrustFactor[i] as number;
  const accel = AIRFRAME.maxAccelMps2 * strength;
  const reach = speedForDistance(distance, PLANNED_SHARE * accel, AIRFRAME.maxJerkMps3);
  const speed = Math.min(state.speedLimit[i] as number, reach);
  const scale = distance > 1e-6 ? speed / distance : 0;
  turn(state, i, { dx, dy, distance });
  track(state, i, { vx: dx * scale, vy: dy * scale, accel });
}

interface Velocity {
  readonly vx: number;
  readonly vy: number;
  readonly accel: number;
}

/** Moves the commanded acceleration toward what the velocity error asks for, no faster than the jerk limit. */
function track(state: FleetState, i: number, { vx, vy, accel }: Velocity): void {
  const jerk = AIRFRAME.maxJerkMps3;
  const ax = state.ax[i] as number;
  const ay = state.ay[i] as number;
  const now = Math.sqrt(ax * ax + ay * ay);
  // The velocity still gained while the present acceleration is brought to zero.
  const coast = now / (2 * jerk);
  const ex = vx - (state.vx[i] as number) - ax * coast;
  const ey = vy - (state.vy[i] as number) - ay * coast;
  const error = Math.sqrt(ex * ex + ey * ey);
  const scale = error > 1e-9 ? accelForError(error, accel, jerk) / error : 0;
  const jx = (ex * scale - ax) / STEP_S;
  const jy = (ey * scale - ay) / STEP_S;
  const asked = Math.sqrt(jx * jx + jy * jy);
  const limit = asked > jerk ? jerk / asked : 1;
  state.jx[i] = jx * limit;
  state.jy[i] = jy * limit;
  state.ax[i] = ax + jx * limit * STEP_S;
  state.ay[i] = ay + jy * limit * STEP_S;
}

function guideVertical(state: FleetState, i: number): void {
  const dz = (state.targetZ[i] as number) - (state.z[i] as number);
  const strength = state.thrustFactor[i] as number;
  const reach = speedForDistance(Math.abs(dz), PLANNED_SHARE * VERTICAL_ACCEL_MPS2, AIRFRAME.maxJerkMps3);
  const wanted =
    dz > 0 ? Math.min(AIRFRAME.climbMps * strength, reach) : -Math.min(descentMps(state, i), reach);
  const az = state.az[i] as number;
  const error = wanted - (state.vz[i] as number) - (az * Math.abs(az)) / (2 * AIRFRAME.maxJerkMps3);
  const asked = Math.sign(error) * accelForError(Math.abs(error), VERTICAL_ACCEL_MPS2, AIRFRAME.maxJerkMps3);
  const change = AIRFRAME.maxJerkMps3 * STEP_S;
  state.az[i] = az + Math.max(-change, Math.min(change, asked - az));
}

const TOUCHDOWN_HEIGHT_M = 4;

function descentMps(state: FleetState, i: number): number {
  const landing = (state.phase[i] as number) >= PHASE.landing;
  return landing && (state.z[i] as number) < TOUCHDOWN_HEIGHT_M ? AIRFRAME.touchdownMps : AIRFRAME.descentMps;
}

/** The nose follows the way ahead; near a target it stays. */
function turn(state: FleetState, i: number, way: { dx: number; dy: number; distance: number }): void {
  if (way.distance < 2) {
    state.yawRate[i] = 0;
    return;
  }
  const yaw = state.yaw[i] as number;
  // Clockwise from north.
  const wanted = Math.atan2(way.dx, way.dy);
  const error = wanted - yaw - 2 * Math.PI * Math.round((wanted - yaw) / (2 * Math.PI));
  const rate = Math.max(-AIRFRAME.yawRateRadps, Math.min(AIRFRAME.yawRateRadps, 2 * error));
  state.yawRate[i] = rate;
  const turned = yaw + rate * STEP_S;
  state.yaw[i] = turned - 2 * Math.PI * Math.floor(turned / (2 * Math.PI));
}
