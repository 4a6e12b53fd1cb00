import type { PlanePolygon } from '../../geo/polygon.ts';
import type { PlanePoint } from '../../geo/segment.ts';
import { type Area, INSET_TOLERANCE_M, isFree } from './area.ts';
import { planeDistanceM } from './path.ts';

/** Ways within an area that keep an inset from its border, around bays and exclusions. */

const STEP_RAD = Math.PI / 4;
const MAX_NODES = 300;

export interface DetourGraph {
  readonly area: Area;
  readonly insetM: number;
  /** Around the corners that stand in the way. */
  readonly nodes: readonly PlanePoint[];
  /** Known distances between nodes, infinite where the straight way is not free; filled when asked. */
  readonly known: Map<number, number>;
}

/** Undefined: too many corners for ways to be found in bounded time. */
export function createDetourGraph(area: Area, insetM: number): DetourGraph | undefined {
  const nodes = [area.outer, ...area.exclusions].flatMap((polygon) => cornerNodes(polygon, insetM));
  const free = nodes.filter((node) => isFreePoint(area, node, insetM));
  return free.length > MAX_NODES ? undefined : { area, insetM, nodes: free, known: new Map() };
}

/** A point is free where a way of no length through it is. */
function isFreePoint(area: Area, { x, y }: PlanePoint, insetM: number): boolean {
  return isFree(area, { x: x - INSET_TOLERANCE_M / 2, y }, { x: x + INSET_TOLERANCE_M / 2, y }, insetM);
}

/** Rings run so that the area is on their left: a corner that turns right stands in the way. */
function cornerNodes(polygon: PlanePolygon, insetM: number): readonly PlanePoint[] {
  const ring = polygon.rings[0] as readonly PlanePoint[];
  return ring.flatMap((corner, at) => {
    const before = ring.at(at - 1) as PlanePoint;
    const behind = ring[(at + 1) % ring.length] as PlanePoint;
    const turn =
      (corner.x - before.x) * (behind.y - corner.y) - (corner.y - before.y) * (behind.x - corner.x);
    if (turn >= 0) return [];
    return roundCorner([before, corner, behind], insetM);
  });
}

/**
 * The way around a corner that turns right, `insetM` off on its left: corners of a polygon around the circle, whose sides
 * touch it where the edges in and out are left, and at most every 45° between.
 */
export function roundCorner(
  [before, corner, behind]: readonly [PlanePoint, PlanePoint, PlanePoint],
  insetM: number,
): readonly PlanePoint[] {
  const normalIn = Math.atan2(corner.x - before.x, before.y - corner.y);
  const normalOut = Math.atan2(behind.x - corner.x, corner.y - behind.y);
  const turn = (((normalIn - normalOut) % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI);
  const count = Math.max(1, Math.ceil(turn / STEP_RAD));
  const step = turn / count;
  const radiusM = insetM / Math.cos(step / 2);
  return Array.from({ length: count }, (_none, at) => {
    const angle = normalIn - step * (at + 0.5);
    return { x: corner.x + radiusM * Math.cos(angle), y: corner.y + radiusM * Math.sin(angle) };
  });
}

/** The points between, or undefined where there is no way. Dijkstra over what can be seen from each point. */
export function findDetour(
  graph: DetourGraph,
  from: PlanePoint,
  to: PlanePoint,
): readonly PlanePoint[] | undefined {
  if (isFree(graph.area, from, to, graph.insetM)) return [];
  const { nodes } = graph;
  const costs = nodes.map((node) => wayM(graph, from, node));
  const before = nodes.map(() => -1);
  const done = new Set<number>();
  let best = { cost: Number.POSITIVE_INFINITY, last: -1 };
  for (let at = nearest(costs, done); at >= 0; at = nearest(costs, done)) {
    const cost = costs[at] as number;
    if (cost >= best.cost) break;
    done.add(at);
    const whole = cost + wayM(graph, nodes[at] as PlanePoint, to);
    if (whole < best.cost) best = { cost: whole, last: at };
    for (let next = 0; next < nodes.length; next += 1) {
      if (done.has(next)) continue;
      const through = cost + between(graph, at, next);
      if (through >= (costs[next] as number)) continue;
      costs[next] = through;
      before[next] = at;
    }
  }
  return best.last < 0 ? undefined : trace(nodes, before, best.last);
}

function trace(nodes: readonly PlanePoint[], before: readonly number[], last: number): readonly PlanePoint[] {
  const way: PlanePoint[] = [];
  for (let at = last; at >= 0; at = before[at] as number) way.unshift(nodes[at] as PlanePoint);
  return way;
}

function nearest(costs: readonly number[], done: ReadonlySet<number>): number {
  let best = -1;
  for (let at = 0; at < costs.length; at += 1)
    if (
      !done.has(at) &&
      (costs[at] as number) < (best < 0 ? Number.POSITIVE_INFINITY : (costs[best] as number))
    )
      best = at;
  return best;
}

function wayM({ area, insetM }: DetourGraph, from: PlanePoint, to: PlanePoint): number {
  return isFree(area, from, to, insetM) ? planeDistanceM(from, to) : Number.POSITIVE_INFINITY;
}

function between(graph: DetourGraph, a: number, b: number): number {
  const key = a < b ? a * MAX_NODES + b : b * MAX_NODES + a;
  const known = graph.known.get(key);
  if (known !== undefined) return known;
  const lengthM = wayM(graph, graph.nodes[a] as PlanePoint, graph.nodes[b] as PlanePoint);
  graph.known.set(key, lengthM);
  return lengthM;
}
