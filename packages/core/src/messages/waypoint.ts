import Type, { type Static } from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { Enu, GeoPoint, LocalFrame } from '../geo/wgs84.ts';
import { createFieldReader, type Fields, inPath, readEach, refuseField } from './mission-fields.ts';
import { maybe } from './text.ts';
import { parseWaypointAction, WaypointAction } from './waypoint-action.ts';

/** A place to fly to, as an operator or a plan says it, and as the system resolves it. CONTRACT 6. */

export const ALTITUDE_REFERENCES = ['amsl', 'relative', 'agl'] as const;
export type AltitudeReference = (typeof ALTITUDE_REFERENCES)[number];

const M_LIMIT = 1_000_000;
const MAX_ACTIONS = 16;
const metres = (description: string) => Type.Number({ minimum: -M_LIMIT, maximum: M_LIMIT, description });

const flown = {
  speed: maybe(Type.Number({ minimum: 0.1, maximum: 100, description: 'm/s on the way to it' })),
  heading: maybe(
    Type.Number({ minimum: 0, maximum: 360, description: 'degrees clockwise from true north on arrival' }),
  ),
  hold_s: maybe(Type.Number({ minimum: 0, maximum: 86_400, description: 'seconds to wait there' })),
  acceptance_radius: maybe(
    Type.Number({ minimum: 0.1, maximum: 1000, description: 'metres within which it is reached' }),
  ),
};
const actionsOf = <Item extends Type.TSchema>(item: Item) => ({
  actions: maybe(Type.Array(item, { maxItems: MAX_ACTIONS })),
});

const local = {
  x: metres('metres east of the site’s origin'),
  y: metres('metres north of the site’s origin'),
  z: metres('metres above the site’s origin'),
  ...flown,
};
const geodetic = {
  latitude: Type.Number({ minimum: -90, maximum: 90, description: 'WGS84 degrees' }),
  longitude: Type.Number({ minimum: -180, maximum: 180, description: 'WGS84 degrees' }),
  altitude: Type.Number({ minimum: -1000, maximum: 100_000, description: 'metres above the reference' }),
  altitude_reference: maybe(
    Type.Enum([...ALTITUDE_REFERENCES], {
      description: 'amsl (default): mean sea level; relative: the take-off point; agl: the ground below',
    }),
  ),
  ...flown,
};

export const LocalWaypoint = Type.Object(
  { ...local, ...actionsOf(WaypointAction) },
  { $id: 'LocalWaypoint', additionalProperties: false },
);

export const GeodeticWaypoint = Type.Object(
  { ...geodetic, ...actionsOf(WaypointAction) },
  { $id: 'GeodeticWaypoint', additionalProperties: false },
);

/** On the wire: one of two ways to say where. */
export const WaypointSchema = Type.Union([LocalWaypoint, GeodeticWaypoint], { $id: 'Waypoint' });

export type LocalWaypointMessage = Readonly<Static<typeof LocalWaypoint>>;
export type GeodeticWaypointMessage = Readonly<Static<typeof GeodeticWaypoint>>;
/** Accepted, in snake_case, plain JSON: what missions keep and vehicles are sent. */
export type WaypointMessage = LocalWaypointMessage | GeodeticWaypointMessage;

const MESSAGE = 'Invalid waypoint';
/** Actions are read one by one: each names its own fields in refusals. */
const unread = actionsOf(Type.Unknown());
const readLocal = createFieldReader<LocalWaypointMessage>(Type.Object({ ...local, ...unread }), MESSAGE);
const readGeodetic = createFieldReader<GeodeticWaypointMessage>(
  Type.Object({ ...geodetic, ...unread }),
  MESSAGE,
);

/**
 * A decoded value becomes a waypoint, or a refusal that names the field under `path`. It is local where it has x, y or
 * z and neither latitude nor longitude.
 */
export function parseWaypoint(value: unknown, path: string): WaypointMessage | Refusal {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuseField(path, value, 'object', MESSAGE);
  const has = (name: string): boolean => Object.hasOwn(value, name);
  const isLocal = (has('x') || has('y') || has('z')) && !has('latitude') && !has('longitude');
  const read = isLocal ? readLocal(value, path) : readGeodetic(value, path);
  if (isRefusal(read)) return read;
  if (!read.actions) return read;
  const actions = readEach(read.actions, inPath(path, 'actions'), parseWaypointAction);
  return isRefusal(actions) ? actions : { ...read, actions: [...actions] };
}

export function isLocalWaypoint(waypoint: WaypointMessage): waypoint is LocalWaypointMessage {
  return Object.hasOwn(waypoint, 'x');
}

/** A waypoint inside: where it is in every frame. NaN where a plan says nothing, or what it would need is unknown. */
export interface Waypoint extends GeoPoint, Enu {
  /** What the plan holds constant; `amsl` where it was given in the site's frame. */
  readonly altitudeReference: AltitudeReference;
  /** Above the take-off point. */
  readonly altitudeRelM: number;
  /** Above the ground below. */
  readonly altitudeAglM: number;
  /** NaN: the mission's speed, else the vehicle's own. */
  readonly speedMps: number;
  /** 360 is 0. NaN: along the way. */
  readonly headingDeg: number;
  readonly holdS: number;
  readonly acceptanceRadiusM: number;
  readonly actions: readonly WaypointAction[];
}

