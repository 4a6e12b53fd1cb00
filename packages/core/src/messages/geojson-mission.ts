import { isRefusal, type Refusal } from '../errors.ts';
import type { LocalFrame } from '../geo/wgs84.ts';
import { MAX_WAYPOINTS, type MissionMessage } from './mission.ts';
import {
  type ImportedMission,
  type ImportOptions,
  refuseFile,
  toGeodeticWaypoint,
  toImported,
} from './mission-import.ts';
import { ALTITUDE_REFERENCES, type GeodeticWaypointMessage, parseWaypoint } from './waypoint.ts';

/** Missions as GeoJSON (RFC 7946): points with properties, or one line. */

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Found {
  readonly coordinates: unknown;
  readonly properties: Json;
  readonly path: string;
}

const MAX_FEATURES = 2 * MAX_WAYPOINTS;
const FLOWN = ['speed', 'heading', 'hold_s', 'acceptance_radius', 'actions'] as const;

/**
 * A feature, a collection or a bare geometry. Where there are points they are the waypoints, in order, with what their
 * properties say; else the vertices of the one line. The reference of an altitude must be said, by a property
 * `altitude_reference` or by the options: RFC 7946's ellipsoid is none that anybody flies by.
 */
export function parseGeoJsonMission(value: unknown, options: ImportOptions = {}): ImportedMission | Refusal {
  const points: Found[] = [];
  const lines: Found[] = [];
  const refusal = collect(value, { points, lines });
  if (refusal) return refusal;
  const warnings =
    points.length > 0 ? lines.map(({ path }) => `${path}: a line beside points, left out`) : [];
  const [line, second] = lines;
  if (points.length === 0 && second) return refuseFile(second.path, 'ambiguous', 'one line');
  if (points.length === 0 && !line) return refuseFile('', 'missing', 'a line, or points');
  const waypoints = points.length > 0 ? readPoints(points, options) : readLine(line as Found, options);
  if (isRefusal(waypoints)) return waypoints;
  return toImported({ ...missionFields(value), waypoints }, warnings, options);
}

interface Shapes {
  readonly points: Found[];
  readonly lines: Found[];
}

function collect(value: unknown, found: Shapes): Refusal | undefined {
  if (!isObject(value)) return refuseFile('', 'type', 'a GeoJSON object');
  if (value['type'] !== 'FeatureCollection') return collectFeature(value, '', found);
  const { features } = value;
  if (!Array.isArray(features)) return refuseFile('features', 'type', 'array');
  if (features.length > MAX_FEATURES) return refuseFile('features', 'length', `at most ${MAX_FEATURES}`);
  for (let at = 0; at < features.length; at += 1) {
    const refusal = collectFeature(features[at], `features[${at}]`, found);
    if (refusal) return refusal;
  }
  return undefined;
}

const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function collectFeature(value: unknown, path: string, found: Shapes): Refusal | undefined {
  if (!isObject(value)) return refuseFile(path, 'type', 'object');
  const isFeature = value['type'] === 'Feature';
  const at = isFeature ? under(path, 'geometry') : path;
  const geometry = isFeature ? value['geometry'] : value;
  if (!isObject(geometry)) return refuseFile(at, 'type', 'a geometry');
  const properties = isFeature && isObject(value['properties']) ? value['properties'] : {};
  const shape = { coordinates: geometry['coordinates'], properties, path: under(at, 'coordinates') };
  if (geometry['type'] === 'Point') found.points.push(shape);
  else if (geometry['type'] === 'LineString') found.lines.push(shape);
  else return refuseFile(under(at, 'type'), 'unknown_value', 'Point or LineString');
  return undefined;
}

function readPoints(points: readonly Found[], options: ImportOptions) {
  if (points.length > MAX_WAYPOINTS)
    return refuseFile('features', 'length', `at most ${MAX_WAYPOINTS} points`);
  return readAll(points, options);
}

