/**
 * All pairs of boxes that overlap, among very many: strips of the ground from south to north, in each a sweep from west to
 * east. A box stands in every strip that it reaches into; a pair is told in the first that both reach into. Strips are as
 * wide as boxes are on average, and no more of them than boxes: there are at most three entries a box, wherever they lie.
 */
import { orderByKey } from './radix-order.ts';

/** Numbers of a box: west, east, south, north, low and high edge, in metres; a box after the other in one array. */
export const BOX_SIZE = 6;

/** True where it is time for a break. */
type TellPair = (one: number, other: number) => boolean;

/** Keys from 0 to this, rising with what they are of. */
const LAST_KEY = 0x7fff_ff00;

/** Holds its working space from one sweep to the next. */
export class BoxSweep {
  #capacity = 0;
  /** In the order of their west edges from here on. */
  #boxes = new Float64Array(0);
  #rows = new Uint32Array(0);
  #westKeys = new Int32Array(0);
  #eastKeys = new Int32Array(0);
  #firstStrips = new Int32Array(0);
  #lastStrips = new Int32Array(0);
  #stripEnds = new Uint32Array(0);
  #entries = new Uint32Array(0);
  /** How far the sweep has come: the strip, its entry, and whom that meets next. */
  #strip = 0;
  #at = 0;
  #next = 0;
  #strips = 0;
  #isToldToStop = false;
  #left = 0;

  /** Comparisons that the last step did not make of those it might have. */
  get left(): number {
    return this.#left;
  }

  /** Takes in the first `count` boxes; their numbers must be finite. */
  begin(boxes: Float64Array, count: number): void {
    this.#strip = this.#at = this.#next = this.#strips = 0;
    if (count < 2) return;
    this.#reserve(count);
    this.#sort(boxes, count);
    this.#strips = this.#enter(count);
  }

  /**
   * Goes on telling each overlapping pair once, by their rows; boxes that touch overlap. Stops after `maxChecks` comparisons,
   * or when it is told to: false where there may be more to make, by another call.
   */
  step(maxChecks: number, tell: TellPair): boolean {
    this.#left = maxChecks;
    for (; this.#strip < this.#strips; this.#strip += 1) {
      const to = this.#stripEnds[this.#strip] as number;
      for (; this.#at < to; this.#at += 1) {
        const from = Math.max(this.#next, this.#at + 1);
        const limit = Math.min(to, from + this.#left);
        const stop = this.#meet(from, limit, tell);
        this.#left -= stop - from;
        this.#next = stop;
        if (this.#isToldToStop || (stop === limit && stop < to)) return this.#pause();
        this.#next = 0;
      }
    }
    return true;
  }

  #pause(): false {
    this.#isToldToStop = false;
    return false;
  }

  /** An entry of a strip against those that begin before it ends, `from` one on; gives the first that does not, or the end. */
  #meet(from: number, to: number, tell: TellPair): number {
    const boxes = this.#boxes;
    const entries = this.#entries;
    const westKeys = this.#westKeys;
    const firstStrips = this.#firstStrips;
    const rows = this.#rows;
    const strip = this.#strip;
    const one = entries[this.#at] as number;
    const eastKey = this.#eastKeys[one] as number;
    const box = one * BOX_SIZE;
    const west = boxes[box] as number;
    const east = boxes[box + 1] as number;
    const south = boxes[box + 2] as number;
    const north = boxes[box + 3] as number;
    const low = boxes[box + 4] as number;
    const high = boxes[box + 5] as number;
    const isFirst = firstStrips[one] === strip;
    let next = from;
    for (; next < to; next += 1) {
      const other = entries[next] as number;
      if ((westKeys[other] as number) > eastKey) break;
      const its = other * BOX_SIZE;
      const isApart =
        (boxes[its + 4] as number) > high ||
        (boxes[its + 5] as number) < low ||
        (boxes[its + 2] as number) > north ||
        (boxes[its + 3] as number) < south ||
        (boxes[its] as number) > east ||
        (boxes[its + 1] as number) < west;
      if (isApart || !(isFirst || firstStrips[other] === strip)) continue;
      if (tell(rows[one] as number, rows[other] as number)) {
        this.#isToldToStop = true;
        return next + 1;
      }
    }
    return next;
  }

  #reserve(count: number): void {
    if (count <= this.#capacity) return;
    const capacity = Math.max(1024, Math.ceil(count * 1.5));
    this.#capacity = capacity;
    this.#boxes = new Float64Array(capacity * BOX_SIZE);
    this.#rows = new Uint32Array(capacity);
    this.#westKeys = new Int32Array(capacity);
    this.#eastKeys = new Int32Array(capacity);
    this.#firstStrips = new Int32Array(capacity);
    this.#lastStrips = new Int32Array(capacity);
    this.#stripEnds = new Uint32Array(capacity + 2);
  }

  #sort(boxes: Float64Array, count: number): void {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let row = 0; row < count; row += 1) {
      least = Math.min(least, boxes[row * BOX_SIZE] as number);
      most = Math.max(most, boxes[row * BOX_SIZE + 1] as number);
    }
    const scale = most > least ? Math.min(LAST_KEY / (most - least), Number.MAX_VALUE) : 0;
    const keys = this.#eastKeys;
    for (let row = 0; row < count; row += 1) keys[row] = ((boxes[row * BOX_SIZE] as number) - least) * scale;
    const order = orderByKey(keys, count);
    const own = this.#boxes;
    for (let at = 0; at < count; at += 1) {
      const row = order[at] as number;
      this.#rows[at] = row;
      this.#westKeys[at] = keys[row] as number;
      for (let edge = 0; edge < BOX_SIZE; edge += 1)
        own[at * BOX_SIZE + edge] = boxes[row * BOX_SIZE + edge] as number;
    }
    for (let at = 0; at < count; at += 1) keys[at] = ((own[at * BOX_SIZE + 1] as number) - least) * scale;
  }

