import { clearHeap, createIndexedHeap, type IndexedHeap, lowerKey, popLeast } from './indexed-heap.ts';
import { listCheapest, listStart, type MatchingState } from './matching-state.ts';

/** Room for the search of one augmenting path, used again for every row. */
export interface PathSearch {
  /** Columns by distance, and behind them rows by the least distance that their unlisted columns can have. */
  readonly heap: IndexedHeap;
  readonly distances: Float64Array;
  readonly fromRow: Int32Array;
  /** What is subtracted from a row's `costs − v`. */
  readonly offsets: Float64Array;
  /** 0 = not met, 1 = read from its list, 2 = read from a list of today. */
  readonly readings: Uint8Array;
  readonly touched: number[];
  readonly settled: number[];
  readonly met: number[];
  nearestFree: number;
}

export function createPathSearch({ rows, columns }: MatchingState): PathSearch {
  return {
    heap: createIndexedHeap(columns + rows),
    distances: new Float64Array(columns).fill(Number.POSITIVE_INFINITY),
    fromRow: new Int32Array(columns),
    offsets: new Float64Array(rows),
    readings: new Uint8Array(rows),
    ...{ touched: [], settled: [], met: [], nearestFree: Number.POSITIVE_INFINITY },
  };
}

/**
 * Gives a free row a column along the shortest augmenting path (Dijkstra on reduced costs; Crouse 2016 for rectangles)
 * and changes the prices so that they stay feasible. False when no free column can be reached: nothing is changed then.
 */
export function augment(state: MatchingState, search: PathSearch, row: number): boolean {
  const { columns, costs, v, rowOfColumn } = state;
  const { heap, distances, settled } = search;
  let end = -1;
  meetRow(state, search, row, 0);
  for (;;) {
    const item = popLeast(heap);
    if (item < 0) break;
    if (item >= columns) {
      readOn(state, search, item - columns);
      continue;
    }
    const owner = rowOfColumn[item] as number;
    if (owner < 0) {
      end = item;
      break;
    }
    settled.push(item);
    const distance = distances[item] as number;
    meetRow(state, search, owner, (costs[owner * columns + item] as number) - (v[item] as number) - distance);
  }
  if (end >= 0) {
    const distance = distances[end] as number;
    for (const column of settled)
      v[column] = (v[column] as number) + (distances[column] as number) - distance;
    flipPath(state, search.fromRow, row, end);
  }
  clearSearch(search);
  return end >= 0;
}

/** Every row on the path takes the column after it; the first row was free, the last column becomes taken. */
export function flipPath(
  state: MatchingState,
  fromRow: Int32Array,
  firstRow: number,
  lastColumn: number,
): void {
  const { columnOfRow, rowOfColumn } = state;
  let column = lastColumn;
  for (;;) {
    const row = fromRow[column] as number;
    const before = columnOfRow[row] as number;
    columnOfRow[row] = column;
    rowOfColumn[column] = row;
    if (row === firstRow) return;
    column = before;
  }
}

function meetRow(state: MatchingState, search: PathSearch, row: number, offset: number): void {
  search.offsets[row] = offset;
  search.met.push(row);
  search.readings[row] = 1;
  readList(state, search, row);
}

function readList(state: MatchingState, search: PathSearch, row: number): void {
  const { listed, listLengths, bounds, columns } = state;
  const start = listStart(row);
  const end = start + (listLengths[row] as number);
  for (let at = start; at < end; at += 1) reach(state, search, row, listed[at] as number);
  const rest = (bounds[row] as number) - (search.offsets[row] as number);
  if (rest < search.nearestFree) lowerKey(search.heap, columns + row, rest);
}

/** The search has come as far as a row's list reaches. */
function readOn(state: MatchingState, search: PathSearch, row: number): void {
  if (search.readings[row] === 1) {
    search.readings[row] = 2;
    listCheapest(state, row);
    readList(state, search, row);
    return;
  }
  for (let column = 0; column < state.columns; column += 1) reach(state, search, row, column);
}

function reach(state: MatchingState, search: PathSearch, row: number, column: number): void {
  const { columns, costs, v, scarce, rowOfColumn } = state;
  const value = (costs[row * columns + column] as number) - (v[column] as number);
  const distance = value - (search.offsets[row] as number);
  const { distances } = search;
  const before = distances[column] as number;
  if (!(distance < before && distance < search.nearestFree) || scarce[column] === 1) return;
  if (before === Number.POSITIVE_INFINITY) search.touched.push(column);
  else if ((search.heap.places[column] as number) < 0) return;
  distances[column] = distance;
  search.fromRow[column] = row;
  if ((rowOfColumn[column] as number) < 0) search.nearestFree = distance;
  lowerKey(search.heap, column, distance);
}

function clearSearch(search: PathSearch): void {
  for (const column of search.touched) search.distances[column] = Number.POSITIVE_INFINITY;
  for (const row of search.met) search.readings[row] = 0;
  search.touched.length = 0;
  search.settled.length = 0;
  search.met.length = 0;
  search.nearestFree = Number.POSITIVE_INFINITY;
  clearHeap(search.heap);
}
