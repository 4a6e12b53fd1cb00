/** Areas of a local plane bounded by rings that do not meet: inside by the even-odd rule, holes and islands included. */
import { orient2d } from 'robust-predicates';
import {
  type Edges,
  edgeDistance2,
  legEdgeDistance2,
  type MutablePart,
  type PlaneLeg,
  type PlanePoint,
  stadiumPart,
} from './segment.ts';
import { NONE, pushSpan, type Spans, subtractSpans, uniteSpans, WHOLE } from './segment-spans.ts';

/** Edges in the order of the rings under a binary tree of boxes: neighbours in a ring are neighbours in the plane. */
export interface PlanePolygon {
  readonly rings: readonly (readonly PlanePoint[])[];
  readonly edges: Edges;
  /** Of node n: least x, least y, greatest x, greatest y at 4n; node 1 is the root, n has the children 2n and 2n + 1. */
  readonly boxes: Float64Array;
  /** Of node n: 1 where its edges follow each other without a gap. */
  readonly chained: Uint8Array;
  readonly leaves: number;
}

const EDGES_PER_LEAF = 8;

/** Nodes still to visit; the tree of 10 000 edges is 11 deep. No visit calls another. */
const stack = new Int32Array(64);

export function createPlanePolygon(rings: readonly (readonly PlanePoint[])[]): PlanePolygon {
  const count = rings.reduce((sum, ring) => sum + ring.length, 0);
  const edges = new Float64Array(4 * count);
  let at = 0;
  for (const ring of rings)
    for (let index = 0; index < ring.length; index += 1) {
      const from = ring[index] as PlanePoint;
      const to = ring[(index + 1) % ring.length] as PlanePoint;
      edges.set([from.x, from.y, to.x, to.y], at);
      at += 4;
    }
  let leaves = 1;
  while (leaves * EDGES_PER_LEAF < count) leaves *= 2;
  const polygon = {
    rings,
    edges,
    boxes: new Float64Array(8 * leaves),
    chained: new Uint8Array(2 * leaves),
    leaves,
  };
  for (let node = 2 * leaves - 1; node >= 1; node -= 1) {
    fillBox(polygon, node);
    polygon.chained[node] = isChained(polygon, node) ? 1 : 0;
  }
  return polygon;
}

/** First edge and the one behind the last of a node, as places in `edges`. */
function firstOf({ leaves, edges }: PlanePolygon, node: number): number {
  let leaf = node;
  while (leaf < leaves) leaf *= 2;
  return Math.min((leaf - leaves) * EDGES_PER_LEAF * 4, edges.length);
}

function endOf({ leaves, edges }: PlanePolygon, node: number): number {
  let leaf = node;
  while (leaf < leaves) leaf = 2 * leaf + 1;
  return Math.min((leaf - leaves + 1) * EDGES_PER_LEAF * 4, edges.length);
}

/** An empty leaf's box holds nothing: its least lies above its greatest. */
function fillBox(polygon: PlanePolygon, node: number): void {
  const { boxes, edges, leaves } = polygon;
  const box = 4 * node;
  boxes.fill(Number.POSITIVE_INFINITY, box, box + 2);
  boxes.fill(Number.NEGATIVE_INFINITY, box + 2, box + 4);
  const cover = (low: number, high: number, values: Float64Array) => {
    boxes[box] = Math.min(boxes[box] as number, values[low] as number);
    boxes[box + 1] = Math.min(boxes[box + 1] as number, values[low + 1] as number);
    boxes[box + 2] = Math.max(boxes[box + 2] as number, values[high] as number);
    boxes[box + 3] = Math.max(boxes[box + 3] as number, values[high + 1] as number);
  };
  if (node < leaves) {
    for (const child of [2 * node, 2 * node + 1]) cover(4 * child, 4 * child + 2, boxes);
    return;
  }
  const end = endOf(polygon, node);
  for (let at = firstOf(polygon, node); at < end; at += 2) cover(at, at, edges);
}

function isChained(polygon: PlanePolygon, node: number): boolean {
  const { edges } = polygon;
  const end = endOf(polygon, node);
  for (let at = firstOf(polygon, node) + 4; at < end; at += 4)
    if (edges[at - 2] !== edges[at] || edges[at - 1] !== edges[at + 1]) return false;
  return true;
}

