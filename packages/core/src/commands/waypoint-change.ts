import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { OrderName } from '../messages/order.ts';
import type { Waypoint, WaypointMessage } from '../messages/waypoint.ts';
import type { FlightWish } from './airspace/airspace-desk.ts';
import type { Site } from './airspace/site.ts';
import type { Situation } from './airspace/situation.ts';
import { toFlightPoint, toPlanFlight } from './airspace/waypoint-flight.ts';
import type { CommandContext } from './command.ts';
import type { CarriedMission } from './mission-record.ts';

/** What a changed waypoint means: the order for the vehicle, and the flight that comes of it. */
export interface RouteChange {
  readonly command: OrderName;
  readonly params: Readonly<Record<string, unknown>>;
  readonly wish: FlightWish;
  readonly context: Readonly<Record<string, unknown>>;
}

export interface WaypointRequest {
  readonly waypoint: WaypointMessage;
  readonly place: Waypoint;
  readonly mission_id?: string | null | undefined;
  readonly waypoint_index?: number | null | undefined;
  readonly mode?: string | null | undefined;
}

interface Where {
  readonly situation: Situation;
  readonly site: Site;
}

/** Without more words it is the next waypoint of the mission that is flown, or where there is none a place to go to. */
export function changeRoute(
  request: WaypointRequest,
  where: Where,
  context: CommandContext,
): RouteChange | Refusal {
  const { tenant, droneId } = where.situation;
  const { missions } = context.parts.operations;
  const mission = missions.flownBy(tenant, droneId);
  const wantsMission = request.mission_id != null || request.waypoint_index != null;
  const isNamed = request.mission_id == null || request.mission_id === mission?.id;
  if (request.mode === 'goto' || (!mission && !wantsMission && request.mode == null))
    return where.situation.onGround ? refuseOnGround(droneId) : goTo(request);
  if (mission && isNamed) return changeMissionRoute(request, mission, where);
  return refuse('NOT_FOUND', { field: 'mission_id' }, { message: `${droneId} flies no such mission` });
}

function goTo({ waypoint, place }: WaypointRequest): RouteChange {
  const { actions: _none, ...target } = waypoint;
  return {
    ...{ command: 'goto', params: target, context: {} },
    wish: { points: [toFlightPoint(place)], changed: [0], afterwards: 'hovering' },
  };
}

function changeMissionRoute(
  request: WaypointRequest,
  mission: CarriedMission,
  where: Where,
): RouteChange | Refusal {
  const mode = request.mode ?? 'replace';
  const count = mission.waypoints.length;
  const index = mode === 'append' ? count : (request.waypoint_index ?? Math.min(mission.reached, count - 1));
  if (index > (mode === 'replace' ? count - 1 : count))
    return refuse('VALIDATION_ERROR', {
      field: 'waypoint_index',
      expectedType: `0 to ${count - 1}`,
      reason: 'range',
    });
  if (index < mission.reached)
    return refuse(
      'STALE_STATE',
      { field: 'waypoint_index', reason: 'passed', reached: mission.reached },
      { message: `The drone has passed waypoint ${index} already` },
    );
  const waypoints = mission.waypoints.toSpliced(index, mode === 'replace' ? 1 : 0, request.waypoint);
  const part = { from: mission.reached, changed: [index] };
  const wish = toPlanFlight({ ...mission, waypoints }, part, { ...where, path: 'new_waypoint' });
  if (isRefusal(wish)) return wish;
  const version = mission.version + 1;
  // On board there may be the rest of the plan only.
  const waypoint_index = index - (mission.carriage.sentFrom ?? 0);
  return {
    command: 'upload_mission',
    params: { mission_id: mission.id, version, mode, waypoint_index, waypoint: request.waypoint },
    wish,
    context: { missionId: mission.id, step: 'change', version, waypoints },
  };
}

const refuseOnGround = (droneId: string): Refusal =>
  refuse(
    'STALE_STATE',
    { field: 'drone_id', reason: 'on_ground' },
    { message: `${droneId} is on the ground: give it a mission, or send takeoff first` },
  );
