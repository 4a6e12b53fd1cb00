/** Straight lines of a local plane: x east, y north, metres. Distances, and the part of a leg that lies near something. */
import { orient2d } from 'robust-predicates';

/** A leg of the plane. `ux, uy`: its direction; where it has no length, none. */
export interface PlaneLeg {
  readonly ax: number;
  readonly ay: number;
  readonly bx: number;
  readonly by: number;
  readonly ux: number;
  readonly uy: number;
  readonly lengthM: number;
}

export interface PlanePoint {
  readonly x: number;
  readonly y: number;
}

/** What is shorter is a point: a direction could not be told. */
const SHORTEST_M = 1e-6;

export function toPlaneLeg(a: PlanePoint, b: PlanePoint): PlaneLeg {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const lengthM = Math.hypot(dx, dy);
  if (!(lengthM > SHORTEST_M)) return { ax: a.x, ay: a.y, bx: a.x, by: a.y, ux: 0, uy: 0, lengthM: 0 };
  return { ax: a.x, ay: a.y, bx: b.x, by: b.y, ux: dx / lengthM, uy: dy / lengthM, lengthM };
}

/** Four numbers an edge: x and y of its beginning, x and y of its end. */
export type Edges = Float64Array;

/** Square of the distance from a point to the edge that begins at `at`. */
export function edgeDistance2(edges: Edges, at: number, x: number, y: number): number {
  const qx = edges[at] as number;
  const qy = edges[at + 1] as number;
  const ex = (edges[at + 2] as number) - qx;
  const ey = (edges[at + 3] as number) - qy;
  const length2 = ex * ex + ey * ey;
  const along = length2 > 0 ? ((x - qx) * ex + (y - qy) * ey) / length2 : 0;
  const part = Math.min(Math.max(along, 0), 1);
  const dx = x - qx - part * ex;
  const dy = y - qy - part * ey;
  return dx * dx + dy * dy;
}

function legDistance2({ ax, ay, ux, uy, lengthM }: PlaneLeg, x: number, y: number): number {
  const along = Math.min(Math.max((x - ax) * ux + (y - ay) * uy, 0), lengthM);
  const dx = x - ax - along * ux;
  const dy = y - ay - along * uy;
  return dx * dx + dy * dy;
}

/** The leg and the edge have a point in common, exactly (Shewchuk 1997, adaptive predicates). */
export function legMeetsEdge(
  { ax, ay, bx, by }: Pick<PlaneLeg, 'ax' | 'ay' | 'bx' | 'by'>,
  edges: Edges,
  at: number,
): boolean {
  const qx = edges[at] as number;
  const qy = edges[at + 1] as number;
  const rx = edges[at + 2] as number;
  const ry = edges[at + 3] as number;
  const q = orient2d(ax, ay, bx, by, qx, qy);
  const r = orient2d(ax, ay, bx, by, rx, ry);
  if ((q > 0 && r > 0) || (q < 0 && r < 0)) return false;
  const a = orient2d(qx, qy, rx, ry, ax, ay);
  const b = orient2d(qx, qy, rx, ry, bx, by);
  if ((a > 0 && b > 0) || (a < 0 && b < 0)) return false;
  // All on one line: only overlapping boxes meet.
  return (
    Math.max(ax, bx) >= Math.min(qx, rx) &&
    Math.max(qx, rx) >= Math.min(ax, bx) &&
    Math.max(ay, by) >= Math.min(qy, ry) &&
    Math.max(qy, ry) >= Math.min(ay, by)
  );
}

/** Square of the least distance between a leg and the edge that begins at `at`; 0 where they meet. */
export function legEdgeDistance2(leg: PlaneLeg, edges: Edges, at: number): number {
  if (legMeetsEdge(leg, edges, at)) return 0;
  return Math.min(
    edgeDistance2(edges, at, leg.ax, leg.ay),
    edgeDistance2(edges, at, leg.bx, leg.by),
    legDistance2(leg, edges[at] as number, edges[at + 1] as number),
    legDistance2(leg, edges[at + 2] as number, edges[at + 3] as number),
  );
}

/** A part of a leg in metres from its beginning; empty where `to` is not above `from`. Reused from call to call. */
export interface MutablePart {
  from: number;
  to: number;
}

/** The part of the (endless) leg that lies within `radiusM` of a point. The leg has a length. */
export function discPart({ ax, ay, ux, uy }: PlaneLeg, { x, y }: PlanePoint, radiusM: number): MutablePart {
  const along = (x - ax) * ux + (y - ay) * uy;
  const aside = (x - ax) * uy - (y - ay) * ux;
  const half2 = radiusM * radiusM - aside * aside;
  if (!(half2 > 0)) return { from: 0, to: 0 };
  const half = Math.sqrt(half2);
  return { from: along - half, to: along + half };
}

/** The part of the (endless) leg that lies within `radiusM` of an edge: the edge's stadium is convex, so it is one part. */
export function stadiumPart(leg: PlaneLeg, edges: Edges, at: number, radiusM: number): MutablePart {
  const x = edges[at] as number;
  const y = edges[at + 1] as number;
  const end = { x: edges[at + 2] as number, y: edges[at + 3] as number };
  const ex = end.x - x;
  const ey = end.y - y;
  const part = boxPart(leg, { x, y, ex, ey }, radiusM);
  hull(part, discPart(leg, { x, y }, radiusM));
  hull(part, discPart(leg, end, radiusM));
  return part;
}

function hull(part: MutablePart, other: MutablePart): void {
  if (!(other.to > other.from)) return;
  if (part.to > part.from) {
    part.from = Math.min(part.from, other.from);
    part.to = Math.max(part.to, other.to);
  } else {
    part.from = other.from;
    part.to = other.to;
  }
}

interface Edge {
  readonly x: number;
  readonly y: number;
  readonly ex: number;
  readonly ey: number;
}

function boxPart({ ax, ay, ux, uy }: PlaneLeg, { x, y, ex, ey }: Edge, radiusM: number): MutablePart {
  const length = Math.hypot(ex, ey);
  const part = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  if (!(length > 0)) return { from: 0, to: 0 };
  const along = ((ax - x) * ex + (ay - y) * ey) / length;
  const aside = ((ax - x) * ey - (ay - y) * ex) / length;
  clip(part, along, (ux * ex + uy * ey) / length, [0, length]);
  clip(part, aside, (ux * ey - uy * ex) / length, [-radiusM, radiusM]);
  return part;
}

/** Keeps of the part where `value + slope·t` lies between the limits. */
function clip(part: MutablePart, value: number, slope: number, limits: readonly [number, number]): void {
  const [low, high] = limits;
  if (Math.abs(slope) < 1e-15) {
    if (value < low || value > high) part.to = part.from;
    return;
  }
  const first = (low - value) / slope;
  const second = (high - value) / slope;
  part.from = Math.max(part.from, Math.min(first, second));
  part.to = Math.min(part.to, Math.max(first, second));
}
