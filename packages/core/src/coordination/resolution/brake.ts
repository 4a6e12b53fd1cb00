/** To a stop as soon as a vehicle can, and from there on. */
import type { FlightRoute } from '../../geo/trajectory-route.ts';
import type { FlightLimits } from '../../geo/trajectory-stretch.ts';
import type { Enu } from '../../geo/wgs84.ts';

/** Where and when a vehicle stands that brakes at once, along its first leg. */
export interface Stop {
  readonly place: Enu;
  readonly afterS: number;
}

/** What is added so that rounding does not make a stop too short to be flown. */
const SPARE_M = 0.01;

export function stopOf({ start, startSpeedMps = 0, legs }: FlightRoute, limits: FlightLimits): Stop {
  const first = legs[0];
  if (startSpeedMps === 0 || first === undefined) return { place: start, afterS: 0 };
  const [dEastM, dNorthM, dUpM] = [
    first.eastM - start.eastM,
    first.northM - start.northM,
    first.upM - start.upM,
  ];
  const lengthM = Math.hypot(dEastM, dNorthM, dUpM);
  const flownM = (startSpeedMps * startSpeedMps) / (2 * limits.accelerationMps2) + SPARE_M;
  const part = lengthM > 0 ? flownM / lengthM : 0;
  return {
    place: {
      eastM: start.eastM + dEastM * part,
      northM: start.northM + dNorthM * part,
      upM: start.upM + dUpM * part,
    },
    afterS: startSpeedMps / limits.accelerationMps2,
  };
}

/** Brakes, and hovers where it stands. */
export function toHold(route: FlightRoute, limits: FlightLimits): FlightRoute {
  const { startSpeedMps = 0, legs } = route;
  const { place } = stopOf(route, limits);
  const speedMps = Math.max(startSpeedMps, legs[0]?.speedMps ?? 1);
  return { ...route, legs: [{ ...place, speedMps }], afterwards: 'hovering' };
}
