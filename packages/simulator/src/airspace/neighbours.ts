import type { NeighbourMotion } from '@skein/core';
import type { AirPicture } from './air-method.ts';
import type { PointMass } from './point-mass.ts';
import type { AirFlight } from './scenario.ts';

/** Who is further away cannot come near within the look-ahead. */
const REACH_M = 700;

/** Those around a vehicle, as the ground knows them. */
export function neighboursOf(
  at: number,
  { states, isStranger }: AirPicture,
  flights: readonly AirFlight[],
): readonly NeighbourMotion[] {
  const { eastM, northM } = states[at] as PointMass;
  const found: NeighbourMotion[] = [];
  for (const [other, state] of states.entries()) {
    if (state === undefined || other === at) continue;
    const [dEast, dNorth] = [state.eastM - eastM, state.northM - northM];
    if (dEast * dEast + dNorth * dNorth > REACH_M * REACH_M) continue;
    found.push({ ...state, id: (flights[other] as AirFlight).id, isCooperative: !isStranger(other) });
  }
  return found;
}
