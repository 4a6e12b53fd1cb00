import { AIRFRAME, STEP_S } from '../physics/airframe.ts';
import { aim, type FleetState } from '../physics/fleet-state.ts';
import { uniform } from '../physics/random.ts';
import { countWaypoints, type Point, patrolRadiusM, toMissionType, toPad, toWaypoint } from './patrol.ts';

/** What each drone is to do: its own patrols, one after another, or a mission that was uploaded to it. */

/** A place to fly to. NaN: the cruise speed, the nose along the way. */
export interface Leg extends Point {
  readonly speedMps: number;
  readonly headingRad: number;
  /** How long to stand there, s. */
  readonly holdS: number;
  /** Within so many metres it is reached. */
  readonly radiusM: number;
}

export interface Waypoint extends Leg {
  readonly id: string | undefined;
  /** Lands there; with `takesOff` takes off again and goes on. */
  readonly lands: boolean;
  readonly takesOff: boolean;
}

export interface UploadedMission {
  readonly waypoints: readonly Waypoint[];
  /** As the operator's side calls it. */
  readonly missionId: string | undefined;
  readonly missionType: string;
  readonly version: number | undefined;
  /** Behind the last waypoint. */
  readonly end: 'hold' | 'land' | 'return';
}

/** An order's weight: while a heavier one is in force, a lighter one is refused. */
export const WEIGHT = { none: 0, mission: 1, hold: 2, return: 3, emergency: 4, terminate: 5 } as const;

export const ARRIVED_M = 1;
export const WAYPOINT_RADIUS_M = 5;

interface Avoidance {
  readonly legs: Leg[];
  leftSteps: number;
}

export interface FlightPlan {
  readonly mission: Int32Array;
  readonly waypoint: Int32Array;
  /** Of the order in force. */
  readonly weight: Uint8Array;
  /** 1: flies its patrols by itself; 0: waits for orders. */
  readonly autonomous: Uint8Array;
  /** 1: a mission has been started and has not ended, whatever the drone does just now. */
  readonly engaged: Uint8Array;
  /** 1: armed on the ground; in the air all are. */
  readonly armed: Uint8Array;
  /** 1: stopping; the target is set where it comes to rest. */
  readonly braking: Uint8Array;
  /** 1: on its way back to where it left its mission. */
  readonly rejoining: Uint8Array;
  readonly readyAtStep: Int32Array;
  /** Still to be stood at the target, steps. */
  readonly waitSteps: Int32Array;
  /** Within which the target counts as reached, m. */
  readonly radiusM: Float64Array;
  /** Where no leg says another speed. */
  readonly cruiseMps: Float64Array;
  /** On board, and flown when a mission is started. */
  readonly loaded: Map<number, UploadedMission>;
  /** Under way, or left and to be gone on with; a drone without one flies its patrol. */
  readonly flown: Map<number, UploadedMission>;
  /** Where the mission was left. */
  readonly breakPoint: Map<number, Point>;
  /** What a held drone was about to do. */
  readonly paused: Map<number, { readonly phase: number; readonly leg: Leg }>;
  /** Of a drone that makes way: the places it flies to after the present one, and until when without another word. */
  readonly avoiding: Map<number, Avoidance>;
  readonly patrolRadiusM: number;
  /** They have patrols to go back to. */
  readonly hasPatrols: boolean;
}

export interface PlanOptions {
  readonly spacingM: number;
  readonly padsAt: { readonly eastM: number; readonly northM: number };
  readonly startSpreadSteps: number;
  readonly autonomous: boolean;
}

/** Puts every drone on its pad with some charge used, due to start within the spread. */
export function createFlightPlan(state: FleetState, options: PlanOptions): FlightPlan {
  const { count } = state;
  const plan: FlightPlan = {
    mission: new Int32Array(count),
    waypoint: new Int32Array(count),
    weight: new Uint8Array(count),
    autonomous: new Uint8Array(count).fill(options.autonomous ? 1 : 0),
    engaged: new Uint8Array(count),
    armed: new Uint8Array(count),
    braking: new Uint8Array(count),
    rejoining: new Uint8Array(count),
    readyAtStep: new Int32Array(count),
    waitSteps: new Int32Array(count),
    radiusM: new Float64Array(count).fill(ARRIVED_M),
    cruiseMps: new Float64Array(count).fill(AIRFRAME.cruiseMps),
    loaded: new Map(),
    flown: new Map(),
    breakPoint: new Map(),
    paused: new Map(),
    avoiding: new Map(),
    patrolRadiusM: patrolRadiusM(options.spacingM),
    hasPatrols: options.autonomous,
  };
  for (let i = 0; i < count; i++) {
    const key = state.key[i] as number;
    const pad = toPad(i, count, options.spacingM);
    for (const field of ['x', 'homeX', 'targetX'] as const) state[field][i] = options.padsAt.eastM + pad.x;
    for (const field of ['y', 'homeY', 'targetY'] as const) state[field][i] = options.padsAt.northM + pad.y;
    state.layerZ[i] = pad.z;
    state.soc[i] = 0.55 + 0.45 * uniform(key, 0, 91);
    plan.readyAtStep[i] = Math.floor(uniform(key, 0, 92) * options.startSpreadSteps);
  }
  return plan;
}

