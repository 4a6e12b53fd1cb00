import type { CostMatrix, PricedMatching } from './priced-matching.ts';

/** What a forced pair costs: pairs fewer first, then cost. */
export interface ForcingLoss {
  readonly pairsLost: number;
  readonly cost: number;
}

interface Search {
  readonly matrix: CostMatrix;
  readonly matching: PricedMatching;
  readonly scarce: Scarce;
  readonly forcedRow: number;
  readonly forcedColumn: number;
  /** Of each column, and behind them of the outside. */
  readonly lost: Float64Array;
  readonly distances: Float64Array;
  readonly settled: Uint8Array;
}

interface Scarce {
  readonly rows: Uint8Array;
  readonly columns: Uint8Array;
}

/**
 * What the best matching with this pair costs above the best of all, exactly and without solving again: the pair's
 * reduced cost, and the shortest path by which its old partners come to terms (Dijkstra on reduced costs). Columns may be
 * left to the outside for their price, and rows for what they are below the price of a missing pair. The pair is allowed.
 */
export function findForcingLoss(
  matrix: CostMatrix,
  matching: PricedMatching,
  row: number,
  column: number,
): ForcingLoss {
  const { columnOfRow, rowOfColumn } = matching;
  const own = columnOfRow[row] as number;
  if (own === column) return { pairsLost: 0, cost: 0 };
  const outside = matrix.columns;
  const search: Search = {
    ...{ matrix, matching, scarce: findScarce(matrix, matching), forcedRow: row, forcedColumn: column },
    lost: new Float64Array(outside + 1),
    distances: new Float64Array(outside + 1).fill(Number.POSITIVE_INFINITY),
    settled: new Uint8Array(outside + 1),
  };
  const [pairsLost, cost] = reducedCost(search, row, column);
  const displaced = rowOfColumn[column] as number;
  const target = own < 0 ? outside : own;
  if (displaced >= 0) relaxRow(search, displaced, 0, 0);
  else reach(search, outside, 0, 0);
  for (;;) {
    const node = nearest(search);
    if (node < 0) throw new Error('Every row can be left to the outside.');
    const [lost, distance] = [search.lost[node] as number, search.distances[node] as number];
    if (node === target) return { pairsLost: pairsLost + lost, cost: cost + distance };
    search.settled[node] = 1;
    if (node === outside) relaxOutside(search, lost, distance);
    else if ((rowOfColumn[node] as number) < 0) reach(search, outside, lost, distance);
    else relaxRow(search, rowOfColumn[node] as number, lost, distance);
  }
}

/** Whatever is reachable from a lone row has the price of a missing pair in its own. */
function findScarce({ rows, columns, costs }: CostMatrix, matching: PricedMatching): Scarce {
  const { columnOfRow, rowOfColumn } = matching;
  const scarce = { rows: new Uint8Array(rows), columns: new Uint8Array(columns) };
  const toRead: number[] = [];
  columnOfRow.forEach((column, row) => void (column < 0 && toRead.push(row)));
  for (let next = 0; next < toRead.length; next += 1) {
    const row = toRead[next] as number;
    scarce.rows[row] = 1;
    for (let column = 0; column < columns; column += 1) {
      if (scarce.columns[column] === 1 || costs[row * columns + column] === Number.POSITIVE_INFINITY)
        continue;
      scarce.columns[column] = 1;
      toRead.push(rowOfColumn[column] as number);
    }
  }
  return scarce;
}

/** With the price of a missing pair counted apart. */
function reducedCost({ matrix, matching, scarce }: Search, row: number, column: number): [number, number] {
  const { u, v, missingPrice } = matching;
  const reduced =
    (matrix.costs[row * matrix.columns + column] as number) - (u[row] as number) - (v[column] as number);
  const pairs = (scarce.columns[column] as number) - (scarce.rows[row] as number);
  return [pairs, Math.max(0, reduced) - pairs * missingPrice];
}

/** The row takes another column, or none. */
function relaxRow(search: Search, row: number, lost: number, distance: number): void {
  const { matrix, matching, scarce, forcedColumn } = search;
  const { columns, costs } = matrix;
  for (let column = 0; column < columns; column += 1) {
    if (search.settled[column] === 1 || column === forcedColumn) continue;
    if (costs[row * columns + column] === Number.POSITIVE_INFINITY) continue;
    const [pairs, reduced] = reducedCost(search, row, column);
    reach(search, column, lost + pairs, distance + reduced);
  }
  const below = Math.max(0, matching.missingPrice - (matching.u[row] as number));
  const pairs = 1 - (scarce.rows[row] as number);
  reach(search, columns, lost + pairs, distance + below - pairs * matching.missingPrice);
}

/** A column is left to nobody, or a lone row comes in. */
function relaxOutside(search: Search, lost: number, distance: number): void {
  const { matrix, matching, scarce, forcedRow, forcedColumn } = search;
  const { v, rowOfColumn, columnOfRow, missingPrice } = matching;
  for (let column = 0; column < matrix.columns; column += 1) {
    if (column === forcedColumn || (rowOfColumn[column] as number) < 0) continue;
    const pairs = scarce.columns[column] as number;
    const price = Math.max(0, -(v[column] as number));
    reach(search, column, lost + pairs, distance + price - pairs * missingPrice);
  }
  for (let row = 0; row < matrix.rows; row += 1)
    if ((columnOfRow[row] as number) < 0 && row !== forcedRow) relaxRow(search, row, lost, distance);
}

function reach({ lost, distances, settled }: Search, node: number, pairs: number, distance: number): void {
  if (settled[node] === 1 || !isLess(pairs, distance, lost[node] as number, distances[node] as number))
    return;
  lost[node] = pairs;
  distances[node] = distance;
}

const isLess = (pairs: number, cost: number, otherPairs: number, otherCost: number): boolean =>
  otherCost === Number.POSITIVE_INFINITY || pairs < otherPairs || (pairs === otherPairs && cost < otherCost);

function nearest({ lost, distances, settled }: Search): number {
  let node = -1;
  for (let at = 0; at < distances.length; at += 1) {
    const distance = distances[at] as number;
    if (settled[at] === 1 || distance === Number.POSITIVE_INFINITY) continue;
    if (node >= 0 && !isLess(lost[at] as number, distance, lost[node] as number, distances[node] as number))
      continue;
    node = at;
  }
  return node;
}