/** What altitudes are measured from. */
export interface WaypointSite {
  readonly frame: LocalFrame;
  /** Of the take-off point; without it a relative altitude cannot be resolved. */
  readonly homeAltitudeAmslM?: number;
  /** Of the ground at a place, NaN where unknown; without it an altitude above ground cannot be resolved. */
  readonly groundAltitudeAmslM?: (latitudeDeg: number, longitudeDeg: number) => number;
}

/** Between the 2 m of PX4's multicopters and the 10 m of its other vehicles (NAV_ACC_RAD). */
export const DEFAULT_ACCEPTANCE_RADIUS_M = 5;

/**
 * A waypoint resolved at a site. Refused where its altitude is relative and the take-off point is unknown, or above a
 * ground that is unknown: no altitude is ever guessed.
 */
export function toWaypoint(waypoint: WaypointMessage, site: WaypointSite, path = ''): Waypoint | Refusal {
  const place = isLocalWaypoint(waypoint) ? placeLocal(waypoint, site) : placeGeodetic(waypoint, site, path);
  if (isRefusal(place)) return place;
  const { latitudeDeg, longitudeDeg, altitudeAmslM } = place;
  const groundM = site.groundAltitudeAmslM?.(latitudeDeg, longitudeDeg) ?? Number.NaN;
  const { speed, heading, hold_s: holdS, acceptance_radius: radiusM, actions } = waypoint;
  return {
    ...place,
    altitudeReference: (!isLocalWaypoint(waypoint) && waypoint.altitude_reference) || 'amsl',
    altitudeRelM: altitudeAmslM - (site.homeAltitudeAmslM ?? Number.NaN),
    altitudeAglM: altitudeAmslM - groundM,
    speedMps: speed ?? Number.NaN,
    headingDeg: heading === 360 ? 0 : (heading ?? Number.NaN),
    holdS: holdS ?? 0,
    acceptanceRadiusM: radiusM ?? DEFAULT_ACCEPTANCE_RADIUS_M,
    actions: actions ?? [],
  };
}

/** Resolves each; the first refusal ends it and names `path[i]`. */
export function toWaypoints(
  waypoints: readonly WaypointMessage[],
  site: WaypointSite,
  path = 'waypoints',
): readonly Waypoint[] | Refusal {
  return readEach(waypoints, path, (waypoint, at) => toWaypoint(waypoint as WaypointMessage, site, at));
}

function placeLocal({ x: eastM, y: northM, z: upM }: LocalWaypointMessage, { frame }: WaypointSite) {
  return { eastM, northM, upM, ...frame.toGeo({ eastM, northM, upM }) };
}

function placeGeodetic(
  waypoint: GeodeticWaypointMessage,
  site: WaypointSite,
  path: string,
): (GeoPoint & Enu) | Refusal {
  const { latitude: latitudeDeg, longitude: longitudeDeg, altitude } = waypoint;
  const reference = waypoint.altitude_reference ?? 'amsl';
  const zeroM = zeroAltitudeAmslM(reference, waypoint, site);
  if (!Number.isFinite(zeroM)) return refuseUnresolved(reference, path);
  const point = { latitudeDeg, longitudeDeg, altitudeAmslM: altitude + zeroM };
  const { eastM, northM, upM } = site.frame.toEnu(point);
  return { ...point, eastM, northM, upM };
}

function zeroAltitudeAmslM(
  reference: AltitudeReference,
  { latitude, longitude }: GeodeticWaypointMessage,
  { homeAltitudeAmslM, groundAltitudeAmslM }: WaypointSite,
): number {
  if (reference === 'amsl') return 0;
  if (reference === 'relative') return homeAltitudeAmslM ?? Number.NaN;
  return groundAltitudeAmslM?.(latitude, longitude) ?? Number.NaN;
}

function refuseUnresolved(reference: AltitudeReference, path: string): Refusal {
  const missing = reference === 'agl' ? 'ground' : 'take-off point';
  const details: Fields = {
    field: inPath(path, 'altitude_reference'),
    expectedType: 'amsl',
    receivedType: 'string',
    reason: reference === 'agl' ? 'terrain_unknown' : 'home_unknown',
  };
  return refuse('VALIDATION_ERROR', details, {
    message: `The altitude of the ${missing} is not known there: give the altitude above mean sea level`,
  });
}

/** A place inside, said on the wire with the altitude above mean sea level. */
export function toWaypointMessage(place: GeoPoint): GeodeticWaypointMessage {
  const { latitudeDeg: latitude, longitudeDeg: longitude, altitudeAmslM: altitude } = place;
  return { latitude, longitude, altitude, altitude_reference: 'amsl' };
}
