import type { PointMass } from './point-mass.ts';
import type { SeparationWatch } from './separation-watch.ts';

/** Once a second, what can be drawn of a run. */
export interface AirTracks {
  /** Of each flight: time, east, north, up, one after another. */
  readonly places: readonly (readonly number[])[];
  /** Every second, the least `max(d/D, |dz|/H)` of all pairs, no more than 2. */
  readonly separation: readonly number[];
}

export class TrackRecorder {
  readonly #places: number[][];
  readonly #separation: number[] = [];

  constructor(count: number) {
    this.#places = Array.from({ length: count }, () => []);
  }

  get tracks(): AirTracks {
    return { places: this.#places, separation: this.#separation };
  }

  record(timeS: number, states: readonly (PointMass | undefined)[], watch: SeparationWatch): void {
    for (const [at, state] of states.entries())
      if (state !== undefined) this.#places[at]?.push(timeS, state.eastM, state.northM, state.upM);
    this.#separation.push(watch.leastSeverity(states));
  }
}
