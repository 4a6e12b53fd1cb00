/** What makes a polygon of the earth unfit to be judged by, and the plane it is judged in. */
import {
  createFencePlane,
  type FencePlane,
  type GeoPosition,
  sphereDistanceM,
  unwrapDeg,
} from './fence-plane.ts';
import { createPlanePolygon, isInsidePolygon } from './polygon.ts';
import { findCrossing } from './polygon-crossing.ts';
import type { PlanePoint } from './segment.ts';

/** One or more areas: of each the outer ring, then its holes. Rings are not closed: the last vertex is not the first again. */
export type PolygonRings = readonly (readonly (readonly GeoPosition[])[])[];

export type PolygonFaultReason =
  | 'not_finite'
  | 'range'
  | 'pole'
  | 'too_few_points'
  | 'too_many_points'
  | 'too_many_rings'
  | 'duplicate_point'
  | 'zero_area'
  | 'too_large'
  | 'self_intersection'
  | 'nesting';

/** Where: the area, its ring (0 is the outer one) and the ring's vertex; a part that is absent means the whole. */
export interface PolygonFault {
  readonly reason: PolygonFaultReason;
  readonly polygon?: number;
  readonly ring?: number;
  readonly vertex?: number;
}

export const MAX_POLYGON_POINTS = 10_000;
export const MAX_POLYGON_RINGS = 256;
/** Beyond, directions to the pole turn faster than a plan can follow. */
const MAX_LATITUDE_DEG = 89;
export const MAX_POLYGON_RADIUS_M = 500_000;
const MIN_AREA_M2 = 0.01;

export const isPolygonFault = (value: FencePlane | PolygonFault): value is PolygonFault => 'reason' in value;

/** The plane around the polygon's middle, or what is wrong with it. */
export function toPolygonPlane(polygons: PolygonRings): FencePlane | PolygonFault {
  const fault = findCountFault(polygons) ?? findPointFault(polygons);
  if (fault) return fault;
  const points = polygons.flat(2);
  const plane = createFencePlane(middleOf(points));
  return (
    findFarFault(polygons, points[0] as GeoPosition, 2 * MAX_POLYGON_RADIUS_M) ??
    findFarFault(polygons, plane.origin, MAX_POLYGON_RADIUS_M) ??
    findShapeFault(polygons, plane) ??
    plane
  );
}

function findFarFault(polygons: PolygonRings, from: GeoPosition, limitM: number): PolygonFault | undefined {
  for (const [polygon, rings] of polygons.entries())
    for (const [ring, points] of rings.entries()) {
      const vertex = points.findIndex((point) => !(sphereDistanceM(point, from) <= limitM));
      if (vertex >= 0) return { reason: 'too_large', polygon, ring, vertex };
    }
  return undefined;
}

function findCountFault(polygons: PolygonRings): PolygonFault | undefined {
  const rings = polygons.flat();
  if (polygons.length === 0) return { reason: 'too_few_points' };
  if (rings.length > MAX_POLYGON_RINGS) return { reason: 'too_many_rings' };
  if (rings.reduce((sum, { length }) => sum + length, 0) > MAX_POLYGON_POINTS)
    return { reason: 'too_many_points' };
  const bare = polygons.findIndex(({ length }) => length === 0);
  return bare >= 0 ? { reason: 'too_few_points', polygon: bare } : undefined;
}

function findPointFault(polygons: PolygonRings): PolygonFault | undefined {
  for (const [polygon, rings] of polygons.entries())
    for (const [ring, points] of rings.entries()) {
      const fault = findRingFault(points);
      if (fault) return { ...fault, polygon, ring };
    }
  return undefined;
}

function findRingFault(points: readonly GeoPosition[]): PolygonFault | undefined {
  if (points.length < 3) return { reason: 'too_few_points' };
  let turnDeg = 0;
  for (const [vertex, point] of points.entries()) {
    const reason = findPositionFault(point);
    if (reason) return { reason, vertex };
    const next = points[(vertex + 1) % points.length] as GeoPosition;
    const stepDeg = unwrapDeg(next.longitudeDeg, point.longitudeDeg) - point.longitudeDeg;
    if (stepDeg === 0 && next.latitudeDeg === point.latitudeDeg)
      return { reason: 'duplicate_point', vertex: (vertex + 1) % points.length };
    turnDeg += stepDeg;
  }
  return Math.abs(turnDeg) > 1 ? { reason: 'pole' } : undefined;
}

