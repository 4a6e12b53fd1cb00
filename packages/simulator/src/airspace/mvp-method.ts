import { defaultAirLimits, type MvpMemory, type PairRules, resolveByMvp } from '@skein/core';
import { type AirMethod, type AirPicture, straightTrajectory, velocityTo } from './air-method.ts';
import { LegCounter } from './leg-counter.ts';
import { neighboursOf } from './neighbours.ts';
import { type AirFlight, airMinima } from './scenario.ts';

const rules: PairRules = { minima: airMinima, lookAheadS: 20, cycleS: 1, limits: defaultAirLimits };

/** Everybody to the goal, out of the way of whom it will meet: modified voltage potential, as published. */
export function createMvp(flights: readonly AirFlight[]): AirMethod {
  const memories: (MvpMemory | undefined)[] = [];
  const legs = new LegCounter(flights);
  return {
    admit: (asking, _timeS, { fly }) => {
      for (const at of asking) fly(at, straightTrajectory(flights[at] as AirFlight));
    },
    command: (picture: AirPicture, { steer }) => {
      for (const [at, state] of picture.states.entries()) {
        if (state === undefined || picture.isStranger(at)) continue;
        const flight = flights[at] as AirFlight;
        const leg = legs.next(at, state);
        const wish = velocityTo(state, leg, leg.speedMps);
        const own = { ...state, id: flight.id, wish };
        const command = resolveByMvp(own, neighboursOf(at, picture, flights), rules, memories[at]);
        memories[at] = command.memory;
        steer(at, command.velocity);
      }
    },
  };
}
