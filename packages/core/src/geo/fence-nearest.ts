/** The legal place nearest to one that is not: where a waypoint is moved to, and where a vehicle in breach goes. */
import Flatbush from 'flatbush';
import { type Line, linesOf, pushCrossing } from './detour-chain.ts';
import { chainOf, createFreeSpace, type FreeSpace, findCounting, isFree } from './detour-space.ts';
import type { Fence, FencePoint } from './fence.ts';
import { checkPoint, type FenceRules } from './fence-check.ts';
import type { FenceSet } from './fence-set.ts';
import type { PlanePoint } from './segment.ts';

export interface LegalPlace {
  readonly point: FencePoint;
  /** From the place that was asked for, over ground. */
  readonly distanceM: number;
}

export interface NearestOptions {
  /** How far it may be moved; 2 km by default. */
  readonly withinM?: number;
  /** How much farther on the legal side than the margin asks for: a vehicle that recovers comes to rest clear of it. */
  readonly stepBackM?: number;
}

const WITHIN_M = 2000;
const SLACK_M = 0.02;
/** So many of the nearest lines are looked at, then more. */
const ROUNDS = [64, 512, 4096] as const;
const MAX_CANDIDATES = 5000;

/**
 * The nearest place at the same height and time that keeps to every fence; the place itself where it does. Nearest but for the
 * rounding of corners (3.5 % of the margin; half a metre at circles). Undefined: there is none within the distance, as where
 * only another height would be legal.
 */
export function nearestLegal(
  set: FenceSet,
  point: FencePoint,
  rules: FenceRules = {},
  { withinM = WITHIN_M, stepBackM = 0 }: NearestOptions = {},
): LegalPlace | undefined {
  if (checkPoint(set, point, rules).length === 0) return { point, distanceM: 0 };
  const leg = { from: point, to: point };
  const slackM = SLACK_M + stepBackM;
  const reachM = withinM + set.widestMarginM + slackM;
  const request = { leg, reachM, rules, forced: new Set<Fence>(), slackM };
  const space = createFreeSpace(findCounting(set, request), request);
  const from = space.plane.toPlane(point);
  const toPlace = ({ x, y }: PlanePoint): FencePoint => ({ ...point, ...space.plane.toPosition({ x, y }) });
  const isLegal = (at: PlanePoint) => isFree(space, at) && checkPoint(set, toPlace(at), rules).length === 0;
  const found = nearestOnLines(nearLines(space, from, withinM), from, isLegal);
  if (!found || !(found.distanceM <= withinM)) return undefined;
  return { point: toPlace(found), distanceM: found.distanceM };
}

interface Near extends PlanePoint {
  readonly distanceM: number;
}

interface NearLine extends Near {
  readonly line: Line;
}

const toNear = (from: PlanePoint, { x, y }: PlanePoint): Near => ({
  x,
  y,
  distanceM: Math.hypot(x - from.x, y - from.y),
});

/** The lines along which the legal side begins, the nearest first, each with its nearest point. */
function nearLines(space: FreeSpace, from: PlanePoint, withinM: number): readonly NearLine[] {
  return [...space.obstacles, ...space.groups.flat()]
    .flatMap((obstacle) => linesOf(chainOf(space, obstacle)))
    .map((line) => ({ line, ...toNear(from, nearestOn(line, from)) }))
    .filter(({ distanceM }) => distanceM <= withinM)
    .sort((a, b) => a.distanceM - b.distanceM);
}

function nearestOn([a, b]: Line, { x, y }: PlanePoint): PlanePoint {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length2 = dx * dx + dy * dy;
  const part = length2 > 0 ? Math.min(Math.max(((x - a.x) * dx + (y - a.y) * dy) / length2, 0), 1) : 0;
  return { x: a.x + part * dx, y: a.y + part * dy };
}

/** The nearest legal place lies on a line, or where two of them cross; all lines that are nearer are looked at. */
function nearestOnLines(
  lines: readonly NearLine[],
  from: PlanePoint,
  isLegal: (at: PlanePoint) => boolean,
): Near | undefined {
  let best: Near | undefined;
  for (const count of ROUNDS) {
    const some = lines.slice(0, count);
    const candidates = [...some, ...crossingsOf(some).map((point) => toNear(from, point))]
      .sort((a, b) => a.distanceM - b.distanceM)
      .slice(0, MAX_CANDIDATES);
    best = candidates.find(isLegal);
    const beyondM = lines[count]?.distanceM;
    if (beyondM === undefined || (best && best.distanceM <= beyondM)) break;
  }
  return best;
}

function crossingsOf(lines: readonly NearLine[]): readonly PlanePoint[] {
  if (lines.length === 0) return [];
  const tree = new Flatbush(lines.length);
  const boxes = lines.map(({ line: [a, b] }) => [
    Math.min(a.x, b.x),
    Math.min(a.y, b.y),
    Math.max(a.x, b.x),
    Math.max(a.y, b.y),
  ]) as readonly (readonly [number, number, number, number])[];
  for (const box of boxes) tree.add(...box);
  tree.finish();
  const found: PlanePoint[] = [];
  for (const [at, { line }] of lines.entries()) {
    if (found.length >= MAX_CANDIDATES) break;
    for (const other of tree.search(...(boxes[at] as readonly [number, number, number, number])))
      if (other > at) pushCrossing(found, line, (lines[other] as NearLine).line);
  }
  return found;
}
