/**
 * The working state of the exact matching: which row has which column, the columns' prices, and for each row the columns
 * that were cheapest at the prices of some moment. Prices (`v`) only ever fall, so that `costs − v` of a column only
 * rises: a row's list stays exact as long as what is looked for is not above `bounds`.
 */
export interface MatchingState {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, `rows ≤ columns`; Infinity = not allowed. */
  readonly costs: Float64Array;
  readonly v: Float64Array;
  readonly columnOfRow: Int32Array;
  readonly rowOfColumn: Int32Array;
  /**
   * 1 = reachable from a row that stays without a column. Such columns are all taken, and `v` is their price above that
   * of a missing column, which is counted apart: cardinality comes first, and no large number blurs the costs.
   */
  readonly scarce: Uint8Array;
  readonly listed: Int32Array;
  readonly listLengths: Int32Array;
  /** No column outside a row's list is below this in `costs − v`. */
  readonly bounds: Float64Array;
}

/** 12 and 16 were quicker than 32 and 48 on 1000 × 1000, uniform and euclidean. */
const LIST_SIZE = 16;

export function createMatchingState(rows: number, columns: number, costs: Float64Array): MatchingState {
  return {
    ...{ rows, columns, costs },
    v: new Float64Array(columns),
    columnOfRow: new Int32Array(rows).fill(-1),
    rowOfColumn: new Int32Array(columns).fill(-1),
    scarce: new Uint8Array(columns),
    listed: new Int32Array(rows * LIST_SIZE),
    listLengths: new Int32Array(rows),
    bounds: new Float64Array(rows).fill(Number.NEGATIVE_INFINITY),
  };
}

export const listStart = (row: number): number => row * LIST_SIZE;

const values = new Float64Array(LIST_SIZE);

/** Lists the row's cheapest columns at today's prices, cheapest first. */
export function listCheapest(state: MatchingState, row: number): void {
  const { columns, costs, v, listed } = state;
  const start = listStart(row);
  const first = row * columns;
  let length = 0;
  let worst = Number.POSITIVE_INFINITY;
  for (let column = 0; column < columns; column += 1) {
    const value = (costs[first + column] as number) - (v[column] as number);
    if (!(value < worst)) continue;
    let at = length < LIST_SIZE ? length : LIST_SIZE - 1;
    for (; at > 0 && (values[at - 1] as number) > value; at -= 1) {
      values[at] = values[at - 1] as number;
      listed[start + at] = listed[start + at - 1] as number;
    }
    values[at] = value;
    listed[start + at] = column;
    if (length < LIST_SIZE) length += 1;
    if (length === LIST_SIZE) worst = values[LIST_SIZE - 1] as number;
  }
  state.listLengths[row] = length;
  state.bounds[row] = length < LIST_SIZE ? Number.POSITIVE_INFINITY : worst;
}
