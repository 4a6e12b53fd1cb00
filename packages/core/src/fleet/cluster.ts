/**
 * Drones on the map, for windows of any size at constant cost: sorted once along the Z-order curve (Morton 1966) of the Web Mercator
 * square (EPSG:3857), every cell of every level is one run of the order, and sums over it are differences of running sums.
 */

/** A part of the map: degrees, `westDeg` > `eastDeg` across the antimeridian. */
export interface MapBounds {
  readonly westDeg: number;
  readonly southDeg: number;
  readonly eastDeg: number;
  readonly northDeg: number;
}

export interface MapWindow {
  readonly bounds: MapBounds;
  /** Web Mercator zoom, 0–22. */
  readonly zoom: number;
}

/** What is counted beside the drones themselves; bits of `marks`. */
export const MAP_MARKS = { armed: 1, troubled: 2, stale: 4 } as const;

export interface MapPoints {
  readonly count: number;
  /** NaN: not on the map. */
  readonly latitudeDeg: Float64Array;
  readonly longitudeDeg: Float64Array;
  readonly marks: Uint8Array;
}

/** All drones of one cell: level, column and row of the Mercator square, column 0 at 180° west, row 0 in the north. */
export interface MapCell {
  readonly level: number;
  readonly column: number;
  readonly row: number;
  readonly count: number;
  /** Their middle. */
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly armed: number;
  readonly troubled: number;
  readonly stale: number;
  /** The point itself, where there is only one; else -1. */
  readonly sole: number;
}

const LEVELS = 24;
const HALF_BITS = LEVELS / 2;
const HALF = 2 ** HALF_BITS;
/** A cell is a quarter of a map tile wide: 64 pixels. */
const LEVELS_BELOW_TILE = 2;
const MAX_LATITUDE_DEG = 85.051_128_779_806_6;
const DEG = 180 / Math.PI;

/** Spreads 12 bits to the even places of 24. */
const spread = Uint32Array.from({ length: HALF }, (_, value) => {
  let bits = 0;
  for (let at = 0; at < HALF_BITS; at += 1) bits |= ((value >> at) & 1) << (2 * at);
  return bits;
});

/** Of a cell of the finest level; up to 48 bits, exact in a double. */
function toKey(column: number, row: number): number {
  const high = (spread[column >> HALF_BITS] as number) + 2 * (spread[row >> HALF_BITS] as number);
  const low = (spread[column & (HALF - 1)] as number) + 2 * (spread[row & (HALF - 1)] as number);
  return high * 2 ** LEVELS + low;
}

/** 0 at 180° west, 1 at 180° east. */
const toMercatorX = (longitudeDeg: number): number => (longitudeDeg + 180) / 360;

/** 0 in the north, 1 in the south; what lies beyond the square stands on its edge. */
function toMercatorY(latitudeDeg: number): number {
  const clamped = Math.max(-MAX_LATITUDE_DEG, Math.min(MAX_LATITUDE_DEG, latitudeDeg));
  const sin = Math.sin(clamped / DEG);
  return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
}

const toLatitudeDeg = (y: number): number => Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * DEG;

const toCellAt = (unit: number, level: number): number =>
  Math.max(0, Math.min(2 ** level - 1, Math.floor(unit * 2 ** level)));

export interface CellRange {
  readonly level: number;
  /** `lastColumn` may lie beyond the last of the level: across the antimeridian. */
  readonly firstColumn: number;
  readonly lastColumn: number;
  readonly firstRow: number;
  readonly lastRow: number;
}

/** The cells a window touches: of the level that suits its zoom, or of a coarser one where they would be more than `maxCells`. */
export function toCellRange({ bounds, zoom }: MapWindow, maxCells: number): CellRange {
  const { westDeg, southDeg, eastDeg, northDeg } = bounds;
  for (let level = Math.min(LEVELS, Math.floor(zoom) + LEVELS_BELOW_TILE); ; level -= 1) {
    const firstColumn = toCellAt(toMercatorX(westDeg), level);
    const east = toCellAt(toMercatorX(eastDeg), level);
    const lastColumn = westDeg > eastDeg ? Math.min(east + 2 ** level, firstColumn + 2 ** level - 1) : east;
    const firstRow = toCellAt(toMercatorY(northDeg), level);
    const lastRow = toCellAt(toMercatorY(southDeg), level);
    const cells = (lastColumn - firstColumn + 1) * (lastRow - firstRow + 1);
    if (cells <= maxCells || level === 0) return { level, firstColumn, lastColumn, firstRow, lastRow };
  }
}

export function isWithin(
  { westDeg, southDeg, eastDeg, northDeg }: MapBounds,
  latitudeDeg: number,
  longitudeDeg: number,
): boolean {
  if (!(latitudeDeg >= southDeg && latitudeDeg <= northDeg)) return false;
  const isEastOf = longitudeDeg >= westDeg;
  const isWestOf = longitudeDeg <= eastDeg;
  return westDeg > eastDeg ? isEastOf || isWestOf : isEastOf && isWestOf;
}

/** A fleet's positions of one moment. */
export class MapIndex {
  readonly #points: MapPoints;
  /** Points on the map, in Z order. */
  readonly #order: Uint32Array;
  readonly #keys: Float64Array;
  readonly #sums: RunningSums;

