import { type Refusal, refuse } from '../../errors.ts';
import { createPlanePolygon, isInsidePolygon, type PlanePolygon, polygonSpans } from '../../geo/polygon.ts';
import { findCrossing } from '../../geo/polygon-crossing.ts';
import { type PlanePoint, toPlaneLeg } from '../../geo/segment.ts';
import { intersectSpans, NONE, type Spans, spansLength, subtractSpans } from '../../geo/segment-spans.ts';

/** Ground to be worked on: one outer ring, less exclusions, which may overlap it and each other. Rings are not closed. */
export interface AreaRings {
  readonly ring: readonly PlanePoint[];
  readonly exclusions?: readonly (readonly PlanePoint[])[];
}

export interface Area {
  readonly outer: PlanePolygon;
  readonly exclusions: readonly PlanePolygon[];
}

/** What is drawn by hand has tens; with this many a step of planning takes some milliseconds. */
const MAX_VERTICES = 100;
const MAX_EXCLUSIONS = 64;
const MAX_M = 100_000;
const MIN_AREA_M2 = 1;

/** Refused: too few or too many vertices, numbers that are none, rings that meet themselves, an area of nothing. */
export function parseArea({ ring, exclusions = [] }: AreaRings): Area | Refusal {
  const vertices = exclusions.reduce((sum, each) => sum + each.length, ring.length);
  if (exclusions.length > MAX_EXCLUSIONS)
    return refuseArea('exclusions', 'length', `at most ${MAX_EXCLUSIONS}`);
  if (vertices > MAX_VERTICES) return refuseArea('ring', 'length', `at most ${MAX_VERTICES} vertices`);
  const refusal = refuseRing(ring, 'ring');
  if (refusal) return refusal;
  for (const [at, exclusion] of exclusions.entries()) {
    const refused = refuseRing(exclusion, `exclusions[${at}]`);
    if (refused) return refused;
  }
  // Outer rings run counter-clockwise, exclusions clockwise: what is left of an edge is ground to be worked on.
  return {
    outer: createPlanePolygon([wind(ring, true)]),
    exclusions: exclusions.map((each) => createPlanePolygon([wind(each, false)])),
  };
}

function refuseRing(ring: readonly PlanePoint[], field: string): Refusal | undefined {
  if (ring.length < 3) return refuseArea(field, 'length', 'at least 3 vertices');
  const wild = ring.findIndex(({ x, y }) => !(Math.abs(x) <= MAX_M && Math.abs(y) <= MAX_M));
  if (wild >= 0) return refuseArea(`${field}[${wild}]`, 'range', `within ${MAX_M} m of the origin`);
  const crossing = findCrossing([ring]);
  if (crossing) return refuseArea(`${field}[${crossing.vertex}]`, 'self_intersection', 'a simple ring');
  if (Math.abs(signedAreaM2(ring)) < MIN_AREA_M2) return refuseArea(field, 'zero_area', 'an area');
  return undefined;
}

function refuseArea(field: string, reason: string, expectedType: string): Refusal {
  return refuse(
    'VALIDATION_ERROR',
    { field, reason, expectedType },
    { message: `Invalid template: ${field}` },
  );
}

/** Positive where the ring runs counter-clockwise (shoelace formula). */
export function signedAreaM2(ring: readonly PlanePoint[]): number {
  let twice = 0;
  for (const [at, { x, y }] of ring.entries()) {
    const next = ring[(at + 1) % ring.length] as PlanePoint;
    twice += x * next.y - next.x * y;
  }
  return twice / 2;
}

function wind(ring: readonly PlanePoint[], counterClockwise: boolean): readonly PlanePoint[] {
  return signedAreaM2(ring) > 0 === counterClockwise ? ring : ring.toReversed();
}

export function isInArea({ outer, exclusions }: Area, point: PlanePoint): boolean {
  return isInsidePolygon(outer, point) && !exclusions.some((each) => isInsidePolygon(each, point));
}

/** The parts of a straight way that keep at least `insetM` (above zero) from the area's border, inside. */
export function freeSpans(
  { outer, exclusions }: Area,
  from: PlanePoint,
  to: PlanePoint,
  insetM: number,
): Spans {
  const leg = toPlaneLeg(from, to);
  if (leg.lengthM === 0) return NONE;
  let spans = polygonSpans(outer, leg, -insetM);
  for (const each of exclusions) {
    if (spans.length === 0) break;
    spans = intersectSpans(spans, subtractSpans([0, 1], polygonSpans(each, leg, insetM)));
  }
  return spans;
}

/** What arithmetic may take of an inset: a point exactly on its border counts as inside. */
export const INSET_TOLERANCE_M = 0.01;

/** The whole way keeps the inset, to a centimetre. */
export function isFree(area: Area, from: PlanePoint, to: PlanePoint, insetM: number): boolean {
  const leg = toPlaneLeg(from, to);
  if (leg.lengthM === 0) return true;
  return spansLength(freeSpans(area, from, to, insetM - INSET_TOLERANCE_M)) >= 1 - 1e-9;
}