/** What is wrong with a single place. */
export function findPositionFault({
  latitudeDeg,
  longitudeDeg,
}: GeoPosition): 'not_finite' | 'range' | 'pole' | undefined {
  if (!Number.isFinite(latitudeDeg) || !Number.isFinite(longitudeDeg)) return 'not_finite';
  if (Math.abs(latitudeDeg) > 90 || Math.abs(longitudeDeg) > 360) return 'range';
  return Math.abs(latitudeDeg) > MAX_LATITUDE_DEG ? 'pole' : undefined;
}

/** The middle of the box around places that lie within half a turn of the first. */
function middleOf(points: readonly GeoPosition[]): GeoPosition {
  const near = (points[0] as GeoPosition).longitudeDeg;
  let [south, north, west, east] = [90, -90, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { latitudeDeg, longitudeDeg } of points) {
    const unwrapped = unwrapDeg(longitudeDeg, near);
    south = Math.min(south, latitudeDeg);
    north = Math.max(north, latitudeDeg);
    west = Math.min(west, unwrapped);
    east = Math.max(east, unwrapped);
  }
  return { latitudeDeg: (south + north) / 2, longitudeDeg: unwrapDeg((west + east) / 2, 0) };
}

function findShapeFault(polygons: PolygonRings, plane: FencePlane): PolygonFault | undefined {
  const planar = polygons.map((rings) => rings.map((points) => points.map(plane.toPlane)));
  const all = planar.flat();
  const places = planar.flatMap((rings, polygon) => rings.map((_, ring) => ({ polygon, ring })));
  const isTiny = (points: readonly PlanePoint[]) => !(areaM2(points) >= MIN_AREA_M2);
  const flat = all.findIndex((points) => isTiny(points) && isLine(points));
  if (flat >= 0) return { reason: 'zero_area', ...places[flat] };
  const crossing = findCrossing(all);
  if (crossing) return { reason: 'self_intersection', ...places[crossing.ring], vertex: crossing.vertex };
  const tiny = all.findIndex(isTiny);
  if (tiny >= 0) return { reason: 'zero_area', ...places[tiny] };
  return findNestingFault(planar);
}

/** Half the sum of cross products (shoelace), from the first vertex so that it does not cancel. */
function areaM2(points: readonly PlanePoint[]): number {
  const { x, y } = points[0] as PlanePoint;
  let twice = 0;
  for (let at = 1; at + 1 < points.length; at += 1) {
    const a = points[at] as PlanePoint;
    const b = points[at + 1] as PlanePoint;
    twice += (a.x - x) * (b.y - y) - (a.y - y) * (b.x - x);
  }
  return Math.abs(twice) / 2;
}

/** No vertex leaves the line through the first and the one farthest from it by more than a millimetre. */
function isLine(points: readonly PlanePoint[]): boolean {
  const first = points[0] as PlanePoint;
  const distance = ({ x, y }: PlanePoint) => Math.hypot(x - first.x, y - first.y);
  const far = points.reduce((a, b) => (distance(b) > distance(a) ? b : a));
  const length = distance(far);
  return points.every(
    ({ x, y }) =>
      Math.abs((x - first.x) * (far.y - first.y) - (y - first.y) * (far.x - first.x)) <= 1e-3 * length,
  );
}

/** Rings that do not meet: an outer ring lies in an even number of others, a hole in an odd one, and in its own outer ring. */
function findNestingFault(
  polygons: readonly (readonly (readonly PlanePoint[])[])[],
): PolygonFault | undefined {
  const all = polygons.flatMap((rings, polygon) =>
    rings.map((points, ring) => ({ polygon, ring, points, area: createPlanePolygon([points]) })),
  );
  for (const { polygon, ring, points } of all) {
    const vertex = points[0] as PlanePoint;
    const around = all.filter((other) => other.points !== points && isInsidePolygon(other.area, vertex));
    const isOwn = ring === 0 || around.some((other) => other.polygon === polygon && other.ring === 0);
    if (!isOwn || around.length % 2 !== (ring === 0 ? 0 : 1)) return { reason: 'nesting', polygon, ring };
  }
  return undefined;
}
