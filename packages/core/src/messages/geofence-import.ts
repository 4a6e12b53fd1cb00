import type { Refusal } from '../errors.ts';
import { isRefusal, refuse } from '../errors.ts';
import { type FenceDraft, GEOFENCE_MESSAGE, parseGeofence } from './geofence.ts';
import { type FenceImportOptions, parseGeojsonFences } from './geofence-geojson.ts';
import { parsePlanFences } from './geofence-plan.ts';
import { readEach, refuseField } from './mission-fields.ts';

const GEOJSON_TYPES: ReadonlySet<unknown> = new Set([
  ...['FeatureCollection', 'Feature', 'Polygon', 'MultiPolygon', 'Point', 'GeometryCollection'],
  ...['LineString', 'MultiLineString', 'MultiPoint'],
]);
const MAX_GEOFENCES = 10_000;

/**
 * One geofence of ours or an array of them, GeoJSON, or a QGroundControl plan, told apart by what it says of itself. The first
 * mistake refuses all of it, and is named by its path.
 */
export function parseGeofences(
  value: unknown,
  options: FenceImportOptions = {},
): readonly FenceDraft[] | Refusal {
  if (Array.isArray(value)) return parseAll(value, '');
  if (typeof value !== 'object' || value === null) return refuseField('', value, 'object', GEOFENCE_MESSAGE);
  const fields = value as Readonly<Record<string, unknown>>;
  if (GEOJSON_TYPES.has(fields['type'])) return parseGeojsonFences(value, options);
  const isPlan = ['fileType', 'geoFence', 'polygons', 'circles'].some((name) => Object.hasOwn(fields, name));
  if (isPlan) return parsePlanFences(value);
  if (Array.isArray(fields['geofences'])) return parseAll(fields['geofences'], 'geofences');
  const draft = parseGeofence(value);
  return isRefusal(draft) ? draft : [draft];
}

function parseAll(values: readonly unknown[], path: string): readonly FenceDraft[] | Refusal {
  if (values.length <= MAX_GEOFENCES) return readEach(values, path, parseGeofence);
  return refuse(
    'VALIDATION_ERROR',
    { field: path, expectedType: `at most ${MAX_GEOFENCES} items`, reason: 'length' },
    { message: GEOFENCE_MESSAGE },
  );
}
