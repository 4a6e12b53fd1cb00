import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { Fence, FenceGeometry, FenceKind } from '../geo/fence.ts';
import type { GeoPosition } from '../geo/fence-plane.ts';
import type { PolygonRings } from '../geo/polygon-validity.ts';
import {
  type FenceDraft,
  GEOFENCE_ATTRIBUTES,
  GEOFENCE_MESSAGE,
  parseGeofenceAttributes,
  toAttributesMessage,
} from './geofence.ts';
import { toFenceCircle, toFencePolygon } from './geofence-geometry.ts';
import { type Fields, inPath, readEach, refuseField } from './mission-fields.ts';

/** Geofences as GeoJSON (RFC 7946): polygons as they are, circles as points with `radius_m`, the rest in `properties`. */

export interface FenceImportOptions {
  /** Of what does not say it; without it, a fence that does not say its kind is refused. */
  readonly kind?: FenceKind;
}

const MAX_FEATURES = 10_000;
const TYPES = ['FeatureCollection', 'Feature', 'Polygon', 'MultiPolygon', 'Point'] as const;

/** Foreign properties are left out; ours are read in both spellings, `radius` and `inclusion` (QGroundControl) too. */
export function parseGeojsonFences(
  value: unknown,
  options: FenceImportOptions = {},
  path = '',
): readonly FenceDraft[] | Refusal {
  if (!isFields(value)) return refuseField(path, value, 'object', GEOFENCE_MESSAGE);
  const { type } = value;
  if (type === 'FeatureCollection') return parseCollection(value, options, path);
  if (type === 'Feature') return single(parseFeature(value, options, path));
  if (type === 'Polygon' || type === 'MultiPolygon' || type === 'Point')
    return single(parseFeature({ type: 'Feature', geometry: value, properties: {} }, options, path, path));
  return refuseType(inPath(path, 'type'), type, TYPES);
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const single = (draft: FenceDraft | Refusal): readonly FenceDraft[] | Refusal =>
  isRefusal(draft) ? draft : [draft];

function refuseType(field: string, type: unknown, types: readonly string[]): Refusal {
  return refuse(
    'VALIDATION_ERROR',
    {
      field,
      expectedType: `one of ${types.join(', ')}`,
      receivedType: typeof type,
      reason: type === undefined ? 'missing' : 'unknown_value',
    },
    { message: GEOFENCE_MESSAGE },
  );
}

function parseCollection(
  { features }: Fields,
  options: FenceImportOptions,
  path: string,
): readonly FenceDraft[] | Refusal {
  const field = inPath(path, 'features');
  if (!Array.isArray(features)) return refuseField(field, features, 'array', GEOFENCE_MESSAGE);
  if (features.length > MAX_FEATURES)
    return refuse(
      'VALIDATION_ERROR',
      { field, expectedType: `at most ${MAX_FEATURES} items`, reason: 'length' },
      { message: GEOFENCE_MESSAGE },
    );
  let number = 0;
  return readEach(features, field, (feature, at) => {
    number += 1;
    if (!isFields(feature)) return refuseField(at, feature, 'object', GEOFENCE_MESSAGE);
    if (feature['type'] !== 'Feature') return refuseType(inPath(at, 'type'), feature['type'], ['Feature']);
    return parseFeature({ name: `Feature ${number}`, ...feature }, options, at);
  });
}

function parseFeature(
  { id, name = 'Feature 1', geometry, properties }: Fields,
  { kind }: FenceImportOptions,
  path: string,
  geometryPath = inPath(path, 'geometry'),
): FenceDraft | Refusal {
  const at = inPath(path, 'properties');
  const fields = properties ?? {};
  if (!isFields(fields)) return refuseField(at, properties, 'object', GEOFENCE_MESSAGE);
  const read = parseGeometry(geometry, fields, { geometry: geometryPath, properties: at });
  if (isRefusal(read)) return read;
  return parseGeofenceAttributes({ ...defaults({ id, name, kind }, fields), ...pick(fields) }, read, at);
}

/** What a feature does not say in its properties. A feature's id may be a number. */
function defaults({ id, name, kind }: Fields, { inclusion }: Fields): Fields {
  const said = typeof inclusion === 'boolean' ? toFenceKind(inclusion) : kind;
  return {
    ...((typeof id === 'string' || typeof id === 'number') && { id: String(id) }),
    name,
    ...(said !== undefined && { kind: said }),
  };
}

export const toFenceKind = (inclusion: boolean): FenceKind => (inclusion ? 'inclusion' : 'exclusion');

const toCamel = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
const OURS: ReadonlySet<string> = new Set(GEOFENCE_ATTRIBUTES.flatMap((name) => [name, toCamel(name)]));

const pick = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => OURS.has(name) && value !== undefined && value !== null),
  );

