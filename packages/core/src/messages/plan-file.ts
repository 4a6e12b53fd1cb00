import { isRefusal, type Refusal } from '../errors.ts';
import type { MissionEnd } from './mission.ts';
import { type ImportedMission, type ImportOptions, refuseFile, toImported } from './mission-import.ts';
import { cameraActions } from './plan-file-camera.ts';
import { COMMAND, type PlanItem, parsePlace, parsePlanItems } from './plan-file-item.ts';
import type { GeodeticWaypointMessage } from './waypoint.ts';
import type { WaypointAction } from './waypoint-action.ts';

/**
 * QGroundControl's `.plan` (docs.qgroundcontrol.com, "Plan File Format"), decoded from JSON. What flies and is not
 * understood is refused by its place; what does not fly is left out, with a warning. Fences are not read here.
 */
export function parsePlanFile(value: unknown, options: ImportOptions = {}): ImportedMission | Refusal {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuseFile('', 'type', 'a plan: an object');
  const { fileType, mission, rallyPoints } = value as Readonly<Record<string, unknown>>;
  if (fileType !== 'Plan') return refuseFile('fileType', 'unknown_value', 'Plan');
  if (typeof mission !== 'object' || mission === null || Array.isArray(mission))
    return refuseFile('mission', mission === undefined ? 'missing' : 'type', 'object');
  const { items, plannedHomePosition } = mission as Readonly<Record<string, unknown>>;
  const read = parsePlanItems(items, 'mission.items');
  if (isRefusal(read)) return read;
  const draft = createDraft(plannedHomePosition);
  for (const [at, item] of read.entries()) {
    draft.isLast = at === read.length - 1;
    const refusal = addItem(draft, item);
    if (refusal) return refusal;
  }
  if (draft.waypoints.length === 0) return refuseFile('mission.items', 'length', 'at least 1 waypoint');
  if (hasPoints(rallyPoints)) draft.warnings.push('rallyPoints: not part of a mission, left out');
  const { waypoints, end, warnings } = draft;
  return toImported({ waypoints: waypoints.map(toWaypointOf), end }, warnings, options);
}

interface DraftWaypoint {
  readonly place: Omit<GeodeticWaypointMessage, 'actions'>;
  readonly speed: number | undefined;
  holdS: number;
  readonly actions: WaypointAction[];
}

interface Draft {
  readonly waypoints: DraftWaypoint[];
  readonly warnings: string[];
  readonly home: { readonly latitude: number; readonly longitude: number } | undefined;
  /** Asked for before there was a waypoint. */
  readonly early: WaypointAction[];
  speed: number | undefined;
  end: MissionEnd;
  hasEnded: boolean;
  isLast: boolean;
}

function createDraft(home: unknown): Draft {
  const [latitude, longitude] = Array.isArray(home) ? (home as readonly unknown[]) : [];
  const isPlace = Number.isFinite(latitude) && Number.isFinite(longitude);
  return {
    waypoints: [],
    warnings: [],
    early: [],
    home: isPlace ? { latitude: latitude as number, longitude: longitude as number } : undefined,
    speed: undefined,
    end: 'hold',
    hasEnded: false,
    isLast: false,
  };
}

function hasPoints(rally: unknown): boolean {
  const points = (rally as { points?: unknown } | null | undefined)?.points;
  return Array.isArray(points) && points.length > 0;
}

function toWaypointOf({ place, speed, holdS, actions }: DraftWaypoint): GeodeticWaypointMessage {
  return {
    ...place,
    ...(speed !== undefined && { speed }),
    ...(holdS > 0 && { hold_s: holdS }),
    ...(actions.length > 0 && { actions }),
  };
}

function addItem(draft: Draft, item: PlanItem): Refusal | undefined {
  const { command, path, params } = item;
  if (draft.hasEnded && command <= COMMAND.lastNavigation)
    return refuseFile(path, 'unreachable', 'nothing to fly behind the end');
  switch (command) {
    case COMMAND.waypoint:
    case COMMAND.loiterTime:
      return addWaypoint(draft, item);
    case COMMAND.loiterUnlimited:
      draft.hasEnded = true;
      return addWaypoint(draft, { ...item, params: [0, 0, 0, ...params.slice(3)] });
    case COMMAND.takeoff:
      return addWaypoint(draft, { ...item, params: [0, 0, 0, ...params.slice(3)] }, { action: 'takeoff' });
    case COMMAND.land:
      return addLanding(draft, { ...item, params: [0, 0, 0, ...params.slice(3)] });
    case COMMAND.returnToLaunch:
      draft.end = 'return';
      draft.hasEnded = true;
      return undefined;
    case COMMAND.delay:
      return addDelay(draft, item);
    case COMMAND.changeSpeed:
      return changeSpeed(draft, item);
    default:
      return addOther(draft, item);
  }
}

