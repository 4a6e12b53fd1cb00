/** The lines that run at a distance around obstacles, and the points where a shortest way turns. */
import { type FenceShape, NOISE_M } from './fence-shape.ts';
import type { PlanePoint } from './segment.ts';

/** Closed lines of the plane, each point joined to the next. */
export interface OffsetChain {
  readonly lines: readonly (readonly PlanePoint[])[];
  /** Where a shortest way around the obstacle may turn: its corners, rounded off from outside. */
  readonly turns: readonly Turn[];
}

/** A corner of a line, with the points of the line before and after it; without them ways come and go in any direction. */
export interface Turn extends PlanePoint {
  readonly before?: PlanePoint;
  readonly after?: PlanePoint;
}

/** A line through the turn, from or to `other`, leaves the obstacle on one side: only such ones can be part of a shortest way. */
export function isTangent({ x, y, before, after }: Turn, other: PlanePoint): boolean {
  if (!before || !after) return true;
  const [dx, dy] = [x - other.x, y - other.y];
  const sideBefore = dx * (before.y - y) - dy * (before.x - x);
  const sideAfter = dx * (after.y - y) - dy * (after.x - x);
  // The neighbours along the line are reached through round-off of either sign.
  const noise = 1e-9 * (Math.abs(sideBefore) + Math.abs(sideAfter));
  return (sideBefore >= -noise && sideAfter >= -noise) || (sideBefore <= noise && sideAfter <= noise);
}

const toTurns = (line: readonly PlanePoint[], isTurn: (point: PlanePoint) => boolean): readonly Turn[] =>
  line.flatMap((point, at) => {
    if (!isTurn(point)) return [];
    const before = line[(at + line.length - 1) % line.length] as PlanePoint;
    return [{ ...point, before, after: line[(at + 1) % line.length] as PlanePoint }];
  });

/** A corner is rounded in steps of at most this: the way around it is longer than the arc by less than 2.4 %. */
const STEP_RAD = Math.PI / 6;
/** A circle is rounded so that no corner is farther out than this, where that takes no more than `MAX_CORNERS`. */
const OVERSHOOT_M = 0.5;
const MIN_CORNERS = 12;
const MAX_CORNERS = 96;
/** More corners of one ring are not tried: its hull's are. */
const MAX_TURNS = 512;

/**
 * Around an exclusion (`isObstacle`), or inside an inclusion, whose obstacle is what lies around it. Every point of the lines is
 * `offsetM` or more from the edge that it runs along.
 */
export function offsetChain(shape: FenceShape, isObstacle: boolean, offsetM: number): OffsetChain {
  if (shape.type === 'circle') return circleChain(shape, isObstacle, offsetM);
  const lines: PlanePoint[][] = [];
  const turns: Turn[] = [];
  for (const [ring, depth] of ringDepths(shape.polygon.rings)) {
    // What is forbidden lies to the left: inside the ring, or outside of it.
    const isInsideForbidden = (depth % 2 === 0) === isObstacle;
    const forward = signedAreaM2(ring) > 0 === isInsideForbidden ? ring : ring.toReversed();
    const chain = ringChain(forward, offsetM);
    lines.push(chain.line);
    const few =
      chain.turns.length <= MAX_TURNS ? chain.turns : hullTurns(forward, isInsideForbidden, offsetM);
    turns.push(...few);
  }
  return { lines, turns };
}

function circleChain(
  { center, radiusM }: Extract<FenceShape, { type: 'circle' }>,
  isObstacle: boolean,
  offsetM: number,
): OffsetChain {
  const onM = isObstacle ? radiusM + offsetM : radiusM - offsetM;
  if (!(onM > NOISE_M)) return { lines: [], turns: [] };
  const half = Math.acos(onM / (onM + OVERSHOOT_M));
  const count = Math.min(Math.max(Math.ceil(Math.PI / half), MIN_CORNERS), MAX_CORNERS);
  // Around an obstacle the corners lie outside of the circle; inside an inclusion they lie on it.
  const cornerM = isObstacle ? onM / Math.cos(Math.PI / count) : onM;
  const line = Array.from({ length: count }, (_, at) => {
    const angle = (2 * Math.PI * at) / count;
    return { x: center.x + cornerM * Math.cos(angle), y: center.y + cornerM * Math.sin(angle) };
  });
  return { lines: [line], turns: isObstacle ? toTurns(line, () => true) : [] };
}

/** How many of the other rings lie around each: by its first vertex, as rings do not meet. */
function ringDepths(
  rings: readonly (readonly PlanePoint[])[],
): readonly (readonly [readonly PlanePoint[], number])[] {
  return rings.map((ring) => {
    const vertex = ring[0] as PlanePoint;
    const around = rings.filter((other) => other !== ring && hasInside(other, vertex));
    return [ring, around.length] as const;
  });
}

