import type { Origin, Projection } from '../sensors/gnss.ts';
import { ARRIVED_M, type Leg } from './flight-plan.ts';
import type { Point } from './patrol.ts';

/** Where an order's parameters point to, in either of the two ways to say it and in either spelling. */

export interface Frame {
  readonly origin: Origin;
  readonly projection: Projection;
}

export type Params = Readonly<Record<string, unknown>>;

/** Why a vehicle cannot follow, in words. */
export interface Objection {
  readonly objection: string;
}

export const object = (objection: string): Objection => ({ objection });

export function isObjection(value: object): value is Objection {
  return Object.hasOwn(value, 'objection');
}

/** The number under the first of the names that is there; NaN where that is none. */
export function numberOf(params: Params, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = params[name];
    if (value === undefined || value === null) continue;
    return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
  }
  return undefined;
}

/** The text under the first of the names that has one. */
export function textOf(params: Params, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = params[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** What a sender wrote, so that it may stand in an answer: short, and no character that a reader would not see. */
export function quote(text: unknown): string {
  return `"${String(text)
    .slice(0, 60)
    .replaceAll(/[^\x20-\x7e]/g, '?')}"`;
}

const REACH = { rangeM: 50_000, lowestM: 1, highestM: 5000 };

/**
 * Metres east, north, up of the origin. `altitude` is AMSL unless `altitude_reference` says relative or agl (the ground
 * is level here, so both are heights above the origin). Absent height: `heightM`.
 */
export function readPlace(params: Params, frame: Frame, heightM: number): Point | Objection {
  const level = readLevel(params, frame);
  if (isObjection(level)) return level;
  const z = readHeight(params, frame.origin);
  if (typeof z === 'object') return z;
  const place = { ...level, z: z ?? heightM };
  const { rangeM, lowestM, highestM } = REACH;
  if (!(Math.hypot(place.x, place.y) <= rangeM))
    return object(`the place is more than ${rangeM / 1000} km away`);
  if (!(place.z >= lowestM && place.z <= highestM))
    return object(`the height must be ${lowestM} to ${highestM} m above the ground`);
  return place;
}

function readLevel(
  params: Params,
  { projection }: Frame,
): { readonly x: number; readonly y: number } | Objection {
  const latitude = numberOf(params, 'latitude', 'lat');
  const longitude = numberOf(params, 'longitude', 'lon', 'lng');
  if (latitude !== undefined && longitude !== undefined) {
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180))
      return object('latitude and longitude must be degrees of ±90 and ±180');
    return { x: projection.toEastM(longitude), y: projection.toNorthM(latitude) };
  }
  const x = numberOf(params, 'x');
  const y = numberOf(params, 'y');
  if (x === undefined || y === undefined) return object('a place needs x and y, or latitude and longitude');
  return Number.isNaN(x) || Number.isNaN(y) ? object('x and y must be numbers of metres') : { x, y };
}

const REFERENCES: readonly unknown[] = ['amsl', 'relative', 'agl'];

/** Metres above the origin; undefined where nothing is said. */
export function readHeight(
  params: Params,
  origin: Origin,
  otherwise = 'amsl',
): number | undefined | Objection {
  const altitude = numberOf(params, 'altitude', 'alt');
  const heightM = altitude ?? numberOf(params, 'z');
  if (heightM === undefined) return undefined;
  if (Number.isNaN(heightM)) return object('the height must be a number of metres');
  const reference = params['altitude_reference'] ?? params['altitudeReference'] ?? otherwise;
  if (!REFERENCES.includes(reference)) return object('altitude_reference must be amsl, relative or agl');
  return altitude !== undefined && reference === 'amsl' ? heightM - origin.altitudeAmslM : heightM;
}

const MAX_HOLD_S = 86_400;

/** A place with what is wished for on the way to it and there. Absent: NaN, and no time to stand. */
export function readLeg(params: Params, frame: Frame, heightM: number): Leg | Objection {
  const place = readPlace(params, frame, heightM);
  if (isObjection(place)) return place;
  const speedMps = numberOf(params, 'speed', 'speedMps', 'speed_mps');
  if (speedMps !== undefined && !(speedMps > 0)) return object('the speed must be above 0 m/s');
  const headingDeg = numberOf(params, 'heading', 'headingDeg', 'heading_deg');
  if (headingDeg !== undefined && !(headingDeg >= 0 && headingDeg <= 360))
    return object('the heading must be 0 to 360 degrees');
  const holdS = numberOf(params, 'hold_s', 'holdS') ?? 0;
  if (!(holdS >= 0 && holdS <= MAX_HOLD_S)) return object(`hold_s must be 0 to ${MAX_HOLD_S} seconds`);
  return {
    ...place,
    speedMps: speedMps ?? Number.NaN,
    headingRad: headingDeg === undefined ? Number.NaN : (headingDeg * Math.PI) / 180,
    holdS,
    radiusM: ARRIVED_M,
  };
}
