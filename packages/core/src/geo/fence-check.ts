/** Whether a leg, or a place, keeps to every fence that counts at its time and height; and if not, which, where, by how much. */
import {
  defaultFenceMargins,
  type Fence,
  type FenceLeg,
  type FenceMargins,
  type FencePoint,
  marginOf,
} from './fence.ts';
import { type FenceClearance, type Flight, placeOn, shortfallM, worstClearance } from './fence-clearance.ts';
import { bandSpans, createLegHeights, type HeightDatum, toGrowM, windowSpans } from './fence-height.ts';
import { splitLeg } from './fence-leg.ts';
import type { FencePlane } from './fence-plane.ts';
import { type FenceSet, type FenceSite, sitesNear } from './fence-set.ts';
import { grownSpans, legDistanceM, shrunkSpans } from './fence-shape.ts';
import { type PlaneLeg, toPlaneLeg } from './segment.ts';
import {
  intersectSpans,
  NONE,
  type Spans,
  spansLength,
  subtractSpans,
  uniteSpans,
  WHOLE,
} from './segment-spans.ts';

export interface FenceRules extends HeightDatum {
  /** Kept from every fence; a fence's own margin widens the horizontal one. */
  readonly margins?: FenceMargins;
}

/** A fence that a leg does not keep to. */
export interface FenceViolation extends FenceClearance {
  readonly fence: Fence;
  /** The part of the leg, as fractions of it. */
  readonly fromFraction: number;
  readonly toFraction: number;
  /** Where it begins. */
  readonly at: FencePoint;
}

/**
 * Every fence of the set that the leg violates, nearest margin or worse: exclusions in the order of the set, then the
 * inclusions of the group that comes nearest to being kept. Legal: none. A leg of more than 100 km is flown along the great
 * circle, a shorter one straight in the ground plan; altitude and time are even along it.
 * @throws RangeError where a place or a time is not a finite number, or the leg ends before it begins
 */
export function checkLeg(set: FenceSet, leg: FenceLeg, rules: FenceRules = {}): readonly FenceViolation[] {
  refuseOdd(leg);
  if (set.sites.length === 0) return [];
  const parts = splitLeg(leg);
  if (parts.length === 1) return checkPart(set, leg, rules);
  const violations = parts.flatMap(({ part, fromFraction, toFraction }) =>
    checkPart(set, part, rules).map((violation) => ({
      ...violation,
      fromFraction: fromFraction + violation.fromFraction * (toFraction - fromFraction),
      toFraction: fromFraction + violation.toFraction * (toFraction - fromFraction),
    })),
  );
  return [...Map.groupBy(violations, ({ fence }) => fence).values()].map(joinParts);
}

/** Of one fence, from part to part of a long leg: where it begins and ends, and the worst of it. */
function joinParts(violations: readonly FenceViolation[]): FenceViolation {
  const first = violations[0] as FenceViolation;
  const worst = violations.reduce((a, b) => (shortfallM(b) > shortfallM(a) ? b : a));
  const toFraction = (violations.at(-1) as FenceViolation).toFraction;
  return { ...worst, fromFraction: first.fromFraction, at: first.at, toFraction };
}

export function checkPoint(
  set: FenceSet,
  point: FencePoint,
  rules: FenceRules = {},
): readonly FenceViolation[] {
  return checkLeg(set, { from: point, to: point }, rules);
}

function refuseOdd({ from, to }: FenceLeg): void {
  for (const { latitudeDeg, longitudeDeg, timeMs } of [from, to]) {
    if (!Number.isFinite(latitudeDeg + longitudeDeg + timeMs))
      throw new RangeError('a leg of no place or no time');
    if (Math.abs(latitudeDeg) > 90 || Math.abs(longitudeDeg) > 540)
      throw new RangeError('a leg off the earth');
  }
  if (to.timeMs < from.timeMs) throw new RangeError('a leg that ends before it begins');
}

function checkPart(set: FenceSet, leg: FenceLeg, rules: FenceRules): readonly FenceViolation[] {
  const margins = rules.margins ?? defaultFenceMargins;
  const near = sitesNear(set, [leg.from, leg.to], Math.max(margins.horizontalM, set.widestMarginM));
  if (near.length === 0 && set.inclusions.length === 0) return [];
  const flight: Flight = {
    leg,
    heights: createLegHeights(leg, rules),
    margins,
    planar: createProjection(leg),
  };
  const violations: FenceViolation[] = [];
  for (const site of near) {
    if (site.fence.kind !== 'exclusion') continue;
    const over = exclusionSpans(site, flight);
    if (over.length > 0) violations.push(toViolation(site, flight, over));
  }
  if (set.inclusions.length > 0) violations.push(...checkInclusions(set, near, flight));
  return violations;
}

function createProjection({ from, to }: FenceLeg): (plane: FencePlane) => PlaneLeg {
  let last: FencePlane | undefined;
  let projected: PlaneLeg | undefined;
  return (plane) => {
    if (last !== plane || !projected) projected = toPlaneLeg(plane.toPlane(from), plane.toPlane(to));
    last = plane;
    return projected;
  };
}

