import { STEP_S } from '../physics/airframe.ts';
import { aim, type FleetState, isAirborne, PHASE } from '../physics/fleet-state.ts';
import { aimAtWaypoint, type FlightPlan, nextMission, totalWaypoints, WEIGHT } from './flight-plan.ts';

/** The autopilot's changes of mind: one look at every drone each step, a decision only where something is reached. */

const WAYPOINT_RADIUS_M = 5;
const ARRIVED_M = 1;
const STANDING_MPS = 0.25;
const READY_SOC = 0.95;
const MIN_START_SOC = 0.4;
/** What is kept for landing, and what a metre of the way home costs (about 49 J/m of 800 kJ, and a third more). */
const RESERVE_SOC = 0.2;
const SOC_PER_M = 8e-5;
const LAND_NOW_SOC = 0.1;
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
    if ((state.soc[i] as number) >= MIN_START_SOC) takeOff(state, i, state.layerZ[i] as number);
    else state.phase[i] = PHASE.charging;
  }
}

/** Straight up from where it stands. */
export function takeOff(state: FleetState, i: number, heightM: number): void {
  state.phase[i] = PHASE.takeoff;
  aim(state, i, { x: state.x[i] as number, y: state.y[i] as number, z: heightM });
}

function fly(state: FleetState, plan: FlightPlan, i: number, phase: number): void {
  if (plan.braking[i] === 1) brake(state, plan, i);
  else if (phase === PHASE.mission) flyMission(state, plan, i);
  else if (phase === PHASE.takeoff) climb(state, plan, i);
  else if (phase === PHASE.goto && hasArrived(state, i)) state.phase[i] = PHASE.hold;
  else if (phase === PHASE.returning && hasArrived(state, i)) descend(state, i, PHASE.landing);
  if (phase >= PHASE.landing && (state.z[i] as number) <= GROUND_M) touchDown(state, plan, i);
}

function hasArrived(state: FleetState, i: number): boolean {
  return (
    (state.remainingM[i] as number) < ARRIVED_M &&
    Math.abs((state.targetZ[i] as number) - (state.z[i] as number)) < ARRIVED_M
  );
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
  const flies = plan.autonomous[i] === 1 || plan.uploaded.has(i);
  state.phase[i] = flies ? PHASE.mission : PHASE.hold;
  if (flies) aimAtWaypoint(state, plan, i);
}

function flyMission(state: FleetState, plan: FlightPlan, i: number): void {
  if ((state.remainingM[i] as number) > WAYPOINT_RADIUS_M) return;
  plan.waypoint[i] = (plan.waypoint[i] as number) + 1;
  if ((plan.waypoint[i] as number) < totalWaypoints(state, plan, i) || nextMission(plan, i))
    aimAtWaypoint(state, plan, i);
  else stop(state, plan, i, PHASE.hold);
}

/** Comes to rest as fast as the limits allow, then does what the phase says. */
export function stop(state: FleetState, plan: FlightPlan, i: number, phase: number): void {
  state.phase[i] = phase;
  plan.braking[i] = 1;
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
  aim(state, i, { x: state.homeX[i] as number, y: state.homeY[i] as number, z: state.layerZ[i] as number });
}

function touchDown(state: FleetState, plan: FlightPlan, i: number): void {
  const atHome = homeDistanceM(state, i) < WAYPOINT_RADIUS_M;
  const safe = (state.phase[i] as number) === PHASE.landing;
  state.phase[i] = atHome && safe ? PHASE.charging : PHASE.grounded;
  plan.weight[i] = WEIGHT.none;
  plan.braking[i] = 0;
  for (const field of ['z', 'vx', 'vy', 'vz', 'ax', 'ay', 'az', 'jx', 'jy', 'jz', 'yawRate'] as const)
    state[field][i] = 0;
  for (const field of ['powerW', 'currentA'] as const) state[field][i] = 0;
}

function homeDistanceM(state: FleetState, i: number): number {
  return Math.hypot(
    (state.x[i] as number) - (state.homeX[i] as number),
    (state.y[i] as number) - (state.homeY[i] as number),
  );
}

function watchBattery(state: FleetState, plan: FlightPlan, i: number): void {
  const phase = state.phase[i] as number;
  if (!isAirborne(phase) || phase >= PHASE.landing) return;
  const soc = state.soc[i] as number;
  if (soc < LAND_NOW_SOC) stop(state, plan, i, PHASE.landing);
  else if (phase !== PHASE.returning && soc < RESERVE_SOC + SOC_PER_M * homeDistanceM(state, i))
    flyHome(state, plan, i);
}
