/** Which parts of a leg lie between a fence's floor and its ceiling, by whatever reference, and in its times. */
import type { Fence, FenceLeg, FenceLimit, HeightReference } from './fence.ts';
import { NOISE_M } from './fence-shape.ts';
import {
  intersectSpans,
  linearSpans,
  NONE,
  pushSpan,
  type Spans,
  uniteSpans,
  WHOLE,
} from './segment-spans.ts';
import { type HeightPiece, heightAt, heightPieces, type Terrain } from './terrain.ts';

/** What heights are measured from. What is absent is unknown, and what is unknown is never taken for legal. */
export interface HeightDatum {
  readonly homeAmslM?: number;
  readonly terrain?: Terrain;
}

/** A leg's heights by reference, each computed when it is first asked for. */
export interface LegHeights {
  readonly of: (reference: HeightReference) => readonly HeightPiece[];
}

export function createLegHeights(
  leg: FenceLeg,
  { homeAmslM = Number.NaN, terrain }: HeightDatum,
): LegHeights {
  const c = leg.from.altitudeAmslM;
  const b = leg.to.altitudeAmslM - c;
  const amsl = [{ from: 0, to: 1, a: 0, b, c }];
  let agl: readonly HeightPiece[] | undefined;
  return {
    of: (reference) => {
      if (reference === 'amsl') return amsl;
      if (reference === 'relative') return [{ from: 0, to: 1, a: 0, b, c: c - homeAmslM }];
      agl ??= terrain ? heightPieces(terrain, leg) : [{ from: 0, to: 1, a: 0, b, c: Number.NaN }];
      return agl;
    },
  };
}

/** The parts within the band grown by `growM` at both limits (negative: shrunk). `unknown`: whether an unknown height is. */
export function bandSpans(fence: Fence, heights: LegHeights, growM: number, unknown: boolean): Spans {
  const { floor, ceiling } = fence;
  if (!floor && !ceiling) return WHOLE;
  const above = floor
    ? betweenSpans(heights.of(floor.reference), [floor.valueM - growM, Number.POSITIVE_INFINITY], unknown)
    : WHOLE;
  if (!ceiling || above.length === 0) return above;
  const limits = [Number.NEGATIVE_INFINITY, ceiling.valueM + growM] as const;
  return intersectSpans(above, betweenSpans(heights.of(ceiling.reference), limits, unknown));
}

/** Of a margin in either direction: what is nearer than the margin, down to the noise, is not legal. */
export const toGrowM = (marginM: number): number => Math.max(marginM - NOISE_M, NOISE_M);

type Limits = readonly [low: number, high: number];

function betweenSpans(pieces: readonly HeightPiece[], limits: Limits, unknown: boolean): Spans {
  if (pieces.length === 1) return pieceSpans(pieces[0] as HeightPiece, limits, unknown);
  const spans: number[] = [];
  for (const piece of pieces) {
    const inside = pieceSpans(piece, limits, unknown);
    for (let at = 0; at < inside.length; at += 2)
      pushSpan(spans, inside[at] as number, inside[at + 1] as number);
  }
  return spans;
}

function pieceSpans(piece: HeightPiece, [low, high]: Limits, unknown: boolean): Spans {
  const { from, to, a, b, c } = piece;
  if (!Number.isFinite(a + b + c)) return unknown ? partOf(from, to) : NONE;
  if (a === 0 && from === 0 && to === 1) return linearSpans(c, c + b, low, high);
  const cuts = [from, ...roots(piece, low), ...roots(piece, high), to].sort((x, y) => x - y);
  const spans: number[] = [];
  for (let at = 0; at + 1 < cuts.length; at += 1) {
    const height = heightAt(piece, ((cuts[at] as number) + (cuts[at + 1] as number)) / 2);
    if (height >= low && height <= high) pushSpan(spans, cuts[at] as number, cuts[at + 1] as number);
  }
  // A leg without length is one piece, and all of it or none.
  return from === 0 && to === 1 && spans[0] === 0 && spans[1] === 1 ? WHOLE : spans;
}

const partOf = (from: number, to: number): Spans => (from === 0 && to === 1 ? WHOLE : [from, to]);

/** Where the piece has this height, within it. */
function roots({ from, to, a, b, c }: HeightPiece, height: number): readonly number[] {
  if (!Number.isFinite(height)) return [];
  const rest = c - height;
  const found = a === 0 ? [-rest / b] : quadraticRoots(a, b, rest);
  return found.filter((s) => s > from && s < to);
}

/** Numerically stable: the root of the larger size first (Press et al., Numerical Recipes 5.6). */
function quadraticRoots(a: number, b: number, c: number): readonly number[] {
  const discriminant = b * b - 4 * a * c;
  if (!(discriminant > 0)) return [];
  const q = -(b + (b < 0 ? -1 : 1) * Math.sqrt(discriminant)) / 2;
  return [q / a, c / q];
}

/** The parts of a leg that are flown while the fence counts. */
export function windowSpans({ windows }: Fence, { from, to }: FenceLeg): Spans {
  if (windows.length === 0) return WHOLE;
  let spans = NONE;
  for (const { fromMs, untilMs } of windows) {
    const isNow = from.timeMs >= fromMs && from.timeMs < untilMs;
    const part =
      from.timeMs === to.timeMs ? isNow && WHOLE : linearSpans(from.timeMs, to.timeMs, fromMs, untilMs);
    spans = uniteSpans(spans, part || NONE);
  }
  return spans;
}

/** How far at fraction `s` the height is above the floor and below the ceiling, the lesser; NaN: unknown. */
export function bandDepthM({ floor, ceiling }: Fence, heights: LegHeights, s: number): number {
  const above = floor ? heightOf(floor, heights, s) - floor.valueM : Number.POSITIVE_INFINITY;
  const below = ceiling ? ceiling.valueM - heightOf(ceiling, heights, s) : Number.POSITIVE_INFINITY;
  return Math.min(above, below);
}

function heightOf({ reference }: FenceLimit, heights: LegHeights, s: number): number {
  const pieces = heights.of(reference);
  const piece = pieces.find(({ to }) => s <= to) ?? pieces.at(-1);
  return piece ? heightAt(piece, s) : Number.NaN;
}
