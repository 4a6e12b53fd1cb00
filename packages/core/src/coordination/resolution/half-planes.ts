/**
 * The velocity nearest to a wish that keeps to all half-planes and a top speed; where none does, the one that misses the
 * worst of them by the least. Incremental linear programs in two and three dimensions (Seidel 1991; de Berg et al.,
 * Computational Geometry, chapter 4), the half-planes in the order given.
 */

export interface PlaneVelocity {
  readonly eastMps: number;
  readonly northMps: number;
}

/** Kept by every velocity whose part along the unit vector is no less than this. */
export interface HalfPlane {
  readonly east: number;
  readonly north: number;
  readonly leastMps: number;
}

export interface PlaneSolution {
  readonly velocity: PlaneVelocity;
  /** By how much the worst half-plane is missed; 0 where all are kept. */
  readonly missedMps: number;
}

interface Goal {
  readonly topMps: number;
  /** A point to come near to, or a direction to go far in. */
  readonly east: number;
  readonly north: number;
  readonly isDirection: boolean;
}

const ROUNDING = 1e-9;
/** Below, the cross product of two unit vectors tells no crossing. */
const PARALLEL = 1e-7;

/** What a velocity misses a half-plane by; below 0 it has that much to spare. */
export function missOf({ east, north, leastMps }: HalfPlane, velocity: PlaneVelocity): number {
  return leastMps - (east * velocity.eastMps + north * velocity.northMps);
}

export function solveHalfPlanes(
  planes: readonly HalfPlane[],
  wish: PlaneVelocity,
  topMps: number,
): PlaneSolution {
  const goal: Goal = { topMps, east: wish.eastMps, north: wish.northMps, isDirection: false };
  const { velocity, failedAt } = approach(planes, goal);
  return failedAt === undefined ? { velocity, missedMps: 0 } : missLeast(planes, topMps, velocity, failedAt);
}

/** As near to the goal as all half-planes allow, or where the first stands that cannot be kept, and the way till then. */
function approach(
  planes: readonly HalfPlane[],
  goal: Goal,
): { readonly velocity: PlaneVelocity; readonly failedAt?: number } {
  let velocity = withoutPlanes(goal);
  for (const [at, plane] of planes.entries()) {
    if (missOf(plane, velocity) <= ROUNDING) continue;
    const onEdge = approachAlong(planes, at, goal);
    if (onEdge === undefined) return { velocity, failedAt: at };
    velocity = onEdge;
  }
  return { velocity };
}

function withoutPlanes({ topMps, east, north, isDirection }: Goal): PlaneVelocity {
  const length = Math.hypot(east, north);
  const scale = isDirection || length > topMps ? topMps / length : 1;
  return { eastMps: east * scale, northMps: north * scale };
}

/** The best on the edge of one half-plane within those before it; undefined where there is nothing. */
function approachAlong(planes: readonly HalfPlane[], at: number, goal: Goal): PlaneVelocity | undefined {
  const { east, north, leastMps } = planes[at] as HalfPlane;
  const half2 = goal.topMps * goal.topMps - leastMps * leastMps;
  if (half2 < 0) return undefined;
  const span = { from: -Math.sqrt(half2), to: Math.sqrt(half2) };
  for (let before = 0; before < at; before += 1)
    if (!narrow(span, planes[before] as HalfPlane, planes[at] as HalfPlane)) return undefined;
  const along = goal.east * -north + goal.north * east;
  const forwards = along > 0 ? span.to : span.from;
  const part = goal.isDirection ? forwards : Math.min(span.to, Math.max(span.from, along));
  return { eastMps: east * leastMps - north * part, northMps: north * leastMps + east * part };
}

/** Leaves of a span along an edge what another half-plane allows; false where that is nothing. */
function narrow(
  span: { from: number; to: number },
  { east, north, leastMps }: HalfPlane,
  edge: HalfPlane,
): boolean {
  const cross = edge.east * north - edge.north * east;
  const missedMps = leastMps - (east * edge.east + north * edge.north) * edge.leastMps;
  if (Math.abs(cross) < PARALLEL) return missedMps <= ROUNDING;
  if (cross > 0) span.from = Math.max(span.from, missedMps / cross);
  else span.to = Math.min(span.to, missedMps / cross);
  return span.from <= span.to;
}

/**
 * The third dimension is the miss: where a half-plane is missed by more than the worst so far, the optimum misses it just as
 * much as the worst before it, which are half-planes again, and goes as far into it as they let it.
 */
function missLeast(
  planes: readonly HalfPlane[],
  topMps: number,
  start: PlaneVelocity,
  failedAt: number,
): PlaneSolution {
  let velocity = start;
  let missedMps = 0;
  for (let at = failedAt; at < planes.length; at += 1) {
    const plane = planes[at] as HalfPlane;
    if (missOf(plane, velocity) <= missedMps + ROUNDING) continue;
    const others = planes.slice(0, at).flatMap((before) => bisect(before, plane));
    const goal = { topMps, east: plane.east, north: plane.north, isDirection: true };
    const found = approach(others, goal);
    // Only rounding can leave nothing here: the velocity before is in it.
    if (found.failedAt === undefined) velocity = found.velocity;
    missedMps = Math.max(0, missOf(plane, velocity));
  }
  return { velocity, missedMps: Math.max(0, ...planes.map((plane) => missOf(plane, velocity))) };
}

/** Where the first is missed by no more than the second; nothing where that is everywhere. */
function bisect(first: HalfPlane, second: HalfPlane): readonly HalfPlane[] {
  const [east, north] = [first.east - second.east, first.north - second.north];
  const length = Math.hypot(east, north);
  if (length < PARALLEL) return [];
  return [
    {
      east: east / length,
      north: north / length,
      leastMps: (first.leastMps - second.leastMps) / length,
    },
  ];
}
