import { GRAVITY_MPS2, STEP_S } from '../physics/airframe.ts';
import { type FleetState, isAirborne, PHASE } from '../physics/fleet-state.ts';
import { DRAG_PER_M } from '../physics/motion.ts';
import {
  ARRIVED_M,
  aimAtLeg,
  aimAtWaypoint,
  type FlightPlan,
  nextMission,
  toLeg,
  totalWaypoints,
  WAYPOINT_RADIUS_M,
  type Waypoint,
  WEIGHT,
} from './flight-plan.ts';
import type { Point } from './patrol.ts';

/** The autopilot's changes of mind: one look at every drone each step, a decision only where something is reached. */

const STANDING_MPS = 0.25;
const READY_SOC = 0.95;
const MIN_START_SOC = 0.4;
/** What is kept for landing, and what a metre of the way home costs (about 49 J/m of 800 kJ, and a third more). */
const RESERVE_SOC = 0.2;
export const SOC_PER_M = 8e-5;
export const LAND_NOW_SOC = 0.1;
const BATTERY_EVERY = 1 / STEP_S;
const GROUND_M = 0.02;

export function pilot(state: FleetState, plan: FlightPlan, step: number): void {
  const { phase, count } = state;
  for (let i = 0; i < count; i++) {
    const now = phase[i] as number;
    if (now >= PHASE.takeoff) fly(state, plan, i, now);
    else wait(state, plan, i, step);
    if ((i + step) % BATTERY_EVERY === 0 && now >= PHASE.takeoff) watchBattery(state, plan, i);
  }
}

function wait(state: FleetState, plan: FlightPlan, i: number, step: number): void {
  const phase = state.phase[i] as number;
  if (phase === PHASE.charging) {
    if ((state.soc[i] as number) >= READY_SOC) state.phase[i] = PHASE.ready;
  } else if (phase === PHASE.ready && plan.autonomous[i] === 1 && step >= (plan.readyAtStep[i] as number)) {
    if ((state.soc[i] as number) >= MIN_START_SOC) {
      plan.engaged[i] = 1;
      takeOff(state, plan, i, state.layerZ[i] as number);
    } else state.phase[i] = PHASE.charging;
  }
}

/** Straight up from where it stands. */
export function takeOff(state: FleetState, plan: FlightPlan, i: number, heightM: number): void {
  state.phase[i] = PHASE.takeoff;
  aimAtLeg(state, plan, i, toLeg({ x: state.x[i] as number, y: state.y[i] as number, z: heightM }));
}

function fly(state: FleetState, plan: FlightPlan, i: number, phase: number): void {
  if (phase === PHASE.falling) fall(state, i);
  else if (plan.braking[i] === 1) brake(state, plan, i);
  else if (phase === PHASE.mission) flyMission(state, plan, i);
  else if (phase === PHASE.avoid) makeWay(state, plan, i);
  else if (phase === PHASE.takeoff) climb(state, plan, i);
  else if (phase !== PHASE.hold && hasArrived(state, i)) arrive(state, plan, i, phase);
  if (phase >= PHASE.landing && (state.z[i] as number) <= GROUND_M) touchDown(state, plan, i);
}

function isWithin(state: FleetState, i: number, radiusM: number): boolean {
  return (
    (state.remainingM[i] as number) < radiusM &&
    Math.abs((state.targetZ[i] as number) - (state.z[i] as number)) < radiusM
  );
}

const hasArrived = (state: FleetState, i: number): boolean => isWithin(state, i, ARRIVED_M);

/** From place to place, standing at the last; without another word in time it holds where it is. */
function makeWay(state: FleetState, plan: FlightPlan, i: number): void {
  const avoidance = plan.avoiding.get(i);
  if (!avoidance || avoidance.leftSteps <= 0) {
    plan.avoiding.delete(i);
    return stop(state, plan, i, PHASE.hold);
  }
  avoidance.leftSteps -= 1;
  if (!isWithin(state, i, plan.radiusM[i] as number) || stillWaits(plan, i)) return;
  const next = avoidance.legs.shift();
  if (next) aimAtLeg(state, plan, i, next);
}

