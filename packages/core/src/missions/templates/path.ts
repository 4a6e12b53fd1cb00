import { type Refusal, refuse } from '../../errors.ts';
import type { PlanePoint } from '../../geo/segment.ts';
import type { LocalFrame } from '../../geo/wgs84.ts';
import { MAX_WAYPOINTS } from '../../messages/mission.ts';
import type { AltitudeReference, GeodeticWaypointMessage } from '../../messages/waypoint.ts';
import type { WaypointAction } from '../../messages/waypoint-action.ts';

/** A point of a template's path: x east, y north of the site's origin, metres. */
export interface PathPoint extends PlanePoint {
  readonly headingDeg?: number;
  /** Above the height of the template. */
  readonly upM?: number;
  readonly actions?: readonly WaypointAction[];
}

/** What a template makes: pure geometry, flown at whatever height `toTemplateWaypoints` is told. */
export interface TemplatePath {
  readonly points: readonly PathPoint[];
  readonly lengthM: number;
}

export interface TemplateHeight {
  readonly frame: LocalFrame;
  /** Of all points, above the reference. */
  readonly altitudeM: number;
  readonly altitudeReference: AltitudeReference;
  readonly speedMps?: number;
}

/** The path as waypoints of a mission. */
export function toTemplateWaypoints(
  { points }: TemplatePath,
  { frame, altitudeM, altitudeReference, speedMps }: TemplateHeight,
): readonly GeodeticWaypointMessage[] {
  return points.map(({ x, y, upM = 0, headingDeg, actions }) => {
    const { latitudeDeg, longitudeDeg } = frame.toGeo({ eastM: x, northM: y, upM: 0 });
    return {
      latitude: latitudeDeg,
      longitude: longitudeDeg,
      altitude: altitudeM + upM,
      altitude_reference: altitudeReference,
      ...(speedMps !== undefined && { speed: speedMps }),
      ...(headingDeg !== undefined && { heading: headingDeg }),
      ...(actions && actions.length > 0 && { actions: [...actions] }),
    };
  });
}

export function planeDistanceM(a: PlanePoint, b: PlanePoint): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

export function toPath(points: readonly PathPoint[]): TemplatePath {
  let lengthM = 0;
  for (let at = 1; at < points.length; at += 1) {
    const from = points[at - 1] as PathPoint;
    const to = points[at] as PathPoint;
    lengthM += Math.hypot(planeDistanceM(from, to), (to.upM ?? 0) - (from.upM ?? 0));
  }
  return { points, lengthM };
}

/** The template asks for more waypoints than a mission holds: `field` is what to change, `advice` how. */
export function refuseTooMany(field: string, waypoints: number, advice: string): Refusal {
  return refuse(
    'VALIDATION_ERROR',
    { field, reason: 'too_many_waypoints', waypoints, limit: MAX_WAYPOINTS, advice },
    { message: `${waypoints} waypoints, ${MAX_WAYPOINTS} are possible: ${advice}` },
  );
}
