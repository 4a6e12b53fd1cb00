import { groundHeightAmslM } from '../../geo/terrain.ts';
import type { Enu } from '../../geo/wgs84.ts';
import type { FlightCandidate, SafetyWorld, Verdict } from './flight-candidate.ts';
import { levelDistanceM } from './leg-parts.ts';

/** The points themselves: numbers that mean something, not too near, not too far, not too low, not too high. */

export function checkFormat({ points, from, changed }: FlightCandidate): Verdict {
  const odd = [from, ...points.map(({ at }) => at)].some(
    ({ eastM, northM, upM }) => !Number.isFinite(eastM + northM + upM),
  );
  const failed = { check: 'WP_FORMAT', passed: false, code: 'WP_FORMAT' } as const;
  if (odd) return { ...failed, evidence: 'A point has no place: its height or frame is unknown' };
  if (points.length === 0) return { ...failed, evidence: 'There is no point to fly to' };
  if (!changed.every((index) => points[index] !== undefined))
    return { ...failed, evidence: 'What is asked about is no point of the flight' };
  return { check: 'WP_FORMAT', passed: true, evidence: `${points.length} points, heights explicit` };
}

/** Of every leg that is new: to a changed point, and from it on. */
export function checkDistance(
  candidate: FlightCandidate,
  { limits: { shortestLegM, farthestLegM } }: SafetyWorld,
): Verdict {
  const { points, changed } = candidate;
  const isChanged = new Set(changed);
  let worst: Verdict | undefined;
  for (const index of newLegs(changed)) {
    const to = points[index]?.at;
    if (!to) continue;
    const before = placeBefore(candidate, index);
    const distanceM = Math.hypot(to.eastM - before.eastM, to.northM - before.northM, to.upM - before.upM);
    // What comes behind a changed point stays where it was, however near that is now.
    const spareM = isChanged.has(index) ? distanceM - shortestLegM : Number.POSITIVE_INFINITY;
    const margin = Math.min(spareM, farthestLegM - distanceM);
    if (worst && margin >= (worst.margin as number)) continue;
    const isFar = farthestLegM - distanceM < spareM;
    worst = {
      ...{ check: 'WP_DISTANCE', passed: margin >= 0, margin, unit: 'm' },
      limit: isFar ? farthestLegM : shortestLegM,
      ...(margin < 0 && { code: isFar ? 'WP_TOO_FAR' : 'WP_TOO_CLOSE', at: { place: to } }),
      evidence: `${round(distanceM)} m from the point before it; allowed are ${shortestLegM} to ${farthestLegM} m`,
    };
  }
  return worst ?? { check: 'WP_DISTANCE', passed: true, evidence: 'No point is new' };
}

function newLegs(changed: readonly number[]): Iterable<number> {
  const legs = new Set<number>();
  for (const index of changed) legs.add(index).add(index + 1);
  return legs;
}

/** Where the leg to a point begins; the first point above a take-off is reached from the ground. */
function placeBefore({ from, points, changed }: FlightCandidate, index: number): Enu {
  const before = points[index - 1]?.at;
  if (!before) return from;
  const isTakeOff = index === 1 && !changed.includes(0) && levelDistanceM(from, before) < VERTICAL_M;
  return isTakeOff && before.upM > from.upM ? from : before;
}

const VERTICAL_M = 1;

/** The changed points, above floor and below ceiling. */
export function checkAltitude(
  { points, changed }: FlightCandidate,
  { frame, terrain, limits }: SafetyWorld,
): Verdict {
  const { floorAglM, ceilingAglM } = limits;
  let worst: Verdict | undefined;
  for (const index of changed) {
    const place = points[index]?.at as Enu;
    const { latitudeDeg, longitudeDeg, altitudeAmslM } = frame.toGeo(place);
    const altitudeAglM = altitudeAmslM - groundHeightAmslM(terrain, latitudeDeg, longitudeDeg);
    if (!Number.isFinite(altitudeAglM)) return toUnknownGround('ALTITUDE', place);
    const isLow = altitudeAglM - floorAglM < ceilingAglM - altitudeAglM;
    const margin = isLow ? altitudeAglM - floorAglM : ceilingAglM - altitudeAglM;
    if (worst && margin >= (worst.margin as number)) continue;
    const passed = margin >= -NOISE_M;
    worst = {
      ...{ check: 'ALTITUDE', passed, margin, unit: 'm', limit: isLow ? floorAglM : ceilingAglM },
      ...(!passed && { code: isLow ? 'ALT_FLOOR' : 'ALT_CEIL', at: { place } }),
      evidence: `${round(altitudeAglM)} m above ground; allowed are ${floorAglM} to ${ceilingAglM} m`,
    };
  }
  return worst ?? { check: 'ALTITUDE', passed: true, evidence: 'No point is new' };
}

export const toUnknownGround = (check: Verdict['check'], place: Enu): Verdict => ({
  ...{ check, passed: false, code: 'TERRAIN_UNKNOWN', at: { place } },
  evidence: 'The height of the ground there is unknown',
});

/** Beyond the rounding of a chord against the earth. */
export const NOISE_M = 0.05;

const round = (value: number): number => Math.round(value * 10) / 10;
