/** The shortest legal way around fences: a visibility graph, searched with A*. */
import { isTangent, type Turn } from './detour-chain.ts';
import {
  blockersOf,
  createFreeSpace,
  type FreeSpace,
  findCounting,
  isFree,
  type SpaceRequest,
  turnsAround,
} from './detour-space.ts';
import type { Fence, FenceLeg, FencePoint } from './fence.ts';
import { checkLeg, type FenceRules } from './fence-check.ts';
import { sphereDistanceM } from './fence-plane.ts';
import type { FenceSet } from './fence-set.ts';
import type { PlanePoint } from './segment.ts';

export interface Detour {
  /** From the beginning to the end, both included; altitudes and times spread evenly over the length. */
  readonly points: readonly FencePoint[];
  readonly lengthM: number;
}

/** Ways are searched for one set of fences and one set of rules; what was learnt about it is kept. */
export interface DetourFinder {
  /**
   * The shortest way at the leg's heights within its times; undefined: there is none, an end is not legal itself, or it takes
   * more than is tried. Every leg of a way that is found passes `checkLeg`.
   */
  find(leg: FenceLeg): Detour | undefined;
}

const MAX_NODES = 4096;
const MAX_ROUNDS = 64;
const MAX_ATTEMPTS = 6;
const MAX_GRAPHS = 16;
/** Fences are looked for this far around: a way that goes farther is tried with all within four times the reach. */
const LEAST_REACH_M = 2000;
const MAX_LEG_M = 200_000;
const LEAST_SLACK_M = 0.02;

export function createDetourFinder(set: FenceSet, rules: FenceRules = {}): DetourFinder {
  const graphs = new Map<string, Graph>();
  return {
    find: (leg) => {
      const directM = sphereDistanceM(leg.from, leg.to);
      if (!(directM <= MAX_LEG_M)) return undefined;
      const forced = new Set<Fence>();
      let request = { leg, rules, forced, reachM: LEAST_REACH_M + directM, slackM: LEAST_SLACK_M };
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        const found = findWay(graphFor(graphs, set, request), leg);
        const violations = found ? legsOf(found.points).flatMap((each) => checkLeg(set, each, rules)) : [];
        if (violations.length === 0) return found;
        // A height above ground was guessed wrongly, the way left the reach, or the fence's own plane bends a long leg.
        for (const { fence } of violations) forced.add(fence);
        request = { ...request, reachM: request.reachM * 2, slackM: request.slackM * 4 };
      }
      return undefined;
    },
  };
}

function findWay(graph: Graph, leg: FenceLeg): Detour | undefined {
  const { space } = graph;
  if (![leg.from, leg.to].every((end) => isFree(space, space.plane.toPlane(end)))) return undefined;
  // Only through a gap as narrow as the rounding of corners does a way leave a corner in another direction.
  return search(graph, leg, isTangent) ?? search(graph, leg, () => true);
}

const legsOf = (points: readonly FencePoint[]): readonly FenceLeg[] =>
  points.slice(1).map((to, at) => ({ from: points[at] as FencePoint, to }));

/** Turning points of the obstacles met so far, and which obstacles the lines between them meet. */
interface Graph {
  readonly space: FreeSpace;
  readonly nodes: Turn[];
  /** Of a blocker: its first node and the one behind its last. */
  readonly nodesOf: Map<number, readonly [number, number]>;
  readonly lines: Map<number, readonly number[]>;
}

/** The same fences in the same plane make the same graph. */
function graphFor(graphs: Map<string, Graph>, set: FenceSet, request: SpaceRequest): Graph {
  const counting = findCounting(set, request);
  const { latitudeDeg, longitudeDeg } = counting.plane.origin;
  const ids = [counting.exclusions, ...counting.groups].map((list) =>
    list.map(({ fence }) => fence.id).join(','),
  );
  const key = [latitudeDeg, longitudeDeg, counting.isBounded, request.slackM, ...ids].join(';');
  const known = graphs.get(key);
  if (known) return known;
  if (graphs.size >= MAX_GRAPHS) graphs.clear();
  const space = createFreeSpace(counting, request);
  const graph = { space, nodes: [], nodesOf: new Map(), lines: new Map() };
  graphs.set(key, graph);
  return graph;
}

/**
 * Only obstacles that are in the way are looked at: the shortest way around some is not longer than around all, so when it meets
 * no other it is the shortest around all.
 */
function search(graph: Graph, leg: FenceLeg, mayPass: MayPass): Detour | undefined {
  const { plane } = graph.space;
  const query = new Query(graph, plane.toPlane(leg.from), plane.toPlane(leg.to), mayPass);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const way = query.shortest();
    if (!way) return undefined;
    const met = query.blockersOn(way);
    if (met.length === 0)
      return toDetour(
        way.map((node) => query.point(node)),
        graph.space,
        leg,
      );
    for (const blocker of met) if (!query.activate(blocker)) return undefined;
  }
  return undefined;
}

/** Whether a way through a turn may come from there, or go there. */
type MayPass = (turn: Turn, other: PlanePoint) => boolean;