/** At the place of a goto it stands as long as it was told; above the place to land at it goes down. */
function arrive(state: FleetState, plan: FlightPlan, i: number, phase: number): void {
  if (phase === PHASE.goto) {
    if (stillWaits(plan, i)) return;
    state.phase[i] = PHASE.hold;
  } else if (phase === PHASE.returning) descend(state, i, PHASE.landing);
  else if ((state.targetZ[i] as number) >= 0) descend(state, i, phase);
}

function stillWaits(plan: FlightPlan, i: number): boolean {
  const left = plan.waitSteps[i] as number;
  if (left > 0) plan.waitSteps[i] = left - 1;
  return left > 0;
}

/** While it still moves the target is where it is, which asks for rest; then the target stays. */
function brake(state: FleetState, plan: FlightPlan, i: number): void {
  const vx = state.vx[i] as number;
  const vy = state.vy[i] as number;
  state.targetX[i] = state.x[i] as number;
  state.targetY[i] = state.y[i] as number;
  if (vx * vx + vy * vy < STANDING_MPS * STANDING_MPS) plan.braking[i] = 0;
}

function climb(state: FleetState, plan: FlightPlan, i: number): void {
  if ((state.z[i] as number) < (state.targetZ[i] as number) - ARRIVED_M) return;
  if (plan.engaged[i] === 1) joinMission(state, plan, i);
  else state.phase[i] = PHASE.hold;
}

/** Flies the mission from where it was left, else to its present waypoint. */
export function joinMission(state: FleetState, plan: FlightPlan, i: number): void {
  plan.braking[i] = 0;
  if ((plan.waypoint[i] as number) >= totalWaypoints(state, plan, i)) return endMission(state, plan, i);
  state.phase[i] = PHASE.mission;
  const left = plan.breakPoint.get(i);
  plan.rejoining[i] = left ? 1 : 0;
  if (left) aimAtLeg(state, plan, i, toLeg(left));
  else aimAtWaypoint(state, plan, i);
}

/** Notes where the mission is left, so that nothing of its way is missed when it goes on. */
export function leaveMission(state: FleetState, plan: FlightPlan, i: number): void {
  if ((state.phase[i] as number) === PHASE.mission && plan.rejoining[i] === 0)
    plan.breakPoint.set(i, positionOf(state, i));
  plan.rejoining[i] = 0;
}

const positionOf = (state: FleetState, i: number): Point => ({
  x: state.x[i] as number,
  y: state.y[i] as number,
  z: state.z[i] as number,
});

function flyMission(state: FleetState, plan: FlightPlan, i: number): void {
  if (!isWithin(state, i, plan.radiusM[i] as number)) return;
  if (plan.rejoining[i] === 1) {
    plan.rejoining[i] = 0;
    plan.breakPoint.delete(i);
    aimAtWaypoint(state, plan, i);
  } else if (!stillWaits(plan, i)) {
    if (waypointOf(plan, i)?.lands) descend(state, i, PHASE.landing);
    else passWaypoint(state, plan, i);
  }
}

const waypointOf = (plan: FlightPlan, i: number): Waypoint | undefined =>
  plan.flown.get(i)?.waypoints[plan.waypoint[i] as number];

function passWaypoint(state: FleetState, plan: FlightPlan, i: number): void {
  plan.waypoint[i] = (plan.waypoint[i] as number) + 1;
  if ((plan.waypoint[i] as number) < totalWaypoints(state, plan, i)) aimAtWaypoint(state, plan, i);
  else endMission(state, plan, i);
}

/** Behind the last waypoint: a mission that ends on the ground has ended there, not before. */
function endMission(state: FleetState, plan: FlightPlan, i: number): void {
  const end = plan.flown.get(i)?.end;
  if (end === 'land') stop(state, plan, i, PHASE.landing);
  else if (end === 'return') flyHome(state, plan, i);
  else if (nextMission(plan, i)) aimAtWaypoint(state, plan, i);
  else stop(state, plan, i, PHASE.hold);
}

