import { PHASE } from '../physics/fleet-state.ts';
import { accept, type Cockpit, type Decide, refuseOrder } from './decision.ts';
import { aimAtWaypoint, limitSpeed, type UploadedMission } from './flight-plan.ts';
import { readUpload } from './mission-upload.ts';
import { airborne, refuseTakeoff } from './motion-orders.ts';
import { joinMission, takeOff } from './pilot.ts';
import { isObjection, numberOf, type Params, quote, textOf } from './place.ts';

/** Orders about the mission, and how fast it is flown. */

/**
 * Takes a mission on board. What is flown stays as it is, except where the same mission comes in another version: that
 * one goes on at the same waypoint.
 */
export const uploadMission: Decide = (cockpit, i, params) => {
  const { state, plan } = cockpit;
  const loaded = plan.loaded.get(i);
  const mission = readUpload(params, loaded, { ...cockpit, heightM: state.layerZ[i] as number });
  if (isObjection(mission))
    return refuseOrder('unsupported' in mission ? 'unsupported' : 'denied', mission.objection);
  const isFlown = loaded !== undefined && plan.flown.get(i) === loaded;
  const isSame = isFlown && mission.missionId !== undefined && mission.missionId === loaded.missionId;
  if (isSame && isPassed(cockpit, i, params))
    return refuseOrder('denied', `the drone is at waypoint ${plan.waypoint[i]} already`);
  return accept(() => {
    plan.loaded.set(i, mission);
    if (isSame) changeFlown(cockpit, i, mission);
  });
};

/** A change of one waypoint that lies behind. */
function isPassed({ plan }: Cockpit, i: number, params: Params): boolean {
  if (params['waypoints'] !== undefined || params['mode'] === 'append') return false;
  const k = numberOf(params, 'waypoint_index', 'waypointIndex', 'index') ?? 0;
  return plan.engaged[i] === 1 && k < (plan.waypoint[i] as number);
}

function changeFlown({ state, plan }: Cockpit, i: number, mission: UploadedMission): void {
  plan.flown.set(i, mission);
  plan.waypoint[i] = Math.min(plan.waypoint[i] as number, mission.waypoints.length - 1);
  const isOnWay = (state.phase[i] as number) === PHASE.mission && plan.rejoining[i] === 0;
  if (isOnWay) aimAtWaypoint(state, plan, i);
}

/**
 * Flies what is on board: a mission that was left, from where it was left; one that ended, from its start; without any,
 * the drone's own patrols. `waypoint_index` (from 0) says where else to begin.
 */
export const startMission: Decide = (cockpit, i, params) => {
  const { state, plan } = cockpit;
  const loaded = plan.loaded.get(i);
  const wanted = textOf(params, 'mission_id', 'missionId');
  if (wanted !== undefined && wanted !== loaded?.missionId)
    return refuseOrder('denied', `mission ${quote(wanted)} is not on board`);
  const from = numberOf(params, 'waypoint_index', 'waypointIndex');
  if (
    from !== undefined &&
    !(loaded && Number.isInteger(from) && from >= 0 && from < loaded.waypoints.length)
  )
    return refuseOrder('denied', 'waypoint_index names no waypoint of the mission on board');
  const flies = airborne(cockpit, i);
  const refused = flies ? undefined : refuseTakeoff(cockpit, i);
  if (refused) return refused;
  return accept(() => {
    engage(cockpit, i, from);
    if (flies) joinMission(state, plan, i);
    else takeOff(state, plan, i, state.layerZ[i] as number);
  });
};

function engage({ plan }: Cockpit, i: number, from: number | undefined): void {
  const loaded = plan.loaded.get(i);
  if (plan.flown.get(i) !== loaded || from !== undefined) {
    plan.breakPoint.delete(i);
    plan.waypoint[i] = from ?? 0;
  }
  if (loaded) plan.flown.set(i, loaded);
  plan.engaged[i] = 1;
  plan.autonomous[i] = loaded ? 0 : 1;
}

/** Now, and from now on wherever no leg says another speed. */
export const setSpeed: Decide = ({ state, plan }, i, params) => {
  const speedMps = numberOf(params, 'speed', 'speedMps', 'speed_mps');
  if (speedMps === undefined || !(speedMps > 0))
    return refuseOrder('denied', 'set_speed needs a speed above 0 m/s');
  const cruiseMps = limitSpeed(speedMps);
  const isLimited = cruiseMps !== speedMps;
  return accept(
    () => {
      plan.cruiseMps[i] = cruiseMps;
      state.speedLimit[i] = cruiseMps;
    },
    isLimited ? `limited to ${cruiseMps} m/s` : undefined,
  );
};
