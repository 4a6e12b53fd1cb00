import type { Enu } from '../geo/wgs84.ts';
import type { Waypoint } from '../messages/waypoint.ts';

/** A mission's way in the site's frame, with the time that each of its parts is planned to take. */
export interface Route {
  readonly waypoints: readonly Waypoint[];
  /** Of the leg into waypoint i, m/s; the first is that of the way there. */
  readonly speedsMps: readonly number[];
  /** Of the leg into waypoint i, m; the first is 0: where a flight comes from, the plan does not say. */
  readonly legsM: readonly number[];
  /** From waypoint 0 to the arrival at waypoint i, holds on the way included. */
  readonly arrivalsS: readonly number[];
  readonly totalS: number;
}

export interface RouteOptions {
  /** Where a waypoint says none. */
  readonly speedMps: number;
}

/** `speedMps` must be positive. */
export function createRoute(waypoints: readonly Waypoint[], { speedMps }: RouteOptions): Route {
  if (!(speedMps > 0 && speedMps < Number.POSITIVE_INFINITY))
    throw new RangeError(`no route can be flown at ${speedMps} m/s`);
  const speedsMps = waypoints.map((waypoint) => (waypoint.speedMps > 0 ? waypoint.speedMps : speedMps));
  const legsM = waypoints.map((waypoint, at) =>
    at === 0 ? 0 : distanceM(waypoints[at - 1] as Waypoint, waypoint),
  );
  const arrivalsS: number[] = [];
  let timeS = 0;
  for (const [at, waypoint] of waypoints.entries()) {
    timeS += (legsM[at] as number) / (speedsMps[at] as number);
    arrivalsS.push(timeS);
    timeS += waypoint.holdS;
  }
  return { waypoints, speedsMps, legsM, arrivalsS, totalS: timeS };
}

export function distanceM(a: Enu, b: Enu): number {
  return Math.hypot(a.eastM - b.eastM, a.northM - b.northM, a.upM - b.upM);
}

/** Linear between two places. */
export function between(a: Enu, b: Enu, fraction: number): Enu {
  return {
    eastM: a.eastM + (b.eastM - a.eastM) * fraction,
    northM: a.northM + (b.northM - a.northM) * fraction,
    upM: a.upM + (b.upM - a.upM) * fraction,
  };
}

/** Where on the way from `a` to `b` a place is nearest, 0 to 1; 1 where the way has no length. */
export function fractionAlong(a: Enu, b: Enu, place: Enu): number {
  const [dx, dy, dz] = [b.eastM - a.eastM, b.northM - a.northM, b.upM - a.upM];
  const squaredM2 = dx * dx + dy * dy + dz * dz;
  if (squaredM2 === 0) return 1;
  const dot = (place.eastM - a.eastM) * dx + (place.northM - a.northM) * dy + (place.upM - a.upM) * dz;
  return Math.min(1, Math.max(0, dot / squaredM2));
}

/**
 * Barometers and ground models differ by more than a small acceptance radius: heights are compared with at least this
 * tolerance.
 */
const VERTICAL_TOLERANCE_M = 10;

/** Within a waypoint's acceptance radius, seen from above, and near its height. */
export function isNear(a: Enu, b: Enu, radiusM: number): boolean {
  const horizontalM = Math.hypot(a.eastM - b.eastM, a.northM - b.northM);
  return horizontalM <= radiusM && Math.abs(a.upM - b.upM) <= Math.max(radiusM, VERTICAL_TOLERANCE_M);
}
