/** Conflicts as whoever looks twenty seconds ahead would see them, and how long they last. */
import { conflictInterval, type SeparationMinima } from '@skein/core';
import type { PointMass } from './point-mass.ts';

const LOOK_AHEAD_S = 20;
/** Two at 15 m/s each towards the other. */
const CLOSING_MPS = 32;
/** No nearer to its goal by this much in a minute, and in conflict: it is stuck. */
const [STUCK_S, STUCK_M] = [60, 5];

export class ConflictWatch {
  /** Pairs that came into conflict. */
  count = 0;
  /** How long each conflict lasted that is over. */
  readonly lastedS: number[] = [];
  readonly #minima: SeparationMinima;
  #since = new Map<number, number>();
  readonly #stuck = new Set<number>();
  readonly #best: { leftM: number; atS: number }[] = [];

  constructor(minima: SeparationMinima) {
    this.#minima = minima;
  }

  get deadlocks(): number {
    return this.#stuck.size;
  }

  /** Once a second. */
  look(
    aloft: readonly number[],
    states: readonly PointMass[],
    timeS: number,
    leftOf: (at: number) => number,
  ): void {
    const now = new Map<number, number>();
    const inConflict = new Set<number>();
    for (const [place, one] of aloft.entries())
      for (let next = place + 1; next < aloft.length; next += 1) {
        const other = aloft[next] as number;
        if (!this.#isConflict(states[one] as PointMass, states[other] as PointMass)) continue;
        const key = one * 65_536 + other;
        const since = this.#since.get(key);
        if (since === undefined) this.count += 1;
        now.set(key, since ?? timeS);
        inConflict.add(one).add(other);
      }
    for (const [key, sinceS] of this.#since) if (!now.has(key)) this.lastedS.push(timeS - sinceS);
    this.#since = now;
    for (const at of aloft) this.#progress(at, leftOf(at), timeS, inConflict.has(at));
  }

  #isConflict(one: PointMass, other: PointMass): boolean {
    const [eastM, northM] = [one.eastM - other.eastM, one.northM - other.northM];
    const reachM = this.#minima.horizontalM + CLOSING_MPS * LOOK_AHEAD_S;
    if (eastM * eastM + northM * northM > reachM * reachM) return false;
    const motion = {
      eastM,
      northM,
      upM: one.upM - other.upM,
      eastMps: one.eastMps - other.eastMps,
      northMps: one.northMps - other.northMps,
      upMps: one.upMps - other.upMps,
    };
    return conflictInterval(motion, this.#minima, LOOK_AHEAD_S) !== undefined;
  }

  #progress(at: number, leftM: number, timeS: number, isInConflict: boolean): void {
    const best = this.#best[at];
    if (best === undefined || leftM < best.leftM - STUCK_M) this.#best[at] = { leftM, atS: timeS };
    else if (isInConflict && timeS - best.atS >= STUCK_S) this.#stuck.add(at);
  }
}
