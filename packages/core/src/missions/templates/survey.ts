import { isRefusal, type Refusal, refuse } from '../../errors.ts';
import type { PlanePoint } from '../../geo/segment.ts';
import { MAX_WAYPOINTS } from '../../messages/mission.ts';
import type { WaypointAction } from '../../messages/waypoint-action.ts';
import { type Area, type AreaRings, parseArea } from './area.ts';
import { type Coverage, parseCoverage, refuseNumber, type Spacing } from './camera.ts';
import { type OrderOptions, orderCells } from './cell-order.ts';
import { createDetourGraph, type DetourGraph, findDetour } from './detour.ts';
import { type PathPoint, planeDistanceM, refuseTooMany, type TemplatePath, toPath } from './path.ts';
import { lineCount, type Pass, toSweepLines } from './sweep.ts';
import { passesLengthM, toCells } from './sweep-cells.ts';

/** Pictures of an area from parallel lines. */
export interface SurveyOptions extends AreaRings, Coverage, Omit<OrderOptions, 'quick'> {
  /** Of the lines, degrees clockwise from north; absent: the one that takes the least time. */
  readonly headingDeg?: number;
  /** Every line is flown on by so much before it turns, without pictures. */
  readonly turnaroundM?: number;
  /**
   * The whole path keeps so far inside the border, ways between lines too. What no line can then reach is not seen;
   * without it the path may leave the area, and every point is seen.
   */
  readonly insetM?: number;
  /** A second survey across the first. */
  readonly crosshatch?: boolean;
  /** For the choice of the heading; 10 m/s and 5 s by default. */
  readonly speedMps?: number;
  readonly turnTimeS?: number;
}

export interface Survey {
  readonly path: TemplatePath;
  /** In the order and direction of flight. */
  readonly passes: readonly Pass[];
  readonly headingDeg: number;
  readonly spacing: Spacing;
  readonly photos: number;
}

interface SurveyTask extends SurveyOptions, OrderOptions {
  readonly area: Area;
  readonly spacing: Spacing;
}

