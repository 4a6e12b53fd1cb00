import { isRefusal, type Refusal, refuse } from '../../errors.ts';
import type { PlanePoint } from '../../geo/segment.ts';
import { MAX_WAYPOINTS } from '../../messages/mission.ts';
import { type Coverage, parseCoverage, refuseNumber, type Spacing } from './camera.ts';
import { planeDistanceM, refuseTooMany, type TemplatePath, toPath } from './path.ts';
import { toPassPoints } from './survey.ts';
import type { Pass } from './sweep.ts';

/** Pictures of all ground within half a width of a line, bends rounded, ends flat: a road, a river, a pipe. */
export interface CorridorOptions extends Coverage {
  readonly line: readonly PlanePoint[];
  readonly widthM: number;
  /** Begins at the end of the line that is nearer. */
  readonly home?: PlanePoint;
}

export interface Corridor {
  readonly path: TemplatePath;
  readonly passes: readonly Pass[];
  readonly spacing: Spacing;
}

const MAX_M = 100_000;

export function planCorridor(options: CorridorOptions): Corridor | Refusal {
  const spacing = parseCoverage(options);
  if (isRefusal(spacing)) return spacing;
  const { widthM, altitudeAglM } = options;
  if (!(widthM > 0 && widthM <= 10_000)) return refuseNumber('widthM', '> 0');
  const line = parseLine(options.line);
  if (isRefusal(line)) return line;
  const lanes = Math.max(1, Math.ceil(widthM / spacing.lineSpacingM - 1e-9));
  const waypoints = lanes * (line.length - 1) * 2;
  if (waypoints > MAX_WAYPOINTS) {
    const enoughM = Math.ceil((altitudeAglM * waypoints) / MAX_WAYPOINTS);
    return refuseTooMany('altitudeAglM', waypoints, `fly at ${enoughM} m or higher, or narrow widthM`);
  }
  const way = startsNearer(line, options.home) ? line : line.toReversed();
  const passes = Array.from({ length: lanes }, (_none, lane) => {
    const asideM = ((lane + 0.5) / lanes - 0.5) * widthM;
    const flown = toLane(way, asideM, widthM / 2);
    return lane % 2 === 0 ? flown : flown.toReversed().map(({ from, to }) => ({ from: to, to: from }));
  }).flat();
  const points = passes.flatMap((pass) => toPassPoints(pass, spacing, 0));
  return { path: toPath(points), passes, spacing };
}

function parseLine(line: readonly PlanePoint[]): readonly PlanePoint[] | Refusal {
  const wild = line.findIndex(({ x, y }) => !(Math.abs(x) <= MAX_M && Math.abs(y) <= MAX_M));
  if (wild >= 0) return refuseNumber(`line[${wild}]`, `within ${MAX_M} m of the origin`);
  const apart = line.filter(
    (point, at) => at === 0 || planeDistanceM(point, line[at - 1] as PlanePoint) > 0.01,
  );
  if (apart.length >= 2) return apart;
  return refuse(
    'VALIDATION_ERROR',
    { field: 'line', expectedType: 'at least 2 points apart', reason: 'length' },
    { message: 'Invalid template: line' },
  );
}

function startsNearer(line: readonly PlanePoint[], home: PlanePoint | undefined): boolean {
  if (!home) return true;
  return planeDistanceM(home, line[0] as PlanePoint) <= planeDistanceM(home, line.at(-1) as PlanePoint);
}

/**
 * One pass a leg, `asideM` to its right. At a bend by θ the ground outside of both legs' rectangles is a sector; split
 * at the bisector it reaches half the width · sin(θ/2) beyond each leg's end, and each leg is flown on by that.
 */
function toLane(line: readonly PlanePoint[], asideM: number, halfM: number): readonly Pass[] {
  return line.slice(1).map((to, at) => {
    const from = line[at] as PlanePoint;
    const lengthM = planeDistanceM(from, to);
    const ux = (to.x - from.x) / lengthM;
    const uy = (to.y - from.y) / lengthM;
    const beforeM = halfM * bendSine(line[at - 1], from, to);
    const behindM = halfM * bendSine(from, to, line[at + 2]);
    return {
      from: { x: from.x + uy * asideM - ux * beforeM, y: from.y - ux * asideM - uy * beforeM },
      to: { x: to.x + uy * asideM + ux * behindM, y: to.y - ux * asideM + uy * behindM },
    };
  });
}

/** sin(θ/2) of the bend; 0 at the line's ends. */
function bendSine(a: PlanePoint | undefined, b: PlanePoint, c: PlanePoint | undefined): number {
  if (!a || !c) return 0;
  const cosine =
    ((b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y)) / (planeDistanceM(a, b) * planeDistanceM(b, c));
  return Math.sqrt(Math.max(0, (1 - cosine) / 2));
}
