/**
 * A trajectory as keys of cell and time. A stay of minutes in a cell is under the half minutes it touches, one of a day under
 * a few thirds of a day, one without end under a key that every time is under: how long a stay is never decides how many
 * keys it has.
 */
import type { Trajectory } from '../geo/trajectory.ts';
import { walkCells } from './cell-visits.ts';

const FINEST_S = 30;
const FACTOR = 8;
/** Half a minute, 4 minutes, 32 minutes, 4 hours, 34 hours, 11 days; then the one of all times. */
export const TIME_LEVELS = 7;
const ALL_TIMES = TIME_LEVELS - 1;
/** Keys of one stay, at most. */
const MAX_KEYS = 4;

const SPANS_S = Array.from({ length: ALL_TIMES }, (_, level) => FINEST_S * FACTOR ** level);

/** What a key is made of. */
export interface KeyParts {
  readonly level: number;
  readonly bucket: number;
  readonly cellEast: number;
  readonly cellNorth: number;
}

/** The number of a level's bucket that a time in seconds since 1970 falls into. */
export function bucketOf(level: number, timeS: number): number {
  return level === ALL_TIMES ? 0 : Math.floor(timeS / (SPANS_S[level] as number));
}

/** The finest level on which a stay touches no more than `MAX_KEYS` buckets. */
function levelOf(fromS: number, toS: number): number {
  for (let level = 0; level < ALL_TIMES; level += 1)
    if (bucketOf(level, toS) - bucketOf(level, fromS) < MAX_KEYS) return level;
  return ALL_TIMES;
}

/**
 * A signed hash of 32 bits (multiply-xorshift, finaliser of MurmurHash3). Blocks of 4 by 4 cells and 4 buckets are spread,
 * the 64 keys within one stay side by side: who looks around in one finds them in few lines of cache.
 */
export function keyOf(level: number, bucket: number, cellEast: number, cellNorth: number): number {
  let h = Math.imul(cellEast >> 2, 0x9e37_79b1) ^ Math.imul(cellNorth >> 2, 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 15), 0x27d4_eb2f) ^ Math.imul((bucket >> 2) * TIME_LEVELS + level, 0xc2b2_ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  h ^= h >>> 16;
  return (h << 6) | ((cellEast & 3) << 4) | ((cellNorth & 3) << 2) | (bucket & 3);
}

/** Tells the parts of every key of a trajectory; false if it passes through more cells than are walked. */
export function walkKeys(trajectory: Trajectory, tell: (parts: KeyParts) => void): boolean {
  const { startS } = trajectory;
  return walkCells(trajectory, ({ cellEast, cellNorth, fromS, toS }) => {
    const level = levelOf(startS + fromS, startS + toS);
    const last = bucketOf(level, startS + toS);
    for (let bucket = bucketOf(level, startS + fromS); bucket <= last; bucket += 1)
      tell({ level, bucket, cellEast, cellNorth });
    return true;
  });
}