export function planSurvey(options: SurveyOptions): Survey | Refusal {
  const steps = planSurveyInSteps(options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same in steps of some milliseconds each, so that others have their turn between them. */
export function* planSurveyInSteps(options: SurveyOptions): Generator<void, Survey | Refusal, void> {
  const spacing = parseCoverage(options);
  if (isRefusal(spacing)) return spacing;
  const area = parseArea(options);
  if (isRefusal(area)) return area;
  const refusal = refuseNumbers(options);
  if (refusal) return refusal;
  const task = { ...options, area, spacing };
  const headingDeg = options.headingDeg ?? (yield* bestHeadingDeg(task));
  yield;
  const passes = planPasses(task, headingDeg);
  if (isRefusal(passes)) return passes;
  if (passes.length === 0)
    return refuse(
      'VALIDATION_ERROR',
      { field: options.insetM ? 'insetM' : 'ring', reason: 'nothing_left' },
      { message: 'Nothing of the area is left to be flown' },
    );
  yield;
  const path = yield* toSurveyPath(task, passes);
  return isRefusal(path) ? path : { path, passes, headingDeg, spacing, photos: countPhotos(passes, spacing) };
}

function refuseNumbers(options: SurveyOptions): Refusal | undefined {
  const { headingDeg = 0, turnaroundM = 0, insetM, speedMps = 10, turnTimeS = 5 } = options;
  if (!Number.isFinite(headingDeg)) return refuseNumber('headingDeg', 'finite');
  if (!(turnaroundM >= 0 && turnaroundM <= 1000)) return refuseNumber('turnaroundM', '0 to 1000');
  if (insetM !== undefined && !(insetM >= 0.1 && insetM <= 10_000))
    return refuseNumber('insetM', '0.1 to 10000');
  if (insetM !== undefined && turnaroundM > 0) return refuseNumber('turnaroundM', '0 where insetM is given');
  if (!(speedMps > 0 && speedMps <= 100)) return refuseNumber('speedMps', '> 0');
  if (!(turnTimeS >= 0 && turnTimeS <= 600)) return refuseNumber('turnTimeS', '0 to 600');
  return undefined;
}

function planPasses(task: SurveyTask, headingDeg: number): readonly Pass[] | Refusal {
  const first = planGrid(task, headingDeg);
  if (isRefusal(first) || !task.crosshatch) return first;
  const home = first.at(-1)?.to;
  const { entry: _entry, ...rest } = task;
  const second = planGrid({ ...rest, ...(home && { home }) }, headingDeg + 90);
  return isRefusal(second) ? second : [...first, ...second];
}

function planGrid(task: SurveyTask, headingDeg: number): readonly Pass[] | Refusal {
  const { area, spacing, altitudeAglM, insetM = 0 } = task;
  const sweep = { headingDeg, lineSpacingM: spacing.lineSpacingM, insetM };
  const perPass = task.turnaroundM ? 4 : 2;
  const atLeast = lineCount(area, sweep) * perPass;
  if (atLeast > MAX_WAYPOINTS) return refuseDense(atLeast, altitudeAglM);
  const lines = toSweepLines(area, sweep);
  const waypoints = perPass * lines.reduce((sum, { stretches }) => sum + stretches.length, 0);
  if (waypoints > MAX_WAYPOINTS) return refuseDense(waypoints, altitudeAglM);
  return orderCells(toCells(lines, headingDeg), task);
}

/** The number of lines falls as the height rises. */
function refuseDense(waypoints: number, altitudeAglM: number): Refusal {
  const enoughM = Math.ceil((altitudeAglM * waypoints) / MAX_WAYPOINTS);
  return refuseTooMany(
    'altitudeAglM',
    waypoints,
    `fly at ${enoughM} m or higher, or let lines overlap less (sideOverlapPct)`,
  );
}

/** Of those that are best when ordered quickly. */
const HEADINGS_COMPARED = 3;
const MAX_EDGE_HEADINGS = 24;
/** A concave area may have its best heading along no edge. */
const HEADING_STEP_DEG = 5;
/** Of edges looked at while headings are compared: below half a second. */
const MAX_LOOKS = 400_000;

/**
 * Along one of the longer edges, or a multiple of 5°, whichever takes the least time; for a convex area the fewest lines lie
 * along an edge (Huang 2001, minimum width).
 */
function* bestHeadingDeg(task: SurveyTask): Generator<void, number, void> {
  const quick = yield* timeEach({ ...task, quick: true }, headingsToTry(task));
  const likely = quick.slice(0, HEADINGS_COMPARED).map(({ headingDeg }) => headingDeg);
  const [best] = yield* timeEach(task, likely);
  return best?.headingDeg ?? 0;
}

/** Least time first. */
function* timeEach(task: SurveyTask, headingsDeg: readonly number[]) {
  const timed: ReturnType<typeof toTimed>[] = [];
  for (const headingDeg of headingsDeg) {
    timed.push(toTimed(task, headingDeg));
    yield;
  }
  return timed.toSorted((a, b) => a.timeS - b.timeS);
}

/** What cannot be flown takes forever. */
function toTimed(task: SurveyTask, headingDeg: number) {
  const { speedMps = 10, turnTimeS = 5 } = task;
  const passes = planGrid({ ...task, crosshatch: false }, headingDeg);
  if (isRefusal(passes) || passes.length === 0) return { headingDeg, timeS: Number.POSITIVE_INFINITY };
  return { headingDeg, timeS: passesLengthM(passes) / speedMps + turnTimeS * (passes.length - 1) };
}

function headingsToTry({ area, spacing }: SurveyTask): readonly number[] {
  const ring = area.outer.rings[0] as readonly PlanePoint[];
  const lines = lineCount(area, { headingDeg: 0, insetM: 0, ...spacing });
  const most = Math.max(1, Math.floor(MAX_LOOKS / (lines * ring.length)));
  const edges = ring.map((from, at) => {
    const to = ring[(at + 1) % ring.length] as PlanePoint;
    const degrees = (Math.atan2(to.x - from.x, to.y - from.y) * 180) / Math.PI;
    return { lengthM: planeDistanceM(from, to), headingDeg: ((degrees % 180) + 180) % 180 };
  });
  const byHeading = new Map<number, { lengthM: number; headingDeg: number }>();
  for (const edge of edges.toSorted((a, b) => b.lengthM - a.lengthM)) {
    const key = Math.round(edge.headingDeg * 100) % 18_000;
    if (!byHeading.has(key)) byHeading.set(key, edge);
  }
  const alongEdges = [...byHeading.values()].slice(0, MAX_EDGE_HEADINGS).map(({ headingDeg }) => headingDeg);
  const around = Array.from({ length: 180 / HEADING_STEP_DEG }, (_none, at) => at * HEADING_STEP_DEG);
  return [...alongEdges, ...around].slice(0, most);
}

function* toSurveyPath(
  task: SurveyTask,
  passes: readonly Pass[],
): Generator<void, TemplatePath | Refusal, void> {
  const { insetM, area, spacing, turnaroundM = 0 } = task;
  const graph = insetM === undefined ? undefined : createDetourGraph(area, insetM);
  if (insetM !== undefined && !graph)
    return refuse(
      'VALIDATION_ERROR',
      { field: 'ring', reason: 'too_many_corners' },
      { message: 'Too many corners to find ways around: simplify the ring and the exclusions' },
    );
  const points: PathPoint[] = [];
  for (const [at, pass] of passes.entries()) {
    if (graph) yield;
    const between = detourTo(graph, passes[at - 1], pass);
    if (isRefusal(between)) return between;
    points.push(...between, ...toPassPoints(pass, spacing, turnaroundM));
  }
  return points.length > MAX_WAYPOINTS ? refuseDense(points.length, task.altitudeAglM) : toPath(points);
}

function detourTo(
  graph: DetourGraph | undefined,
  last: Pass | undefined,
  next: Pass,
): readonly PlanePoint[] | Refusal {
  if (!graph || !last) return [];
  return (
    findDetour(graph, last.to, next.from) ??
    refuse(
      'VALIDATION_ERROR',
      { field: 'insetM', reason: 'splits' },
      { message: 'The inset leaves parts of the area between which there is no way' },
    )
  );
}

const SHORT_M = 0.5;

/** Pictures every trigger distance from the line's beginning, and one at its end. */
export function toPassPoints(
  { from, to }: Pass,
  { triggerM }: Spacing,
  turnaroundM: number,
): readonly PathPoint[] {
  const lengthM = planeDistanceM(from, to);
  if (lengthM < SHORT_M) return [{ ...from, actions: [{ action: 'take_photo' }] }];
  const start: WaypointAction = { action: 'start_photos', every_m: triggerM };
  const line: readonly PathPoint[] = [
    { ...from, actions: [start] },
    { ...to, actions: [{ action: 'stop_photos' }, { action: 'take_photo' }] },
  ];
  if (turnaroundM === 0) return line;
  const dx = ((to.x - from.x) / lengthM) * turnaroundM;
  const dy = ((to.y - from.y) / lengthM) * turnaroundM;
  return [{ x: from.x - dx, y: from.y - dy }, ...line, { x: to.x + dx, y: to.y + dy }];
}

function countPhotos(passes: readonly Pass[], { triggerM }: Spacing): number {
  return passes.reduce((sum, { from, to }) => {
    const lengthM = planeDistanceM(from, to);
    return sum + (lengthM < SHORT_M ? 1 : Math.floor(lengthM / triggerM) + 2);
  }, 0);
}
