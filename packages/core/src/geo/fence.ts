/** Geofences inside: what they are, where, how high, when. Pure data; `createFenceSet` makes them checkable. */
import type { GeoPosition } from './fence-plane.ts';
import type { PolygonRings } from './polygon-validity.ts';

/** Inclusion: stay in it. Exclusion: stay out of it. */
export type FenceKind = 'inclusion' | 'exclusion';
/** What a height is measured from: mean sea level, the take-off point, the ground below. */
export type HeightReference = 'amsl' | 'relative' | 'agl';
export type FenceAction = 'warn' | 'hold' | 'return_to_base' | 'land';

export interface FenceCircle {
  readonly type: 'circle';
  readonly center: GeoPosition;
  readonly radiusM: number;
}

/** One or more areas with holes. An edge is straight in the ground plan around the polygon. */
export interface FencePolygon {
  readonly type: 'polygon';
  readonly polygons: PolygonRings;
}

export type FenceGeometry = FenceCircle | FencePolygon;

export interface FenceLimit {
  readonly valueM: number;
  readonly reference: HeightReference;
}

/** Half-open [fromMs, untilMs), epoch milliseconds; infinite where it has no beginning or no end. */
export interface FenceWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Fence {
  readonly id: string;
  readonly name: string;
  readonly kind: FenceKind;
  /** Of inclusions (MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION): legal is what lies in all fences of at least one group. */
  readonly group: number;
  readonly geometry: FenceGeometry;
  /** Of an absent limit there is none: down to the ground, up to the sky. */
  readonly floor?: FenceLimit;
  readonly ceiling?: FenceLimit;
  /** When it counts; an empty list: always. Outside its windows a fence is as if it were not there. */
  readonly windows: readonly FenceWindow[];
  readonly action: FenceAction;
  /** The least distance to keep from its edge; 0: the margin everything is checked with. */
  readonly marginM: number;
}

/** A place in time. */
export interface FencePoint extends GeoPosition {
  readonly altitudeAmslM: number;
  readonly timeMs: number;
}

/** Flown straight and evenly, from one place and time to the other. */
export interface FenceLeg {
  readonly from: FencePoint;
  readonly to: FencePoint;
}

export const FENCE_ACTIONS = [
  'warn',
  'hold',
  'return_to_base',
  'land',
] as const satisfies readonly FenceAction[];

/** What every fence is kept at least: ArduPilot's FENCE_MARGIN, horizontally and vertically. */
export interface FenceMargins {
  readonly horizontalM: number;
  readonly verticalM: number;
}

export const defaultFenceMargins: FenceMargins = { horizontalM: 2, verticalM: 2 };

/** The horizontal margin to keep from this fence. */
export const marginOf = (fence: Fence, { horizontalM }: FenceMargins): number =>
  Math.max(horizontalM, fence.marginM);