function addWaypoint(draft: Draft, item: PlanItem, action?: WaypointAction): Refusal | undefined {
  const place = parsePlace(item, action ? (draft.waypoints.at(-1)?.place ?? draft.home) : undefined);
  if (isRefusal(place)) return place;
  const [hold, radius, , yaw] = item.params;
  const isPlain = item.command === COMMAND.waypoint;
  if (hold && !(hold > 0 && hold <= 86_400)) return refuseFile(`${item.path}.params[0]`, 'range', 'seconds');
  const heading = typeof yaw === 'number' ? toHeadingDeg(yaw) : undefined;
  const radiusM = isPlain && radius && radius >= 0.1 && radius <= 1000 ? radius : undefined;
  draft.waypoints.push({
    place: {
      ...place,
      ...(heading !== undefined && { heading }),
      ...(radiusM !== undefined && { acceptance_radius: radiusM }),
    },
    speed: draft.speed,
    holdS: hold ?? 0,
    actions: [...(action ? [action] : []), ...draft.early.splice(0)],
  });
  return undefined;
}

const toHeadingDeg = (yawDeg: number): number => (yawDeg % 360 < 0 ? (yawDeg % 360) + 360 : yawDeg % 360);

/** At the end, where the vehicle already is, it says how the mission ends; else it is a place of its own. */
function addLanding(draft: Draft, item: PlanItem): Refusal | undefined {
  const last = draft.waypoints.at(-1)?.place;
  const place = parsePlace(item, last ?? draft.home);
  if (isRefusal(place)) return place;
  if (draft.isLast) {
    draft.end = 'land';
    if (last && place.latitude === last.latitude && place.longitude === last.longitude) return undefined;
  }
  return addWaypoint(draft, item, { action: 'land' });
}

function addDelay({ waypoints }: Draft, { path, params }: PlanItem): Refusal | undefined {
  const [seconds] = params;
  const last = waypoints.at(-1);
  if (!last) return refuseFile(path, 'unreachable', 'a waypoint to wait at');
  if (!(typeof seconds === 'number' && seconds >= 0 && last.holdS + seconds <= 86_400))
    return refuseFile(`${path}.params[0]`, 'range', 'seconds; a time of day is not supported');
  last.holdS += seconds;
  return undefined;
}

/** SPEED_TYPE 0 and 1 are air and ground speed; -1 keeps it, -2 is the vehicle's own. */
function changeSpeed(draft: Draft, { path, params }: PlanItem): Refusal | undefined {
  const [type, speed] = params;
  if (type !== 0 && type !== 1) {
    draft.warnings.push(`${path}: climb and descent speeds are the vehicle's own, left out`);
    return undefined;
  }
  if (speed === -1) return undefined;
  if (speed === -2) draft.speed = undefined;
  else if (typeof speed === 'number' && speed >= 0.1 && speed <= 100) draft.speed = speed;
  else return refuseFile(`${path}.params[1]`, 'range', '0.1 to 100 m/s');
  return undefined;
}

const MAX_ACTIONS = 16;

function addOther(draft: Draft, item: PlanItem): Refusal | undefined {
  const { command, path } = item;
  if (command <= COMMAND.lastNavigation || command === COMMAND.jump)
    return refuseFile(`${path}.command`, 'unsupported', 'a command that can be flown');
  const actions = cameraActions(item);
  if (!actions) {
    draft.warnings.push(`${path}: command ${command} is not supported, left out`);
    return undefined;
  }
  const list = draft.waypoints.at(-1)?.actions ?? draft.early;
  if (list.length + actions.length > MAX_ACTIONS)
    return refuseFile(path, 'too_many_actions', `at most ${MAX_ACTIONS} actions at a waypoint`);
  // Both ways to take photos are often stopped together.
  const isSaidTwice = actions[0]?.action === 'stop_photos' && list.at(-1)?.action === 'stop_photos';
  if (!isSaidTwice) list.push(...actions);
  return undefined;
}