/** Where the leg is in the exclusion or too near to it, while it counts. */
function exclusionSpans({ fence, shape, plane }: FenceSite, flight: Flight): Spans {
  const counting = windowSpans(fence, flight.leg);
  if (counting.length === 0) return NONE;
  const marginM = marginOf(fence, flight.margins);
  const leg = flight.planar(plane);
  const growM = toGrowM(marginM);
  if (legDistanceM(shape, leg, growM) >= growM) return NONE;
  const level = bandSpans(fence, flight.heights, toGrowM(flight.margins.verticalM), true);
  const within = intersectSpans(counting, level);
  return within.length === 0 ? NONE : intersectSpans(within, grownSpans(shape, leg, marginM));
}

/** Where the leg leaves the inclusion or comes too near to its edge, while it counts. */
function outsideSpans({ fence, shape, plane }: FenceSite, flight: Flight, isNear: boolean): Spans {
  const counting = windowSpans(fence, flight.leg);
  if (!isNear || counting.length === 0) return counting;
  const level = bandSpans(fence, flight.heights, -toGrowM(flight.margins.verticalM), false);
  if (level.length === 0) return counting;
  const inside = shrunkSpans(shape, flight.planar(plane), marginOf(fence, flight.margins));
  return subtractSpans(counting, intersectSpans(level, inside));
}

interface GroupCheck {
  readonly outside: readonly (readonly [FenceSite, Spans])[];
  /** Where the group counts and is kept. */
  readonly kept: Spans;
}

function checkInclusions(
  set: FenceSet,
  near: readonly FenceSite[],
  flight: Flight,
): readonly FenceViolation[] {
  const counting = countingSpans(set, flight.leg);
  if (counting.length === 0) return [];
  const reached = new Set(near);
  const groups = new Set(
    near.filter(({ fence }) => fence.kind === 'inclusion').map(({ fence }) => fence.group),
  );
  const checks: GroupCheck[] = [];
  let left = counting;
  for (const group of groups) {
    const check = checkGroup(set.groups.get(group) as readonly FenceSite[], reached, flight);
    checks.push(check);
    left = subtractSpans(left, check.kept);
    if (left.length === 0) return [];
  }
  return tellInclusions(set, checks, { left, flight });
}

/** Where any inclusion counts: elsewhere everything is allowed. */
function countingSpans({ inclusions }: FenceSet, leg: FenceLeg): Spans {
  let counting: Spans = NONE;
  for (const { fence } of inclusions) {
    counting = uniteSpans(counting, windowSpans(fence, leg));
    if (counting === WHOLE) break;
  }
  return counting;
}

function checkGroup(
  sites: readonly FenceSite[],
  reached: ReadonlySet<FenceSite>,
  flight: Flight,
): GroupCheck {
  const outside: [FenceSite, Spans][] = [];
  let counting: Spans = NONE;
  let bad: Spans = NONE;
  for (const site of sites) {
    const spans = outsideSpans(site, flight, reached.has(site));
    counting = uniteSpans(counting, windowSpans(site.fence, flight.leg));
    bad = uniteSpans(bad, spans);
    if (spans.length > 0) outside.push([site, spans]);
  }
  return { outside, kept: subtractSpans(counting, bad) };
}

interface LeftOver {
  /** The parts of the leg that no group keeps. */
  readonly left: Spans;
  readonly flight: Flight;
}

/** The violated fences of the group that is kept longest and then missed least; where none is near, of the nearest fence. */
function tellInclusions(
  set: FenceSet,
  checks: readonly GroupCheck[],
  { left, flight }: LeftOver,
): readonly FenceViolation[] {
  const told = checks.map(({ outside, kept }) => {
    const violations = outside.flatMap(([site, spans]) => {
      const over = intersectSpans(spans, left);
      return over.length > 0 ? [toViolation(site, flight, over)] : [];
    });
    const shortM = Math.max(...violations.map(shortfallM));
    return { violations, keptPart: spansLength(kept), shortM };
  });
  const [best] = told
    .filter(({ violations }) => violations.length > 0)
    .sort((a, b) => b.keptPart - a.keptPart || a.shortM - b.shortM);
  if (best) return best.violations;
  const counting = set.inclusions
    .map((site) => ({ site, over: intersectSpans(windowSpans(site.fence, flight.leg), left) }))
    .filter(({ over }) => over.length > 0)
    .map(({ site, over }) => toViolation(site, flight, over));
  counting.sort((a, b) => shortfallM(a) - shortfallM(b));
  return counting.slice(0, 1);
}

function toViolation(site: FenceSite, flight: Flight, over: Spans): FenceViolation {
  const fromFraction = over[0] as number;
  return {
    fence: site.fence,
    ...worstClearance(site, flight, over),
    fromFraction,
    toFraction: over.at(-1) as number,
    at: placeOn(site, flight, fromFraction),
  };
}
