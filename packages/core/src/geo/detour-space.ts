/** What is free in a plane for a range of heights and times: outside of exclusions, inside of what inclusions allow. */
import Flatbush from 'flatbush';
import { chainCrossings, type OffsetChain, offsetChain, type Turn } from './detour-chain.ts';
import {
  defaultFenceMargins,
  type Fence,
  type FenceLeg,
  type FenceLimit,
  type FenceMargins,
  marginOf,
} from './fence.ts';
import type { FenceRules } from './fence-check.ts';
import { toGrowM, windowSpans } from './fence-height.ts';
import { createFencePlane, type FencePlane } from './fence-plane.ts';
import { type FenceSet, type FenceSite, sitesNear } from './fence-set.ts';
import { type FenceShape, legDistanceM, shrunkSpans, toFenceShape } from './fence-shape.ts';
import { type PlaneLeg, type PlanePoint, toPlaneLeg } from './segment.ts';
import { intersectSpans, NONE, type Spans, subtractSpans, uniteSpans, WHOLE } from './segment-spans.ts';
import { groundHeightAmslM } from './terrain.ts';

export interface Obstacle {
  readonly fence: Fence;
  readonly shape: FenceShape;
  readonly marginM: number;
}

export interface FreeSpace {
  readonly plane: FencePlane;
  readonly obstacles: readonly Obstacle[];
  /** Inclusions count: what is in none of the groups is not free. */
  readonly isBounded: boolean;
  readonly groups: readonly (readonly Obstacle[])[];
  readonly index: Flatbush | undefined;
  readonly slackM: number;
}

/** Instead of an obstacle's place in the list: what lies outside of the inclusions. */
const OUTSIDE = -1;

/** The heights and times between the ends of a leg; whichever part of a way is flown when. */
export interface SpaceRequest {
  readonly leg: FenceLeg;
  /** How far around the leg fences are looked for. */
  readonly reachM: number;
  readonly rules: FenceRules;
  /** Fences that count whatever is guessed of their heights. */
  readonly forced: ReadonlySet<Fence>;
  /** Turning points lie this much farther out than they must, so that lines between them keep the margin. */
  readonly slackM: number;
}

/** The fences that count for a leg, and the plane they are looked at in. */
export interface CountingFences {
  readonly plane: FencePlane;
  readonly exclusions: readonly FenceSite[];
  /** Only groups that count throughout. */
  readonly groups: readonly (readonly FenceSite[])[];
  readonly isBounded: boolean;
}

export function findCounting(set: FenceSet, { leg, reachM, rules, forced }: SpaceRequest): CountingFences {
  const heights: Heights = { leg, rules, margins: rules.margins ?? defaultFenceMargins };
  const near = sitesNear(set, [leg.from, leg.to], reachM);
  const exclusions = near
    .filter(({ fence }) => fence.kind === 'exclusion' && windowSpans(fence, leg).length > 0)
    .filter((site) => forced.has(site.fence) || mayMeet(site, heights));
  const inclusions = set.inclusions.filter(({ fence }) => windowSpans(fence, leg).length > 0);
  const groups = [...Map.groupBy(inclusions, ({ fence }) => fence.group).values()]
    .filter((group) => group.every((site) => near.includes(site) && mayHold(site, heights)))
    .filter((group) => countsThroughout(group, leg));
  const plane = near[0]?.plane ?? createFencePlane(leg.from);
  return { plane, exclusions, groups, isBounded: inclusions.length > 0 };
}

export function createFreeSpace(counting: CountingFences, { rules, slackM }: SpaceRequest): FreeSpace {
  const { plane, isBounded } = counting;
  const margins = rules.margins ?? defaultFenceMargins;
  const toObstacle = ({ fence, shape, plane: own }: FenceSite): Obstacle => ({
    fence,
    shape: own === plane ? shape : toFenceShape(fence.geometry, plane),
    marginM: marginOf(fence, margins),
  });
  const obstacles = counting.exclusions.map(toObstacle);
  const groups = counting.groups.map((group) => group.map(toObstacle));
  return { plane, obstacles, isBounded, groups, index: toIndex(obstacles), slackM };
}

const countsThroughout = (group: readonly FenceSite[], leg: FenceLeg): boolean => {
  const counting = group.reduce<Spans>(
    (spans, { fence }) => uniteSpans(spans, windowSpans(fence, leg)),
    NONE,
  );
  return subtractSpans(WHOLE, counting).length === 0;
};

interface Heights {
  readonly leg: FenceLeg;
  readonly rules: FenceRules;
  readonly margins: FenceMargins;
}