  /** 100 000 points take about 20 ms. */
  constructor(points: MapPoints) {
    this.#points = points;
    const { order, keys } = sortByKey(points);
    this.#order = order;
    this.#keys = keys;
    this.#sums = sumUp(points, order);
  }

  /** Points that are on the map at all. */
  get size(): number {
    return this.#order.length;
  }

  /** The cells of a window that have anything in them. */
  cells(range: CellRange): readonly MapCell[] {
    const found: MapCell[] = [];
    for (const { column, row, from, to } of this.#runs(range))
      found.push(this.#toCell({ level: range.level, column, row }, from, to));
    return found;
  }

  /** The points within the bounds; undefined when they are more than `limit`. */
  members(window: MapWindow, limit: number, maxCells: number): readonly number[] | undefined {
    const found: number[] = [];
    const { latitudeDeg, longitudeDeg } = this.#points;
    for (const { from, to } of this.#runs(toCellRange(window, maxCells)))
      for (let at = from; at < to; at += 1) {
        const point = this.#order[at] as number;
        if (!isWithin(window.bounds, latitudeDeg[point] as number, longitudeDeg[point] as number)) continue;
        if (found.length === limit) return undefined;
        found.push(point);
      }
    return found;
  }

  *#runs({ level, firstColumn, lastColumn, firstRow, lastRow }: CellRange) {
    const width = 2 ** (LEVELS - level);
    const span = width * width;
    for (let row = firstRow; row <= lastRow; row += 1)
      for (let each = firstColumn; each <= lastColumn; each += 1) {
        const column = each % 2 ** level;
        const first = toKey(column * width, row * width);
        const from = lowerBound(this.#keys, first);
        if ((this.#keys[from] ?? Number.POSITIVE_INFINITY) >= first + span) continue;
        yield { column, row, from, to: lowerBound(this.#keys, first + span) };
      }
  }

  #toCell(at: Pick<MapCell, 'level' | 'column' | 'row'>, from: number, to: number): MapCell {
    const count = to - from;
    const { x, y, armed, troubled, stale } = this.#sums;
    const over = (sums: Float64Array) => (sums[to] as number) - (sums[from] as number);
    return {
      ...at,
      count,
      latitudeDeg: toLatitudeDeg(over(y) / count),
      longitudeDeg: (over(x) / count) * 360 - 180,
      armed: over(armed),
      troubled: over(troubled),
      stale: over(stale),
      sole: count === 1 ? (this.#order[from] as number) : -1,
    };
  }
}

/** At `n`: the sum over the first n points of the order. */
interface RunningSums {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly armed: Float64Array;
  readonly troubled: Float64Array;
  readonly stale: Float64Array;
}

function sumUp({ latitudeDeg, longitudeDeg, marks }: MapPoints, order: Uint32Array): RunningSums {
  const create = () => new Float64Array(order.length + 1);
  const sums = { x: create(), y: create(), armed: create(), troubled: create(), stale: create() };
  const add = (to: Float64Array, at: number, value: number) => {
    to[at + 1] = (to[at] as number) + value;
  };
  for (let at = 0; at < order.length; at += 1) {
    const point = order[at] as number;
    const mark = marks[point] as number;
    add(sums.x, at, toMercatorX(longitudeDeg[point] as number));
    add(sums.y, at, toMercatorY(latitudeDeg[point] as number));
    add(sums.armed, at, mark & MAP_MARKS.armed ? 1 : 0);
    add(sums.troubled, at, mark & MAP_MARKS.troubled ? 1 : 0);
    add(sums.stale, at, mark & MAP_MARKS.stale ? 1 : 0);
  }
  return sums;
}

/** Points with a position, least significant digit first (12 bits a pass, stable). */
function sortByKey({ count, latitudeDeg, longitudeDeg }: MapPoints) {
  const keyOf = new Float64Array(count);
  let order = new Uint32Array(count);
  let placed = 0;
  for (let point = 0; point < count; point += 1) {
    const x = toMercatorX(longitudeDeg[point] as number);
    const y = toMercatorY(latitudeDeg[point] as number);
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    keyOf[point] = toKey(toCellAt(x, LEVELS), toCellAt(y, LEVELS));
    order[placed] = point;
    placed += 1;
  }
  order = order.slice(0, placed);
  for (let pass = 0; pass < 4; pass += 1) order = sortByDigit(order, keyOf, HALF ** pass);
  return { order, keys: Float64Array.from(order, (point) => keyOf[point] as number) };
}

function sortByDigit(order: Uint32Array, keyOf: Float64Array, unit: number): Uint32Array<ArrayBuffer> {
  const digitOf = (point: number) => Math.floor((keyOf[point] as number) / unit) % HALF;
  const starts = new Uint32Array(HALF + 1);
  for (const point of order) starts[digitOf(point) + 1] = (starts[digitOf(point) + 1] as number) + 1;
  for (let digit = 1; digit <= HALF; digit += 1)
    starts[digit] = (starts[digit] as number) + (starts[digit - 1] as number);
  const sorted = new Uint32Array(order.length);
  for (const point of order) {
    const digit = digitOf(point);
    sorted[starts[digit] as number] = point;
    starts[digit] = (starts[digit] as number) + 1;
  }
  return sorted;
}

/** The first place whose key is not below `key`. */
function lowerBound(keys: Float64Array, key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
