import type { PricedTree } from './priced-tree.ts';

/** The room for an answer, used again. `length` items, cheapest first, with their costs and what they come to with the price. */
export interface CheapestItems {
  readonly items: Int32Array;
  readonly costs: Float64Array;
  readonly values: Float64Array;
  length: number;
  /** No other item comes to less. */
  bound: number;
}

export function createCheapestItems(size: number): CheapestItems {
  return {
    items: new Int32Array(size),
    costs: new Float64Array(size),
    values: new Float64Array(size),
    length: 0,
    bound: 0,
  };
}

export interface TreeQuery {
  eastM: number;
  northM: number;
  /** Bits that an item must have. */
  skills: number;
  /** No cost is below this much a metre of the straight way, or below what the point says. */
  costPerM: number;
  /** Infinity = not allowed. */
  readonly costOf: (item: number) => number;
  /** Only what comes to less than this is wanted. */
  below: number;
  /** An item that would be better than those found by no more than this may be passed over. */
  slack: number;
}

/** Whoever computes the same way in another order may round otherwise. */
const NEARLY = 1 - 1e-12;
const ROUNDING = 1e-9;

const stack = new Int32Array(64);
const stackBounds = new Float64Array(64);

/**
 * Finds the `found.items.length` items that come to the least. Throws when a cost is below what the way alone must
 * cost, or is no number: the answer would not be the cheapest.
 */
export function findCheapest(tree: PricedTree, query: TreeQuery, found: CheapestItems): void {
  found.length = 0;
  found.bound = query.below;
  let depth = 0;
  stack[0] = 1;
  stackBounds[0] = boundOf(tree, query, 1);
  while (depth >= 0) {
    const node = stack[depth] as number;
    const bound = stackBounds[depth] as number;
    depth -= 1;
    if (!(bound < found.bound - query.slack)) continue;
    if (node >= tree.leafCount) {
      readLeaf(tree, query, node, found);
      continue;
    }
    const left = boundOf(tree, query, 2 * node);
    const right = boundOf(tree, query, 2 * node + 1);
    const isLeftNearer = left <= right;
    depth += 1;
    stack[depth] = isLeftNearer ? 2 * node + 1 : 2 * node;
    stackBounds[depth] = isLeftNearer ? right : left;
    depth += 1;
    stack[depth] = isLeftNearer ? 2 * node : 2 * node + 1;
    stackBounds[depth] = isLeftNearer ? left : right;
  }
  found.bound -= query.slack;
}

function boundOf(tree: PricedTree, query: TreeQuery, node: number): number {
  const { edgesM, leastPrices, leastPerM, skills } = tree;
  if (((skills[node] as number) & query.skills) !== query.skills) return Number.POSITIVE_INFINITY;
  const { eastM, northM } = query;
  const perM = Math.max(query.costPerM, leastPerM[node] as number);
  const at = 4 * node;
  const toEastM = Math.max((edgesM[at] as number) - eastM, eastM - (edgesM[at + 2] as number), 0);
  const toNorthM = Math.max((edgesM[at + 1] as number) - northM, northM - (edgesM[at + 3] as number), 0);
  return Math.sqrt(toEastM * toEastM + toNorthM * toNorthM) * perM * NEARLY + (leastPrices[node] as number);
}

function readLeaf(tree: PricedTree, query: TreeQuery, leaf: number, found: CheapestItems): void {
  const { items, prices, points, eastM, northM } = tree;
  let start = 0;
  let end = items.length;
  for (let half = tree.leafCount >> 1; half > 0; half >>= 1) {
    if ((leaf & half) === 0) end = (start + end) >> 1;
    else start = (start + end) >> 1;
  }
  for (let at = start; at < end; at += 1) {
    const item = items[at] as number;
    if (((points.skills[item] as number) & query.skills) !== query.skills) continue;
    const price = prices[item] as number;
    const toEastM = (eastM[at] as number) - query.eastM;
    const toNorthM = (northM[at] as number) - query.northM;
    const perM = Math.max(query.costPerM, points.costPerM[item] as number);
    const base = points.baseCost[item] as number;
    const least = Math.sqrt(toEastM * toEastM + toNorthM * toNorthM) * perM * NEARLY + base;
    if (!(least + price < found.bound - query.slack)) continue;
    const cost = query.costOf(item);
    if (!(cost >= least * NEARLY - ROUNDING))
      throw new Error(`A cost of ${cost} is below the ${least} of its way.`);
    const value = cost + price;
    if (value < found.bound) keep(found, item, cost, value);
  }
}

function keep(found: CheapestItems, item: number, cost: number, value: number): void {
  const { items, costs, values } = found;
  const size = items.length;
  let at = found.length < size ? found.length : size - 1;
  for (; at > 0 && (values[at - 1] as number) > value; at -= 1) {
    values[at] = values[at - 1] as number;
    items[at] = items[at - 1] as number;
    costs[at] = costs[at - 1] as number;
  }
  values[at] = value;
  items[at] = item;
  costs[at] = cost;
  if (found.length < size) found.length += 1;
  if (found.length === size) found.bound = values[size - 1] as number;
}