  /** Enters each box in its strips, in the order of the boxes; gives the number of strips. */
  #enter(count: number): number {
    const boxes = this.#boxes;
    let [least, most, sumM] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    for (let at = 0; at < count; at += 1) {
      least = Math.min(least, boxes[at * BOX_SIZE + 2] as number);
      most = Math.max(most, boxes[at * BOX_SIZE + 3] as number);
      sumM += (boxes[at * BOX_SIZE + 3] as number) - (boxes[at * BOX_SIZE + 2] as number);
    }
    const widthM = Math.max(sumM, most - least, Number.MIN_VALUE * count) / count;
    const scale = Math.min(1 / widthM, Number.MAX_VALUE);
    const ends = this.#stripEnds;
    const strips = Math.min(Math.floor((most - least) * scale), count) + 1;
    ends.fill(0, 0, strips + 1);
    let total = 0;
    for (let at = 0; at < count; at += 1) {
      const first = Math.min(Math.floor(((boxes[at * BOX_SIZE + 2] as number) - least) * scale), strips - 1);
      const last = Math.min(Math.floor(((boxes[at * BOX_SIZE + 3] as number) - least) * scale), strips - 1);
      this.#firstStrips[at] = first;
      this.#lastStrips[at] = last;
      total += last - first + 1;
      for (let strip = first; strip <= last; strip += 1) ends[strip + 1] = (ends[strip + 1] as number) + 1;
    }
    if (this.#entries.length < total) this.#entries = new Uint32Array(Math.ceil(total * 1.25));
    for (let strip = 1; strip <= strips; strip += 1)
      ends[strip] = (ends[strip] as number) + (ends[strip - 1] as number);
    // From here on a strip's begin moves to its end.
    for (let at = 0; at < count; at += 1)
      for (
        let strip = this.#firstStrips[at] as number;
        strip <= (this.#lastStrips[at] as number);
        strip += 1
      ) {
        const entry = ends[strip] as number;
        this.#entries[entry] = at;
        ends[strip] = entry + 1;
      }
    return strips;
  }
}
