import Type, { type Static } from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { FenceCircle, FenceGeometry } from '../geo/fence.ts';
import type { GeoPosition } from '../geo/fence-plane.ts';
import {
  findPositionFault,
  isPolygonFault,
  MAX_POLYGON_POINTS,
  MAX_POLYGON_RADIUS_M,
  MAX_POLYGON_RINGS,
  type PolygonFault,
  type PolygonFaultReason,
  type PolygonRings,
  toPolygonPlane,
} from '../geo/polygon-validity.ts';
import { typeName } from './checked.ts';
import { createFieldReader, inPath, readEach, refuseField } from './mission-fields.ts';
import { maybe } from './text.ts';

/** Where a geofence is. Rings need not be closed; a last point that repeats the first one is dropped. */

const Place = Type.Object(
  {
    latitude: Type.Number({ minimum: -90, maximum: 90, description: 'WGS84 degrees' }),
    longitude: Type.Number({ minimum: -180, maximum: 180, description: 'WGS84 degrees' }),
  },
  { additionalProperties: false },
);
const Ring = Type.Array(Place, { minItems: 3, maxItems: MAX_POLYGON_POINTS });
const area = { points: Ring, holes: maybe(Type.Array(Ring, { maxItems: MAX_POLYGON_RINGS })) };

const GeofencePolygon = Type.Object(
  { type: Type.Literal('polygon'), ...area },
  { $id: 'GeofencePolygon', additionalProperties: false },
);
const GeofenceMultiPolygon = Type.Object(
  {
    type: Type.Literal('multipolygon'),
    polygons: Type.Array(Type.Object(area, { additionalProperties: false }), {
      minItems: 1,
      maxItems: MAX_POLYGON_RINGS,
    }),
  },
  { $id: 'GeofenceMultiPolygon', additionalProperties: false },
);
const GeofenceCircle = Type.Object(
  {
    type: Type.Literal('circle'),
    center: Place,
    radius_m: Type.Number({ exclusiveMinimum: 0, maximum: MAX_POLYGON_RADIUS_M }),
  },
  { $id: 'GeofenceCircle', additionalProperties: false },
);
export const GeofenceGeometry = Type.Union([GeofencePolygon, GeofenceMultiPolygon, GeofenceCircle], {
  $id: 'GeofenceGeometry',
});

const MESSAGE = 'Invalid geofence';
const unreadRing = Type.Array(Type.Unknown(), { maxItems: MAX_POLYGON_POINTS + 1 });
const unreadArea = {
  points: unreadRing,
  holes: maybe(Type.Array(unreadRing, { maxItems: MAX_POLYGON_RINGS })),
};
interface UnreadArea {
  readonly points: readonly unknown[];
  readonly holes?: readonly (readonly unknown[])[] | null;
}
const readPolygon = createFieldReader<UnreadArea>(
  Type.Object({ type: Type.Unknown(), ...unreadArea }),
  MESSAGE,
);
const readArea = createFieldReader<UnreadArea>(Type.Object(unreadArea), MESSAGE);
const readMultiPolygon = createFieldReader<{ readonly polygons: readonly unknown[] }>(
  Type.Object({
    type: Type.Unknown(),
    polygons: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_POLYGON_RINGS }),
  }),
  MESSAGE,
);
const readCircle = createFieldReader<{ readonly center: unknown; readonly radius_m: unknown }>(
  Type.Object({ type: Type.Unknown(), center: Type.Unknown(), radius_m: Type.Unknown() }),
  MESSAGE,
);
const readPlace = createFieldReader<Static<typeof Place>>(Place, MESSAGE);

/** The geometry of one geofence in our own form. */
export function readGeofenceGeometry(value: unknown, path: string): FenceGeometry | Refusal {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuseField(path, value, 'object', MESSAGE);
  const { type } = value as { readonly type?: unknown };
  if (type === 'polygon') return parsePolygon(value, path);
  if (type === 'multipolygon') return parseMultiPolygon(value, path);
  if (type === 'circle') return parseCircle(value, path);
  return refuse(
    'VALIDATION_ERROR',
    {
      field: inPath(path, 'type'),
      expectedType: 'one of polygon, multipolygon, circle',
      receivedType: typeName(type),
      reason: type === undefined ? 'missing' : 'unknown_value',
    },
    { message: MESSAGE },
  );
}

function parsePolygon(value: unknown, path: string): FenceGeometry | Refusal {
  const read = readPolygon(value, path);
  if (isRefusal(read)) return read;
  const rings = parseArea(read, path);
  if (isRefusal(rings)) return rings;
  return toFencePolygon([rings], ({ ring = 0 }) => inPath(path, ringField(ring)));
}

function parseMultiPolygon(value: unknown, path: string): FenceGeometry | Refusal {
  const read = readMultiPolygon(value, path);
  if (isRefusal(read)) return read;
  const polygons = readEach(read.polygons, inPath(path, 'polygons'), (each, at) => {
    const one = readArea(each, at);
    return isRefusal(one) ? one : parseArea(one, at);
  });
  if (isRefusal(polygons)) return polygons;
  return toFencePolygon(polygons, ({ polygon, ring = 0 }) =>
    polygon === undefined
      ? inPath(path, 'polygons')
      : inPath(path, `polygons[${polygon}].${ringField(ring)}`),
  );
}