interface Paths {
  readonly geometry: string;
  readonly properties: string;
}

function parseGeometry(value: unknown, properties: Fields, paths: Paths): FenceGeometry | Refusal {
  if (!isFields(value)) return refuseField(paths.geometry, value, 'object', GEOFENCE_MESSAGE);
  const { type, coordinates } = value;
  const field = inPath(paths.geometry, 'coordinates');
  if (type === 'Point') return parseCircle(coordinates, properties, { ...paths, geometry: field });
  if (type === 'Polygon') {
    const rings = parseRings(coordinates, field);
    if (isRefusal(rings)) return rings;
    return toFencePolygon([rings], ({ ring }) => (ring === undefined ? field : `${field}[${ring}]`));
  }
  if (type !== 'MultiPolygon')
    return refuseType(inPath(paths.geometry, 'type'), type, ['Polygon', 'MultiPolygon', 'Point']);
  if (!Array.isArray(coordinates)) return refuseField(field, coordinates, 'array', GEOFENCE_MESSAGE);
  const polygons: PolygonRings | Refusal = readEach(coordinates, field, parseRings);
  if (isRefusal(polygons)) return polygons;
  return toFencePolygon(polygons, ({ polygon, ring }) =>
    [polygon, ring].reduce<string>((at, index) => (index === undefined ? at : `${at}[${index}]`), field),
  );
}

function parseCircle(coordinates: unknown, properties: Fields, paths: Paths): FenceGeometry | Refusal {
  const center = parsePosition(coordinates, paths.geometry);
  if (isRefusal(center)) return center;
  const name = ['radius_m', 'radiusM', 'radius'].find((each) => properties[each] !== undefined) ?? 'radius_m';
  return toFenceCircle(center, properties[name], {
    center: paths.geometry,
    radius: inPath(paths.properties, name),
  });
}

function parseRings(value: unknown, path: string): readonly (readonly GeoPosition[])[] | Refusal {
  if (!Array.isArray(value)) return refuseField(path, value, 'array', GEOFENCE_MESSAGE);
  return readEach(value, path, (ring, at) =>
    Array.isArray(ring)
      ? readEach(ring, at, parsePosition)
      : refuseField(at, ring, 'array', GEOFENCE_MESSAGE),
  );
}

/** Longitude first; a third number, the height, says nothing about a fence. */
function parsePosition(value: unknown, path: string): GeoPosition | Refusal {
  if (!Array.isArray(value)) return refuseField(path, value, '[longitude, latitude]', GEOFENCE_MESSAGE);
  const [longitudeDeg, latitudeDeg] = value as readonly unknown[];
  if (typeof longitudeDeg !== 'number')
    return refuseField(`${path}[0]`, longitudeDeg, 'number', GEOFENCE_MESSAGE);
  if (typeof latitudeDeg !== 'number')
    return refuseField(`${path}[1]`, latitudeDeg, 'number', GEOFENCE_MESSAGE);
  return { longitudeDeg, latitudeDeg };
}

/** A GeoJSON document: everything a fence has is in it, and `parseGeojsonFences` reads it back. */
export function toGeojsonFences(fences: readonly Fence[]): Fields {
  return { type: 'FeatureCollection', features: fences.map(toFeature) };
}

function toFeature(fence: Fence): Fields {
  const { id, ...properties } = toAttributesMessage(fence);
  const { geometry } = fence;
  if (geometry.type === 'circle')
    return {
      type: 'Feature',
      id,
      properties: { ...properties, radius_m: geometry.radiusM },
      geometry: { type: 'Point', coordinates: toPosition(geometry.center) },
    };
  const polygons = geometry.polygons.map((rings) => rings.map(closeRing));
  return {
    type: 'Feature',
    id,
    properties,
    geometry:
      polygons.length === 1
        ? { type: 'Polygon', coordinates: polygons[0] }
        : { type: 'MultiPolygon', coordinates: polygons },
  };
}

const toPosition = ({ latitudeDeg, longitudeDeg }: GeoPosition): readonly number[] => [
  longitudeDeg,
  latitudeDeg,
];

const closeRing = (points: readonly GeoPosition[]): readonly (readonly number[])[] =>
  [...points, ...points.slice(0, 1)].map(toPosition);
