import type { PlanePoint } from '../../geo/segment.ts';
import { type Ends, findTour } from './cell-tour.ts';
import { planeDistanceM } from './path.ts';
import type { Pass } from './sweep.ts';
import { type Cell, flyCell, passesLengthM, VARIANTS, type Variant } from './sweep-cells.ts';

/** Where a sweep begins, and where it is best to end. */
export interface OrderOptions {
  /** The nearest way in from here is taken, and the way back to it counts. */
  readonly home?: PlanePoint;
  /** Begin at the corner that lies farthest in this direction. */
  readonly entry?: EntryCorner;
  /** Many cells are ordered quickly: enough to compare. */
  readonly quick?: boolean;
}

export const ENTRY_CORNERS = ['north_east', 'south_east', 'south_west', 'north_west'] as const;
export type EntryCorner = (typeof ENTRY_CORNERS)[number];

const DIRECTIONS: Readonly<Record<EntryCorner, PlanePoint>> = {
  north_east: { x: 1, y: 1 },
  south_east: { x: 1, y: -1 },
  south_west: { x: -1, y: -1 },
  north_west: { x: -1, y: 1 },
};

/** The order and direction of cells with short ways between them, and home where there is one. */
export function orderCells(cells: readonly Cell[], options: OrderOptions): readonly Pass[] {
  if (cells.length === 0) return [];
  const table = cells.map((cell) => VARIANTS.map((variant) => endsOf(flyCell(cell, variant))));
  const start = (point: PlanePoint): number => startCost(point, options);
  const end = (point: PlanePoint): number =>
    options.home ? HOMEWARD_WEIGHT * planeDistanceM(point, options.home) : 0;
  const { order, variants } = findTour(table, { start, end }, !options.quick);
  return order.flatMap((cell, at) => flyCell(cells[cell] as Cell, variants[at] as Variant));
}

/** Of two ways round that are equally long, the one that begins near home. */
const HOMEWARD_WEIGHT = 0.999;

const endsOf = (passes: readonly Pass[]): Ends => ({
  from: (passes[0] as Pass).from,
  to: (passes.at(-1) as Pass).to,
  insideM: passesLengthM(passes),
});

/** A corner that is asked for outweighs any way. */
const CORNER_WEIGHT = 1000;

function startCost(point: PlanePoint, { home, entry }: OrderOptions): number {
  if (entry) return -CORNER_WEIGHT * (DIRECTIONS[entry].x * point.x + DIRECTIONS[entry].y * point.y);
  return home ? planeDistanceM(home, point) : 0;
}
