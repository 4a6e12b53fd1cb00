import type { OrderAnswer, OrderName, OrderResult } from '@skein/core';
import { AIRFRAME } from '../physics/airframe.ts';
import { aim, type FleetState, isAirborne, PHASE } from '../physics/fleet-state.ts';
import { aimAtWaypoint, type FlightPlan, type Waypoint, WEIGHT } from './flight-plan.ts';
import type { Point } from './patrol.ts';
import { flyHome, stop, takeOff } from './pilot.ts';
import { type Frame, numberOf, toHeight, toPlace } from './place.ts';

/**
 * What a drone does with an order, answered in MAVLink's words. By weight: emergency_land > return, land > hold > the
 * rest; while a heavier order is in force a lighter one is denied, until the drone has landed. `resume` lifts a hold.
 */

type Params = Readonly<Record<string, unknown>>;
export type OrderOutcome = Omit<OrderAnswer, 'commandId'>;

export interface Cockpit extends Frame {
  readonly state: FleetState;
  readonly plan: FlightPlan;
  /** What a held drone was about to do. */
  readonly paused: Map<number, { readonly phase: number; readonly target: Point }>;
}

type Execute = (cockpit: Cockpit, i: number, params: Params) => OrderOutcome;

const accepted: OrderOutcome = { result: 'accepted' };
const say = (result: OrderResult, message: string): OrderOutcome => ({ result, message });

const MIN_TAKEOFF_SOC = 0.25;
const MAX_WAYPOINTS = 1000;
const MAX_RANGE_M = 50_000;
const MAX_HEIGHT_M = 5000;

const EXECUTE: Readonly<Record<OrderName, { readonly weight: number; readonly execute: Execute }>> = {
  emergency_land: { weight: WEIGHT.emergency, execute: (c, i) => comeDown(c, i, PHASE.emergency) },
  land: { weight: WEIGHT.return, execute: (c, i) => comeDown(c, i, PHASE.landing) },
  return_to_base: { weight: WEIGHT.return, execute: returnToBase },
  hold: { weight: WEIGHT.hold, execute: hold },
  resume: { weight: WEIGHT.hold, execute: resume },
  goto: { weight: WEIGHT.mission, execute: goTo },
  takeoff: { weight: WEIGHT.mission, execute: takeoff },
  start_mission: { weight: WEIGHT.mission, execute: startMission },
  pause_mission: { weight: WEIGHT.mission, execute: hold },
  set_speed: { weight: WEIGHT.mission, execute: setSpeed },
  arm: { weight: WEIGHT.none, execute: () => accepted },
  disarm: { weight: WEIGHT.none, execute: disarm },
  upload_mission: { weight: WEIGHT.none, execute: uploadMission },
};

/** Executes an order, or says why not. Orders of weight none bind nothing and are refused only by themselves. */
export function executeOrder(cockpit: Cockpit, i: number, command: string, params: Params): OrderOutcome {
  const order = Object.hasOwn(EXECUTE, command) ? EXECUTE[command as OrderName] : undefined;
  if (!order) return say('unsupported', `unknown command "${command}"`);
  const { plan, state } = cockpit;
  const inForce = plan.weight[i] as number;
  if (order.weight !== WEIGHT.none && inForce > order.weight)
    return say(
      'denied',
      `${HEAVIER[inForce]} is in force${inForce === WEIGHT.hold ? ': send resume first' : ''}`,
    );
  const outcome = order.execute(cockpit, i, params);
  if (outcome.result === 'accepted' && order.weight !== WEIGHT.none)
    plan.weight[i] =
      !isAirborne(state.phase[i] as number) || command === 'resume' ? WEIGHT.none : order.weight;
  return outcome;
}

const HEAVIER = ['', '', 'a hold', 'a return or landing', 'an emergency landing'];

const airborne = ({ state }: Cockpit, i: number): boolean => isAirborne(state.phase[i] as number);

function comeDown(cockpit: Cockpit, i: number, phase: number): OrderOutcome {
  const { state, plan } = cockpit;
  plan.autonomous[i] = 0;
  if (airborne(cockpit, i)) stop(state, plan, i, phase);
  else state.phase[i] = PHASE.grounded;
  return accepted;
}

function returnToBase(cockpit: Cockpit, i: number): OrderOutcome {
  cockpit.plan.autonomous[i] = 0;
  if (airborne(cockpit, i)) flyHome(cockpit.state, cockpit.plan, i);
  return accepted;
}

function hold(cockpit: Cockpit, i: number): OrderOutcome {
  const { state, plan, paused } = cockpit;
  if (!airborne(cockpit, i)) {
    plan.autonomous[i] = 0;
    return accepted;
  }
  const phase = state.phase[i] as number;
  if (phase === PHASE.hold) return accepted;
  const target = {
    x: state.targetX[i] as number,
    y: state.targetY[i] as number,
    z: state.targetZ[i] as number,
  };
  paused.set(i, { phase, target });
  stop(state, plan, i, PHASE.hold);
  return accepted;
}

