/**
 * Conflicts made on purpose: everybody is in somebody's way if nobody gives way. Named after the synthetic conflicts of
 * BlueSky (TU Delft); the geometry is our own, in the measures of the separation minima.
 */
import { type AirFlight, airMinima, straightFlight } from './scenario.ts';

const CRUISE_UP_M = 60;
/** Between neighbours of a circle, of a row, of a carpet. */
const ARC_M = 3 * airMinima.horizontalM;
const LANE_M = 1.6 * airMinima.horizontalM;
const CARPET_M = 2.5 * airMinima.horizontalM;
const SMALLEST_RADIUS_M = 500;
const SPHERE_UPS_M = [24, 60, 96] as const;

/** Two at right angles. */
export function simple(): readonly AirFlight[] {
  return [
    straightFlight(0, [-500, 0, CRUISE_UP_M], [500, 0, CRUISE_UP_M]),
    straightFlight(1, [0, -500, CRUISE_UP_M], [0, 500, CRUISE_UP_M]),
  ];
}

/** On a circle, each to the other side: all through the middle at the same time. */
export function superconflict(count: number): readonly AirFlight[] {
  return circle(count, () => [CRUISE_UP_M, CRUISE_UP_M]);
}

/** The circle in three layers: the upper ones go down to the lower layer, the lower ones up. */
export function sphere(count: number): readonly AirFlight[] {
  return circle(count, (at) => [SPHERE_UPS_M[at % 3] as number, SPHERE_UPS_M[2 - (at % 3)] as number]);
}

function circle(count: number, upsOf: (at: number) => readonly [number, number]): readonly AirFlight[] {
  const radiusM = Math.max(SMALLEST_RADIUS_M, (count * ARC_M) / (2 * Math.PI));
  return Array.from({ length: count }, (_, at) => {
    const angle = (2 * Math.PI * at) / count;
    const [eastM, northM] = [radiusM * Math.cos(angle), radiusM * Math.sin(angle)];
    const [fromUpM, toUpM] = upsOf(at);
    return straightFlight(at, [eastM, northM, fromUpM], [-eastM, -northM, toUpM]);
  });
}

/** One against all others side by side. */
export function wall(count: number): readonly AirFlight[] {
  const others = Array.from({ length: count - 1 }, (_, at) => {
    const northM = (at - (count - 2) / 2) * LANE_M;
    return straightFlight(at + 1, [500, northM, CRUISE_UP_M], [-500, northM, CRUISE_UP_M]);
  });
  return [straightFlight(0, [-500, 0, CRUISE_UP_M], [500, 0, CRUISE_UP_M]), ...others];
}

/** Two rows, each side by side, at right angles. */
export function row(count: number): readonly AirFlight[] {
  const lanes = Math.ceil(count / 2);
  const halfM = (lanes * LANE_M) / 2 + 300;
  return Array.from({ length: count }, (_, at) => {
    const lane = laneOf(Math.floor(at / 2), lanes, LANE_M);
    return at % 2 === 0
      ? straightFlight(at, [-halfM, lane, CRUISE_UP_M], [halfM, lane, CRUISE_UP_M])
      : straightFlight(at, [lane, -halfM, CRUISE_UP_M], [lane, halfM, CRUISE_UP_M]);
  });
}

/** Two columns, each one behind another, at right angles. */
export function column(count: number): readonly AirFlight[] {
  return Array.from({ length: count }, (_, at) => {
    const behindM = 400 + Math.floor(at / 2) * LANE_M;
    return at % 2 === 0
      ? straightFlight(at, [-behindM, 0, CRUISE_UP_M], [1000 - behindM, 0, CRUISE_UP_M])
      : straightFlight(at, [0, -behindM, CRUISE_UP_M], [0, 1000 - behindM, CRUISE_UP_M]);
  });
}

/** From all four sides at once, head-on in every lane. */
export function matrix(count: number): readonly AirFlight[] {
  const lanes = Math.ceil(count / 4);
  const halfM = (lanes * LANE_M) / 2 + 300;
  return Array.from({ length: count }, (_, at) => {
    const lane = laneOf(Math.floor(at / 4), lanes, LANE_M);
    const side = at % 4 < 2 ? -halfM : halfM;
    return at % 2 === 0
      ? straightFlight(at, [side, lane, CRUISE_UP_M], [-side, lane, CRUISE_UP_M])
      : straightFlight(at, [lane, side, CRUISE_UP_M], [lane, -side, CRUISE_UP_M]);
  });
}

/** One half flies level to the north as a carpet; the other half climbs through it to the east. */
export function floor(count: number): readonly AirFlight[] {
  const side = Math.ceil(Math.sqrt(Math.ceil(count / 2)));
  const halfM = Math.max(SMALLEST_RADIUS_M, (side - 1) * CARPET_M + 100);
  return Array.from({ length: count }, (_, at) => {
    const place = Math.floor(at / 2);
    const eastM = laneOf(place % side, side, CARPET_M);
    const northM = laneOf(Math.floor(place / side), side, CARPET_M);
    return at % 2 === 0
      ? straightFlight(at, [eastM, northM - halfM, 60], [eastM, northM + halfM, 60])
      : straightFlight(at, [eastM - halfM, northM, 20], [eastM + halfM, northM, 100]);
  });
}

/** One behind another, the faster the further behind. */
export function takeover(count: number): readonly AirFlight[] {
  return Array.from({ length: count }, (_, at) => {
    const eastM = -at * LANE_M;
    const speedMps = 6 + (6 * at) / Math.max(1, count - 1);
    return straightFlight(at, [eastM, 0, CRUISE_UP_M], [1500, 0, CRUISE_UP_M], speedMps);
  });
}

/** From a quarter of a circle into one point, a gate, and out again on the other side. */
export function funnel(count: number): readonly AirFlight[] {
  const radiusM = Math.max(SMALLEST_RADIUS_M, (count * LANE_M) / (Math.PI / 2));
  return Array.from({ length: count }, (_, at) => {
    const angle = Math.PI + ((at + 0.5) / count - 0.5) * (Math.PI / 2);
    const [eastM, northM] = [radiusM * Math.cos(angle), radiusM * Math.sin(angle)];
    return straightFlight(at, [eastM, northM, CRUISE_UP_M], [-eastM, -northM, CRUISE_UP_M]);
  });
}

function laneOf(at: number, lanes: number, widthM: number): number {
  return (at - (lanes - 1) / 2) * widthM;
}
