import { type Refusal, refuse } from '../../errors.ts';
import { augment, createPathSearch } from './augmenting-path.ts';
import { certifyMatching } from './matching-certificate.ts';
import { createMatchingState, type MatchingState } from './matching-state.ts';
import type { CostMatrix, PricedMatching, UnprovedMatching } from './priced-matching.ts';
import { bidForColumns } from './row-bidding.ts';
import { leaveOneOut } from './scarce-columns.ts';

/** 256 MiB of costs. */
export const MAX_MATRIX_CELLS = 1 << 25;
/** Larger costs would leave the sums too few digits. */
export const MAX_MATRIX_COST = 1e12;

/**
 * The exact matching of a rectangle (shortest augmenting paths: Jonker and Volgenant 1987, Crouse 2016), most pairs
 * first, then least cost. Refuses a matrix that is too large or holds NaN, −Infinity or a cost beyond ±1e12.
 */
export function solveMatching(matrix: CostMatrix): PricedMatching | Refusal {
  const reason = findMatrixFault(matrix);
  if (reason) return refuse('VALIDATION_ERROR', { field: 'costs', reason });
  const isTall = matrix.rows > matrix.columns;
  const { rows, columns, costs } = isTall ? transpose(matrix) : matrix;
  const state = createMatchingState(rows, columns, costs);
  const free = bidForColumns(state);
  const search = createPathSearch(state);
  for (const row of free) if (!augment(state, search, row)) leaveOneOut(state, search, row);
  const priced = toPrices(state);
  const found = isTall ? turnBack(priced) : priced;
  return { ...found, certificate: certifyMatching(matrix, found) };
}

function findMatrixFault({ rows, columns, costs }: CostMatrix): string | undefined {
  if (!(Number.isInteger(rows) && Number.isInteger(columns) && rows >= 0 && columns >= 0))
    return 'rows and columns are whole numbers';
  if (rows * columns > MAX_MATRIX_CELLS) return `at most ${MAX_MATRIX_CELLS} cells`;
  if (costs.length !== rows * columns) return `${rows} x ${columns} cells expected, ${costs.length} came`;
  for (let at = 0; at < costs.length; at += 1) {
    const cost = costs[at] as number;
    if (!(Math.abs(cost) <= MAX_MATRIX_COST) && cost !== Number.POSITIVE_INFINITY)
      return `cell ${at} is ${cost}: a cost is within ±${MAX_MATRIX_COST}, or Infinity`;
  }
  return undefined;
}

/** Square pieces, so that both sides stay in the cache. */
const PIECE = 32;

function transpose({ rows, columns, costs }: CostMatrix): CostMatrix {
  const turned = new Float64Array(costs.length);
  for (let top = 0; top < rows; top += PIECE)
    for (let left = 0; left < columns; left += PIECE) {
      const bottom = Math.min(top + PIECE, rows);
      const right = Math.min(left + PIECE, columns);
      for (let row = top; row < bottom; row += 1)
        for (let column = left; column < right; column += 1)
          turned[column * rows + row] = costs[row * columns + column] as number;
    }
  return { rows: columns, columns: rows, costs: turned };
}

function toPrices(state: MatchingState): UnprovedMatching {
  const { rows, columns, costs, scarce, columnOfRow, rowOfColumn } = state;
  const u = new Float64Array(rows);
  const v = Float64Array.from(state.v);
  let cost = 0;
  let cardinality = 0;
  for (let row = 0; row < rows; row += 1) {
    const column = columnOfRow[row] as number;
    if (column < 0) continue;
    const own = costs[row * columns + column] as number;
    u[row] = own - (v[column] as number);
    cost += own;
    cardinality += 1;
  }
  const missingPrice = findMissingPrice(state, u);
  for (let column = 0; column < columns; column += 1)
    if (scarce[column] === 1) v[column] = (v[column] as number) - missingPrice;
  for (let row = 0; row < rows; row += 1) {
    const column = columnOfRow[row] as number;
    if (column < 0 || scarce[column] === 1) u[row] = (u[row] as number) + missingPrice;
  }
  return { columnOfRow, rowOfColumn, cardinality, cost, u, v, missingPrice };
}

/** The least price of a missing pair at which scarce columns are nowhere too cheap. */
function findMissingPrice(
  { rows, columns, costs, v, scarce, columnOfRow }: MatchingState,
  u: Float64Array,
): number {
  let price = Number.NEGATIVE_INFINITY;
  const scarceColumns: number[] = [];
  for (let column = 0; column < columns; column += 1) {
    if (scarce[column] === 0) continue;
    scarceColumns.push(column);
    price = Math.max(price, v[column] as number);
  }
  for (let row = 0; row < rows; row += 1) {
    const own = columnOfRow[row] as number;
    if (own < 0 || scarce[own] === 1) continue;
    price = Math.max(price, u[row] as number);
    for (const column of scarceColumns)
      price = Math.max(
        price,
        (u[row] as number) + (v[column] as number) - (costs[row * columns + column] as number),
      );
  }
  return price === Number.NEGATIVE_INFINITY ? 0 : price;
}

/** The prices of the transposed problem, told of the problem itself: the price of a missing pair changes sides. */
function turnBack({
  columnOfRow,
  rowOfColumn,
  u,
  v,
  missingPrice,
  ...rest
}: UnprovedMatching): UnprovedMatching {
  return {
    ...rest,
    ...{ columnOfRow: rowOfColumn, rowOfColumn: columnOfRow, missingPrice },
    u: v.map((price) => price + missingPrice),
    v: u.map((price) => price - missingPrice),
  };
}

/** The best matching among those in which this row has this column: what a wish would cost the fleet. */
export function solveForced(matrix: CostMatrix, row: number, column: number): PricedMatching | Refusal {
  const { rows, columns } = matrix;
  const isAllowed = matrix.costs[row * columns + column] !== Number.POSITIVE_INFINITY;
  if (!(row >= 0 && row < rows && column >= 0 && column < columns && isAllowed))
    return refuse('VALIDATION_ERROR', { reason: `row ${row} with column ${column} is not allowed` });
  const costs = Float64Array.from(matrix.costs);
  costs.fill(Number.POSITIVE_INFINITY, row * columns, (row + 1) * columns);
  for (let other = 0; other < rows; other += 1) costs[other * columns + column] = Number.POSITIVE_INFINITY;
  costs[row * columns + column] = matrix.costs[row * columns + column] as number;
  return solveMatching({ rows, columns, costs });
}