export interface MissionView {
  readonly id: string;
  readonly waypoint: number;
  readonly totalWaypoints: number;
  readonly missionType: string;
}

export function totalWaypoints(state: FleetState, plan: FlightPlan, i: number): number {
  return (
    plan.flown.get(i)?.waypoints.length ?? countWaypoints(state.key[i] as number, plan.mission[i] as number)
  );
}

/** The mission as a message shows it; waypoints count from 1 as a pilot does. */
export function toMissionView(state: FleetState, plan: FlightPlan, i: number, droneId: string): MissionView {
  const mission = plan.mission[i] as number;
  const flown = plan.flown.get(i);
  const total = totalWaypoints(state, plan, i);
  return {
    id: flown?.missionId ?? `${droneId}-m${mission + 1}`,
    waypoint: Math.min(total, (plan.waypoint[i] as number) + 1),
    totalWaypoints: total,
    missionType: flown?.missionType ?? toMissionType(state.key[i] as number, mission),
  };
}

const LOWEST_SPEED_MPS = 0.5;

/** What this vehicle flies of a speed that is asked for. */
export const limitSpeed = (speedMps: number): number =>
  Math.min(AIRFRAME.maxSpeedMps, Math.max(LOWEST_SPEED_MPS, speedMps));

/** Sets where to fly, how fast, and when that is done. */
export function aimAtLeg(state: FleetState, plan: FlightPlan, i: number, leg: Leg): void {
  aim(state, i, leg);
  state.headingRad[i] = leg.headingRad;
  const speedMps = Number.isNaN(leg.speedMps) ? (plan.cruiseMps[i] as number) : leg.speedMps;
  state.speedLimit[i] = limitSpeed(speedMps);
  plan.radiusM[i] = leg.radiusM;
  plan.waitSteps[i] = Math.round(leg.holdS / STEP_S);
}

/** A place without further wishes. */
export const toLeg = ({ x, y, z }: Point, radiusM: number = ARRIVED_M): Leg => ({
  x,
  y,
  z,
  speedMps: Number.NaN,
  headingRad: Number.NaN,
  holdS: 0,
  radiusM,
});

/** Sets the target to the present waypoint of the mission, which must have one. */
export function aimAtWaypoint(state: FleetState, plan: FlightPlan, i: number): void {
  const k = plan.waypoint[i] as number;
  const flown = plan.flown.get(i);
  const waypoint = flown?.waypoints[k];
  if (flown && waypoint) {
    aimAtLeg(state, plan, i, waypoint);
    // The last one is a place to be at, not a corner to pass.
    if (k === flown.waypoints.length - 1) plan.radiusM[i] = Math.min(ARRIVED_M, waypoint.radiusM);
    return;
  }
  const { x, y } = toWaypoint(state.key[i] as number, plan.mission[i] as number, k);
  const place = {
    x: (state.homeX[i] as number) + x * plan.patrolRadiusM,
    y: (state.homeY[i] as number) + y * plan.patrolRadiusM,
    z: state.layerZ[i] as number,
  };
  aimAtLeg(state, plan, i, toLeg(place, WAYPOINT_RADIUS_M));
}

/** Ends the mission: true when the next of one's own begins (an uploaded mission is flown once). */
export function nextMission(plan: FlightPlan, i: number): boolean {
  plan.waypoint[i] = 0;
  plan.mission[i] = (plan.mission[i] as number) + 1;
  plan.breakPoint.delete(i);
  const goesOn = !plan.flown.delete(i) && plan.autonomous[i] === 1;
  plan.engaged[i] = goesOn ? 1 : 0;
  return goesOn;
}
