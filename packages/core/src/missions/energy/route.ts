import type { Enu } from '../../geo/wgs84.ts';
import { type Craft, flyLeg, isBarrier, type Leg, type WindBarrier } from './leg.ts';

/** A point to fly to, straight from the one before. */
export interface FlightPoint {
  readonly at: Enu;
  /** Over ground, on the way to it; absent: the cheapest. */
  readonly groundSpeedMps?: number;
  /** Hovering there. */
  readonly holdS?: number;
}

/** A stretch of flight: additive, but for the change of velocity where two are put together. */
export interface Flight {
  readonly timeS: number;
  readonly meanWh: number;
  /** In the worst wind that the policy's quantile leaves, on every leg at once. */
  readonly adverseWh: number;
  readonly peakW: number;
  /** Over ground at the end of the last leg. */
  readonly eastMps: number;
  readonly northMps: number;
}

/** The wind that bars a route, and on which of its legs. */
export interface RouteBarrier extends WindBarrier {
  readonly leg: number;
}

export const isRouteBarrier = (flight: Flight | RouteBarrier): flight is RouteBarrier => 'tailMps' in flight;

const J_PER_WH = 3600;

/** Standing still, having spent nothing. */
export const atRest: Flight = { timeS: 0, meanWh: 0, adverseWh: 0, peakW: 0, eastMps: 0, northMps: 0 };

/** A flight and the hovering after it. */
export function hover(craft: Craft, flight: Flight, seconds: number): Flight {
  if (seconds <= 0) return flight;
  const energyWh = (craft.hoverW * seconds) / J_PER_WH;
  return {
    timeS: flight.timeS + seconds,
    meanWh: flight.meanWh + energyWh,
    adverseWh: flight.adverseWh + energyWh,
    peakW: Math.max(flight.peakW, craft.hoverW),
    eastMps: flight.eastMps,
    northMps: flight.northMps,
  };
}

/** A flight and a leg after it; changing the velocity by Δv at an acceleration a loses Δv/2a against the sharp corner. */
export function append(craft: Craft, flight: Flight, leg: Leg): Flight | WindBarrier {
  const next = flyLeg(craft, leg);
  if (isBarrier(next)) return next;
  const eastM = leg.to.eastM - leg.from.eastM;
  const northM = leg.to.northM - leg.from.northM;
  const perM = next.groundSpeedMps / (Math.hypot(eastM, northM) || 1);
  const [eastMps, northMps] = [eastM * perM, northM * perM];
  const turn = turning(craft, eastMps - flight.eastMps, northMps - flight.northMps);
  return {
    timeS: flight.timeS + next.timeS + turn.timeS,
    meanWh: flight.meanWh + next.meanWh + turn.energyWh,
    adverseWh: flight.adverseWh + next.adverseWh + turn.energyWh,
    peakW: Math.max(flight.peakW, next.peakW),
    eastMps,
    northMps,
  };
}

/** A flight that comes to rest. */
export function stop(craft: Craft, flight: Flight): Flight {
  const turn = turning(craft, flight.eastMps, flight.northMps);
  return {
    timeS: flight.timeS + turn.timeS,
    meanWh: flight.meanWh + turn.energyWh,
    adverseWh: flight.adverseWh + turn.energyWh,
    peakW: flight.peakW,
    eastMps: 0,
    northMps: 0,
  };
}

function turning({ airframe, hoverW }: Craft, eastMps: number, northMps: number) {
  const timeS = Math.hypot(eastMps, northMps) / (2 * airframe.accelMps2);
  return { timeS, energyWh: (hoverW * timeS) / J_PER_WH };
}

/** Where a flight begins, and what has been flown before. */
export interface Start {
  readonly from: Enu;
  readonly flown: Flight;
}

/** A flight along a route; `visit` is told of every leg. It ends at the last point with the last leg's velocity. */
export function flyRoute(
  craft: Craft,
  start: Start,
  route: readonly FlightPoint[],
  visit?: (leg: Leg, before: Flight, after: Flight) => void,
): Flight | RouteBarrier {
  let { from, flown } = start;
  for (const [k, point] of route.entries()) {
    const leg = toLeg(from, point);
    const reached = append(craft, flown, leg);
    if ('tailMps' in reached) return { ...reached, leg: k };
    visit?.(leg, flown, reached);
    flown = point.holdS ? hover(craft, stop(craft, reached), point.holdS) : reached;
    from = point.at;
  }
  return flown;
}

export function toLeg(from: Enu, { at, groundSpeedMps }: FlightPoint): Leg {
  return groundSpeedMps === undefined
    ? { from, to: at, homeward: false }
    : { from, to: at, homeward: false, groundSpeedMps };
}
