/** A fence's ground plan in a plane: circle or polygon, told apart each by itself. */
import type { FenceGeometry } from './fence.ts';
import type { FencePlane } from './fence-plane.ts';
import {
  boundaryDistanceM,
  createPlanePolygon,
  isInsidePolygon,
  legBoundaryDistanceM,
  type PlanePolygon,
  polygonSpans,
} from './polygon.ts';
import { discPart, type PlaneLeg, type PlanePoint } from './segment.ts';
import { NONE, type Spans, WHOLE } from './segment-spans.ts';

export type FenceShape =
  | { readonly type: 'circle'; readonly center: PlanePoint; readonly radiusM: number }
  | { readonly type: 'polygon'; readonly polygon: PlanePolygon };

/** Distances are told apart down to this; what touches an edge is over it. */
export const NOISE_M = 1e-6;

export function toFenceShape(geometry: FenceGeometry, plane: FencePlane): FenceShape {
  if (geometry.type === 'circle')
    return { type: 'circle', center: plane.toPlane(geometry.center), radiusM: geometry.radiusM };
  const rings = geometry.polygons.flat().map((points) => points.map(plane.toPlane));
  return { type: 'polygon', polygon: createPlanePolygon(rings) };
}

/** Distance from the edge, negative inside. */
export function signedDistanceM(shape: FenceShape, point: PlanePoint): number {
  if (shape.type === 'circle')
    return Math.hypot(point.x - shape.center.x, point.y - shape.center.y) - shape.radiusM;
  const distanceM = boundaryDistanceM(shape.polygon, point);
  return isInsidePolygon(shape.polygon, point) ? -distanceM : distanceM;
}

/**
 * The least distance of a leg from the edge; negative where the whole leg is inside, 0 where it meets the edge. What is not
 * nearer than `limitM` may be told as that.
 */
export function legDistanceM(shape: FenceShape, leg: PlaneLeg, limitM: number): number {
  if (shape.type === 'polygon') {
    const distanceM = legBoundaryDistanceM(shape.polygon, leg, limitM);
    if (distanceM === 0) return 0;
    return isInsidePolygon(shape.polygon, { x: leg.ax, y: leg.ay }) ? -distanceM : distanceM;
  }
  const { center, radiusM } = shape;
  const along = (center.x - leg.ax) * leg.ux + (center.y - leg.ay) * leg.uy;
  const nearest = Math.min(Math.max(along, 0), leg.lengthM);
  const nearM = Math.hypot(leg.ax + nearest * leg.ux - center.x, leg.ay + nearest * leg.uy - center.y);
  if (nearM >= radiusM) return nearM - radiusM;
  const farM = Math.max(
    Math.hypot(leg.ax - center.x, leg.ay - center.y),
    Math.hypot(leg.bx - center.x, leg.by - center.y),
  );
  return Math.min(farM - radiusM, 0);
}

/** The parts of a leg nearer than `marginM` to the shape, or in it. */
export function grownSpans(shape: FenceShape, leg: PlaneLeg, marginM: number): Spans {
  const growM = Math.max(marginM - NOISE_M, NOISE_M);
  return shapeSpans(shape, leg, growM);
}

/** The parts of a leg that lie in the shape and no nearer than `marginM` to its edge. */
export function shrunkSpans(shape: FenceShape, leg: PlaneLeg, marginM: number): Spans {
  const shrinkM = Math.max(marginM - NOISE_M, NOISE_M);
  return shapeSpans(shape, leg, -shrinkM);
}

function shapeSpans(shape: FenceShape, leg: PlaneLeg, growM: number): Spans {
  if (!(leg.lengthM > 0)) {
    const point = { x: leg.ax, y: leg.ay };
    return signedDistanceM(shape, point) < growM ? WHOLE : NONE;
  }
  if (shape.type === 'polygon') return polygonSpans(shape.polygon, leg, growM);
  if (!(shape.radiusM + growM > 0)) return NONE;
  const { from, to } = discPart(leg, shape.center, shape.radiusM + growM);
  const start = Math.max(from / leg.lengthM, 0);
  const end = Math.min(to / leg.lengthM, 1);
  if (start === 0 && end === 1) return WHOLE;
  return end > start ? [start, end] : NONE;
}
