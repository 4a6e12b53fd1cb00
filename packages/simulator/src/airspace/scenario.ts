/** Who flies where in an airspace that is put to the test. Metres east, north and up of its middle; seconds from its begin. */
import type { Enu, FlightLeg, FlightLimits, SeparationMinima } from '@skein/core';

export interface AirFlight {
  readonly id: string;
  /** When it asks to start. */
  readonly startS: number;
  readonly start: Enu;
  readonly legs: readonly FlightLeg[];
  /** On its pad, or hovering at the start. */
  readonly waits: 'grounded' | 'aloft';
}

export interface AirScenario {
  /** As it is asked for, like `SUPER 16`. */
  readonly name: string;
  readonly flights: readonly AirFlight[];
  /** The test ends when all have arrived, or then. */
  readonly untilS: number;
}

/** What separation is, and what is lost of it is counted against. */
export const airMinima: SeparationMinima = { horizontalM: 50, verticalM: 15 };
/** Altitudes that may be flown between start and goal. */
export const LOWEST_UP_M = 16;
export const HIGHEST_UP_M = 120;
export const CRUISE_MPS = 10;
export const MAX_SPEED_MPS = 15;
/** A plan leaves the vehicle something to catch up with: its own limits are 3 m/s² and 3 m/s. */
export const planLimits: FlightLimits = {
  accelerationMps2: 2.5,
  jerkMps3: 4,
  climbMps: 2.5,
  descentMps: 2.5,
  allowanceM: 0.3,
};

type Place = readonly [eastM: number, northM: number, upM: number];

/** One leg, in the air from its begin to its end. */
export function straightFlight(at: number, from: Place, to: Place, speedMps = CRUISE_MPS): AirFlight {
  const [eastM, northM, upM] = from;
  const legs = [{ eastM: to[0], northM: to[1], upM: to[2], speedMps }];
  return {
    id: `D-${String(at + 1).padStart(3, '0')}`,
    startS: 0,
    start: { eastM, northM, upM },
    legs,
    waits: 'aloft',
  };
}
