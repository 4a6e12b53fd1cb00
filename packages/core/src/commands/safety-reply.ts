import { type Refusal, refuse } from '../errors.ts';
import type { LocalFrame } from '../geo/wgs84.ts';
import { isLocalWaypoint, type WaypointMessage } from '../messages/waypoint.ts';
import type { FlightPoint } from '../missions/energy/route.ts';
import type { SafetyCheck, Verdict } from '../missions/safety/flight-candidate.ts';
import type { Alternative } from '../missions/safety/suggest-alternatives.ts';
import type { FlightVerdict } from '../missions/safety/validate-flight.ts';

/** What operators are told about the safety of a flight. */

const REASONS: Readonly<Record<SafetyCheck, string>> = {
  WP_FORMAT: 'format',
  WP_DISTANCE: 'too_far',
  ALTITUDE: 'altitude',
  TERRAIN: 'terrain',
  FENCE_IN: 'geofence',
  FENCE_OUT: 'geofence',
  FENCE_MARGIN: 'geofence',
  KINEMATICS: 'kinematics',
  WIND: 'wind',
  ENERGY_RTH: 'energy',
  TRAFFIC_4D: 'traffic',
  CONTINGENCY: 'contingency',
  AUTHZ: 'authorization',
};

export function toReason({ check, code }: Verdict): string {
  return code === 'WP_TOO_CLOSE' ? 'too_close' : REASONS[check];
}

export function refuseUnsafe(verdict: FlightVerdict, reason?: string): Refusal {
  const [first] = verdict.violations;
  const codes = verdict.violations.map(({ code, check }) => code ?? check);
  const details = { reason: reason ?? (first ? toReason(first) : 'unsafe'), violations: codes };
  return refuse('SAFETY_VIOLATION', details, { message: `Not safe: ${first?.evidence ?? 'unknown'}` });
}

const round = (value: number): number => Math.round(value * 100) / 100;

export function toVerdictMessages(verdicts: readonly Verdict[], frame: LocalFrame) {
  return verdicts.map(({ check, passed, margin, unit, limit, code, evidence, at }) => ({
    ...{ check, passed, evidence },
    ...(code !== undefined && { code }),
    ...(margin !== undefined && Number.isFinite(margin) && { margin: round(margin) }),
    ...(unit !== undefined && { unit }),
    ...(limit !== undefined && Number.isFinite(limit) && { limit: round(limit) }),
    ...(at !== undefined && {
      at: {
        ...toGeoMessage(frame, at.place),
        ...(at.timeS !== undefined && { time: new Date(at.timeS * 1000).toISOString() }),
      },
    }),
  }));
}

function toGeoMessage(frame: LocalFrame, place: FlightPoint['at']) {
  const { latitudeDeg, longitudeDeg, altitudeAmslM } = frame.toGeo(place);
  return { latitude: latitudeDeg, longitude: longitudeDeg, altitude: round(altitudeAmslM) };
}

/** In the spelling the operator asked in. */
export function toAlternativeMessage(alternative: Alternative, asked: WaypointMessage, frame: LocalFrame) {
  const { text, changes, cost, clears, score, validUntilS, via, at, delayS } = alternative;
  const toPoint = (place: FlightPoint['at']) =>
    isLocalWaypoint(asked)
      ? { x: round(place.eastM), y: round(place.northM), z: round(place.upM) }
      : { ...toGeoMessage(frame, place), altitude_reference: 'amsl' as const };
  return {
    ...{ text, changes, clears, score: round(score), new_waypoint: toPoint(at) },
    ...(via.length > 0 && { via: via.map(toPoint) }),
    ...(delayS > 0 && { delay_s: round(delayS) }),
    cost: { time_s: round(cost.timeS), energy_pct: round(cost.energyPct) },
    valid_until: new Date(validUntilS * 1000).toISOString(),
  };
}