const FROM = -1;
const TO = -2;

/** One search: the graph with two more nodes, and the obstacles that count so far. */
class Query {
  readonly #graph: Graph;
  readonly #from: PlanePoint;
  readonly #to: PlanePoint;
  readonly #mayPass: MayPass;
  readonly #active = new Set<number>();
  readonly #nodes: number[] = [];
  readonly #ownLines = new Map<string, readonly number[]>();

  constructor(graph: Graph, from: PlanePoint, to: PlanePoint, mayPass: MayPass) {
    this.#graph = graph;
    this.#from = from;
    this.#to = to;
    this.#mayPass = mayPass;
  }

  point(node: number): Turn {
    if (node === FROM) return this.#from;
    return node === TO ? this.#to : (this.#graph.nodes[node] as Turn);
  }

  /** False: more corners than are tried. */
  activate(blocker: number): boolean {
    const { nodes, nodesOf, space } = this.#graph;
    this.#active.add(blocker);
    let range = nodesOf.get(blocker);
    if (!range) {
      const turns = turnsAround(space, blocker);
      if (nodes.length + turns.length > MAX_NODES) return false;
      range = [nodes.length, nodes.length + turns.length];
      nodes.push(...turns);
      nodesOf.set(blocker, range);
    }
    for (let node = range[0]; node < range[1]; node += 1) this.#nodes.push(node);
    return true;
  }

  blockersOn(way: readonly number[]): readonly number[] {
    const met = way.slice(1).flatMap((node, at) => this.#blockers(way[at] as number, node));
    return [...new Set(met)].filter((blocker) => !this.#active.has(blocker));
  }

  #blockers(a: number, b: number): readonly number[] {
    const { space, lines } = this.#graph;
    if (a < 0 || b < 0) {
      const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
      const own = this.#ownLines.get(key) ?? blockersOf(space, this.point(a), this.point(b));
      this.#ownLines.set(key, own);
      return own;
    }
    const key = Math.min(a, b) * MAX_NODES + Math.max(a, b);
    const known = lines.get(key) ?? blockersOf(space, this.point(a), this.point(b));
    lines.set(key, known);
    return known;
  }

  #isOpen(a: number, b: number): boolean {
    const [from, to] = [this.point(a), this.point(b)];
    if (!this.#mayPass(from, to) || !this.#mayPass(to, from)) return false;
    return !this.#blockers(a, b).some((blocker) => this.#active.has(blocker));
  }

  /** A* over the nodes of the obstacles that count, with the straight distance as the bound. */
  shortest(): readonly number[] | undefined {
    const lengths = new Map<number, number>([[FROM, 0]]);
    const before = new Map<number, number>();
    const open = new Set<number>([FROM]);
    const targets = [TO, ...this.#nodes];
    while (open.size > 0) {
      const node = this.#nearest(open, lengths);
      if (node === TO) return this.#trace(before);
      open.delete(node);
      const lengthM = lengths.get(node) as number;
      for (const next of targets) {
        const throughM = lengthM + distanceM(this.point(node), this.point(next));
        if (!(throughM < (lengths.get(next) ?? Number.POSITIVE_INFINITY)) || !this.#isOpen(node, next))
          continue;
        lengths.set(next, throughM);
        before.set(next, node);
        open.add(next);
      }
    }
    return undefined;
  }

  #nearest(open: ReadonlySet<number>, lengths: ReadonlyMap<number, number>): number {
    let best = FROM;
    let leastM = Number.POSITIVE_INFINITY;
    for (const node of open) {
      const boundM = (lengths.get(node) as number) + distanceM(this.point(node), this.#to);
      if (boundM < leastM) [best, leastM] = [node, boundM];
    }
    return best;
  }

  #trace(before: ReadonlyMap<number, number>): readonly number[] {
    const way = [TO];
    for (let node = before.get(TO); node !== undefined; node = before.get(node)) way.push(node);
    return way.reverse();
  }
}

const distanceM = (a: PlanePoint, b: PlanePoint): number => Math.hypot(b.x - a.x, b.y - a.y);

function toDetour(way: readonly PlanePoint[], { plane }: FreeSpace, { from, to }: FenceLeg): Detour {
  const alongM = way.map(() => 0);
  for (let at = 1; at < way.length; at += 1)
    alongM[at] = (alongM[at - 1] as number) + distanceM(way[at - 1] as PlanePoint, way[at] as PlanePoint);
  const lengthM = alongM.at(-1) as number;
  const points = way.map((point, at): FencePoint => {
    if (at === 0) return from;
    if (at === way.length - 1) return to;
    const part = lengthM > 0 ? (alongM[at] as number) / lengthM : 0;
    return {
      ...plane.toPosition(point),
      altitudeAmslM: from.altitudeAmslM + part * (to.altitudeAmslM - from.altitudeAmslM),
      timeMs: from.timeMs + part * (to.timeMs - from.timeMs),
    };
  });
  return { points, lengthM };
}
