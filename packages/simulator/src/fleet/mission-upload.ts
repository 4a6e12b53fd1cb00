import { type UploadedMission, WAYPOINT_RADIUS_M, type Waypoint } from './flight-plan.ts';
import {
  type Frame,
  isObjection,
  numberOf,
  type Objection,
  object,
  type Params,
  quote,
  readLeg,
  textOf,
} from './place.ts';

/** A mission as it comes to the vehicle, whole or one waypoint of it. */

const MAX_WAYPOINTS = 1000;
const MAX_ACTIONS = 16;

/** What this vehicle can do at a waypoint; its camera, gimbal and winch answer at once and show nowhere. */
const ACTIONS: ReadonlySet<unknown> = new Set([
  ...['takeoff', 'land', 'take_photo', 'start_photos', 'stop_photos', 'start_video', 'stop_video'],
  ...['point_gimbal', 'release_payload'],
]);

const ENDS: readonly unknown[] = ['hold', 'land', 'return'];

export interface UploadSite extends Frame {
  /** Where a waypoint says no height, m. */
  readonly heightM: number;
}

/** What cannot be done rather than must not. */
interface Unsupported extends Objection {
  readonly unsupported: true;
}

/** `waypoints` replaces the mission; `waypoint` with `waypoint_index` (from 0) changes it, by `mode`. */
export function readUpload(
  params: Params,
  loaded: UploadedMission | undefined,
  site: UploadSite,
): UploadedMission | Objection {
  const version = numberOf(params, 'version');
  if (version !== undefined && !Number.isSafeInteger(version))
    return object('version must be a whole number');
  const missionId = textOf(params, 'mission_id', 'missionId', 'id');
  const isSame = loaded !== undefined && missionId === loaded.missionId;
  if (isSame && version !== undefined && loaded.version !== undefined && version < loaded.version)
    return object(`stale version: ${loaded.version} is on board`);
  const part = params['waypoint'] ?? params['new_waypoint'];
  if (params['waypoints'] !== undefined || part === undefined)
    return readWhole(params, { missionId, version }, site);
  if (!isSame || missionId === undefined)
    return object(`mission ${quote(missionId ?? '')} is not on board: upload it whole`);
  if (version === undefined || (loaded.version !== undefined && version === loaded.version))
    return object('a changed waypoint needs a newer version');
  return readPart(params, { ...loaded, version }, site);
}

function readWhole(
  params: Params,
  named: Pick<UploadedMission, 'missionId' | 'version'>,
  site: UploadSite,
): UploadedMission | Objection {
  const given = params['waypoints'];
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_WAYPOINTS)
    return object(`upload_mission needs 1 to ${MAX_WAYPOINTS} waypoints`);
  const end = params['end'] ?? 'hold';
  if (!ENDS.includes(end)) return object('end must be hold, land or return');
  const speedMps = numberOf(params, 'speed', 'speedMps', 'speed_mps') ?? Number.NaN;
  if (speedMps <= 0) return object('the speed must be above 0 m/s');
  const waypoints: Waypoint[] = [];
  for (const [k, item] of given.entries()) {
    const waypoint = readWaypoint(item, site, speedMps);
    if (isObjection(waypoint)) return { ...waypoint, objection: `waypoint ${k}: ${waypoint.objection}` };
    waypoints.push(waypoint);
  }
  const missionType = textOf(params, 'mission_type', 'missionType', 'type') ?? 'operator';
  return refuseStranded({
    ...named,
    waypoints,
    missionType: missionType.slice(0, 64),
    end: end as UploadedMission['end'],
  });
}

function readPart(params: Params, loaded: UploadedMission, site: UploadSite): UploadedMission | Objection {
  const { waypoints: before } = loaded;
  const mode = textOf(params, 'mode') ?? 'replace';
  if (!['replace', 'insert', 'append'].includes(mode))
    return object('mode must be replace, insert or append');
  const k = mode === 'append' ? before.length : numberOf(params, 'waypoint_index', 'waypointIndex', 'index');
  const last = mode === 'replace' ? before.length - 1 : before.length;
  if (k === undefined || !Number.isInteger(k) || k < 0 || k > last)
    return object(`waypoint_index must be 0 to ${last}`);
  const waypoint = readWaypoint(params['waypoint'] ?? params['new_waypoint'], site, Number.NaN);
  if (isObjection(waypoint)) return waypoint;
  const waypoints = before.toSpliced(k, mode === 'replace' ? 1 : 0, waypoint);
  if (waypoints.length > MAX_WAYPOINTS) return object(`a mission has at most ${MAX_WAYPOINTS} waypoints`);
  return refuseStranded({ ...loaded, waypoints });
}

/** Nobody on the ground expects a vehicle to take off again that was not told to. */
function refuseStranded(mission: UploadedMission): UploadedMission | Objection {
  const k = mission.waypoints.findIndex(({ lands, takesOff }) => lands && !takesOff);
  const isStranded = k >= 0 && k < mission.waypoints.length - 1;
  return isStranded ? object(`waypoint ${k} lands, and nothing takes off again`) : mission;
}

function readWaypoint(item: unknown, site: UploadSite, speedMps: number): Waypoint | Objection {
  if (typeof item !== 'object' || item === null) return object('it must be an object');
  const params = item as Params;
  const leg = readLeg(params, site, site.heightM);
  if (isObjection(leg)) return leg;
  const radiusM = numberOf(params, 'acceptance_radius', 'acceptanceRadius') ?? WAYPOINT_RADIUS_M;
  if (!(radiusM > 0 && radiusM <= 1000)) return object('acceptance_radius must be above 0, at most 1000 m');
  const actions = readActions(params['actions']);
  if (isObjection(actions)) return actions;
  const landsAt = actions.indexOf('land');
  const lands = landsAt >= 0;
  const isExact = lands || leg.holdS > 0;
  return {
    ...leg,
    id: textOf(params, 'id', 'waypoint_id', 'waypointId'),
    speedMps: Number.isNaN(leg.speedMps) ? speedMps : leg.speedMps,
    radiusM: isExact ? Math.min(leg.radiusM, radiusM) : radiusM,
    lands,
    takesOff: lands && actions.indexOf('takeoff', landsAt) > landsAt,
  };
}

function readActions(given: unknown): readonly unknown[] | Objection {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given) || given.length > MAX_ACTIONS)
    return object(`actions must be a list of at most ${MAX_ACTIONS}`);
  const names = given.map((item: unknown) => {
    const { action } = typeof item === 'object' && item !== null ? (item as Params) : { action: item };
    return action;
  });
  const unknown = names.find((name) => !ACTIONS.has(name));
  if (unknown === undefined && !names.includes(undefined)) return names;
  return { objection: `no action ${quote(unknown)} here`, unsupported: true } as Unsupported;
}
