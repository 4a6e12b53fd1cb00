/**
 * Counter-based randomness: a draw is a function of (seed, drone, step, stream) and of nothing else, so that the
 * same seed gives the same bytes however the drones are batched and however often a frame is asked for.
 */

/** 32-bit integer mix of good avalanche (the "lowbias32" family of xor-shift-multiply finalisers). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}

/** The key of one drone's randomness; `seed` any integer, its upper half counts too. */
export function toKey(seed: number, drone: number): number {
  const high = Math.floor(seed / 2 ** 32);
  return mix(mix(mix(seed) ^ Math.imul(high, 0x9e3779b1)) + Math.imul(drone + 1, 0x85ebca6b));
}

/** 32 random bits (signed). One stream per use, so that adding a use changes no other. */
export function bits(key: number, step: number, stream: number): number {
  return mix(mix(key ^ Math.imul(step + 1, 0x9e3779b1)) + Math.imul(stream + 1, 0xc2b2ae35));
}

/** Uniform in [0, 1). */
export function uniform(key: number, step: number, stream: number): number {
  return (bits(key, step, stream) >>> 0) / 2 ** 32;
}

const BINS = 4096;
const quantiles = toQuantiles();

/** Standard normal, by the inverse distribution from a table (no logarithm, no rejection: one draw, one value). */
export function gaussian(key: number, step: number, stream: number): number {
  const draw = bits(key, step, stream);
  const bin = draw >>> 20;
  const low = quantiles[bin] as number;
  return low + ((quantiles[bin + 1] as number) - low) * ((draw & 0xfffff) / 0x100000);
}

/**
 * The normal quantiles at k/BINS, from dx/du = √(2π)·e^(x²/2) by Runge–Kutta outward from the median, the last bin
 * closed at 4.2 σ, and scaled so that the piecewise-linear draw has variance 1 exactly.
 */
function toQuantiles(): Float64Array {
  const table = new Float64Array(BINS + 1);
  const slope = (at: number): number => Math.sqrt(2 * Math.PI) * Math.exp((at * at) / 2);
  const parts = 16;
  const h = 1 / BINS / parts;
  let x = 0;
  for (let k = BINS / 2 + 1; k < BINS; k++) {
    for (let part = 0; part < parts; part++) {
      const k1 = slope(x);
      const k2 = slope(x + (h / 2) * k1);
      const k3 = slope(x + (h / 2) * k2);
      x += (h / 6) * (k1 + 2 * k2 + 2 * k3 + slope(x + h * k3));
    }
    table[k] = x;
    table[BINS - k] = -x;
  }
  table[BINS] = 4.2;
  table[0] = -4.2;
  let variance = 0;
  for (let k = 0; k < BINS; k++) {
    const [a, b] = [table[k] as number, table[k + 1] as number];
    variance += (a * a + a * b + b * b) / 3 / BINS;
  }
  return table.map((value) => value / Math.sqrt(variance));
}

/** A version 4 UUID whose 122 free bits come from the key. */
export function toUuid(key: number, step: number): string {
  const words = [0, 1, 2, 3].map((word) =>
    (bits(key, step, 0x7000 + word) >>> 0).toString(16).padStart(8, '0'),
  );
  const hex = words.join('');
  const variant = ((Number.parseInt(hex[16] as string, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