function hasInside(ring: readonly PlanePoint[], { x, y }: PlanePoint): boolean {
  let inside = false;
  for (let at = 0; at < ring.length; at += 1) {
    const a = ring[at] as PlanePoint;
    const b = ring[(at + 1) % ring.length] as PlanePoint;
    if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}

function signedAreaM2(ring: readonly PlanePoint[]): number {
  const { x, y } = ring[0] as PlanePoint;
  let twice = 0;
  for (let at = 1; at + 1 < ring.length; at += 1) {
    const a = ring[at] as PlanePoint;
    const b = ring[at + 1] as PlanePoint;
    twice += (a.x - x) * (b.y - y) - (a.y - y) * (b.x - x);
  }
  return twice / 2;
}

/** Of a ring with the obstacle on its left: the line at a distance on its right, rounded around corners. */
function ringChain(
  ring: readonly PlanePoint[],
  offsetM: number,
): { line: PlanePoint[]; turns: readonly Turn[] } {
  const line: PlanePoint[] = [];
  const turns = new Set<PlanePoint>();
  for (let at = 0; at < ring.length; at += 1) {
    const before = ring[(at + ring.length - 1) % ring.length] as PlanePoint;
    const corner = ring[at] as PlanePoint;
    const after = ring[(at + 1) % ring.length] as PlanePoint;
    const first = direction(before, corner);
    const second = direction(corner, after);
    const turn = Math.atan2(first.x * second.y - first.y * second.x, first.x * second.x + first.y * second.y);
    if (turn > 0) {
      for (const point of roundCorner(corner, first, turn, offsetM)) {
        line.push(point);
        turns.add(point);
      }
    } else {
      for (const { x, y } of [first, second])
        line.push({ x: corner.x + offsetM * y, y: corner.y - offsetM * x });
    }
  }
  return { line, turns: toTurns(line, (point) => turns.has(point)) };
}

function direction(a: PlanePoint, b: PlanePoint): PlanePoint {
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  return { x: (b.x - a.x) / length, y: (b.y - a.y) / length };
}

/** Corners of a line outside the arc around the corner, touching it. */
function roundCorner(corner: PlanePoint, first: PlanePoint, turn: number, offsetM: number): PlanePoint[] {
  const count = Math.ceil(turn / STEP_RAD);
  const step = turn / count;
  const outM = offsetM / Math.cos(step / 2);
  const start = Math.atan2(-first.x, first.y);
  return Array.from({ length: count }, (_, at) => {
    const angle = start + (at + 0.5) * step;
    return { x: corner.x + outM * Math.cos(angle), y: corner.y + outM * Math.sin(angle) };
  });
}

/** The turns around the hull of a ring: enough for whoever is outside of it. None for what has to be kept inside. */
function hullTurns(
  ring: readonly PlanePoint[],
  isInsideForbidden: boolean,
  offsetM: number,
): readonly Turn[] {
  return isInsideForbidden ? ringChain(convexHull(ring), offsetM).turns : [];
}

/** Andrew 1979, counterclockwise. */
function convexHull(points: readonly PlanePoint[]): readonly PlanePoint[] {
  const sorted = points.toSorted((a, b) => a.x - b.x || a.y - b.y);
  const half = (list: readonly PlanePoint[]): PlanePoint[] => {
    const hull: PlanePoint[] = [];
    for (const point of list) {
      while (hull.length >= 2 && !turnsLeft(hull.at(-2) as PlanePoint, hull.at(-1) as PlanePoint, point))
        hull.pop();
      hull.push(point);
    }
    return hull.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.toReversed())];
}

const turnsLeft = (a: PlanePoint, b: PlanePoint, c: PlanePoint): boolean =>
  (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) > 0;

/** Where lines of one chain cross lines of the other. */
export function chainCrossings(a: OffsetChain, b: OffsetChain): readonly PlanePoint[] {
  const found: PlanePoint[] = [];
  for (const p of linesOf(a)) for (const q of linesOf(b)) pushCrossing(found, p, q);
  return found;
}

export type Line = readonly [PlanePoint, PlanePoint];

export const linesOf = ({ lines }: OffsetChain): readonly Line[] =>
  lines.flatMap((line) =>
    line.map((from, at) => [from, line[(at + 1) % line.length] as PlanePoint] as const),
  );

export function pushCrossing(found: PlanePoint[], [a, b]: Line, [c, d]: Line): void {
  const [ux, uy, vx, vy] = [b.x - a.x, b.y - a.y, d.x - c.x, d.y - c.y];
  const cross = ux * vy - uy * vx;
  if (cross === 0) return;
  const s = ((c.x - a.x) * vy - (c.y - a.y) * vx) / cross;
  const t = ((c.x - a.x) * uy - (c.y - a.y) * ux) / cross;
  if (s >= 0 && s <= 1 && t >= 0 && t <= 1) found.push({ x: a.x + s * ux, y: a.y + s * uy });
}
