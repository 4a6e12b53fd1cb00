import type { Conformance } from '../../coordination/detection/conformance.ts';
import type { Trajectory } from '../../geo/trajectory.ts';

/**
 * How a flight stands to what was committed (ASTM F3548-21):
 *
 *     accepted ──in the air, as planned──► activated ◄──back within 60 s──┐
 *                                              └──off its plan──► nonconforming ──60 s──► contingent
 *
 * It ends with its commitment; a new one begins anew, but for what has been counted.
 */
export const FLIGHT_STATES = ['accepted', 'activated', 'nonconforming', 'contingent'] as const;
export type FlightState = (typeof FLIGHT_STATES)[number];

export interface FlightConformance {
  readonly state: FlightState;
  /** Seconds since 1970. */
  readonly sinceS: number;
  /** Times it has left its plan, the longest of them, and all of the flight that has been watched. */
  readonly excursions: number;
  readonly longestS: number;
  readonly watchedS: number;
  readonly isWithinLimits: boolean;
}

interface Kept {
  plan: Trajectory;
  state: FlightState;
  sinceS: number;
  excursions: number;
  longestS: number;
  watchedS: number;
  lookedS: number;
}

/** ASTM F3548-21: off its plan it may be so long, and so often an hour; what lasts longer than the third is another flight. */
const LONGEST_EXCURSION_S = 10;
const EXCURSIONS_PER_HOUR = 18;
const RECOVERABLE_S = 60;
/** Not looked at for longer, nobody knows what it did. */
const LOOKED_S = 5;

/** How the flights that are committed to are flown, by their ids. In memory: after a start it is watched anew. */
export class ConformanceBook {
  readonly #flights = new Map<string, Kept>();

  of(id: string): FlightConformance | undefined {
    const kept = this.#flights.get(id);
    return kept && toConformance(kept);
  }

  /** What was seen of a flight in the air; in doubt it is as it was. */
  note(plan: Trajectory, seen: Conformance, nowS: number): void {
    const kept = this.#flights.get(plan.id) ?? this.#begin(plan, nowS);
    kept.watchedS += Math.min(LOOKED_S, nowS - kept.lookedS);
    kept.lookedS = nowS;
    // A new plan is flown from where the vehicle is.
    if (kept.plan !== plan && kept.state !== 'accepted') move(kept, 'activated', nowS);
    kept.plan = plan;
    if (seen === 'kept') this.#keep(kept, nowS);
    else if (seen === 'none') this.#leave(kept, nowS);
  }

  /** Those that are not committed to any more. */
  forget(isCommitted: (id: string) => boolean): void {
    for (const id of this.#flights.keys()) if (!isCommitted(id)) this.#flights.delete(id);
  }

  #begin(plan: Trajectory, nowS: number): Kept {
    const counts = { excursions: 0, longestS: 0, watchedS: 0 };
    const kept: Kept = { plan, state: 'accepted', sinceS: nowS, lookedS: nowS, ...counts };
    this.#flights.set(plan.id, kept);
    return kept;
  }

  #keep(kept: Kept, nowS: number): void {
    if (kept.state === 'contingent' || kept.state === 'activated') return;
    move(kept, 'activated', nowS);
  }

  #leave(kept: Kept, nowS: number): void {
    if (kept.state === 'accepted' || kept.state === 'contingent') return;
    if (kept.state === 'activated') {
      kept.excursions += 1;
      move(kept, 'nonconforming', nowS);
    }
    kept.longestS = Math.max(kept.longestS, nowS - kept.sinceS);
    if (nowS - kept.sinceS > RECOVERABLE_S) move(kept, 'contingent', nowS);
  }
}

function move(kept: Kept, state: FlightState, nowS: number): void {
  kept.state = state;
  kept.sinceS = nowS;
}

function toConformance({ state, sinceS, excursions, longestS, watchedS }: Kept): FlightConformance {
  const hours = Math.max(1, watchedS / 3600);
  const isWithinLimits = longestS <= LONGEST_EXCURSION_S && excursions <= EXCURSIONS_PER_HOUR * hours;
  return { state, sinceS, excursions, longestS, watchedS, isWithinLimits };
}
