import { listCheapest, listStart, type MatchingState } from './matching-state.ts';

/** A row bids this often on average; what is then still free is left to the augmenting paths. */
const BIDS_PER_ROW = 3;

interface Bid {
  column: number;
  best: number;
  secondColumn: number;
  second: number;
  lowers: boolean;
}

/**
 * Augmenting row reduction (Jonker and Volgenant 1987): a free row takes the column that is cheapest for it and lowers
 * its price to where the second best is as good; the row that had it becomes free. Bounded, because near-equal costs make
 * it creep. Returns the rows that are still free. Free columns keep the price 0.
 */
export function bidForColumns(state: MatchingState): Int32Array {
  const { rows } = state;
  const bid: Bid = { column: -1, best: 0, secondColumn: -1, second: 0, lowers: false };
  let free = Int32Array.from({ length: rows }, (_, row) => row);
  let left = BIDS_PER_ROW * rows;
  for (let pass = 0; pass < 2; pass += 1) {
    let kept = 0;
    let next = 0;
    const waiting = free.length;
    while (next < waiting) {
      const row = free[next] as number;
      next += 1;
      left -= 1;
      findBid(state, row, bid);
      const displaced = bid.second === Number.POSITIVE_INFINITY ? row : takeColumn(state, row, bid);
      if (displaced < 0) continue;
      // One that lost its column to a higher bid bids again at once; one that lost it to an equal bid waits.
      if (displaced !== row && bid.lowers && left > 0) free[--next] = displaced;
      else free[kept++] = displaced;
    }
    free = free.slice(0, kept);
  }
  return free;
}

/** Returns the row that had the column, or −1. */
function takeColumn({ v, columnOfRow, rowOfColumn }: MatchingState, row: number, bid: Bid): number {
  const lowered = (v[bid.column] as number) - (bid.second - bid.best);
  // Near-equal costs can leave a price as it is in the last digit.
  bid.lowers = lowered < (v[bid.column] as number);
  if (bid.lowers) v[bid.column] = lowered;
  const isTaken = (rowOfColumn[bid.column] as number) >= 0;
  const column = bid.lowers || !isTaken ? bid.column : bid.secondColumn;
  const displaced = rowOfColumn[column] as number;
  columnOfRow[row] = column;
  rowOfColumn[column] = row;
  if (displaced >= 0) columnOfRow[displaced] = -1;
  return displaced;
}

function findBid(state: MatchingState, row: number, bid: Bid): void {
  readList(state, row, bid);
  if (bid.second <= (state.bounds[row] as number)) return;
  listCheapest(state, row);
  readList(state, row, bid);
}

function readList({ columns, costs, v, listed, listLengths }: MatchingState, row: number, bid: Bid): void {
  const start = listStart(row);
  const end = start + (listLengths[row] as number);
  let best = Number.POSITIVE_INFINITY;
  let second = Number.POSITIVE_INFINITY;
  let bestColumn = -1;
  let secondColumn = -1;
  for (let at = start; at < end; at += 1) {
    const column = listed[at] as number;
    const value = (costs[row * columns + column] as number) - (v[column] as number);
    if (!(value < second)) continue;
    if (value < best) {
      second = best;
      secondColumn = bestColumn;
      best = value;
      bestColumn = column;
    } else {
      second = value;
      secondColumn = column;
    }
  }
  bid.column = bestColumn;
  bid.best = best;
  bid.secondColumn = secondColumn;
  bid.second = second;
}
