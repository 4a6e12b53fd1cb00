import type { Enu } from '../geo/wgs84.ts';
import type { Waypoint } from '../messages/waypoint.ts';
import { infersReached, passes } from './passing.ts';
import type { ProgressSample } from './progress-sample.ts';
import { between, distanceM, fractionAlong, isNear, type Route } from './route.ts';

/** How far a flight has got on its route: a fold over its samples, newest event time first to count. */
export interface MissionProgress {
  /** Waypoints reached, in the plan's order: the next one is `waypoints[reached]`. */
  readonly reached: number;
  /** By planned time; 100 exactly when complete. Never goes back. */
  readonly progressPct: number;
  /** Until the last waypoint's hold is over, at planned speeds from where the drone is. */
  readonly remainingS: number;
  /** The last waypoint is reached and its hold is over. */
  readonly complete: boolean;
  /** Of the leg into the next waypoint, how much has been flown, 0 to 1. */
  readonly legFraction: number;
  /** Event time of the arrival at the last reached waypoint; NaN before the first. */
  readonly arrivedAtUs: number;
  /** The newest sample that counted. */
  readonly last?: ProgressSample;
}

export interface ProgressOptions {
  /**
   * Where a rest of the route was uploaded, how many of the plan's waypoints lie before what was uploaded first
   * (`resumeOffset`).
   */
  readonly reportedOffset?: number;
}

/** Before the first sample; `from` a break point, where a flight goes on. */
export function createProgress(
  route: Route,
  from?: { readonly nextWaypoint: number; readonly legFraction: number },
): MissionProgress {
  const reached = Math.min(route.waypoints.length, from?.nextWaypoint ?? 0);
  const legFraction = from?.legFraction ?? 0;
  const flownPct = (100 * doneS(route, reached, legFraction, 0)) / route.totalS || 0;
  return {
    reached,
    progressPct: Math.min(100, flownPct),
    remainingS: Number.NaN,
    complete: false,
    legFraction,
    arrivedAtUs: Number.NaN,
  };
}

/**
 * The progress after a sample. A late or repeated one changes nothing. A waypoint counts as reached when the straight
 * way between two samples passes its acceptance radius, when the vehicle says that it flies to a later one, or when it
 * is found on a later leg that it can have come to only by way of it in the time between.
 */
export function advanceProgress(
  route: Route,
  before: MissionProgress,
  sample: ProgressSample,
  options: ProgressOptions = {},
): MissionProgress {
  const { last } = before;
  if (!Number.isFinite(sample.timeUs) || (last && sample.timeUs <= last.timeUs)) return before;
  const reported = countReported(route, sample, options.reportedOffset ?? 0);
  const isPlaced =
    Number.isFinite(sample.eastM) && Number.isFinite(sample.northM) && Number.isFinite(sample.upM);
  const heard = Math.max(before.reached, reported);
  if (!isPlaced) return heard > before.reached ? arriveUnseen(route, before, heard, sample) : before;
  const seen =
    heard === before.reached ? countReached(route, before, sample) : passes(route, heard, last, sample);
  return settle(route, before, Math.max(heard, seen), sample);
}

function countReported(route: Route, { reportedWaypoint }: ProgressSample, offset: number): number {
  if (!(reportedWaypoint >= 1)) return 0;
  // It flies to the last one until it has ended: that one is reached only when it is seen there.
  return Math.min(Math.floor(reportedWaypoint) - 1 + offset, route.waypoints.length - 1);
}

function countReached(route: Route, { reached, last }: MissionProgress, sample: ProgressSample): number {
  const passed = passes(route, reached, last, sample);
  if (passed > reached || !last) return passed;
  return passes(route, infersReached(route, reached, last, sample), undefined, sample);
}

/** The vehicle says how far it is, but not where. */
function arriveUnseen(
  route: Route,
  before: MissionProgress,
  reached: number,
  { timeUs }: ProgressSample,
): MissionProgress {
  const progressPct = (100 * doneS(route, reached, 0, 0)) / route.totalS || 0;
  return {
    ...before,
    reached,
    legFraction: 0,
    arrivedAtUs: timeUs,
    progressPct: Math.max(before.progressPct, Math.min(100, progressPct)),
  };
}

function settle(
  route: Route,
  before: MissionProgress,
  reached: number,
  sample: ProgressSample,
): MissionProgress {
  const isNew = reached > before.reached;
  const arrivedAtUs = isNew ? sample.timeUs : before.arrivedAtUs;
  const legFraction = Math.max(isNew ? 0 : before.legFraction, flownOfLeg(route, reached, sample));
  const heldS = reached === 0 ? 0 : heldFor(route, reached, { arrivedAtUs, legFraction }, sample.timeUs);
  const complete =
    before.complete ||
    (reached === route.waypoints.length && reached > 0 && heldS >= holdAt(route, reached - 1));
  const flownPct = (100 * doneS(route, reached, legFraction, heldS)) / route.totalS || 0;
  return {
    reached,
    legFraction,
    arrivedAtUs,
    complete,
    progressPct: complete ? 100 : Math.max(before.progressPct, Math.min(100, flownPct)),
    remainingS: complete ? 0 : remainingS(route, reached, heldS, sample),
    last: sample,
  };
}

const holdAt = (route: Route, at: number): number => (route.waypoints[at] as Waypoint).holdS;

/** Who is well on the next leg holds no longer. */
function heldFor(
  route: Route,
  reached: number,
  { arrivedAtUs, legFraction }: Pick<MissionProgress, 'arrivedAtUs' | 'legFraction'>,
  timeUs: number,
): number {
  const holdS = holdAt(route, reached - 1);
  if (legFraction > 0) return holdS;
  const elapsedS = (timeUs - arrivedAtUs) / 1e6;
  return elapsedS >= 0 ? Math.min(holdS, elapsedS) : 0;
}

/** Off the route nothing is flown of it: beyond this, in acceptance radii, a place says nothing about the leg. */
const CORRIDOR_RADII = 4;

function flownOfLeg(route: Route, reached: number, place: Enu): number {
  const to = route.waypoints[reached];
  const from = route.waypoints[reached - 1];
  if (!to || !from || isNear(place, from, from.acceptanceRadiusM)) return 0;
  const fraction = fractionAlong(from, to, place);
  const corridorM = CORRIDOR_RADII * to.acceptanceRadiusM;
  return isNear(place, between(from, to, fraction), corridorM) ? fraction : 0;
}

/** Planned seconds behind the drone: legs flown, holds held. */
function doneS(route: Route, reached: number, legFraction: number, heldS: number): number {
  if (reached === 0) return 0;
  const legM = route.legsM[reached] ?? 0;
  const legS = legM / (route.speedsMps[reached] ?? 1);
  return (route.arrivalsS[reached - 1] as number) + heldS + legFraction * legS;
}

function remainingS(route: Route, reached: number, heldS: number, place: Enu): number {
  const next = route.waypoints[reached];
  const stillHeldS = reached === 0 ? 0 : holdAt(route, reached - 1) - heldS;
  if (!next) return stillHeldS;
  const wayS = distanceM(place, next) / (route.speedsMps[reached] as number);
  return stillHeldS + wayS + route.totalS - (route.arrivalsS[reached] as number);
}