function readLine({ coordinates, properties, path }: Found, options: ImportOptions) {
  if (!Array.isArray(coordinates)) return refuseFile(path, 'type', 'array');
  if (coordinates.length < 2 || coordinates.length > MAX_WAYPOINTS)
    return refuseFile(path, 'length', `2 to ${MAX_WAYPOINTS} positions`);
  const vertices = coordinates.map((position, at) => ({
    coordinates: position as unknown,
    properties,
    path: `${path}[${at}]`,
  }));
  return readAll(vertices, options);
}

function readAll(
  found: readonly Found[],
  options: ImportOptions,
): readonly GeodeticWaypointMessage[] | Refusal {
  const waypoints: GeodeticWaypointMessage[] = [];
  for (const each of found) {
    const waypoint = readPosition(each, options);
    if (isRefusal(waypoint)) return waypoint;
    waypoints.push(waypoint);
  }
  return waypoints;
}

function readPosition(
  { coordinates, properties, path }: Found,
  options: ImportOptions,
): GeodeticWaypointMessage | Refusal {
  if (!Array.isArray(coordinates)) return refuseFile(path, 'type', 'a position');
  const [longitude, latitude, altitude = options.altitudeM] = coordinates as readonly unknown[];
  if (!isWithin(longitude, 180)) return refuseFile(`${path}[0]`, 'range', 'longitude in degrees');
  if (!isWithin(latitude, 90)) return refuseFile(`${path}[1]`, 'range', 'latitude in degrees');
  if (altitude === undefined) return refuseFile(`${path}[2]`, 'missing', 'altitude in metres');
  if (!isWithin(altitude, 100_000)) return refuseFile(`${path}[2]`, 'range', 'metres');
  const said = path.replace(/geometry\..*$/, 'properties');
  const reference = properties['altitude_reference'] ?? options.altitudeReference;
  if (!ALTITUDE_REFERENCES.some((known) => known === reference))
    return refuseFile(`${said}.altitude_reference`, 'missing', `one of ${ALTITUDE_REFERENCES.join(', ')}`);
  const flown = FLOWN.filter((name) => Object.hasOwn(properties, name)).map((name) => [
    name,
    properties[name],
  ]);
  const waypoint = {
    latitude,
    longitude,
    altitude,
    altitude_reference: reference,
    ...Object.fromEntries(flown),
  };
  return parseWaypoint(waypoint, said) as GeodeticWaypointMessage | Refusal;
}

const isWithin = (value: unknown, limit: number): value is number =>
  typeof value === 'number' && Math.abs(value) <= limit;

const MISSION_FIELDS = ['name', 'type', 'priority', 'description', 'speed', 'end'] as const;

/** What our own files say of the mission, in a member of the collection that others pass over. */
function missionFields(value: unknown): Json {
  const mission = isObject(value) ? value['mission'] : undefined;
  if (!isObject(mission)) return {};
  return Object.fromEntries(
    MISSION_FIELDS.filter((name) => Object.hasOwn(mission, name)).map((name) => [name, mission[name]]),
  );
}

/** A point a waypoint, and a line through all for those who only look. Altitudes are as the mission says them. */
export function toGeoJsonMission(mission: MissionMessage, frame: LocalFrame): object {
  const waypoints = mission.waypoints.map((waypoint) => toGeodeticWaypoint(waypoint, frame));
  const points = waypoints.map(({ latitude, longitude, altitude, altitude_reference, ...flown }) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [longitude, latitude, altitude] },
    properties: { altitude_reference: altitude_reference ?? 'amsl', ...flown },
  }));
  const coordinates = waypoints.map(({ latitude, longitude, altitude }) => [longitude, latitude, altitude]);
  const line = { type: 'Feature', geometry: { type: 'LineString', coordinates }, properties: { path: true } };
  const { name, type, priority, description, speed, end } = mission;
  return {
    type: 'FeatureCollection',
    mission: {
      ...{ name, type, priority },
      ...(description && { description }),
      ...(speed && { speed }),
      ...(end && { end }),
    },
    features: coordinates.length > 1 ? [...points, line] : points,
  };
}
