/** How far a place on a leg is on the legal side of a fence. */
import { type FenceLeg, type FenceMargins, type FencePoint, marginOf } from './fence.ts';
import { bandDepthM, type LegHeights } from './fence-height.ts';
import { alongLeg } from './fence-leg.ts';
import { type FencePlane, sphereDistanceM } from './fence-plane.ts';
import type { FenceSite } from './fence-set.ts';
import { signedDistanceM } from './fence-shape.ts';
import type { PlaneLeg, PlanePoint } from './segment.ts';

export interface FenceClearance {
  /** What is too little: the distance to the edge, or to the floor or the ceiling. */
  readonly dimension: 'horizontal' | 'vertical';
  /** Metres on the legal side; negative: on the other one. NaN: it depends on a height that is unknown. */
  readonly clearanceM: number;
  /** What it has to be at least. */
  readonly limitM: number;
  /** The height above ground, home or sea that the fence is about cannot be told: it was taken for illegal. */
  readonly heightUnknown: boolean;
}

/** A leg on its way through the checks. */
export interface Flight {
  readonly leg: FenceLeg;
  readonly heights: LegHeights;
  readonly margins: FenceMargins;
  /** Projected once for each plane. */
  readonly planar: (plane: FencePlane) => PlaneLeg;
}

/** Beyond, a plane's distances mean nothing. */
const PLANE_REACH_M = 1_000_000;

/** The least clearance of three places of a part: where it begins, its middle, where it ends. */
export function worstClearance(
  site: FenceSite,
  flight: Flight,
  [from, to]: readonly number[],
): FenceClearance {
  const [start = 0, end = 1] = [from, to];
  const places = [start, (start + end) / 2, end];
  const clearances = places.map((fraction) => clearanceAt(site, flight, fraction));
  return clearances.reduce((worst, each) => (shortfallM(each) > shortfallM(worst) ? each : worst));
}

/** By how much the limit is missed; what is unknown misses it by most. */
export const shortfallM = ({ limitM, clearanceM }: Pick<FenceClearance, 'limitM' | 'clearanceM'>): number =>
  Number.isNaN(clearanceM) ? Number.POSITIVE_INFINITY : limitM - clearanceM;

function clearanceAt(site: FenceSite, flight: Flight, fraction: number): FenceClearance {
  const { fence } = site;
  const outsideM = outsideDistanceM(site, flight, fraction);
  const depthM = bandDepthM(fence, flight.heights, fraction);
  const limits = { horizontal: marginOf(fence, flight.margins), vertical: flight.margins.verticalM };
  const heightUnknown = Number.isNaN(depthM);
  return fence.kind === 'exclusion'
    ? { ...fromExclusion(outsideM, depthM, limits), heightUnknown }
    : { ...fromInclusion(-outsideM, depthM, limits), heightUnknown };
}

type Limits = Readonly<Record<FenceClearance['dimension'], number>>;
type Measured = Omit<FenceClearance, 'heightUnknown'>;

/** Beside it or above it: the better of the two counts. */
function fromExclusion(outsideM: number, depthM: number, limits: Limits): Measured {
  return -depthM > outsideM
    ? { dimension: 'vertical', clearanceM: -depthM, limitM: limits.vertical }
    : { dimension: 'horizontal', clearanceM: outsideM, limitM: limits.horizontal };
}

/** Within its edge and within its band: the worse of the two counts. */
function fromInclusion(insideM: number, depthM: number, limits: Limits): Measured {
  const horizontal = { dimension: 'horizontal', clearanceM: insideM, limitM: limits.horizontal } as const;
  const vertical = { dimension: 'vertical', clearanceM: depthM, limitM: limits.vertical } as const;
  if (Number.isNaN(depthM)) return insideM < limits.horizontal ? horizontal : vertical;
  return shortfallM(vertical) > shortfallM(horizontal) ? vertical : horizontal;
}

function outsideDistanceM({ shape, plane }: FenceSite, { leg, planar }: Flight, fraction: number): number {
  const farM = sphereDistanceM(leg.from, plane.origin);
  return farM > PLANE_REACH_M ? farM : signedDistanceM(shape, pointOn(planar(plane), fraction));
}

const pointOn = ({ ax, ay, bx, by }: PlaneLeg, fraction: number): PlanePoint => ({
  x: ax + fraction * (bx - ax),
  y: ay + fraction * (by - ay),
});

/** The place on a leg as the fence's plane has it. */
export function placeOn({ plane }: FenceSite, { leg, planar }: Flight, fraction: number): FencePoint {
  const along = alongLeg(leg, fraction);
  const isFar = sphereDistanceM(leg.from, plane.origin) > PLANE_REACH_M;
  return isFar ? along : { ...along, ...plane.toPosition(pointOn(planar(plane), fraction)) };
}
