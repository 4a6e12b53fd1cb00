/**
 * Copies of knots, many to a buffer: a small buffer of its own costs half as much again as what is in it, and thousands of
 * them leave memory in pieces. A slab is held as long as any copy in it.
 */

/** Numbers. */
const SLAB = 2048;
const LARGE = SLAB / 4;

export class KnotSlabs {
  #slab = new Float64Array(SLAB);
  #used = 0;

  keep(knots: Float64Array): Float64Array {
    if (knots.length > LARGE) return knots.slice();
    if (this.#used + knots.length > SLAB) {
      this.#slab = new Float64Array(SLAB);
      this.#used = 0;
    }
    const kept = this.#slab.subarray(this.#used, this.#used + knots.length);
    kept.set(knots);
    this.#used += knots.length;
    return kept;
  }
}
