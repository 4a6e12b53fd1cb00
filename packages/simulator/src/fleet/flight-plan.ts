import { AIRFRAME } from '../physics/airframe.ts';
import { aim, type FleetState } from '../physics/fleet-state.ts';
import { uniform } from '../physics/random.ts';
import { countWaypoints, type Point, patrolRadiusM, toMissionType, toPad, toWaypoint } from './patrol.ts';

/** What each drone is to do: its own patrols, one after another, or a mission that was uploaded to it. */

export interface Waypoint extends Point {
  readonly speedMps?: number;
}

interface UploadedMission {
  readonly waypoints: readonly Waypoint[];
  /** As the operator's side calls it. */
  readonly missionId: string | undefined;
}

/** An order's weight: while a heavier one is in force, a lighter one is denied. */
export const WEIGHT = { none: 0, mission: 1, hold: 2, return: 3, emergency: 4 } as const;

export interface FlightPlan {
  readonly mission: Int32Array;
  readonly waypoint: Int32Array;
  /** Of the order in force. */
  readonly weight: Uint8Array;
  /** 1: flies its patrols by itself; 0: waits for orders. */
  readonly autonomous: Uint8Array;
  /** 1: stopping; the target is set where it comes to rest. */
  readonly braking: Uint8Array;
  readonly readyAtStep: Int32Array;
  readonly uploaded: Map<number, UploadedMission>;
  readonly radiusM: number;
}

export interface PlanOptions {
  readonly spacingM: number;
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
    braking: new Uint8Array(count),
    readyAtStep: new Int32Array(count),
    uploaded: new Map(),
    radiusM: patrolRadiusM(options.spacingM),
  };
  for (let i = 0; i < count; i++) {
    const key = state.key[i] as number;
    const pad = toPad(i, count, options.spacingM);
    for (const field of ['x', 'homeX', 'targetX'] as const) state[field][i] = pad.x;
    for (const field of ['y', 'homeY', 'targetY'] as const) state[field][i] = pad.y;
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
    plan.uploaded.get(i)?.waypoints.length ??
    countWaypoints(state.key[i] as number, plan.mission[i] as number)
  );
}

/** The mission as a message shows it; waypoints count from 1 as a pilot does. */
export function toMissionView(state: FleetState, plan: FlightPlan, i: number, droneId: string): MissionView {
  const mission = plan.mission[i] as number;
  const total = totalWaypoints(state, plan, i);
  return {
    id: plan.uploaded.get(i)?.missionId ?? `${droneId}-m${mission + 1}`,
    waypoint: Math.min(total, (plan.waypoint[i] as number) + 1),
    totalWaypoints: total,
    missionType: plan.uploaded.has(i) ? 'operator' : toMissionType(state.key[i] as number, mission),
  };
}

/** Sets the target to the present waypoint of the mission. */
export function aimAtWaypoint(state: FleetState, plan: FlightPlan, i: number): void {
  const k = plan.waypoint[i] as number;
  const uploaded = plan.uploaded.get(i)?.waypoints[k];
  if (uploaded) {
    aim(state, i, uploaded);
    if (uploaded.speedMps !== undefined)
      state.speedLimit[i] = Math.min(AIRFRAME.maxSpeedMps, uploaded.speedMps);
    return;
  }
  const { x, y } = toWaypoint(state.key[i] as number, plan.mission[i] as number, k);
  aim(state, i, {
    x: (state.homeX[i] as number) + x * plan.radiusM,
    y: (state.homeY[i] as number) + y * plan.radiusM,
    z: state.layerZ[i] as number,
  });
}

/** Starts the next mission of one's own, or says that there is none (an uploaded mission is flown once). */
export function nextMission(plan: FlightPlan, i: number): boolean {
  plan.waypoint[i] = 0;
  plan.mission[i] = (plan.mission[i] as number) + 1;
  const uploaded = plan.uploaded.delete(i);
  return !uploaded && plan.autonomous[i] === 1;
}
