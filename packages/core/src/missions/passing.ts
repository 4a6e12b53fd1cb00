import type { Enu } from '../geo/wgs84.ts';
import type { Waypoint } from '../messages/waypoint.ts';
import type { ProgressSample } from './progress-sample.ts';
import { between, distanceM, fractionAlong, isNear, type Route } from './route.ts';

/** Further apart, two samples say nothing about the way between them. */
const MAX_GAP_US = 30_000_000;

/**
 * How many waypoints are reached when, from `reached`, the straight way between two samples is flown: each must be
 * passed within its acceptance radius, and not before the one ahead of it.
 */
export function passes(
  route: Route,
  reached: number,
  last: ProgressSample | undefined,
  sample: ProgressSample,
): number {
  const from = last && sample.timeUs - last.timeUs <= MAX_GAP_US && isPlaced(last) ? last : sample;
  let count = reached;
  let sinceFraction = 0;
  for (let waypoint = route.waypoints[count]; waypoint; waypoint = route.waypoints[count]) {
    const at = firstWithin(from, sample, waypoint, sinceFraction);
    if (at === undefined) break;
    sinceFraction = at;
    count += 1;
  }
  return count;
}

const isPlaced = ({ eastM, northM, upM }: Enu): boolean => Number.isFinite(eastM + northM + upM);

/** The first fraction of the way, from `since` on, within the waypoint's radius: roots of a quadratic. */
function firstWithin(from: Enu, to: Enu, waypoint: Waypoint, since: number): number | undefined {
  const dx = to.eastM - from.eastM;
  const dy = to.northM - from.northM;
  const fx = from.eastM - waypoint.eastM;
  const fy = from.northM - waypoint.northM;
  const a = dx * dx + dy * dy;
  const b = fx * dx + fy * dy;
  const c = fx * fx + fy * fy - waypoint.acceptanceRadiusM ** 2;
  const discriminant = b * b - a * c;
  if (a > 0 && discriminant < 0) return undefined;
  const root = a > 0 ? Math.sqrt(discriminant) : 0;
  // Standing still horizontally, it is within all the way or never.
  const enters = a > 0 ? (-b - root) / a : 0;
  const leaves = a > 0 ? (-b + root) / a : 1;
  if (a === 0 && c > 0) return undefined;
  const first = Math.max(since, enters, 0);
  const end = Math.min(1, leaves);
  if (first > end) return undefined;
  return [first, (first + end) / 2, end].find((fraction) => {
    const { upM } = between(from, to, fraction);
    return isNear({ ...waypoint, upM }, waypoint, waypoint.acceptanceRadiusM);
  });
}

/** Gusts and a vehicle faster than its plan. */
const SPEED_MARGIN = 1.25;

/**
 * Samples seconds apart cut corners: the waypoint at the corner is on neither's straight way. It counts as reached when
 * the drone is found on a later leg and the way along the route fits into the time between. A drone still found on its
 * leg, and not turning back on it, has reached nothing.
 */
export function infersReached(
  route: Route,
  reached: number,
  last: ProgressSample,
  sample: ProgressSample,
): number {
  const gapUs = sample.timeUs - last.timeUs;
  const corner = route.waypoints[reached];
  if (!corner || gapUs > MAX_GAP_US || !isPlaced(last)) return reached;
  if (isStillOnLeg(route, reached, last, sample)) return reached;
  let wayM = distanceM(last, corner);
  let heldS = corner.holdS;
  for (let leg = reached + 1; leg < route.waypoints.length; leg += 1) {
    const from = route.waypoints[leg - 1] as Waypoint;
    const speedMps = SPEED_MARGIN * fastestMps(route, leg, last, sample);
    const budgetM = (gapUs / 1e6 - heldS) * speedMps + corner.acceptanceRadiusM;
    if (wayM > budgetM) return reached;
    if (isOnLeg(route, leg, sample) && wayM + distanceM(from, sample) <= budgetM) return leg;
    wayM += route.legsM[leg] as number;
    heldS += (route.waypoints[leg] as Waypoint).holdS;
  }
  return reached;
}

function fastestMps(route: Route, leg: number, last: ProgressSample, sample: ProgressSample): number {
  const known = [last.groundSpeedMps, sample.groundSpeedMps].filter(Number.isFinite);
  return Math.max(route.speedsMps[leg] as number, route.speedsMps[leg - 1] as number, ...known);
}

function isOnLeg(route: Route, leg: number, place: Enu): boolean {
  const from = route.waypoints[leg - 1];
  const to = route.waypoints[leg];
  if (!from || !to) return false;
  return isNear(place, between(from, to, fractionAlong(from, to, place)), to.acceptanceRadiusM);
}

function isStillOnLeg(route: Route, leg: number, last: Enu, place: Enu): boolean {
  const to = route.waypoints[leg] as Waypoint;
  const from = route.waypoints[leg - 1];
  if (!from) return distanceM(place, to) <= distanceM(last, to) - to.acceptanceRadiusM;
  const backM =
    (fractionAlong(from, to, last) - fractionAlong(from, to, place)) * (route.legsM[leg] as number);
  return isOnLeg(route, leg, place) && backM <= to.acceptanceRadiusM;
}