function resume(cockpit: Cockpit, i: number): OrderOutcome {
  const { state, plan, paused } = cockpit;
  if (!airborne(cockpit, i)) {
    plan.autonomous[i] = 1;
    if ((state.phase[i] as number) === PHASE.grounded) state.phase[i] = PHASE.ready;
    return accepted;
  }
  if ((state.phase[i] as number) !== PHASE.hold) return accepted;
  const before = paused.get(i);
  paused.delete(i);
  if (before?.phase === PHASE.goto || before?.phase === PHASE.takeoff)
    return head(cockpit, i, before.phase, before.target);
  if (plan.autonomous[i] === 1 || plan.uploaded.has(i)) return flyMission(cockpit, i);
  return accepted;
}

function head({ state, plan }: Cockpit, i: number, phase: number, target: Point): OrderOutcome {
  plan.braking[i] = 0;
  state.phase[i] = phase;
  aim(state, i, target);
  return accepted;
}

function flyMission({ state, plan }: Cockpit, i: number): OrderOutcome {
  plan.braking[i] = 0;
  state.phase[i] = PHASE.mission;
  aimAtWaypoint(state, plan, i);
  return accepted;
}

function goTo(cockpit: Cockpit, i: number, params: Params): OrderOutcome {
  const { state } = cockpit;
  const place = toPlace(params, cockpit, state.z[i] as number);
  if (!place) return say('denied', 'goto needs x and y, or latitude and longitude');
  if (!isReachable(place)) return say('denied', 'the place is below the ground or out of range');
  if (!airborne(cockpit, i)) return say('temporarily_rejected', 'not in the air: send takeoff first');
  const speed = numberOf(params, 'speed', 'speedMps');
  if (speed !== undefined) setSpeed(cockpit, i, { speed });
  return head(cockpit, i, PHASE.goto, place);
}

const isReachable = ({ x, y, z }: Point): boolean =>
  Math.hypot(x, y) <= MAX_RANGE_M && z >= 1 && z <= MAX_HEIGHT_M;

function takeoff(cockpit: Cockpit, i: number, params: Params): OrderOutcome {
  const { state } = cockpit;
  if (airborne(cockpit, i)) return say('denied', 'already in the air');
  if ((state.soc[i] as number) < MIN_TAKEOFF_SOC)
    return say('temporarily_rejected', 'battery too low to take off');
  const relative = { altitude_reference: 'relative', ...params };
  const heightM = toHeight(relative, cockpit.origin) ?? (state.layerZ[i] as number);
  if (!(heightM >= 1 && heightM <= MAX_HEIGHT_M)) return say('denied', 'the height must be 1 to 5000 m');
  takeOff(state, i, heightM);
  return accepted;
}

function startMission(cockpit: Cockpit, i: number): OrderOutcome {
  const { plan } = cockpit;
  if (airborne(cockpit, i)) {
    if (!plan.uploaded.has(i)) plan.autonomous[i] = 1;
    return flyMission(cockpit, i);
  }
  const up = takeoff(cockpit, i, {});
  if (up.result === 'accepted' && !plan.uploaded.has(i)) plan.autonomous[i] = 1;
  return up;
}

function setSpeed({ state }: Cockpit, i: number, params: Params): OrderOutcome {
  const speed = numberOf(params, 'speed', 'speedMps', 'speed_mps');
  if (speed === undefined || speed <= 0) return say('denied', 'set_speed needs a speed above 0 m/s');
  state.speedLimit[i] = Math.min(AIRFRAME.maxSpeedMps, Math.max(0.5, speed));
  return accepted;
}

function disarm(cockpit: Cockpit, i: number): OrderOutcome {
  if (airborne(cockpit, i)) return say('denied', 'in the air');
  cockpit.plan.autonomous[i] = 0;
  return accepted;
}

function uploadMission(cockpit: Cockpit, i: number, params: Params): OrderOutcome {
  const { state, plan } = cockpit;
  const given = params['waypoints'];
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_WAYPOINTS)
    return say('denied', `upload_mission needs 1 to ${MAX_WAYPOINTS} waypoints`);
  const waypoints: Waypoint[] = [];
  for (const [k, item] of given.entries()) {
    const place =
      typeof item === 'object' && item ? toPlace(item, cockpit, state.layerZ[i] as number) : undefined;
    if (!place || !isReachable(place)) return say('denied', `waypoint ${k + 1} is not a place within reach`);
    const speedMps = numberOf(item, 'speed', 'speedMps');
    waypoints.push(speedMps === undefined ? place : { ...place, speedMps });
  }
  const missionId = params['missionId'] ?? params['mission_id'];
  plan.uploaded.set(i, { waypoints, missionId: typeof missionId === 'string' ? missionId : undefined });
  plan.waypoint[i] = 0;
  if ((state.phase[i] as number) === PHASE.mission) aimAtWaypoint(state, plan, i);
  return accepted;
}