/** Above sea level; of heights above ground a guess by the ground in the fence's middle: a way is checked in the end. */
function toAmslM(
  { valueM, reference }: FenceLimit,
  { box }: FenceSite,
  { homeAmslM, terrain }: FenceRules,
): number {
  if (reference === 'amsl') return valueM;
  if (reference === 'relative') return valueM + (homeAmslM ?? Number.NaN);
  const latitudeDeg = (box.southDeg + box.northDeg) / 2;
  return (
    valueM + (terrain ? groundHeightAmslM(terrain, latitudeDeg, (box.westDeg + box.eastDeg) / 2) : Number.NaN)
  );
}

function mayMeet(site: FenceSite, { leg, rules, margins }: Heights): boolean {
  const { floor, ceiling } = site.fence;
  const growM = toGrowM(margins.verticalM);
  const lowM = Math.min(leg.from.altitudeAmslM, leg.to.altitudeAmslM);
  const highM = Math.max(leg.from.altitudeAmslM, leg.to.altitudeAmslM);
  if (floor && highM < toAmslM(floor, site, rules) - growM) return false;
  return !(ceiling && lowM > toAmslM(ceiling, site, rules) + growM);
}

function mayHold(site: FenceSite, { leg, rules, margins }: Heights): boolean {
  const { floor, ceiling } = site.fence;
  const growM = toGrowM(margins.verticalM);
  const lowM = Math.min(leg.from.altitudeAmslM, leg.to.altitudeAmslM);
  const highM = Math.max(leg.from.altitudeAmslM, leg.to.altitudeAmslM);
  if (floor && floor.reference !== 'agl' && !(lowM >= toAmslM(floor, site, rules) + growM)) return false;
  return !ceiling || ceiling.reference === 'agl' || highM <= toAmslM(ceiling, site, rules) - growM;
}

function toIndex(obstacles: readonly Obstacle[]): Flatbush | undefined {
  if (obstacles.length === 0) return undefined;
  const tree = new Flatbush(obstacles.length);
  for (const { shape, marginM } of obstacles) {
    const [minX, minY, maxX, maxY] = boundsOf(shape);
    tree.add(minX - marginM, minY - marginM, maxX + marginM, maxY + marginM);
  }
  tree.finish();
  return tree;
}

function boundsOf(shape: FenceShape): readonly [number, number, number, number] {
  if (shape.type === 'circle') {
    const { center, radiusM } = shape;
    return [center.x - radiusM, center.y - radiusM, center.x + radiusM, center.y + radiusM];
  }
  const [minX = 0, minY = 0, maxX = 0, maxY = 0] = shape.polygon.boxes.subarray(4, 8);
  return [minX, minY, maxX, maxY];
}

/** The obstacles that a line of the plane meets, by their places, and `OUTSIDE` where it leaves what inclusions allow. */
export function blockersOf(space: FreeSpace, from: PlanePoint, to: PlanePoint): readonly number[] {
  const { index, obstacles } = space;
  const leg = toPlaneLeg(from, to);
  const found = index
    ? index.search(
        Math.min(from.x, to.x),
        Math.min(from.y, to.y),
        Math.max(from.x, to.x),
        Math.max(from.y, to.y),
        (at) => {
          const { shape, marginM } = obstacles[at] as Obstacle;
          const growM = toGrowM(marginM);
          return legDistanceM(shape, leg, growM) < growM;
        },
      )
    : [];
  if (space.isBounded && !isWithinGroups(space, leg)) found.push(OUTSIDE);
  return found;
}

function isWithinGroups({ groups }: FreeSpace, leg: PlaneLeg): boolean {
  let left: Spans = WHOLE;
  for (const group of groups) {
    let inside: Spans = WHOLE;
    for (const { shape, marginM } of group) inside = intersectSpans(inside, shrunkSpans(shape, leg, marginM));
    left = subtractSpans(left, inside);
    if (left.length === 0) return true;
  }
  return false;
}

export const isFree = (space: FreeSpace, point: PlanePoint): boolean =>
  blockersOf(space, point, point).length === 0;

/** Where a shortest way may turn because of an obstacle, or because of the inclusions. */
export function turnsAround(space: FreeSpace, blocker: number): readonly Turn[] {
  if (blocker !== OUTSIDE) return chainOf(space, space.obstacles[blocker] as Obstacle).turns;
  const chains = space.groups.map((group) => group.map((zone) => chainOf(space, zone)));
  const corners = chains.flat().flatMap(({ turns }) => turns);
  // From one group into another a way goes through where their edges cross.
  const gates = chains.flatMap((group, at) =>
    chains.slice(at + 1).flatMap((other) => group.flatMap((a) => other.flatMap((b) => chainCrossings(a, b)))),
  );
  return [...corners, ...gates];
}

export const chainOf = ({ slackM }: FreeSpace, { fence, shape, marginM }: Obstacle): OffsetChain =>
  offsetChain(shape, fence.kind === 'exclusion', marginM + slackM);
