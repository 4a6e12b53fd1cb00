import type { Enu, FlightLeg } from '@skein/core';
import type { AirFlight } from './scenario.ts';

const [REACHED_M, REACHED_UP_M] = [10, 3];

/** Which leg each vehicle is on, for those who fly from point to point. */
export class LegCounter {
  readonly #flights: readonly AirFlight[];
  readonly #legs: number[];

  constructor(flights: readonly AirFlight[]) {
    this.#flights = flights;
    this.#legs = flights.map(() => 0);
  }

  /** The leg to fly on from here. */
  next(at: number, { eastM, northM, upM }: Enu): FlightLeg {
    const { legs } = this.#flights[at] as AirFlight;
    let leg = legs[this.#legs[at] as number] as FlightLeg;
    const isReached =
      Math.hypot(leg.eastM - eastM, leg.northM - northM) < REACHED_M &&
      Math.abs(leg.upM - upM) < REACHED_UP_M;
    const following = legs[(this.#legs[at] as number) + 1];
    if (isReached && following !== undefined) {
      this.#legs[at] = (this.#legs[at] as number) + 1;
      leg = following;
    }
    return leg;
  }

  /** What is left of the flight, the leg it is on first. */
  left(at: number): readonly FlightLeg[] {
    return (this.#flights[at] as AirFlight).legs.slice(this.#legs[at]);
  }
}