/** Comes to rest as fast as the limits allow, then does what the phase says. */
export function stop(state: FleetState, plan: FlightPlan, i: number, phase: number): void {
  state.phase[i] = phase;
  plan.braking[i] = 1;
  state.targetX[i] = state.x[i] as number;
  state.targetY[i] = state.y[i] as number;
  state.headingRad[i] = Number.NaN;
  state.targetZ[i] = phase >= PHASE.landing ? BELOW_GROUND_M : (state.z[i] as number);
}

/** Aimed below the ground, so that guidance does not slow down before it. */
const BELOW_GROUND_M = -5;

function descend(state: FleetState, i: number, phase: number): void {
  state.phase[i] = phase;
  state.targetZ[i] = BELOW_GROUND_M;
}

/** Home at the layer's height, then down. */
export function flyHome(state: FleetState, plan: FlightPlan, i: number): void {
  plan.braking[i] = 0;
  state.phase[i] = PHASE.returning;
  const home = { x: state.homeX[i] as number, y: state.homeY[i] as number, z: state.layerZ[i] as number };
  aimAtLeg(state, plan, i, toLeg(home));
}

/** Rotors off: gravity and drag, no thrust. */
function fall(state: FleetState, i: number): void {
  const speed = state.vz[i] as number;
  state.az[i] = -GRAVITY_MPS2 + Math.max(LEAST_DRAG_MPS2, DRAG_PER_M * speed * speed);
}

/** What feels no force at all has no attitude. */
const LEAST_DRAG_MPS2 = 0.01;

function touchDown(state: FleetState, plan: FlightPlan, i: number): void {
  const phase = state.phase[i] as number;
  const atHome = homeDistanceM(state, i) < WAYPOINT_RADIUS_M;
  state.phase[i] = atHome && phase === PHASE.landing ? PHASE.charging : PHASE.grounded;
  if ((plan.weight[i] as number) <= WEIGHT.return) plan.weight[i] = WEIGHT.none;
  plan.braking[i] = 0;
  plan.armed[i] = 0;
  for (const field of ['z', 'vx', 'vy', 'vz', 'ax', 'ay', 'az', 'jx', 'jy', 'jz', 'yawRate'] as const)
    state[field][i] = 0;
  for (const field of ['powerW', 'currentA'] as const) state[field][i] = 0;
  if (phase === PHASE.landing && plan.engaged[i] === 1) landedOnMission(state, plan, i);
}

function landedOnMission(state: FleetState, plan: FlightPlan, i: number): void {
  const waypoint = waypointOf(plan, i);
  if (!waypoint?.takesOff) {
    nextMission(plan, i);
    return;
  }
  plan.waypoint[i] = (plan.waypoint[i] as number) + 1;
  takeOff(state, plan, i, Math.max(LOWEST_TAKEOFF_M, waypoint.z));
}

const LOWEST_TAKEOFF_M = 5;

function homeDistanceM(state: FleetState, i: number): number {
  return Math.hypot(
    (state.x[i] as number) - (state.homeX[i] as number),
    (state.y[i] as number) - (state.homeY[i] as number),
  );
}

function watchBattery(state: FleetState, plan: FlightPlan, i: number): void {
  const phase = state.phase[i] as number;
  const isComingDown = phase >= PHASE.landing && (state.targetZ[i] as number) < 0;
  if (!isAirborne(phase) || isComingDown || phase === PHASE.falling) return;
  const soc = state.soc[i] as number;
  const isLow = phase < PHASE.returning && soc < RESERVE_SOC + SOC_PER_M * homeDistanceM(state, i);
  if (soc >= LAND_NOW_SOC && !isLow) return;
  leaveMission(state, plan, i);
  plan.engaged[i] = 0;
  if (soc < LAND_NOW_SOC) stop(state, plan, i, Math.max(PHASE.landing, phase));
  else flyHome(state, plan, i);
}
