import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { Fence, FenceGeometry } from '../geo/fence.ts';
import type { GeoPosition } from '../geo/fence-plane.ts';
import { type FenceDraft, GEOFENCE_MESSAGE } from './geofence.ts';
import { toFenceKind } from './geofence-geojson.ts';
import { toFenceCircle, toFencePolygon } from './geofence-geometry.ts';
import { type Fields, inPath, readEach, refuseField } from './mission-fields.ts';

/**
 * The fences of a QGroundControl plan (docs.qgroundcontrol.com, Plan file format, GeoFence): `geoFence` with `polygons` and
 * `circles`, latitude first, `inclusion` true or false. All inclusions are of one group: inside all of them (PX4).
 */

const MAX_ITEMS = 10_000;

/** A whole `.plan`, or its `geoFence` alone. Whether an entry is a circle is told by the list it stands in. */
export function parsePlanFences(value: unknown, path = ''): readonly FenceDraft[] | Refusal {
  if (!isFields(value)) return refuseField(path, value, 'object', GEOFENCE_MESSAGE);
  const isPlan = value['fileType'] !== undefined || value['geoFence'] !== undefined;
  if (!isPlan) return parseSection(value, path);
  if (value['fileType'] !== undefined && value['fileType'] !== 'Plan')
    return refuseValue(inPath(path, 'fileType'), 'Plan');
  return value['geoFence'] === undefined ? [] : parseSection(value['geoFence'], inPath(path, 'geoFence'));
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refuseValue = (field: string, expectedType: string): Refusal =>
  refuse('VALIDATION_ERROR', { field, expectedType, reason: 'unknown_value' }, { message: GEOFENCE_MESSAGE });

function parseSection(value: unknown, path: string): readonly FenceDraft[] | Refusal {
  if (!isFields(value)) return refuseField(path, value, 'object', GEOFENCE_MESSAGE);
  if (value['version'] !== undefined && value['version'] !== 1 && value['version'] !== 2)
    return refuseValue(inPath(path, 'version'), '1 or 2');
  const polygons = parseList(value['polygons'], inPath(path, 'polygons'), parsePolygon);
  if (isRefusal(polygons)) return polygons;
  const circles = parseList(value['circles'], inPath(path, 'circles'), parseCircle);
  return isRefusal(circles) ? circles : [...polygons, ...circles];
}

type ParseItem = (item: Fields, path: string) => FenceGeometry | Refusal;

function parseList(value: unknown, path: string, parse: ParseItem): readonly FenceDraft[] | Refusal {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return refuseField(path, value, 'array', GEOFENCE_MESSAGE);
  if (value.length > MAX_ITEMS)
    return refuse(
      'VALIDATION_ERROR',
      { field: path, expectedType: `at most ${MAX_ITEMS} items`, reason: 'length' },
      { message: GEOFENCE_MESSAGE },
    );
  let number = 0;
  return readEach(value, path, (item, at) => {
    number += 1;
    if (!isFields(item)) return refuseField(at, item, 'object', GEOFENCE_MESSAGE);
    const { inclusion, version } = item;
    if (typeof inclusion !== 'boolean')
      return refuseField(inPath(at, 'inclusion'), inclusion, 'boolean', GEOFENCE_MESSAGE);
    if (version !== undefined && version !== 1) return refuseValue(inPath(at, 'version'), '1');
    const geometry = parse(item, at);
    if (isRefusal(geometry)) return geometry;
    const name = `${geometry.type === 'circle' ? 'Circle' : 'Polygon'} ${number}`;
    return {
      name,
      kind: toFenceKind(inclusion),
      group: 0,
      geometry,
      windows: [],
      action: 'warn',
      marginM: 0,
    };
  });
}

function parsePolygon({ polygon }: Fields, path: string): FenceGeometry | Refusal {
  const field = inPath(path, 'polygon');
  if (!Array.isArray(polygon)) return refuseField(field, polygon, 'array', GEOFENCE_MESSAGE);
  const points = readEach(polygon, field, parsePosition);
  return isRefusal(points) ? points : toFencePolygon([[points]], () => field);
}

function parseCircle({ circle }: Fields, path: string): FenceGeometry | Refusal {
  const field = inPath(path, 'circle');
  if (!isFields(circle)) return refuseField(field, circle, 'object', GEOFENCE_MESSAGE);
  const center = parsePosition(circle['center'], inPath(field, 'center'));
  if (isRefusal(center)) return center;
  return toFenceCircle(center, circle['radius'], {
    center: inPath(field, 'center'),
    radius: inPath(field, 'radius'),
  });
}

/** Latitude first. */
function parsePosition(value: unknown, path: string): GeoPosition | Refusal {
  if (!Array.isArray(value)) return refuseField(path, value, '[latitude, longitude]', GEOFENCE_MESSAGE);
  const [latitudeDeg, longitudeDeg] = value as readonly unknown[];
  if (typeof latitudeDeg !== 'number')
    return refuseField(`${path}[0]`, latitudeDeg, 'number', GEOFENCE_MESSAGE);
  if (typeof longitudeDeg !== 'number')
    return refuseField(`${path}[1]`, longitudeDeg, 'number', GEOFENCE_MESSAGE);
  return { latitudeDeg, longitudeDeg };
}

/** What a plan cannot say about a fence, and what it means for those who fly by the plan. */
export interface PlanLoss {
  readonly fence: string;
  readonly lost: 'altitude' | 'times' | 'action' | 'margin' | 'hole';
  /** The plan allows what the fence forbids. */
  readonly weaker: boolean;
}

export interface PlanFences {
  /** To stand under `geoFence` in a plan. */
  readonly geoFence: Fields;
  readonly losses: readonly PlanLoss[];
}

/**
 * The `geoFence` of a plan, and what it cannot hold. A hole of an inclusion becomes an exclusion; areas of an exclusion
 * become several. Refused where no plan means the same: inclusions of several groups, or of several areas.
 */
export function toPlanFences(fences: readonly Fence[]): PlanFences | Refusal {
  const inclusions = fences.filter(({ kind }) => kind === 'inclusion');
  if (new Set(inclusions.map(({ group }) => group)).size > 1)
    return refuse(
      'VALIDATION_ERROR',
      { field: 'group', reason: 'not_in_a_plan' },
      { message: GEOFENCE_MESSAGE },
    );
  const wide = inclusions.find(({ geometry }) => geometry.type === 'polygon' && geometry.polygons.length > 1);
  if (wide)
    return refuse(
      'VALIDATION_ERROR',
      { field: 'geometry', reason: 'not_in_a_plan', fence: wide.id },
      { message: GEOFENCE_MESSAGE },
    );
  return {
    geoFence: {
      version: 2,
      polygons: fences.flatMap(toPlanPolygons),
      circles: fences.flatMap(toPlanCircle),
    },
    losses: fences.flatMap(lossesOf),
  };
}

function toPlanPolygons({ kind, geometry }: Fence): readonly Fields[] {
  if (geometry.type === 'circle') return [];
  return geometry.polygons.flatMap(([outer = [], ...holes]) => [
    toPlanPolygon(outer, kind === 'inclusion'),
    ...(kind === 'inclusion' ? holes.map((hole) => toPlanPolygon(hole, false)) : []),
  ]);
}

const toPlanPolygon = (points: readonly GeoPosition[], inclusion: boolean): Fields => ({
  version: 1,
  inclusion,
  polygon: points.map(toPosition),
});

const toPosition = ({ latitudeDeg, longitudeDeg }: GeoPosition): readonly number[] => [
  latitudeDeg,
  longitudeDeg,
];

function toPlanCircle({ kind, geometry }: Fence): readonly Fields[] {
  if (geometry.type !== 'circle') return [];
  const circle = { center: toPosition(geometry.center), radius: geometry.radiusM };
  return [{ version: 1, inclusion: kind === 'inclusion', circle }];
}

function lossesOf({
  id,
  kind,
  floor,
  ceiling,
  windows,
  action,
  marginM,
  geometry,
}: Fence): readonly PlanLoss[] {
  const hasHole = geometry.type === 'polygon' && geometry.polygons.some(({ length }) => length > 1);
  return [
    {
      fence: id,
      lost: 'altitude',
      weaker: kind === 'inclusion',
      is: floor !== undefined || ceiling !== undefined,
    },
    { fence: id, lost: 'times', weaker: false, is: windows.length > 0 },
    { fence: id, lost: 'hole', weaker: false, is: hasHole && kind === 'exclusion' },
    { fence: id, lost: 'action', weaker: false, is: action !== 'warn' },
    { fence: id, lost: 'margin', weaker: true, is: marginM > 0 },
  ].flatMap(({ is, ...loss }) => (is ? [loss as PlanLoss] : []));
}
