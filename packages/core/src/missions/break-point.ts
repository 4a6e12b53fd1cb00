import type { Enu, GeoPoint, LocalFrame } from '../geo/wgs84.ts';
import { isLocalWaypoint, type WaypointMessage } from '../messages/waypoint.ts';
import type { WaypointAction } from '../messages/waypoint-action.ts';
import type { MissionProgress } from './progress.ts';
import { between, type Route } from './route.ts';

/** Where a mission was left: the point of the route up to which it has been flown. Plain JSON. */
export interface BreakPoint extends GeoPoint, Enu {
  /** The waypoint that was being flown to; the plan's length where only the last hold was left. */
  readonly nextWaypoint: number;
  /** Of the leg into it, 0 to 1. */
  readonly legFraction: number;
  /** What is left of the hold at the waypoint before. */
  readonly holdS: number;
}

/** Undefined before the first waypoint is reached: all of the route is left. */
export function toBreakPoint(
  route: Route,
  progress: MissionProgress,
  frame: LocalFrame,
): BreakPoint | undefined {
  const { reached, legFraction, arrivedAtUs, last } = progress;
  const from = route.waypoints[reached - 1];
  if (!from) return undefined;
  const heldS = Math.max(0, ((last?.timeUs ?? arrivedAtUs) - arrivedAtUs) / 1e6 || 0);
  const enu = between(from, route.waypoints[reached] ?? from, legFraction);
  return {
    nextWaypoint: reached,
    legFraction,
    holdS: legFraction > 0 ? 0 : Math.max(0, from.holdS - heldS),
    eastM: enu.eastM,
    northM: enu.northM,
    upM: enu.upM,
    ...frame.toGeo(enu),
  };
}

/**
 * The rest of a plan from its break point: first the point itself, then the waypoints not yet reached. What runs on
 * from waypoint to waypoint (photos, video, gimbal) is started again there.
 */
export function toResumedWaypoints(
  waypoints: readonly WaypointMessage[],
  breakPoint: BreakPoint | undefined,
): readonly WaypointMessage[] {
  const from = breakPoint && waypoints[breakPoint.nextWaypoint - 1];
  if (!breakPoint || !from) return waypoints;
  const rest = waypoints.slice(breakPoint.nextWaypoint);
  return [toEntry(from, rest[0] ?? from, breakPoint, waypoints), ...rest];
}

/** How many of the plan's waypoints lie before the first that `toResumedWaypoints` gives. */
export function resumeOffset(breakPoint: BreakPoint | undefined): number {
  return breakPoint ? Math.max(0, breakPoint.nextWaypoint - 1) : 0;
}

function toEntry(
  from: WaypointMessage,
  to: WaypointMessage,
  breakPoint: BreakPoint,
  waypoints: readonly WaypointMessage[],
): WaypointMessage {
  const actions = runningActions(waypoints.slice(0, breakPoint.nextWaypoint));
  return {
    ...toPlace(from, to, breakPoint),
    ...(to.speed && { speed: to.speed }),
    ...(to.heading !== undefined && { heading: to.heading }),
    ...(breakPoint.holdS > 0 && { hold_s: breakPoint.holdS }),
    ...(actions.length > 0 && { actions: [...actions] }),
  };
}

/** In the terms of the plan where both ends of the leg agree on them, else above mean sea level. */
function toPlace(from: WaypointMessage, to: WaypointMessage, breakPoint: BreakPoint): WaypointMessage {
  if (isLocalWaypoint(from) && isLocalWaypoint(to))
    return { x: breakPoint.eastM, y: breakPoint.northM, z: breakPoint.upM };
  const place = { latitude: breakPoint.latitudeDeg, longitude: breakPoint.longitudeDeg };
  const reference = isLocalWaypoint(to) ? 'amsl' : (to.altitude_reference ?? 'amsl');
  const agreed =
    !isLocalWaypoint(from) && !isLocalWaypoint(to) && (from.altitude_reference ?? 'amsl') === reference;
  if (!agreed) return { ...place, altitude: breakPoint.altitudeAmslM, altitude_reference: 'amsl' };
  const altitude = from.altitude + (to.altitude - from.altitude) * breakPoint.legFraction;
  return { ...place, altitude, altitude_reference: reference };
}

const STARTS: Readonly<Partial<Record<WaypointAction['action'], 'photos' | 'video' | 'gimbal'>>> = {
  start_photos: 'photos',
  start_video: 'video',
  point_gimbal: 'gimbal',
};
const STOPS: Readonly<Partial<Record<WaypointAction['action'], 'photos' | 'video'>>> = {
  stop_photos: 'photos',
  stop_video: 'video',
};

function runningActions(waypoints: readonly WaypointMessage[]): readonly WaypointAction[] {
  const running = new Map<string, WaypointAction>();
  for (const action of waypoints.flatMap(({ actions }) => actions ?? [])) {
    const starts = STARTS[action.action];
    const stops = STOPS[action.action];
    if (starts) running.set(starts, action);
    if (stops) running.delete(stops);
  }
  return [...running.values()];
}
