import { flipPath, type PathSearch } from './augmenting-path.ts';
import type { MatchingState } from './matching-state.ts';

/**
 * A row from which no free column can be reached: somebody must go without. Along the shortest paths over everything
 * reachable, the row is left out whose going without makes the rest cheapest, and everything reachable becomes scarce:
 * its prices count from then on above the price of a missing column. Ordinary columns come before scarce ones, as their
 * distance has one missing column less.
 */
export function leaveOneOut(state: MatchingState, { fromRow }: PathSearch, row: number): void {
  const { columns, costs, v, scarce, rowOfColumn } = state;
  const distances = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const settled = new Uint8Array(columns);
  let reader = row;
  let offset = 0;
  let leastChange = 0;
  let lastColumn = -1;
  for (;;) {
    relax(state, { distances, settled, fromRow }, reader, offset);
    const column = nearestColumn(state, distances, settled);
    if (column < 0) break;
    settled[column] = 1;
    reader = rowOfColumn[column] as number;
    const price = v[column] as number;
    const own = (costs[reader * columns + column] as number) - price;
    offset = own - (distances[column] as number);
    const change = -offset;
    if (change < leastChange) {
      leastChange = change;
      lastColumn = column;
    }
  }
  for (let column = 0; column < columns; column += 1) {
    if (settled[column] === 0) continue;
    const distance = distances[column] as number;
    if (scarce[column] === 0 || distance < leastChange)
      v[column] = (v[column] as number) + distance - leastChange;
    scarce[column] = 1;
  }
  if (lastColumn < 0) return;
  const leftOut = rowOfColumn[lastColumn] as number;
  flipPath(state, fromRow, row, lastColumn);
  state.columnOfRow[leftOut] = -1;
}

interface Reached {
  readonly distances: Float64Array;
  readonly settled: Uint8Array;
  readonly fromRow: Int32Array;
}

function relax(
  { columns, costs, v }: MatchingState,
  { distances, settled, fromRow }: Reached,
  row: number,
  offset: number,
): void {
  for (let column = 0; column < columns; column += 1) {
    if (settled[column] === 1) continue;
    const distance = (costs[row * columns + column] as number) - (v[column] as number) - offset;
    if (!(distance < (distances[column] as number))) continue;
    distances[column] = distance;
    fromRow[column] = row;
  }
}

function nearestColumn({ columns, scarce }: MatchingState, distances: Float64Array, settled: Uint8Array) {
  let nearest = -1;
  for (let column = 0; column < columns; column += 1) {
    const distance = distances[column] as number;
    if (settled[column] === 1 || distance === Number.POSITIVE_INFINITY) continue;
    if (nearest >= 0) {
      const byTier = (scarce[column] as number) - (scarce[nearest] as number);
      if (byTier > 0 || (byTier === 0 && distance >= (distances[nearest] as number))) continue;
    }
    nearest = column;
  }
  return nearest;
}
