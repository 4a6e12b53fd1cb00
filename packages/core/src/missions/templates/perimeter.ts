import { isRefusal, type Refusal, refuse } from '../../errors.ts';
import { boundaryDistanceM, type PlanePolygon } from '../../geo/polygon.ts';
import type { PlanePoint } from '../../geo/segment.ts';
import { MAX_WAYPOINTS } from '../../messages/mission.ts';
import { type Area, type AreaRings, isInArea, parseArea, signedAreaM2 } from './area.ts';
import { refuseNumber } from './camera.ts';
import { roundCorner } from './detour.ts';
import { planeDistanceM, refuseTooMany, type TemplatePath, toPath } from './path.ts';

/** Once around an area, inside its border. */
export interface PerimeterOptions extends AreaRings {
  /** Everywhere so far inside: of the border, and of exclusions. */
  readonly insetM: number;
  /** Begins at the corner that is nearest to it. */
  readonly home?: PlanePoint;
  readonly clockwise?: boolean;
}

export function planPerimeter(options: PerimeterOptions): TemplatePath | Refusal {
  const { insetM, home, clockwise = false } = options;
  if (!(insetM >= 0.1 && insetM <= 10_000)) return refuseNumber('insetM', '0.1 to 10000');
  const area = parseArea(options);
  if (isRefusal(area)) return area;
  const loops = insetLoops(area, insetM).filter((each) => signedAreaM2(each) > 0);
  const [loop] = loops;
  if (!loop || loops.length > 1)
    return refuse(
      'VALIDATION_ERROR',
      { field: 'insetM', reason: loop ? 'splits' : 'nothing_left', parts: loops.length },
      { message: loop ? 'The inset leaves more than one part' : 'The inset leaves nothing of the area' },
    );
  if (loop.length + 1 > MAX_WAYPOINTS) return refuseTooMany('ring', loop.length + 1, 'use a simpler ring');
  const way = clockwise ? loop.toReversed() : loop;
  const first = home ? nearestTo(way, home) : 0;
  return toPath([...way.slice(first), ...way.slice(0, first), way[first] as PlanePoint]);
}

function nearestTo(points: readonly PlanePoint[], home: PlanePoint): number {
  const distances = points.map((point) => planeDistanceM(point, home));
  return distances.indexOf(Math.min(...distances));
}

interface Piece {
  readonly from: PlanePoint;
  readonly to: PlanePoint;
}

/** The rounded way around one corner of the border: what lies between it and the corner is too near. */
type Fan = readonly PlanePoint[];

/**
 * The border of all that is at least `insetM` inside; around bays with corners rounded outward by at most 8 %. Every edge is
 * moved inward, the pieces are cut where they meet, and what is nearer to the border than the inset is dropped.
 */
export function insetLoops(area: Area, insetM: number): readonly (readonly PlanePoint[])[] {
  const corners = [area.outer, ...area.exclusions].flatMap(toCorners);
  const fans = corners.filter(turnsRight).map((corner) => toFan(corner, insetM));
  const edges = corners.map(([from, to]) => moveLeft(from, to, insetM));
  const around = fans.flatMap((fan) => fan.slice(1).map((to, at) => ({ from: fan[at] as PlanePoint, to })));
  return chain(cutAll([...edges, ...around]).filter((piece) => isKept(area, fans, piece, insetM)));
}

/** A vertex of a ring between its neighbours. */
type Corner = readonly [PlanePoint, PlanePoint, PlanePoint];

const toCorners = (polygon: PlanePolygon): readonly Corner[] =>
  polygon.rings.flatMap((ring) =>
    ring.map(
      (corner, at): Corner => [
        ring.at(at - 1) as PlanePoint,
        corner,
        ring[(at + 1) % ring.length] as PlanePoint,
      ],
    ),
  );

const turnsRight = ([a, b, c]: Corner): boolean => (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x) < 0;

function toFan(corner: Corner, insetM: number): Fan {
  const [before, at, behind] = corner;
  return [moveLeft(before, at, insetM).to, ...roundCorner(corner, insetM), moveLeft(at, behind, insetM).from];
}

function moveLeft(from: PlanePoint, to: PlanePoint, byM: number): Piece {
  const lengthM = planeDistanceM(from, to);
  const dx = (-(to.y - from.y) / lengthM) * byM;
  const dy = ((to.x - from.x) / lengthM) * byM;
  return { from: { x: from.x + dx, y: from.y + dy }, to: { x: to.x + dx, y: to.y + dy } };
}

function cutAll(raw: readonly Piece[]): readonly Piece[] {
  return raw.flatMap((piece) => {
    const at = [0, 1];
    for (const other of raw) {
      const fraction = other === piece ? undefined : meets(piece, other);
      if (fraction !== undefined) at.push(fraction);
    }
    at.sort((a, b) => a - b);
    return at
      .slice(1)
      .map((to, index) => ({ from: pointAt(piece, at[index] as number), to: pointAt(piece, to) }));
  });
}

const pointAt = ({ from, to }: Piece, fraction: number): PlanePoint => ({
  x: from.x + (to.x - from.x) * fraction,
  y: from.y + (to.y - from.y) * fraction,
});

