/**
 * Points on the plane with a price each: which are the cheapest for somebody at a place, when a point costs what the way
 * to it costs and its price? A balanced k-d tree (Bentley 1975) whose nodes also know their least price. Slow where
 * thousands of points in one spot come to nearly the same: hardly a node can then be passed over.
 */
export interface PricedTree {
  readonly prices: Float64Array;
  /** Points, node by node. */
  readonly items: Int32Array;
  /** Where they are, in the order of `items`. */
  readonly eastM: Float64Array;
  readonly northM: Float64Array;
  /** Place of each point in `items`. */
  readonly places: Int32Array;
  readonly leafCount: number;
  /** West, south, east and north edge of each node; node 1 is the root, 2n and 2n + 1 the halves of n. */
  readonly edgesM: Float64Array;
  /** Least base and price of any point of the node. */
  readonly leastPrices: Float64Array;
  readonly leastPerM: Float64Array;
  /** Skills that any point of the node has. */
  readonly skills: Int32Array;
  readonly points: TreePoints;
}

export interface TreePoints {
  readonly eastM: Float64Array;
  readonly northM: Float64Array;
  /** Bits. */
  readonly skills: Int32Array;
  /** A way to or from the point costs at least so much a metre, … */
  readonly costPerM: Float64Array;
  /** … and so much besides. */
  readonly baseCost: Float64Array;
}

const LEAF_SIZE = 8;

/** `usualWayM`: how long a usual way is; so a node's points are alike in what they cost, not only in where they are. */
export function createPricedTree(points: TreePoints, usualWayM: number): PricedTree {
  const { eastM, northM } = points;
  const size = eastM.length;
  let leafCount = 1;
  while (leafCount * LEAF_SIZE < size) leafCount *= 2;
  const tree: PricedTree = {
    prices: new Float64Array(size),
    items: Int32Array.from({ length: size }, (_, item) => item),
    eastM: new Float64Array(size),
    northM: new Float64Array(size),
    places: new Int32Array(size),
    leafCount,
    edgesM: new Float64Array(8 * leafCount),
    leastPrices: new Float64Array(2 * leafCount),
    leastPerM: new Float64Array(2 * leafCount),
    skills: new Int32Array(2 * leafCount),
    points,
  };
  split(tree, usualWayM, 1, { start: 0, end: size });
  for (let place = 0; place < size; place += 1) {
    const item = tree.items[place] as number;
    tree.places[item] = place;
    tree.eastM[place] = eastM[item] as number;
    tree.northM[place] = northM[item] as number;
  }
  return tree;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function split(tree: PricedTree, usualWayM: number, node: number, range: Range): void {
  const { points, items } = tree;
  const east = spanOf(items, points.eastM, range);
  const north = spanOf(items, points.northM, range);
  const perM = spanOf(items, points.costPerM, range);
  const base = spanOf(items, points.baseCost, range);
  let skills = 0;
  for (let place = range.start; place < range.end; place += 1)
    skills |= points.skills[items[place] as number] as number;
  tree.edgesM.set([east.least, north.least, east.most, north.most], 4 * node);
  tree.skills[node] = skills;
  tree.leastPrices[node] = base.least;
  tree.leastPerM[node] = perM.least;
  if (node >= tree.leafCount) return;
  const middle = (range.start + range.end) >> 1;
  // The column in which the node's points differ most in what they cost.
  const widths: readonly (readonly [number, Float64Array])[] = [
    [widthOf(east) * perM.least, points.eastM],
    [widthOf(north) * perM.least, points.northM],
    [widthOf(perM) * usualWayM, points.costPerM],
    [widthOf(base), points.baseCost],
  ];
  const [, widest] = widths.reduce((most, each) => (each[0] > most[0] ? each : most));
  partition(items, widest, range, middle);
  split(tree, usualWayM, 2 * node, { start: range.start, end: middle });
  split(tree, usualWayM, 2 * node + 1, { start: middle, end: range.end });
}

interface Span {
  readonly least: number;
  readonly most: number;
}

const widthOf = ({ least, most }: Span): number => most - least;

function spanOf(items: Int32Array, values: Float64Array, { start, end }: Range): Span {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let place = start; place < end; place += 1) {
    const value = values[items[place] as number] as number;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

/** Hoare's selection: what is before `middle` is not above what is behind it. Equal values do not slow it. */
function partition(items: Int32Array, values: Float64Array, { start, end }: Range, middle: number): void {
  const gap = { left: start, right: end - 1 };
  let low = start;
  let high = end - 1;
  while (low < high) {
    gap.left = low;
    gap.right = high;
    part(items, values, values[items[(low + high) >> 1] as number] as number, gap);
    if (middle <= gap.right) high = gap.right;
    else if (middle >= gap.left) low = gap.left;
    else return;
  }
}

function part(
  items: Int32Array,
  values: Float64Array,
  pivot: number,
  gap: { left: number; right: number },
): void {
  let { left, right } = gap;
  while (left <= right) {
    while ((values[items[left] as number] as number) < pivot) left += 1;
    while ((values[items[right] as number] as number) > pivot) right -= 1;
    if (left > right) break;
    const swapped = items[left] as number;
    items[left] = items[right] as number;
    items[right] = swapped;
    left += 1;
    right -= 1;
  }
  gap.left = left;
  gap.right = right;
}

export function setPrice(tree: PricedTree, item: number, price: number): void {
  const { prices, items, leafCount, leastPrices } = tree;
  const { baseCost } = tree.points;
  prices[item] = price;
  let node = 1;
  let start = 0;
  let end = items.length;
  const place = tree.places[item] as number;
  while (node < leafCount) {
    const middle = (start + end) >> 1;
    if (place < middle) {
      node = 2 * node;
      end = middle;
    } else {
      node = 2 * node + 1;
      start = middle;
    }
  }
  let least = Number.POSITIVE_INFINITY;
  for (let at = start; at < end; at += 1) {
    const each = items[at] as number;
    const whole = (prices[each] as number) + (baseCost[each] as number);
    if (whole < least) least = whole;
  }
  while (node >= 1 && leastPrices[node] !== least) {
    leastPrices[node] = least;
    const sibling = leastPrices[node ^ 1] as number;
    if (node > 1 && sibling < least) least = sibling;
    node >>= 1;
  }
}
