import { AIRFRAME, EPOCH_S, STEP_S, STEPS_PER_EPOCH } from './airframe.ts';
import { type FleetState, PHASE } from './fleet-state.ts';

/** Jerk-limited velocity tracking toward a target point, as PX4's position control does it. SCIENCE E1. */

/** Braking is planned softer than the limit, so that tracking has something left to correct with. */
const PLANNED_SHARE = 0.8;
const VERTICAL_ACCEL_MPS2 = 2;
const JERK = AIRFRAME.maxJerkMps3;
const SETTLING_PER_S = 4;
/** The last metres fade out instead of ending in a corner, as PX4’s MPC_XY_P does. */
const APPROACH_PER_S = 0.95;
const TURN = 2 * Math.PI;
const NO_TURN_M = 2;
const TOUCHDOWN_HEIGHT_M = 4;
const LEVEL = 1e-4;
/** Guidance decides at 10 Hz; between decisions the jerk is constant. */
const STEPS_PER_DECISION = 2;
const DECISION_S = STEPS_PER_DECISION * STEP_S;
/** Of an acceleration from one decision to the next. */
const MAX_CHANGE = JERK * DECISION_S;

/**
 * The highest speed (m/s) from which a jerk-limited stop fits into the distance: the root of
 * d = v²/2a + v·a/2j.
 */
function speedForDistance(distanceM: number, accelMps2: number): number {
  const ramp = accelMps2 / (2 * JERK);
  return accelMps2 * (Math.sqrt(ramp * ramp + (2 * distanceM) / accelMps2) - ramp);
}

/**
 * The acceleration (m/s²) to ask for at a velocity error: full until the remaining error is what bringing the
 * acceleration back to zero at the jerk limit takes (e = a²/2j), straight near zero so that it settles.
 */
function accelForError(errorMps: number, accelMps2: number): number {
  if (errorMps >= (accelMps2 * accelMps2) / (2 * JERK)) return accelMps2;
  return Math.min(Math.sqrt(2 * JERK * errorMps), SETTLING_PER_S * errorMps);
}

const isGuided = (phase: number): boolean => phase >= PHASE.takeoff && phase < PHASE.falling;

/** Sets every airborne drone's jerk from its target, and turns its nose. */
export function guide(state: FleetState, step: number): void {
  guideLevel(state, step);
  guideVertical(state, step);
  turn(state, step);
}

/**
 * Asks for the velocity that leads to the target and can still be braked before it, and moves the commanded
 * acceleration toward what the velocity error asks for, no faster than the jerk limit. Hot: the arrays are taken out
 * of the state once, and no call or object is made for a drone.
 */
function guideLevel(state: FleetState, step: number): void {
  const {
    count,
    phase,
    x,
    y,
    vx,
    vy,
    ax,
    ay,
    jx,
    jy,
    targetX,
    targetY,
    remainingM,
    speedLimit,
    thrustFactor,
  } = state;
  for (let i = step % STEPS_PER_DECISION; i < count; i += STEPS_PER_DECISION) {
    if (!isGuided(phase[i] as number)) continue;
    const dx = (targetX[i] as number) - (x[i] as number);
    const dy = (targetY[i] as number) - (y[i] as number);
    const distance = Math.sqrt(dx * dx + dy * dy);
    remainingM[i] = distance;
    const accel = AIRFRAME.maxAccelMps2 * (thrustFactor[i] as number);
    const most = speedLimit[i] as number;
    const speed = approachMps(distance, most, accel);
    const scale = speed / (distance + 1e-9);
    // The braking that the approach itself asks for; without it the velocity lags behind and the target is overshot.
    const braking =
      speed < most ? Math.min(PLANNED_SHARE * accel, APPROACH_PER_S * speed) / (distance + 1e-9) : 0;
    const offX = (ax[i] as number) + dx * braking;
    const offY = (ay[i] as number) + dy * braking;
    // The velocity still gained while the acceleration is brought to what the approach asks for.
    const coast = Math.sqrt(offX * offX + offY * offY) / (2 * JERK);
    const ex = dx * scale - (vx[i] as number) - offX * coast;
    const ey = dy * scale - (vy[i] as number) - offY * coast;
    const error = Math.sqrt(ex * ex + ey * ey);
    const gain = accelForError(error, accel) / (error + 1e-9);
    const askedX = ex * gain - dx * braking;
    const askedY = ey * gain - dy * braking;
    const asked2 = askedX * askedX + askedY * askedY;
    const share = asked2 > accel * accel ? accel / Math.sqrt(asked2) : 1;
    const changeX = askedX * share - (ax[i] as number);
    const changeY = askedY * share - (ay[i] as number);
    const change2 = changeX * changeX + changeY * changeY;
    const limit = change2 > MAX_CHANGE * MAX_CHANGE ? MAX_CHANGE / Math.sqrt(change2) : 1;
    jx[i] = (changeX * limit) / DECISION_S;
    jy[i] = (changeY * limit) / DECISION_S;
  }
}

