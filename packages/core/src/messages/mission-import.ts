import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { LocalFrame } from '../geo/wgs84.ts';
import { type MissionMessage, type MissionPriority, parseMission } from './mission.ts';
import {
  type AltitudeReference,
  type GeodeticWaypointMessage,
  isLocalWaypoint,
  type WaypointMessage,
} from './waypoint.ts';

/** A plan of another program, as a mission of ours. */
export interface ImportedMission {
  readonly mission: MissionMessage;
  /** What the file says and the mission does not: each a sentence with its place. */
  readonly warnings: readonly string[];
}

/** What a file may leave open. */
export interface ImportOptions {
  readonly name?: string;
  readonly type?: string;
  readonly priority?: MissionPriority;
  /** Of altitudes whose reference the file does not say. */
  readonly altitudeReference?: AltitudeReference;
  /** Of points without altitude, above `altitudeReference`. */
  readonly altitudeM?: number;
}

/** Waypoints and what is known besides become an accepted mission; the file's own words come before the options. */
export function toImported(
  fields: Readonly<Record<string, unknown>> & { readonly waypoints: readonly GeodeticWaypointMessage[] },
  warnings: readonly string[],
  { name = 'Imported mission', type = 'imported', priority = 'normal' }: ImportOptions,
): ImportedMission | Refusal {
  const mission = parseMission({ name, type, priority, ...fields });
  return isRefusal(mission) ? mission : { mission, warnings };
}

const IMPORT_MESSAGE = 'Invalid mission file';

/** What is wrong with a file, and where in it. */
export function refuseFile(field: string, reason: string, expectedType: string): Refusal {
  return refuse('VALIDATION_ERROR', { field, reason, expectedType }, { message: IMPORT_MESSAGE });
}

/** A waypoint for files that know degrees only; a local one's altitude is above mean sea level. */
export function toGeodeticWaypoint(waypoint: WaypointMessage, frame: LocalFrame): GeodeticWaypointMessage {
  if (!isLocalWaypoint(waypoint)) return waypoint;
  const { x: eastM, y: northM, z: upM, ...flown } = waypoint;
  const { latitudeDeg, longitudeDeg, altitudeAmslM } = frame.toGeo({ eastM, northM, upM });
  return {
    latitude: latitudeDeg,
    longitude: longitudeDeg,
    altitude: altitudeAmslM,
    altitude_reference: 'amsl',
    ...flown,
  };
}
