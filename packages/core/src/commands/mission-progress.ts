import { isRefusal } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import type { Enu } from '../geo/wgs84.ts';
import type { Sample } from '../messages/sample.ts';
import { toWaypoints, type Waypoint } from '../messages/waypoint.ts';
import { type BreakPoint, toBreakPoint } from '../missions/break-point.ts';
import { advanceProgress, createProgress, type MissionProgress } from '../missions/progress.ts';
import type { ProgressSample } from '../missions/progress-sample.ts';
import { createRoute, type Route } from '../missions/route.ts';
import type { AirspaceDesk } from './airspace/airspace-desk.ts';
import { toSitePlace } from './airspace/situation.ts';
import { toWaypointSite } from './airspace/waypoint-flight.ts';
import type { CarriedMission } from './mission-record.ts';

/** How far a mission has come: its waypoints only, the way home left out. */
export interface Advance {
  readonly reached: number;
  /** 100 exactly when complete. */
  readonly progressPct: number;
  /** Every waypoint is reached and the last hold is over. */
  readonly complete: boolean;
}

interface Watched {
  /** With the way home behind the plan's waypoints, where there is one. */
  readonly route: Route;
  readonly planned: number;
  /** Until the last waypoint's hold is over. */
  readonly planS: number;
  progress: MissionProgress;
}

/** How near to the straight way home a vehicle keeps, m: at what height it flies there is its own affair. */
const HOMEWARD_RADIUS_M = 40;
const NOWHERE: Enu = { eastM: Number.NaN, northM: Number.NaN, upM: Number.NaN };

/** How far each active mission has come, from its drone's telemetry. */
export class MissionProgresses {
  readonly #airspace: AirspaceDesk;
  readonly #watched = new Map<string, Watched>();

  constructor(airspace: AirspaceDesk) {
    this.#airspace = airspace;
  }

  /** The progress after a sample; undefined where its route cannot be told. */
  observe(mission: CarriedMission, drone: DroneState, sample: Sample): Advance | undefined {
    const watched = this.#watch(mission, drone);
    const site = this.#airspace.site();
    if (!watched || isRefusal(site)) return undefined;
    const place = toSitePlace(sample, site.frame) ?? NOWHERE;
    const reportedOffset = mission.carriage.sentFrom ?? 0;
    const seen = toSeen(mission, sample, mission.waypoints.length - reportedOffset, place);
    const next = advanceProgress(watched.route, watched.progress, seen, { reportedOffset });
    watched.progress = isResumedHold(next) ? { ...next, arrivedAtUs: seen.timeUs } : next;
    return toAdvance(watched);
  }

  breakPoint(mission: CarriedMission): BreakPoint | undefined {
    const watched = this.#watched.get(keyOf(mission));
    const site = this.#airspace.site();
    if (!watched || isRefusal(site)) return mission.breakPoint;
    const { progress, planned } = watched;
    const isHomeward = progress.reached >= planned;
    const within = isHomeward ? { ...progress, reached: planned, legFraction: 0 } : progress;
    return toBreakPoint(watched.route, within, site.frame);
  }

  forget(mission: CarriedMission): void {
    this.#watched.delete(keyOf(mission));
  }

  #watch(mission: CarriedMission, drone: DroneState): Watched | undefined {
    const known = this.#watched.get(keyOf(mission));
    if (known) return known;
    const site = this.#airspace.site();
    const situation = this.#airspace.situationNow(drone);
    if (isRefusal(site) || isRefusal(situation)) return undefined;
    const waypoints = toWaypoints(mission.waypoints, toWaypointSite(site, situation));
    if (isRefusal(waypoints)) return undefined;
    const speedMps = mission.speedMps ?? this.#airspace.limits.cruiseMps;
    const homeward = mission.end === 'return' ? [toHomeward(waypoints, situation.home)] : [];
    const planned = waypoints.length;
    const { totalS: planS } = createRoute(waypoints, { speedMps });
    const route = createRoute([...waypoints, ...homeward], { speedMps });
    const { breakPoint, reached } = mission;
    const legFraction = breakPoint?.nextWaypoint === reached ? breakPoint.legFraction : 0;
    const progress = createProgress(route, { nextWaypoint: reached, legFraction });
    const watched = { route, planned, planS, progress };
    this.#watched.set(keyOf(mission), watched);
    return watched;
  }
}

const keyOf = ({ tenant, id }: CarriedMission): string => `${tenant} ${id}`;

/** Samples seconds apart cut the last corner too: whoever is found on the way home has passed the last waypoint. */
function toHomeward(waypoints: readonly Waypoint[], home: Enu): Waypoint {
  const last = waypoints.at(-1) as Waypoint;
  const upM = Math.max(last.upM, home.upM);
  return { ...last, ...home, upM, holdS: 0, acceptanceRadiusM: HOMEWARD_RADIUS_M, actions: [] };
}

function toSeen(
  mission: CarriedMission,
  { timeUs, groundSpeedMps, message }: Sample,
  sent: number,
  place: Enu,
): ProgressSample {
  const { id, waypoint, totalWaypoints } = message.mission ?? {};
  const isOurs = id === mission.id && totalWaypoints === sent;
  const { eastM, northM, upM } = place;
  return { eastM, northM, upM, timeUs, groundSpeedMps, reportedWaypoint: isOurs ? (waypoint ?? 0) : 0 };
}

/** When it arrived was not seen in this life of the server: the hold is counted from the first sample on. */
const isResumedHold = ({ reached, arrivedAtUs, last }: MissionProgress): boolean =>
  reached > 0 && Number.isNaN(arrivedAtUs) && last !== undefined;

function toAdvance({ route, planned, planS, progress }: Watched): Advance {
  const { reached, legFraction, arrivedAtUs, last } = progress;
  const holdS = route.waypoints[planned - 1]?.holdS ?? 0;
  const heldS = ((last?.timeUs ?? Number.NaN) - arrivedAtUs) / 1e6;
  const isOver = reached > planned || legFraction > 0 || holdS === 0 || heldS >= holdS;
  const complete = reached >= planned && isOver;
  const sharePct = planS > 0 ? (progress.progressPct * route.totalS) / planS : 0;
  return {
    reached: Math.min(reached, planned),
    complete,
    progressPct: complete ? 100 : Math.min(NEARLY_PCT, sharePct),
  };
}

const NEARLY_PCT = 99.9;