/**
 * Crossing number with half-open edges, exact by orient2d. What lies wholly to the right of the point is crossed oddly
 * often where its two ends lie on different sides of the ray, however it winds.
 */
export function isInsidePolygon(polygon: PlanePolygon, { x, y }: PlanePoint): boolean {
  const { boxes, leaves, chained } = polygon;
  let inside = false;
  let top = 0;
  stack[top++] = 1;
  while (top > 0) {
    const node = stack[--top] as number;
    if (!meetsRay(boxes, node, x, y)) continue;
    if (x < (boxes[4 * node] as number) && chained[node] === 1) {
      inside = inside !== windsOddly(polygon, node, y);
    } else if (node >= leaves) {
      inside = inside !== crossesOddly(polygon, node, x, y);
    } else {
      stack[top++] = 2 * node;
      stack[top++] = 2 * node + 1;
    }
  }
  return inside;
}

function meetsRay(boxes: Float64Array, node: number, x: number, y: number): boolean {
  const at = 4 * node;
  return x <= (boxes[at + 2] as number) && y >= (boxes[at + 1] as number) && y <= (boxes[at + 3] as number);
}

function windsOddly(polygon: PlanePolygon, node: number, y: number): boolean {
  const { edges } = polygon;
  const fromY = edges[firstOf(polygon, node) + 1] as number;
  const toY = edges[endOf(polygon, node) - 1] as number;
  return fromY > y !== toY > y;
}

function crossesOddly(polygon: PlanePolygon, leaf: number, x: number, y: number): boolean {
  const { edges } = polygon;
  const end = endOf(polygon, leaf);
  let odd = false;
  for (let at = firstOf(polygon, leaf); at < end; at += 4) {
    const fromY = edges[at + 1] as number;
    const toY = edges[at + 3] as number;
    if (fromY > y === toY > y) continue;
    // Negative: the point is to the left of the edge (the predicate's y axis points down).
    const side = orient2d(edges[at] as number, fromY, edges[at + 2] as number, toY, x, y);
    if (toY > fromY ? side < 0 : side > 0) odd = !odd;
  }
  return odd;
}

/** Distance from a point to the nearest edge. */
export function boundaryDistanceM(polygon: PlanePolygon, { x, y }: PlanePoint): number {
  return legBoundaryDistanceM(polygon, { ax: x, ay: y, bx: x, by: y, ux: 0, uy: 0, lengthM: 0 });
}

/** Least distance from a leg to the nearest edge, 0 where it meets one; `limitM` where it is no less. */
export function legBoundaryDistanceM(
  polygon: PlanePolygon,
  leg: PlaneLeg,
  limitM = Number.POSITIVE_INFINITY,
): number {
  const { leaves } = polygon;
  let best2 = limitM * limitM;
  let top = 0;
  stack[top++] = 1;
  while (top > 0) {
    const node = stack[--top] as number;
    if (!(boxGap2(polygon, node, leg) < best2)) continue;
    if (node >= leaves) {
      best2 = leafDistance2(polygon, node, leg, best2);
    } else {
      // The nearer child is visited first: what is pushed last comes first.
      const isLeftNearer = boxGap2(polygon, 2 * node, leg) <= boxGap2(polygon, 2 * node + 1, leg);
      stack[top++] = isLeftNearer ? 2 * node + 1 : 2 * node;
      stack[top++] = isLeftNearer ? 2 * node : 2 * node + 1;
    }
  }
  return Math.sqrt(best2);
}

function leafDistance2(polygon: PlanePolygon, leaf: number, leg: PlaneLeg, limit2: number): number {
  const { edges } = polygon;
  const end = endOf(polygon, leaf);
  const isPoint = leg.lengthM === 0;
  let best2 = limit2;
  for (let at = firstOf(polygon, leaf); at < end; at += 4) {
    if (!isPoint && isBeside(leg, edges, at, best2)) continue;
    const distance2 = isPoint ? edgeDistance2(edges, at, leg.ax, leg.ay) : legEdgeDistance2(leg, edges, at);
    if (distance2 < best2) best2 = distance2;
  }
  return best2;
}

