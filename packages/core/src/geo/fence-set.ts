/** Fences made checkable: in planes, behind an index. A set never changes; a change is a new version. */
import Flatbush from 'flatbush';
import type { Fence, FencePoint } from './fence.ts';
import { type GeoBox, toGeoBox } from './fence-box.ts';
import { createFencePlane, type FencePlane, type GeoPosition, sphereDistanceM } from './fence-plane.ts';
import { type FenceShape, toFenceShape } from './fence-shape.ts';
import {
  findPositionFault,
  isPolygonFault,
  MAX_POLYGON_RADIUS_M,
  toPolygonPlane,
} from './polygon-validity.ts';

/** A fence where it stands. Neighbours share a plane. */
export interface FenceSite {
  readonly fence: Fence;
  readonly plane: FencePlane;
  readonly shape: FenceShape;
  readonly box: GeoBox;
}

export interface FenceSet {
  /** Grows with every change. */
  readonly version: number;
  readonly fences: readonly Fence[];
  readonly sites: readonly FenceSite[];
  readonly inclusions: readonly FenceSite[];
  /** Of the inclusions. */
  readonly groups: ReadonlyMap<number, readonly FenceSite[]>;
  /** No fence asks for a wider margin. */
  readonly widestMarginM: number;
  readonly index: FenceIndex | undefined;
}

interface FenceIndex {
  readonly tree: Flatbush;
  /** Of the tree's item: the place in `sites`. A fence across the antimeridian is in it twice. */
  readonly siteOf: readonly number[];
}

export const MAX_FENCES = 10_000;
/** Planes are shared within cells of this size. */
const PLANE_CELL_DEG = 0.5;

/** @throws RangeError on a fence that is unfit (`toPolygonPlane` says why), on an id that is there twice, on too many. */
export function createFenceSet(fences: readonly Fence[], version = 1): FenceSet {
  return buildFenceSet(fences, version, new Map());
}

export interface FenceChange {
  /** New ones, and others under an id that is there. */
  readonly put?: readonly Fence[];
  readonly remove?: readonly string[];
}

/** The next version. What stays the same object is not made anew. */
export function changeFenceSet(set: FenceSet, { put = [], remove = [] }: FenceChange): FenceSet {
  const gone = new Set([...remove, ...put.map(({ id }) => id)]);
  const fences = [...set.fences.filter(({ id }) => !gone.has(id)), ...put];
  return buildFenceSet(fences, set.version + 1, new Map(set.sites.map((site) => [site.fence, site])));
}

function buildFenceSet(
  fences: readonly Fence[],
  version: number,
  known: ReadonlyMap<Fence, FenceSite>,
): FenceSet {
  if (fences.length > MAX_FENCES) throw new RangeError(`${fences.length} fences, at most ${MAX_FENCES}`);
  if (new Set(fences.map(({ id }) => id)).size !== fences.length)
    throw new RangeError('two fences with one id');
  const planes = new Map<string, FencePlane>();
  for (const { plane } of known.values()) planes.set(cellOf(plane.origin), plane);
  const sites = fences.map((fence) => known.get(fence) ?? toSite(fence, planes));
  const inclusions = sites.filter(({ fence }) => fence.kind === 'inclusion');
  return {
    version,
    fences,
    sites,
    inclusions,
    groups: Map.groupBy(inclusions, ({ fence }) => fence.group),
    widestMarginM: fences.reduce((widest, { marginM }) => Math.max(widest, marginM), 0),
    index: toIndex(sites),
  };
}

const cellOf = ({ latitudeDeg, longitudeDeg }: GeoPosition): string =>
  `${Math.floor(latitudeDeg / PLANE_CELL_DEG)} ${Math.floor(longitudeDeg / PLANE_CELL_DEG)}`;

function toSite(fence: Fence, planes: Map<string, FencePlane>): FenceSite {
  const own = toOwnPlane(fence);
  const cell = cellOf(own.origin);
  const plane = planes.get(cell) ?? own;
  planes.set(cell, plane);
  return { fence, plane, shape: toFenceShape(fence.geometry, plane), box: toBox(fence) };
}

function toOwnPlane({ id, geometry, marginM }: Fence): FencePlane {
  if (!(marginM >= 0 && marginM <= MAX_POLYGON_RADIUS_M))
    throw new RangeError(`fence ${id}: margin ${marginM} m`);
  if (geometry.type === 'polygon') {
    const plane = toPolygonPlane(geometry.polygons);
    if (isPolygonFault(plane)) throw new RangeError(`fence ${id}: ${plane.reason}`);
    return plane;
  }
  const { center, radiusM } = geometry;
  const fault = findPositionFault(center);
  if (fault) throw new RangeError(`fence ${id}: ${fault}`);
  if (!(radiusM > 0 && radiusM <= MAX_POLYGON_RADIUS_M))
    throw new RangeError(`fence ${id}: radius ${radiusM} m`);
  return createFencePlane(center);
}

function toBox({ geometry }: Fence): GeoBox {
  if (geometry.type === 'circle') return toGeoBox([geometry.center], 0, geometry.radiusM);
  const rings = geometry.polygons.flat();
  let longestM = 0;
  for (const points of rings)
    for (let at = 0; at < points.length; at += 1)
      longestM = Math.max(
        longestM,
        sphereDistanceM(points[at] as GeoPosition, points[(at + 1) % points.length] as GeoPosition),
      );
  return toGeoBox(rings.flat(), 1.01 * longestM, 0);
}

function toIndex(sites: readonly FenceSite[]): FenceIndex | undefined {
  const boxes = sites.flatMap(({ box }, at) => {
    const { southDeg, northDeg, westDeg, eastDeg } = box;
    const own = { at, southDeg, northDeg, westDeg, eastDeg };
    return eastDeg > 180 ? [own, { ...own, westDeg: westDeg - 360, eastDeg: eastDeg - 360 }] : [own];
  });
  if (boxes.length === 0) return undefined;
  const tree = new Flatbush(boxes.length);
  for (const { southDeg, northDeg, westDeg, eastDeg } of boxes)
    tree.add(westDeg, southDeg, eastDeg, northDeg);
  tree.finish();
  return { tree, siteOf: boxes.map(({ at }) => at) };
}

/** The fences whose box a leg comes nearer to than `marginM`, in the order of the set. The leg is short (`splitLeg`). */
export function sitesNear(
  { sites, index }: FenceSet,
  leg: readonly [FencePoint, FencePoint],
  marginM: number,
): readonly FenceSite[] {
  if (!index) return [];
  const { southDeg, northDeg, westDeg, eastDeg } = toGeoBox(leg, 1.01 * sphereDistanceM(...leg), marginM);
  const found = index.tree.search(westDeg, southDeg, eastDeg, northDeg);
  if (eastDeg > 180) found.push(...index.tree.search(westDeg - 360, southDeg, eastDeg - 360, northDeg));
  if (found.length === 0) return [];
  const places = new Set(found.map((item) => index.siteOf[item] as number));
  return [...places].sort((a, b) => a - b).map((at) => sites[at] as FenceSite);
}
