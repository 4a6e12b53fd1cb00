import { isRefusal, type Refusal } from '../../errors.ts';
import { groundHeightAmslM } from '../../geo/terrain.ts';
import type { Enu } from '../../geo/wgs84.ts';
import {
  toWaypoints,
  type Waypoint,
  type WaypointMessage,
  type WaypointSite,
} from '../../messages/waypoint.ts';
import type { FlightPoint } from '../../missions/energy/route.ts';
import type { MissionPlan } from '../../missions/mission.ts';
import type { FlightWish } from './airspace-desk.ts';
import type { Site } from './site.ts';
import type { Situation } from './situation.ts';

/** What altitudes of waypoints are measured from, for one drone. */
export function toWaypointSite({ frame, terrain }: Site, { home }: Pick<Situation, 'home'>): WaypointSite {
  return {
    frame,
    homeAltitudeAmslM: frame.toGeo(home).altitudeAmslM,
    groundAltitudeAmslM: (latitudeDeg, longitudeDeg) => groundHeightAmslM(terrain, latitudeDeg, longitudeDeg),
  };
}

/** A waypoint as the flight to it is reckoned. */
export function toFlightPoint(
  { eastM, northM, upM, speedMps, holdS }: Waypoint,
  missionSpeedMps?: number,
): FlightPoint {
  const speed = Number.isFinite(speedMps) ? speedMps : missionSpeedMps;
  return {
    at: { eastM, northM, upM },
    ...(speed !== undefined && { groundSpeedMps: speed }),
    ...(holdS > 0 && { holdS }),
  };
}

interface PlanPart extends Pick<MissionPlan, 'end' | 'speedMps'> {
  readonly waypoints: readonly WaypointMessage[];
}

/** A plan flown from its waypoint `from` on, with what comes behind the last one. `changed` counts in the plan. */
export function toPlanFlight(
  plan: PlanPart,
  { from, changed }: { readonly from: number; readonly changed: readonly number[] },
  { site, situation, path }: { readonly site: Site; readonly situation: Situation; readonly path: string },
): FlightWish | Refusal {
  const resolved = toWaypoints(plan.waypoints, toWaypointSite(site, situation), path);
  if (isRefusal(resolved)) return resolved;
  const points = resolved.slice(from).map((waypoint) => toFlightPoint(waypoint, plan.speedMps));
  const last = points.at(-1)?.at ?? situation.at;
  return {
    points: [...points, ...toEnd(plan.end, last, situation.home)],
    changed: changed.filter((index) => index >= from).map((index) => index - from),
    afterwards: plan.end === 'hold' ? 'hovering' : 'gone',
  };
}

function toEnd(end: MissionPlan['end'], last: Enu, home: Enu): readonly FlightPoint[] {
  if (end === 'hold') return [];
  if (end === 'land') return [{ at: { ...last, upM: Math.min(home.upM, last.upM) } }];
  return [{ at: { ...home, upM: Math.max(last.upM, home.upM) } }, { at: home }];
}
