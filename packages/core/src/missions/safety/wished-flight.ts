import { groundHeightAmslM } from '../../geo/terrain.ts';
import type { Enu } from '../../geo/wgs84.ts';
import type { FlightPoint } from '../energy/route.ts';
import type { Wish } from './alternative.ts';
import { terrainLimitM } from './check-terrain.ts';
import type { FlightCandidate, SafetyWorld } from './flight-candidate.ts';
import { levelDistanceM } from './leg-parts.ts';
import type { FlightVerdict } from './validate-flight.ts';

/** A refused flight, and the same with something changed. */

const VERTICAL_M = 1;
const GROUND_M = 5;

/** Undefined: there is no point to seek alternatives for. */
export function toWish(candidate: FlightCandidate, refused: FlightVerdict): Wish | undefined {
  const index = candidate.changed.at(-1) ?? candidate.points.length - 1;
  const point = candidate.points[index];
  if (!point) return undefined;
  return {
    ...{ candidate, index, point, refused },
    before: candidate.points[index - 1]?.at ?? candidate.from,
    codes: new Set(refused.violations.map(({ code, check }) => code ?? check)),
  };
}

/** Straight up from the ground before anything that was asked for. */
export function climbsFirst({ from, fromSpeedMps, points, changed }: FlightCandidate): boolean {
  const first = points[0]?.at;
  return (
    first !== undefined &&
    !changed.includes(0) &&
    fromSpeedMps === 0 &&
    first.upM > from.upM &&
    levelDistanceM(first, from) < VERTICAL_M
  );
}

export function isOnGround({ candidate }: Wish, world: SafetyWorld): boolean {
  return climbsFirst(candidate) && Math.abs(heightAglM(candidate.from, world)) < GROUND_M;
}

/** NaN: unknown. */
function heightAglM(place: Enu, { frame, terrain }: SafetyWorld): number {
  const { latitudeDeg, longitudeDeg, altitudeAmslM } = frame.toGeo(place);
  return altitudeAmslM - groundHeightAmslM(terrain, latitudeDeg, longitudeDeg);
}

/** A hair within what is legal, so that rounding does not decide. */
const SPARE_M = 0.2;

/** The legal heights over a place, as `upM`; NaN where the ground is unknown. */
export function legalBand(place: Enu, world: SafetyWorld): readonly [leastUpM: number, mostUpM: number] {
  const groundUpM = place.upM - heightAglM(place, world);
  const { floorAglM, ceilingAglM } = world.limits;
  const leastM = Math.max(floorAglM, terrainLimitM(world.limits));
  return [groundUpM + leastM + SPARE_M, groundUpM + ceilingAglM - SPARE_M];
}

/** At its height, or at the nearest legal one. */
export function withinBand(place: Enu, world: SafetyWorld): Enu | undefined {
  const [least, most] = legalBand(place, world);
  if (!(least <= most)) return undefined;
  const isLegal = place.upM >= least - SPARE_M && place.upM <= most + SPARE_M;
  return isLegal ? place : { ...place, upM: Math.min(Math.max(place.upM, least), most) };
}

/** The flight with its wished point elsewhere; from the ground it climbs to the new height at once. */
export function movedTo({ candidate, index, point }: Wish, at: Enu): FlightCandidate {
  const points = candidate.points.with(index, { ...point, at });
  if (index !== 1 || !climbsFirst(candidate)) return { ...candidate, points };
  const climb = candidate.points[0] as FlightPoint;
  const upM = Math.max(at.upM, candidate.from.upM + VERTICAL_M);
  return { ...candidate, points: points.with(0, { ...climb, at: { ...climb.at, upM } }) };
}

/** The flight with points to fly through before the wished one; they are as new as it is. */
export function flownVia({ candidate, index, point }: Wish, via: readonly Enu[]): FlightCandidate {
  const speed = point.groundSpeedMps === undefined ? {} : { groundSpeedMps: point.groundSpeedMps };
  const points = candidate.points.toSpliced(index, 0, ...via.map((at) => ({ at, ...speed })));
  const changed = candidate.changed.map((each) => (each >= index ? each + via.length : each));
  const added = via.map((_, at) => index + at);
  return { ...candidate, points, changed: [...changed.slice(0, -1), ...added, ...changed.slice(-1)] };
}

const BEARINGS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];

/** How a place lies to the wished one, in words and numbers. */
export function describeMove(
  { point }: Wish,
  at: Enu,
): { readonly text: string; readonly changes: Record<string, number> } {
  const [eastM, northM, upM] = [
    at.eastM - point.at.eastM,
    at.northM - point.at.northM,
    at.upM - point.at.upM,
  ];
  const awayM = Math.hypot(eastM, northM);
  const sector = Math.round((Math.atan2(eastM, northM) * 4) / Math.PI + 8) % 8;
  const aside = awayM < NO_MOVE_M ? 'same place' : `${awayM.toFixed(0)} m to the ${BEARINGS[sector]}`;
  const height =
    Math.abs(upM) < NO_MOVE_M ? '' : `, ${Math.abs(upM).toFixed(0)} m ${upM > 0 ? 'higher' : 'lower'}`;
  return {
    text: `${aside}${height}`,
    changes: {
      ...(awayM >= NO_MOVE_M && { east_m: round(eastM), north_m: round(northM) }),
      ...(Math.abs(upM) >= NO_MOVE_M && { alt_m: round(upM) }),
    },
  };
}

const NO_MOVE_M = 0.05;
const round = (value: number): number => Math.round(value * 100) / 100;
