import type { PlanePoint } from '../../geo/segment.ts';
import { planeDistanceM } from './path.ts';

/** The shortest way through cells, each entered and left at one of a few pairs of points. */

export interface Ends {
  readonly from: PlanePoint;
  readonly to: PlanePoint;
  /** The way through the cell. */
  readonly insideM: number;
}

/** Of each cell, where each variant enters and leaves it; as many variants for all. */
export type Table = readonly (readonly Ends[])[];

/** What it costs to begin, and to end, at a point. */
export interface Costs {
  readonly start: (point: PlanePoint) => number;
  readonly end: (point: PlanePoint) => number;
}

export interface Tour {
  readonly order: readonly number[];
  /** Of the cells in this order. */
  readonly variants: readonly number[];
  readonly cost: number;
}

/** 2ⁿ·n·4 states: a few milliseconds. */
const MAX_EXACT = 8;
/** Above this many cells the order is the nearest neighbour's, unimproved. */
const MAX_IMPROVED = 40;
const STARTS_IMPROVED = 3;
/** Orders looked at for each start. */
const MAX_LOOKS = 600;

/**
 * Exact for up to eight cells (Held and Karp 1962). Beyond, nearest neighbours; `thorough`: from each cell, and the best
 * ones improved for as long as moving a cell or turning a part round helps.
 */
export function findTour(table: Table, costs: Costs, thorough: boolean): Tour {
  if (table.length <= MAX_EXACT) return findExactTour(table, costs);
  const quick = direct(table, nearestOrder(table, costs.start), costs);
  if (!thorough || table.length > MAX_IMPROVED) return quick;
  const tours = [...table.keys()]
    .map((first) => direct(table, nearestOrder(table, costs.start, first), costs))
    .concat(quick)
    .toSorted((a, b) => a.cost - b.cost)
    .slice(0, STARTS_IMPROVED)
    .map((tour) => improve(table, tour, costs));
  return tours.reduce((best, tour) => (tour.cost < best.cost ? tour : best));
}

function findExactTour(table: Table, { start, end }: Costs): Tour {
  const count = table.length;
  const width = (table[0] as readonly Ends[]).length;
  const ends = table.flat();
  const states = ends.length;
  const cost = new Float64Array((1 << count) * states).fill(Number.POSITIVE_INFINITY);
  const before = new Int16Array(cost.length).fill(-1);
  for (const [at, { from, insideM }] of ends.entries())
    cost[(1 << Math.floor(at / width)) * states + at] = start(from) + insideM;
  const wayM = ends.map(({ to }) => ends.map(({ from, insideM }) => planeDistanceM(to, from) + insideM));
  for (let mask = 1; mask < 1 << count; mask += 1)
    for (let last = 0; last < states; last += 1) {
      const soFar = cost[mask * states + last] as number;
      if (soFar === Number.POSITIVE_INFINITY) continue;
      for (let next = 0; next < states; next += 1) {
        const bit = 1 << Math.floor(next / width);
        const into = (mask | bit) * states + next;
        const whole = soFar + ((wayM[last] as readonly number[])[next] as number);
        if ((mask & bit) !== 0 || whole >= (cost[into] as number)) continue;
        cost[into] = whole;
        before[into] = last;
      }
    }
  const full = (1 << count) - 1;
  const totals = ends.map(({ to }, last) => (cost[full * states + last] as number) + end(to));
  const best = totals.indexOf(Math.min(...totals));
  const way = traceBack(before, { full, states, width }, best);
  return {
    order: way.map((at) => Math.floor(at / width)),
    variants: way.map((at) => at % width),
    cost: totals[best] as number,
  };
}

interface Shape {
  readonly full: number;
  readonly states: number;
  readonly width: number;
}

function traceBack(before: Int16Array, { full, states, width }: Shape, last: number): readonly number[] {
  const way: number[] = [];
  let mask = full;
  for (let at = last; at >= 0; ) {
    way.unshift(at);
    const previous = before[mask * states + at] as number;
    mask &= ~(1 << Math.floor(at / width));
    at = previous;
  }
  return way;
}

/** From one cell to the nearest not yet visited; without `first` it begins where that costs least. */
function nearestOrder(table: Table, start: Costs['start'], first?: number): readonly number[] {
  const left = new Set(table.keys());
  const order: number[] = [];
  let next = nearestOf(table, first === undefined ? left : [first], start);
  while (next) {
    const { cell, to } = next;
    order.push(cell);
    left.delete(cell);
    next = nearestOf(table, left, (point) => planeDistanceM(to, point));
  }
  return order;
}

function nearestOf(table: Table, cells: Iterable<number>, costOf: Costs['start']) {
  let best: { cell: number; to: PlanePoint; cost: number } | undefined;
  for (const cell of cells)
    for (const { from, to } of table[cell] as readonly Ends[])
      if (!best || costOf(from) < best.cost) best = { cell, to, cost: costOf(from) };
  return best;
}

function improve(table: Table, first: Tour, costs: Costs): Tour {
  let tour = first;
  let untried = moves(tour.order);
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const { value: order, done } = untried.next();
    if (done) break;
    const moved = direct(table, order, costs);
    if (moved.cost >= tour.cost - 1e-6) continue;
    tour = moved;
    untried = moves(tour.order);
  }
  return tour;
}

/** Every order in which one cell stands elsewhere, or a part runs the other way. */
function* moves(order: readonly number[]): Generator<readonly number[], undefined> {
  for (let from = 0; from < order.length; from += 1) {
    const rest = order.toSpliced(from, 1);
    for (let to = 0; to < order.length; to += 1)
      if (to !== from) yield rest.toSpliced(to, 0, order[from] as number);
  }
  for (let from = 0; from < order.length - 1; from += 1)
    for (let to = from + 2; to <= order.length; to += 1)
      yield [...order.slice(0, from), ...order.slice(from, to).toReversed(), ...order.slice(to)];
  return undefined;
}

/** The best variants of cells in this order: a dynamic programme along it. */
function direct(table: Table, order: readonly number[], { start, end }: Costs): Tour {
  const endsAt = (at: number): readonly Ends[] => table[order[at] as number] as readonly Ends[];
  let costs = endsAt(0).map(({ from, insideM }) => start(from) + insideM);
  const chosen: (readonly number[])[] = [];
  for (let at = 1; at < order.length; at += 1) {
    const before = endsAt(at - 1);
    const soFar = costs;
    const lasts: number[] = [];
    costs = endsAt(at).map(({ from, insideM }) => {
      const whole = soFar.map((each, last) => each + planeDistanceM((before[last] as Ends).to, from));
      const least = Math.min(...whole);
      lasts.push(whole.indexOf(least));
      return least + insideM;
    });
    chosen.push(lasts);
  }
  const totals = costs.map((each, variant) => each + end((endsAt(order.length - 1)[variant] as Ends).to));
  const cost = Math.min(...totals);
  const variants = [totals.indexOf(cost)];
  for (const lasts of chosen.toReversed()) variants.unshift(lasts[variants[0] as number] as number);
  return { order, variants, cost };
}