/** Both ends lie on one side of the leg's line, no nearer to it than the root of `limit2`. */
function isBeside({ ax, ay, ux, uy }: PlaneLeg, edges: Edges, at: number, limit2: number): boolean {
  const from = ((edges[at] as number) - ax) * uy - ((edges[at + 1] as number) - ay) * ux;
  const to = ((edges[at + 2] as number) - ax) * uy - ((edges[at + 3] as number) - ay) * ux;
  return from * to > 0 && from * from >= limit2 && to * to >= limit2;
}

/** No point of the node's box is nearer to the leg than the root of this (separating axes: the plane's and the leg's). */
function boxGap2({ boxes }: PlanePolygon, node: number, leg: PlaneLeg): number {
  const { ax, ay, bx, by, ux, uy } = leg;
  const minX = boxes[4 * node] as number;
  const minY = boxes[4 * node + 1] as number;
  const maxX = boxes[4 * node + 2] as number;
  const maxY = boxes[4 * node + 3] as number;
  if (minX > maxX) return Number.POSITIVE_INFINITY;
  const gapX = Math.max(minX - Math.max(ax, bx), Math.min(ax, bx) - maxX, 0);
  const gapY = Math.max(minY - Math.max(ay, by), Math.min(ay, by) - maxY, 0);
  const aside = Math.abs(((minX + maxX) / 2 - ax) * uy - ((minY + maxY) / 2 - ay) * ux);
  const reach = ((maxX - minX) * Math.abs(uy) + (maxY - minY) * Math.abs(ux)) / 2;
  const gapLine = Math.max(aside - reach, 0);
  return Math.max(gapX * gapX + gapY * gapY, gapLine * gapLine);
}

/** The parts of a leg (with a length) that lie within `radiusM` of an edge. */
function nearSpans(polygon: PlanePolygon, leg: PlaneLeg, radiusM: number): Spans {
  const { edges, leaves } = polygon;
  const parts: MutablePart[] = [];
  const radius2 = radiusM * radiusM;
  let top = 0;
  stack[top++] = 1;
  while (top > 0) {
    const node = stack[--top] as number;
    if (boxGap2(polygon, node, leg) > radius2) continue;
    if (node < leaves) {
      stack[top++] = 2 * node;
      stack[top++] = 2 * node + 1;
      continue;
    }
    const end = endOf(polygon, node);
    for (let at = firstOf(polygon, node); at < end; at += 4) {
      const part = stadiumPart(leg, edges, at, radiusM);
      if (part.to > part.from && part.to > 0 && part.from < leg.lengthM) parts.push(part);
    }
  }
  return toSpans(parts, leg.lengthM);
}

function toSpans(parts: MutablePart[], lengthM: number): Spans {
  if (parts.length === 0) return NONE;
  parts.sort((a, b) => a.from - b.from);
  const spans: number[] = [];
  for (const { from, to } of parts) pushSpan(spans, Math.max(from / lengthM, 0), Math.min(to / lengthM, 1));
  return spans;
}

/**
 * The parts of a leg (with a length) that lie in the polygon grown by `growM` all round; negative: shrunk. Exact: where the
 * leg is near no edge it is wholly inside or wholly outside. |growM| is above zero.
 */
export function polygonSpans(polygon: PlanePolygon, leg: PlaneLeg, growM: number): Spans {
  const near = nearSpans(polygon, leg, Math.abs(growM));
  if (near.length === 0) return isInsidePolygon(polygon, { x: leg.ax, y: leg.ay }) ? WHOLE : NONE;
  const free = subtractSpans(WHOLE, near);
  const inside: number[] = [];
  for (let at = 0; at < free.length; at += 2) {
    const from = free[at] as number;
    const to = free[at + 1] as number;
    const middle = ((from + to) / 2) * leg.lengthM;
    if (isInsidePolygon(polygon, { x: leg.ax + middle * leg.ux, y: leg.ay + middle * leg.uy }))
      inside.push(from, to);
  }
  return growM > 0 ? uniteSpans(near, inside) : inside;
}
