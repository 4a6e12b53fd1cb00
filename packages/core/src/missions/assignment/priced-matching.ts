/** What each row (a mission) costs with each column (a drone), in seconds or any one unit. */
export interface CostMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major; Infinity = not allowed. */
  readonly costs: Float64Array;
}

/** As many pairs as are possible, at the least cost of so many, and the prices that prove it. */
export interface PricedMatching {
  /** −1 = without. */
  readonly columnOfRow: Int32Array;
  readonly rowOfColumn: Int32Array;
  readonly cardinality: number;
  readonly cost: number;
  /** Price of serving each row: `u[row] + v[column] ≤ cost`, equal for a pair that was made. */
  readonly u: Float64Array;
  /** ≤ 0; `−v[column]` is what the column is worth to the others, 0 for one that stays free. */
  readonly v: Float64Array;
  /** The price of a missing pair: no row's `u` is above it, and a row that stays without has it. */
  readonly missingPrice: number;
  readonly certificate: MatchingCertificate;
}

export type UnprovedMatching = Omit<PricedMatching, 'certificate'>;

/** What was checked about a matching, from the costs alone; whoever solved it is not trusted. */
export interface MatchingCertificate {
  /** All of the below within the tolerance: no other matching has more pairs, and none of as many is cheaper. */
  readonly holds: boolean;
  /** 1e-9 of the largest number in play. */
  readonly tolerance: number;
  /** Least `cost − u − v` over all allowed pairs; below 0 = the prices are not feasible. */
  readonly leastReducedCost: number;
  /** Largest breach of complementary slackness: a pair with slack, a free column with a price, a lone row below the price. */
  readonly worstSlackness: number;
  /** Cost + price of the missing pairs − dual value; 0 at the optimum. */
  readonly gap: number;
  /** No matching has more pairs: there are as many rows and columns that touch every allowed pair (König 1931). */
  readonly isLargest: boolean;
}
