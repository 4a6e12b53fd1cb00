import { type HeightPiece, heightAt, heightPieces, type Terrain } from '../../geo/terrain.ts';
import type { Enu, LocalFrame } from '../../geo/wgs84.ts';

/** Straight from a place to another. */
export interface StraightLeg {
  readonly from: Enu;
  readonly to: Enu;
}

/** A chord of this length is 2 cm below what is level over the earth, and as little beside what is straight on a map. */
const PART_M = 1000;
/** Farther than any vehicle here flies; what is longer is not looked at finely. */
const MAX_PARTS = 256;

export function placeAlong({ from, to }: StraightLeg, part: number): Enu {
  if (part === 1) return to;
  return {
    eastM: from.eastM + (to.eastM - from.eastM) * part,
    northM: from.northM + (to.northM - from.northM) * part,
    upM: from.upM + (to.upM - from.upM) * part,
  };
}

/** Metres over ground. */
export const levelDistanceM = (a: Enu, b: Enu): number => Math.hypot(b.eastM - a.eastM, b.northM - a.northM);

/** Where to cut a leg so that no part is long, as fractions of it: 0 first, 1 last. */
export function cutsOf(leg: StraightLeg): readonly number[] {
  const count = Math.min(MAX_PARTS, Math.max(1, Math.ceil(levelDistanceM(leg.from, leg.to) / PART_M)));
  return count === 1 ? ONE_PART : Array.from({ length: count + 1 }, (_, at) => at / count);
}

const ONE_PART: readonly number[] = [0, 1];

/** The least and the most height of a leg above ground. NaN: the ground is not known everywhere. */
export interface HeightRange {
  readonly leastM: number;
  readonly leastAt: number;
  readonly mostM: number;
  readonly mostAt: number;
}

const UNKNOWN: HeightRange = {
  leastM: Number.NaN,
  leastAt: Number.NaN,
  mostM: Number.NaN,
  mostAt: Number.NaN,
};

/** Exact on the surface but for the curve of the earth within a part. */
export function heightsOver(
  leg: StraightLeg,
  { frame, terrain }: { readonly frame: LocalFrame; readonly terrain: Terrain },
): HeightRange {
  const range = { leastM: Number.POSITIVE_INFINITY, leastAt: 0, mostM: Number.NEGATIVE_INFINITY, mostAt: 0 };
  const cuts = cutsOf(leg);
  for (let at = 0; at + 1 < cuts.length; at += 1) {
    const [fromPart, toPart] = [cuts[at] as number, cuts[at + 1] as number];
    const ends = {
      from: frame.toGeo(placeAlong(leg, fromPart)),
      to: frame.toGeo(placeAlong(leg, toPart)),
    };
    for (const piece of heightPieces(terrain, ends))
      for (const s of turningsOf(piece)) {
        const heightM = heightAt(piece, s);
        if (!Number.isFinite(heightM)) return UNKNOWN;
        extend(range, heightM, fromPart + s * (toPart - fromPart));
      }
  }
  return range;
}

/** Where a piece may be lowest or highest: its ends, and the vertex where it has one. */
function turningsOf({ from, to, a, b }: HeightPiece): readonly number[] {
  const vertex = -b / (2 * a);
  return vertex > from && vertex < to ? [from, vertex, to] : [from, to];
}

function extend(range: { -readonly [K in keyof HeightRange]: number }, heightM: number, at: number): void {
  if (heightM < range.leastM) [range.leastM, range.leastAt] = [heightM, at];
  if (heightM > range.mostM) [range.mostM, range.mostAt] = [heightM, at];
}
