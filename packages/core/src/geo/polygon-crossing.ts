/** Whether rings meet themselves or each other: a sweep from west to east (Shamos and Hoey 1976) on exact predicates. */
import { orient2d } from 'robust-predicates';
import { legMeetsEdge, type PlanePoint } from './segment.ts';

/** The edge that begins at this vertex of this ring meets another one. */
export interface Crossing {
  readonly ring: number;
  readonly vertex: number;
}

interface Edge extends Crossing {
  readonly from: PlanePoint;
  readonly to: PlanePoint;
  /** Lexicographically first and last end: the sweep meets them in this order, upright edges too. */
  readonly left: PlanePoint;
  readonly right: PlanePoint;
}

interface Event {
  readonly point: PlanePoint;
  readonly edge: Edge;
  readonly begins: boolean;
}

const isBefore = (a: PlanePoint, b: PlanePoint): boolean => a.x < b.x || (a.x === b.x && a.y < b.y);

const order = (a: PlanePoint, b: PlanePoint): number => a.x - b.x || a.y - b.y;

/**
 * The first place where rings meet: an edge crosses or touches another, a vertex lies on an edge or on another vertex, an edge
 * turns back on the one before. Undefined: every ring is simple and all are apart. O(n log n).
 */
export function findCrossing(rings: readonly (readonly PlanePoint[])[]): Crossing | undefined {
  const edges = rings.flatMap((points, ring) => points.map((_, vertex) => toEdge(points, ring, vertex)));
  return findSharedVertex(edges) ?? sweep(edges);
}

function toEdge(points: readonly PlanePoint[], ring: number, vertex: number): Edge {
  const from = points[vertex] as PlanePoint;
  const to = points[(vertex + 1) % points.length] as PlanePoint;
  const isForward = isBefore(from, to);
  return { ring, vertex, from, to, left: isForward ? from : to, right: isForward ? to : from };
}

function findSharedVertex(edges: readonly Edge[]): Crossing | undefined {
  const sorted = edges.toSorted((a, b) => order(a.from, b.from));
  return sorted.find((edge, at) => {
    const next = sorted[at + 1];
    return next !== undefined && order(edge.from, next.from) === 0;
  });
}

function sweep(edges: readonly Edge[]): Crossing | undefined {
  const events: Event[] = edges.flatMap((edge) => [
    { point: edge.left, edge, begins: true },
    { point: edge.right, edge, begins: false },
  ]);
  events.sort((a, b) => order(a.point, b.point) || Number(a.begins) - Number(b.begins));
  /** The edges under the sweep line, from south to north. */
  const status: Edge[] = [];
  for (const { edge, begins } of events) {
    const met = begins ? insert(status, edge) : remove(status, edge);
    if (met) return { ring: edge.ring, vertex: edge.vertex };
  }
  return undefined;
}

/** True: the edge meets one that is there. */
function insert(status: Edge[], edge: Edge): boolean {
  let low = 0;
  let high = status.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const side = sideOf(edge, status[middle] as Edge);
    if (side === 0) return true;
    if (side > 0) low = middle + 1;
    else high = middle;
  }
  status.splice(low, 0, edge);
  return meet(status[low - 1], edge) || meet(edge, status[low + 1]);
}

function remove(status: Edge[], edge: Edge): boolean {
  const at = status.indexOf(edge);
  status.splice(at, 1);
  return meet(status[at - 1], status[at]);
}

/** Above zero: the new edge runs north of the one that is there; 0: it touches it. */
function sideOf(edge: Edge, there: Edge): number {
  const side = northOf(there, edge.left);
  if (side !== 0 || edge.left !== there.left) return side;
  return northOf(there, edge.right);
}

const northOf = ({ left, right }: Edge, { x, y }: PlanePoint): number =>
  // The predicate's y axis points down.
  -orient2d(left.x, left.y, right.x, right.y, x, y);

function meet(a: Edge | undefined, b: Edge | undefined): boolean {
  if (!a || !b) return false;
  if (a.to === b.from) return turnsBack(a.from, a.to, b.to);
  if (b.to === a.from) return turnsBack(b.from, b.to, a.to);
  const leg = { ax: a.from.x, ay: a.from.y, bx: a.to.x, by: a.to.y };
  return legMeetsEdge(leg, Float64Array.of(b.from.x, b.from.y, b.to.x, b.to.y), 0);
}

function turnsBack(before: PlanePoint, at: PlanePoint, after: PlanePoint): boolean {
  if (orient2d(before.x, before.y, at.x, at.y, after.x, after.y) !== 0) return false;
  return (before.x - at.x) * (after.x - at.x) + (before.y - at.y) * (after.y - at.y) > 0;
}
