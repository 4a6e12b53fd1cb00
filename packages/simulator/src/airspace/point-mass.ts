/** Vehicles as points that change their velocity no faster than they can, in wind that may change at once. */
import { type AirLimits, type AirVelocity, clampVelocity, defaultAirLimits, type Enu } from '@skein/core';

export interface PointMass extends Enu, AirVelocity {}

/** What the wind does beyond what the vehicle has already trimmed against. */
export interface Gust {
  readonly windEastMps: number;
  readonly windNorthMps: number;
  /** Of the wind, what is trimmed against. */
  readonly trimmedEastMps: number;
  readonly trimmedNorthMps: number;
}

export const calm: Gust = { windEastMps: 0, windNorthMps: 0, trimmedEastMps: 0, trimmedNorthMps: 0 };
/** How fast a vehicle is taken along, and how fast it trims against it. */
const DRAG_S = 3;
const TRIM_S = 2;

/** Where a command leads within a time; the limits are those of air speed, climb and acceleration. */
export function stepPointMass(
  { eastM, northM, upM, eastMps, northMps, upMps }: PointMass,
  command: AirVelocity,
  dtS: number,
  gust: Gust = calm,
): PointMass {
  const limits = defaultAirLimits;
  const wanted = keepAirspeed(clampVelocity(command, limits), gust, limits);
  const [dEast, dNorth] = [wanted.eastMps - eastMps, wanted.northMps - northMps];
  const change = Math.hypot(dEast, dNorth);
  const most = limits.accelerationMps2 * dtS;
  const part = change > most ? most / change : 1;
  const pushEast = ((gust.windEastMps - gust.trimmedEastMps) / DRAG_S) * dtS;
  const pushNorth = ((gust.windNorthMps - gust.trimmedNorthMps) / DRAG_S) * dtS;
  const nextEast = eastMps + dEast * part + pushEast;
  const nextNorth = northMps + dNorth * part + pushNorth;
  const nextUp = upMps + Math.min(most, Math.max(-most, wanted.upMps - upMps));
  return {
    eastM: eastM + ((eastMps + nextEast) / 2) * dtS,
    northM: northM + ((northMps + nextNorth) / 2) * dtS,
    upM: upM + ((upMps + nextUp) / 2) * dtS,
    eastMps: nextEast,
    northMps: nextNorth,
    upMps: nextUp,
  };
}

/** The gust after a time in which the wind was so. */
export function trim(gust: Gust, windEastMps: number, windNorthMps: number, dtS: number): Gust {
  const part = 1 - Math.exp(-dtS / TRIM_S);
  return {
    windEastMps,
    windNorthMps,
    trimmedEastMps: gust.trimmedEastMps + (windEastMps - gust.trimmedEastMps) * part,
    trimmedNorthMps: gust.trimmedNorthMps + (windNorthMps - gust.trimmedNorthMps) * part,
  };
}

/** As much of a velocity over ground as the speed through the air allows. */
function keepAirspeed(
  velocity: AirVelocity,
  { windEastMps, windNorthMps }: Gust,
  limits: AirLimits,
): AirVelocity {
  const { eastMps, northMps, upMps } = velocity;
  const most2 = limits.maxSpeedMps * limits.maxSpeedMps;
  if ((eastMps - windEastMps) ** 2 + (northMps - windNorthMps) ** 2 <= most2) return velocity;
  const a = eastMps * eastMps + northMps * northMps;
  const b = eastMps * windEastMps + northMps * windNorthMps;
  const c = windEastMps * windEastMps + windNorthMps * windNorthMps - most2;
  const scale = a > 0 ? Math.max(0, (b + Math.sqrt(Math.max(0, b * b - a * c))) / a) : 0;
  return { eastMps: eastMps * scale, northMps: northMps * scale, upMps };
}
