import type { Origin, Projection } from '../sensors/gnss.ts';
import type { Point } from './patrol.ts';

/** Where an order's parameters point to, in either of the two ways to say it and in either spelling. */

export interface Frame {
  readonly origin: Origin;
  readonly projection: Projection;
}

type Params = Readonly<Record<string, unknown>>;

/** The number under the first of the names that has one. */
export function numberOf(params: Params, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = params[name];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
  }
  return undefined;
}

/**
 * Metres east, north, up of the origin. `altitude` is AMSL unless `altitude_reference` says relative or agl (the ground
 * is level here, so both are heights above the origin). Absent height: `heightM`. Undefined: no place is given.
 */
export function toPlace(params: Params, { origin, projection }: Frame, heightM: number): Point | undefined {
  const latitude = numberOf(params, 'latitude', 'lat');
  const longitude = numberOf(params, 'longitude', 'lon', 'lng');
  const z = toHeight(params, origin) ?? heightM;
  if (latitude !== undefined && longitude !== undefined) {
    if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined;
    return { x: projection.toEastM(longitude), y: projection.toNorthM(latitude), z };
  }
  const x = numberOf(params, 'x');
  const y = numberOf(params, 'y');
  return x === undefined || y === undefined ? undefined : { x, y, z };
}

export function toHeight(params: Params, origin: Origin): number | undefined {
  const altitude = numberOf(params, 'altitude', 'alt');
  if (altitude === undefined) return numberOf(params, 'z');
  const reference = params['altitude_reference'] ?? params['altitudeReference'] ?? 'amsl';
  return reference === 'amsl' ? altitude - origin.altitudeAmslM : altitude;
}
