import type { PlanePolygon } from '../../geo/polygon.ts';
import type { PlanePoint } from '../../geo/segment.ts';
import { type Area, freeSpans } from './area.ts';

/** Parallel lines over an area, each with the parts that must be flown so that nothing between them is missed. */

/** One straight part of one line. */
export interface Pass {
  readonly from: PlanePoint;
  readonly to: PlanePoint;
}

/** A part of a line, by its distance along the heading. */
export interface Stretch {
  readonly fromM: number;
  readonly toM: number;
}

export interface SweepLine {
  /** To the right of the heading, from the frame's origin. */
  readonly asideM: number;
  /** Ascending, disjoint. */
  readonly stretches: readonly Stretch[];
}

/** Axes turned so that u runs along the heading and v to the right of it. */
export interface Heading {
  readonly sin: number;
  readonly cos: number;
}

export function toHeading(headingDeg: number): Heading {
  const rad = (headingDeg * Math.PI) / 180;
  return { sin: Math.sin(rad), cos: Math.cos(rad) };
}

const alongM = ({ sin, cos }: Heading, { x, y }: PlanePoint): number => x * sin + y * cos;
const asideM = ({ sin, cos }: Heading, { x, y }: PlanePoint): number => x * cos - y * sin;
export const fromTurned = ({ sin, cos }: Heading, u: number, v: number): PlanePoint => ({
  x: u * sin + v * cos,
  y: u * cos - v * sin,
});

export interface SweepOptions {
  readonly headingDeg: number;
  /** Lines are at most so far apart, and the outer ones at most half of it from the area's edges. */
  readonly lineSpacingM: number;
  /** Above zero: no part of a line comes nearer to the border; else lines end where nothing beside them is left. */
  readonly insetM: number;
}

export function lineCount(area: Area, { headingDeg, lineSpacingM }: SweepOptions): number {
  const { from, to } = asideExtent(area, toHeading(headingDeg));
  return Math.max(1, Math.ceil((to - from) / lineSpacingM - 1e-9));
}

/** Every point of the area lies in the band of one line, and that line is flown past it. */
export function toSweepLines(area: Area, options: SweepOptions): readonly SweepLine[] {
  const heading = toHeading(options.headingDeg);
  const { from, to } = asideExtent(area, heading);
  const count = lineCount(area, options);
  const bandM = (to - from) / count;
  const outer = turn(area.outer, heading);
  const exclusions = area.exclusions.map((each) => turn(each, heading));
  return Array.from({ length: count }, (_none, at) => {
    const middle = from + (at + 0.5) * bandM;
    const band = { low: middle - bandM / 2, high: middle + bandM / 2 };
    const holes = exclusions.flatMap((each) => groundIn(each, band).filled);
    const needed = subtract(groundIn(outer, band).touched, holes);
    const stretches = options.insetM > 0 ? keepInside(area, heading, middle, { needed, ...options }) : needed;
    return { asideM: middle, stretches };
  });
}

function asideExtent({ outer }: Area, heading: Heading): { readonly from: number; readonly to: number } {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const point of outer.rings[0] as readonly PlanePoint[]) {
    const v = asideM(heading, point);
    from = Math.min(from, v);
    to = Math.max(to, v);
  }
  return { from, to };
}

interface Turned {
  readonly u: number;
  readonly v: number;
}
interface Band {
  readonly low: number;
  readonly high: number;
}

const turn = (polygon: PlanePolygon, heading: Heading): readonly Turned[] =>
  (polygon.rings[0] as readonly PlanePoint[]).map((point) => ({
    u: alongM(heading, point),
    v: asideM(heading, point),
  }));

/** Where along the line the ring has an edge within the band: ascending, disjoint. */
function edgesIn(ring: readonly Turned[], { low, high }: Band): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const [at, a] of ring.entries()) {
    const b = ring[(at + 1) % ring.length] as Turned;
    if (Math.max(a.v, b.v) < low || Math.min(a.v, b.v) > high) continue;
    const first = clipAt(a, b, low, high);
    const second = clipAt(b, a, low, high);
    stretches.push({ fromM: Math.min(first, second), toM: Math.max(first, second) });
  }
  return unite(stretches);
}

/** u of `a`, or of the point of the edge where it enters the band. */
function clipAt(a: Turned, b: Turned, low: number, high: number): number {
  const v = Math.min(high, Math.max(low, a.v));
  return v === a.v ? a.u : a.u + ((b.u - a.u) * (v - a.v)) / (b.v - a.v);
}

interface BandGround {
  /** Where some of the ring's ground lies in the band: along its edges, and between them where it fills the band. */
  readonly touched: readonly Stretch[];
  /** Where the ring's ground fills the whole breadth of the band. */
  readonly filled: readonly Stretch[];
}

function groundIn(ring: readonly Turned[], band: Band): BandGround {
  const edges = edgesIn(ring, band);
  const middle = (band.low + band.high) / 2;
  const filled: Stretch[] = [];
  for (let at = 1; at < edges.length; at += 1) {
    const gap = { fromM: (edges[at - 1] as Stretch).toM, toM: (edges[at] as Stretch).fromM };
    if (isInside(ring, (gap.fromM + gap.toM) / 2, middle)) filled.push(gap);
  }
  return { touched: unite([...edges, ...filled]), filled };
}

function isInside(ring: readonly Turned[], u: number, v: number): boolean {
  let inside = false;
  for (const [at, a] of ring.entries()) {
    const b = ring[(at + 1) % ring.length] as Turned;
    if (a.v > v !== b.v > v && u < a.u + ((b.u - a.u) * (v - a.v)) / (b.v - a.v)) inside = !inside;
  }
  return inside;
}

function unite(stretches: readonly Stretch[]): readonly Stretch[] {
  const united: Stretch[] = [];
  for (const stretch of stretches.toSorted((a, b) => a.fromM - b.fromM)) {
    const last = united.at(-1);
    if (!last || stretch.fromM > last.toM) united.push(stretch);
    else united[united.length - 1] = { fromM: last.fromM, toM: Math.max(last.toM, stretch.toM) };
  }
  return united;
}

function subtract(from: readonly Stretch[], holes: readonly Stretch[]): readonly Stretch[] {
  let rest = from;
  for (const hole of holes)
    rest = rest
      .flatMap(({ fromM, toM }) => [
        { fromM, toM: Math.min(toM, hole.fromM) },
        { fromM: Math.max(fromM, hole.toM), toM },
      ])
      .filter(({ fromM, toM }) => toM > fromM);
  return rest;
}

function keepInside(
  area: Area,
  heading: Heading,
  aside: number,
  { needed, insetM }: { readonly needed: readonly Stretch[]; readonly insetM: number },
): readonly Stretch[] {
  return needed.flatMap(({ fromM, toM }) => {
    const lengthM = toM - fromM;
    if (!(lengthM > 0)) return [];
    const spans = freeSpans(area, fromTurned(heading, fromM, aside), fromTurned(heading, toM, aside), insetM);
    const free: Stretch[] = [];
    for (let at = 0; at < spans.length; at += 2)
      free.push({
        fromM: fromM + (spans[at] as number) * lengthM,
        toM: fromM + (spans[at + 1] as number) * lengthM,
      });
    return free;
  });
}
