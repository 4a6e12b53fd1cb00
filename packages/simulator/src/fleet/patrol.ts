import { bits, uniform } from '../physics/random.ts';

/** Where drones live and what they fly: pads on a grid, a flight layer each, and a closed patrol around the pad. */

export interface Point {
  /** Metres east of the origin. */
  readonly x: number;
  /** Metres north. */
  readonly y: number;
  /** Metres up. */
  readonly z: number;
}

export const MIN_PAD_SPACING_M = 60;
/** A patrol never comes nearer to the neighbour's pad column than the default separation (50 m) and a GNSS error. */
const COLUMN_CLEARANCE_M = 60;
const LOWEST_LAYER_M = 30;
/** The default vertical minimum and a metre. */
const LAYER_STEP_M = 16;
const LAYERS_EAST = 3;
const LAYERS_NORTH = 2;

/** The pad of drone `i` of `count` and the height of its layer: neighbours never share one, nor do diagonals. */
export function toPad(i: number, count: number, spacingM: number): Point {
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const column = i % columns;
  const row = Math.floor(i / columns);
  const layer = (column % LAYERS_EAST) + LAYERS_EAST * (row % LAYERS_NORTH);
  return {
    x: (column - (columns - 1) / 2) * spacingM,
    y: (row - (rows - 1) / 2) * spacingM,
    z: LOWEST_LAYER_M + LAYER_STEP_M * layer,
  };
}

const MISSION_TYPES = ['surveillance', 'inspection', 'mapping', 'delivery', 'search'] as const;

export function toMissionType(key: number, mission: number): string {
  return MISSION_TYPES[(bits(key, mission, 0x4002) >>> 8) % MISSION_TYPES.length] as string;
}

/** Four to eight waypoints. */
export function countWaypoints(key: number, mission: number): number {
  return 4 + ((bits(key, mission, 0x4000) >>> 8) % 5);
}

/** The k-th waypoint of a drone's own mission: a loop around the pad, in the pad's layer. */
export function toWaypoint(
  key: number,
  mission: number,
  k: number,
): { readonly x: number; readonly y: number } {
  const part = (k + 0.6 * uniform(key, mission, 0x4100 + 2 * k)) / countWaypoints(key, mission);
  const angle = 2 * Math.PI * (part + uniform(key, mission, 0x4001));
  const radius = 0.4 + 0.6 * uniform(key, mission, 0x4101 + 2 * k);
  return { x: radius * Math.sin(angle), y: radius * Math.cos(angle) };
}

/** The radius of patrols (m) at a pad spacing. */
export function patrolRadiusM(spacingM: number): number {
  return Math.max(15, spacingM - COLUMN_CLEARANCE_M);
}