/** The speed limit while the target is farther than the way to stop, else what can still be stopped. */
function approachMps(distanceM: number, limitMps: number, accelMps2: number): number {
  const planned = PLANNED_SHARE * accelMps2;
  const stopM = (limitMps * limitMps) / (2 * planned) + (limitMps * planned) / (2 * JERK);
  if (distanceM >= stopM) return limitMps;
  return Math.min(speedForDistance(distanceM, planned), APPROACH_PER_S * distanceM);
}

function guideVertical(state: FleetState, step: number): void {
  const { count, phase, z, vz, az, jz, targetZ, thrustFactor } = state;
  for (let i = step % STEPS_PER_DECISION; i < count; i += STEPS_PER_DECISION) {
    const now = phase[i] as number;
    if (!isGuided(now)) continue;
    const height = z[i] as number;
    const dz = (targetZ[i] as number) - height;
    const accel = az[i] as number;
    const speed = vz[i] as number;
    // Level flight is most of a flight.
    if (Math.abs(dz) < LEVEL && Math.abs(speed) < LEVEL && Math.abs(accel) < LEVEL) {
      jz[i] = 0;
      continue;
    }
    const slow = now >= PHASE.landing && height < TOUCHDOWN_HEIGHT_M;
    const down = slow ? AIRFRAME.touchdownMps : AIRFRAME.descentMps;
    const most = dz > 0 ? AIRFRAME.climbMps * (thrustFactor[i] as number) : down;
    const wanted = Math.sign(dz) * approachMps(Math.abs(dz), most, VERTICAL_ACCEL_MPS2);
    const error = wanted - speed - (accel * Math.abs(accel)) / (2 * JERK);
    const asked = Math.sign(error) * accelForError(Math.abs(error), VERTICAL_ACCEL_MPS2);
    jz[i] = Math.max(-MAX_CHANGE, Math.min(MAX_CHANGE, asked - accel)) / DECISION_S;
  }
}

/** The nose follows the way ahead at a rate that fades with the error; near a target it stays, unless it has a heading. */
function turn(state: FleetState, step: number): void {
  const { count, phase, x, y, yaw, yawRate, targetX, targetY, remainingM, headingRad } = state;
  for (let i = step % STEPS_PER_EPOCH; i < count; i += STEPS_PER_EPOCH) {
    if (!isGuided(phase[i] as number)) continue;
    const heading = (yaw[i] as number) + (yawRate[i] as number) * EPOCH_S;
    yaw[i] = heading - TURN * Math.floor(heading / TURN);
    const asked = headingRad[i] as number;
    const isAsked = !Number.isNaN(asked);
    // Clockwise from north.
    const ahead = isAsked
      ? asked
      : Math.atan2((targetX[i] as number) - (x[i] as number), (targetY[i] as number) - (y[i] as number));
    const error = ahead - heading - TURN * Math.round((ahead - heading) / TURN);
    const rate = Math.max(-AIRFRAME.yawRateRadps, Math.min(AIRFRAME.yawRateRadps, 2 * error));
    yawRate[i] = !isAsked && (remainingM[i] as number) < NO_TURN_M ? 0 : rate;
  }
}