const ringField = (ring: number): string => (ring === 0 ? 'points' : `holes[${ring - 1}]`);

function parseArea(
  { points, holes }: UnreadArea,
  path: string,
): readonly (readonly GeoPosition[])[] | Refusal {
  const outer = readEach(points, inPath(path, 'points'), parsePlace);
  if (isRefusal(outer)) return outer;
  const inner = readEach(holes ?? [], inPath(path, 'holes'), (hole, at) =>
    readEach(hole as readonly unknown[], at, parsePlace),
  );
  return isRefusal(inner) ? inner : [outer, ...inner];
}

function parsePlace(value: unknown, path: string): GeoPosition | Refusal {
  const read = readPlace(value, path);
  return isRefusal(read) ? read : { latitudeDeg: read.latitude, longitudeDeg: read.longitude };
}

function parseCircle(value: unknown, path: string): FenceGeometry | Refusal {
  const read = readCircle(value, path);
  if (isRefusal(read)) return read;
  const center = parsePlace(read.center, inPath(path, 'center'));
  if (isRefusal(center)) return center;
  return toFenceCircle(center, read.radius_m, {
    center: inPath(path, 'center'),
    radius: inPath(path, 'radius_m'),
  });
}

/** A circle, or a refusal that names one of the two fields. */
export function toFenceCircle(
  center: GeoPosition,
  radiusM: unknown,
  fields: { readonly center: string; readonly radius: string },
): FenceCircle | Refusal {
  const fault = findPositionFault(center);
  if (fault) return refuseGeometry(fields.center, fault);
  if (typeof radiusM !== 'number') return refuseField(fields.radius, radiusM, 'number', MESSAGE);
  if (!(radiusM > 0 && radiusM <= MAX_POLYGON_RADIUS_M))
    return refuse(
      'VALIDATION_ERROR',
      {
        field: fields.radius,
        expectedType: `number > 0 and <= ${MAX_POLYGON_RADIUS_M}`,
        receivedType: 'number',
        reason: 'range',
      },
      { message: MESSAGE },
    );
  return { type: 'circle', center, radiusM };
}

/** A polygon fit to be judged by, or a refusal that names the ring (`fieldOf`) and its vertex. */
export function toFencePolygon(
  polygons: PolygonRings,
  fieldOf: (fault: PolygonFault) => string,
): FenceGeometry | Refusal {
  const open = polygons.map((rings) => rings.map(openRing));
  const plane = toPolygonPlane(open);
  if (!isPolygonFault(plane)) return { type: 'polygon', polygons: open };
  const field = fieldOf(plane);
  return refuseGeometry(plane.vertex === undefined ? field : `${field}[${plane.vertex}]`, plane.reason);
}

function openRing(points: readonly GeoPosition[]): readonly GeoPosition[] {
  const first = points[0];
  const last = points.at(-1);
  const isClosed =
    points.length > 1 &&
    first?.latitudeDeg === last?.latitudeDeg &&
    first?.longitudeDeg === last?.longitudeDeg;
  return isClosed ? points.slice(0, -1) : points;
}

const EXPECTED: Readonly<Record<PolygonFaultReason, string>> = {
  not_finite: 'finite degrees',
  range: 'latitude in [-90, 90], longitude in [-180, 180]',
  pole: 'a latitude within 89 degrees, and no pole inside',
  too_few_points: 'at least 3 points',
  too_many_points: `at most ${MAX_POLYGON_POINTS} points`,
  too_many_rings: `at most ${MAX_POLYGON_RINGS} rings`,
  duplicate_point: 'a point other than the one before',
  zero_area: 'a ring with an area',
  too_large: `points within ${MAX_POLYGON_RADIUS_M / 1000} km of the middle`,
  self_intersection: 'edges that neither cross nor touch',
  nesting: 'holes inside their polygon, polygons beside each other',
};

function refuseGeometry(field: string, reason: PolygonFaultReason): Refusal {
  return refuse('VALIDATION_ERROR', { field, expectedType: EXPECTED[reason], reason }, { message: MESSAGE });
}

/** The geometry in our own form on the wire. */
export function toGeometryMessage(geometry: FenceGeometry): Static<typeof GeofenceGeometry> {
  if (geometry.type === 'circle')
    return { type: 'circle', center: toPlaceMessage(geometry.center), radius_m: geometry.radiusM };
  const polygons = geometry.polygons.map((rings) => {
    const [points = [], ...holes] = rings.map((ring) => ring.map(toPlaceMessage));
    return { points, ...(holes.length > 0 && { holes }) };
  });
  const [only] = polygons;
  return polygons.length === 1 && only ? { type: 'polygon', ...only } : { type: 'multipolygon', polygons };
}

const toPlaceMessage = ({ latitudeDeg, longitudeDeg }: GeoPosition): Static<typeof Place> => ({
  latitude: latitudeDeg,
  longitude: longitudeDeg,
});