/** Where on `a` it meets `b`; parallel pieces meet nowhere. */
function meets(a: Piece, b: Piece): number | undefined {
  const [ax, ay] = [a.to.x - a.from.x, a.to.y - a.from.y];
  const [bx, by] = [b.to.x - b.from.x, b.to.y - b.from.y];
  const cross = ax * by - ay * bx;
  if (Math.abs(cross) < 1e-12) return undefined;
  const [dx, dy] = [b.from.x - a.from.x, b.from.y - a.from.y];
  const onA = (dx * by - dy * bx) / cross;
  const onB = (dx * ay - dy * ax) / cross;
  return onA > 0 && onA < 1 && onB >= -1e-9 && onB <= 1 + 1e-9 ? onA : undefined;
}

const CLEARANCE_TOLERANCE_M = 1e-6;
const SHORTEST_M = 1e-6;

function isKept(area: Area, fans: readonly Fan[], piece: Piece, insetM: number): boolean {
  if (planeDistanceM(piece.from, piece.to) < SHORTEST_M) return false;
  const middle = pointAt(piece, 0.5);
  if (!isInArea(area, middle)) return false;
  const clearM = Math.min(...[area.outer, ...area.exclusions].map((each) => boundaryDistanceM(each, middle)));
  return clearM >= insetM - CLEARANCE_TOLERANCE_M && !fans.some((fan) => isCutOff(fan, middle));
}

/** Nearer to the corner than the rounded way: right of all its sides, and between its ends as seen from the corner. */
function isCutOff(fan: Fan, point: PlanePoint): boolean {
  const first = fan[0] as PlanePoint;
  const last = fan.at(-1) as PlanePoint;
  if (leftOfM(first, last, point) < CLEARANCE_TOLERANCE_M) return false;
  return fan.slice(1).every((to, at) => leftOfM(fan[at] as PlanePoint, to, point) < -CLEARANCE_TOLERANCE_M);
}

function leftOfM(from: PlanePoint, to: PlanePoint, point: PlanePoint): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  return (dx * (point.y - from.y) - dy * (point.x - from.x)) / Math.hypot(dx, dy);
}

const JOIN_M = 1e-3;

/** Pieces end to begin; what leads nowhere is dropped. */
function chain(pieces: readonly Piece[]): readonly (readonly PlanePoint[])[] {
  const left = new Set(prune(pieces));
  const loops: (readonly PlanePoint[])[] = [];
  for (const first of [...left]) {
    if (!left.delete(first)) continue;
    const loop = [first.from];
    let last = first;
    while (planeDistanceM(last.to, first.from) > JOIN_M) {
      const next = followerOf(left, last);
      if (!next) break;
      left.delete(next);
      loop.push(next.from);
      last = next;
    }
    if (planeDistanceM(last.to, first.from) <= JOIN_M && loop.length > 2) loops.push(dropStraight(loop));
  }
  return loops;
}

/** Rounded corners stand out a little from the true border: beyond them pieces are left that belong to no loop. */
function prune(pieces: readonly Piece[]): readonly Piece[] {
  let kept = pieces;
  for (;;) {
    const linked = kept.filter(
      (piece) =>
        kept.some((each) => planeDistanceM(each.from, piece.to) <= JOIN_M) &&
        kept.some((each) => planeDistanceM(each.to, piece.from) <= JOIN_M),
    );
    if (linked.length === kept.length) return kept;
    kept = linked;
  }
}

/** Where ways part, the one that turns farthest to the left, along the ground inside. */
function followerOf(left: ReadonlySet<Piece>, last: Piece): Piece | undefined {
  let best: Piece | undefined;
  for (const piece of left)
    if (
      planeDistanceM(piece.from, last.to) <= JOIN_M &&
      (!best || turnRad(last, piece) > turnRad(last, best))
    )
      best = piece;
  return best;
}

function turnRad(a: Piece, b: Piece): number {
  const [ax, ay] = [a.to.x - a.from.x, a.to.y - a.from.y];
  const [bx, by] = [b.to.x - b.from.x, b.to.y - b.from.y];
  return Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
}

/** Without the points that lie within a millimetre of the straight way past them. */
function dropStraight(loop: readonly PlanePoint[]): readonly PlanePoint[] {
  const kept = [loop[0] as PlanePoint];
  let skipped: PlanePoint[] = [];
  for (const [at, point] of loop.entries()) {
    if (at === 0) continue;
    const behind = loop[(at + 1) % loop.length] as PlanePoint;
    skipped.push(point);
    if (skipped.every((each) => isBeside(kept.at(-1) as PlanePoint, behind, each))) continue;
    kept.push(point);
    skipped = [];
  }
  return kept.length > 2 ? kept : loop;
}

function isBeside(from: PlanePoint, to: PlanePoint, point: PlanePoint): boolean {
  const lengthM = planeDistanceM(from, to);
  if (lengthM <= JOIN_M) return planeDistanceM(from, point) <= JOIN_M;
  const alongM = ((point.x - from.x) * (to.x - from.x) + (point.y - from.y) * (to.y - from.y)) / lengthM;
  const isBetween = alongM >= -JOIN_M && alongM <= lengthM + JOIN_M;
  return isBetween && Math.abs(leftOfM(from, to, point)) <= JOIN_M;
}
