import type { CostMatrix, MatchingCertificate, UnprovedMatching } from './priced-matching.ts';

const RELATIVE_TOLERANCE = 1e-9;

export function certifyMatching(matrix: CostMatrix, matching: UnprovedMatching): MatchingCertificate {
  const { rows, columns, costs } = matrix;
  const { u, v, columnOfRow, rowOfColumn, missingPrice } = matching;
  let leastReducedCost = Number.POSITIVE_INFINITY;
  let scale = Math.max(1, Math.abs(missingPrice));
  for (let row = 0; row < rows; row += 1) {
    const price = u[row] as number;
    const first = row * columns;
    for (let column = 0; column < columns; column += 1) {
      const reduced = (costs[first + column] as number) - price - (v[column] as number);
      if (!(reduced >= leastReducedCost)) leastReducedCost = reduced;
    }
  }
  let worstSlackness = 0;
  let dual = 0;
  for (let row = 0; row < rows; row += 1) {
    const price = u[row] as number;
    const column = columnOfRow[row] as number;
    dual += price;
    scale = Math.max(scale, Math.abs(price));
    const slack =
      column < 0
        ? Math.abs(missingPrice - price)
        : Math.abs((costs[row * columns + column] as number) - price - (v[column] as number));
    worstSlackness = Math.max(worstSlackness, slack, price - missingPrice);
  }
  for (let column = 0; column < columns; column += 1) {
    const price = v[column] as number;
    dual += price;
    scale = Math.max(scale, Math.abs(price));
    worstSlackness = Math.max(worstSlackness, (rowOfColumn[column] as number) < 0 ? Math.abs(price) : price);
  }
  const gap = matching.cost + missingPrice * (rows - matching.cardinality) - dual;
  const tolerance = RELATIVE_TOLERANCE * scale;
  const isLargest = isMutual(matching) && isCovered(matrix, matching);
  const isPriced = leastReducedCost >= -tolerance && worstSlackness <= tolerance;
  const holds = isLargest && isPriced && Math.abs(gap) <= tolerance * Math.max(1, rows);
  return { holds, tolerance, leastReducedCost, worstSlackness, gap, isLargest };
}

function isMutual({ columnOfRow, rowOfColumn, cardinality }: UnprovedMatching): boolean {
  const pairs = columnOfRow.reduce((sum, column) => sum + (column >= 0 ? 1 : 0), 0);
  return (
    pairs === cardinality &&
    rowOfColumn.reduce((sum, row) => sum + (row >= 0 ? 1 : 0), 0) === pairs &&
    columnOfRow.every((column, row) => column < 0 || rowOfColumn[column] === row)
  );
}

/** The cover: rows that cannot be reached from a lone row by alternating paths, and columns that can. */
function isCovered(
  { rows, columns, costs }: CostMatrix,
  { columnOfRow, rowOfColumn, cardinality }: UnprovedMatching,
): boolean {
  if (cardinality === Math.min(rows, columns)) return true;
  const isReached = new Uint8Array(columns);
  const toRead: number[] = [];
  columnOfRow.forEach((column, row) => void (column < 0 && toRead.push(row)));
  for (let next = 0; next < toRead.length; next += 1) {
    const first = (toRead[next] as number) * columns;
    for (let column = 0; column < columns; column += 1) {
      if (isReached[column] === 1 || costs[first + column] === Number.POSITIVE_INFINITY) continue;
      const owner = rowOfColumn[column] as number;
      if (owner < 0) return false;
      isReached[column] = 1;
      toRead.push(owner);
    }
  }
  return true;
}
