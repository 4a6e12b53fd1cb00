import type { Enu } from '../geo/wgs84.ts';
import type { Sample } from '../messages/sample.ts';

/** What progress needs of a sample. */
export interface ProgressSample extends Enu {
  readonly timeUs: number;
  /** NaN where unknown. */
  readonly groundSpeedMps: number;
  /** The waypoint the vehicle says it is flying to, of those uploaded, counted from 1; 0: it says nothing. */
  readonly reportedWaypoint: number;
}

/** A sample as progress sees it. What a vehicle says of a mission with another id or another length is not heard. */
export function toProgressSample(
  sample: Sample,
  mission: { readonly id: string; readonly uploadedWaypoints: number },
): ProgressSample {
  const { timeUs, eastM, northM, upM, groundSpeedMps, message } = sample;
  const { id, waypoint, totalWaypoints } = message.mission ?? {};
  const isOurs =
    (id ?? mission.id) === mission.id &&
    (totalWaypoints ?? mission.uploadedWaypoints) === mission.uploadedWaypoints;
  return { timeUs, eastM, northM, upM, groundSpeedMps, reportedWaypoint: isOurs ? (waypoint ?? 0) : 0 };
}
