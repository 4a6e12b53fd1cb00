/** Losses of separation as they are flown: exactly, between one step of the integration and the next. */
import {
  conflictInterval,
  type RelativeMotion,
  type SeparationMinima,
  severityOf,
  worstApproach,
} from '@skein/core';
import type { PointMass } from './point-mass.ts';

export interface LossOfSeparation {
  readonly pair: readonly [number, number];
  readonly fromS: number;
  /** Infinity while it lasts. */
  untilS: number;
  /** `max(d/D, |dz|/H)` at its worst. */
  severity: number;
  /** Within 50 by 15 feet of each other at its worst. */
  isNearCollision: boolean;
}

/** A near mid-air collision of small drones (sNMAC): 50 ft, 15 ft. */
const nearCollision: SeparationMinima = { horizontalM: 15.24, verticalM: 4.57 };
/** Faster than that no two can come towards each other, m/s. */
const CLOSING_MPS = 50;
const CLOSING_UP_MPS = 8;

interface Step {
  readonly timeS: number;
  readonly dtS: number;
}

export class SeparationWatch {
  readonly losses: LossOfSeparation[] = [];
  readonly #minima: SeparationMinima;
  readonly #open = new Map<number, LossOfSeparation>();
  #near: readonly (readonly [number, number])[] = [];

  constructor(minima: SeparationMinima) {
    this.#minima = minima;
  }

  /** Looks for the pairs that can come near within the time to come; `aloft` are those that fly. */
  lookAhead(aloft: readonly number[], states: readonly PointMass[], forS: number): void {
    const horizontalM = this.#minima.horizontalM + CLOSING_MPS * forS;
    const verticalM = this.#minima.verticalM + CLOSING_UP_MPS * forS;
    const near: (readonly [number, number])[] = [];
    for (const [place, one] of aloft.entries()) {
      const { eastM, northM, upM } = states[one] as PointMass;
      for (let next = place + 1; next < aloft.length; next += 1) {
        const other = aloft[next] as number;
        const away = states[other] as PointMass;
        const [dEast, dNorth] = [away.eastM - eastM, away.northM - northM];
        if (
          Math.abs(away.upM - upM) < verticalM &&
          dEast * dEast + dNorth * dNorth < horizontalM * horizontalM
        )
          near.push([one, other]);
      }
    }
    this.#near = near;
  }

  /** Of the pairs that were found near each other, and still fly; 2 where there is none so near. */
  leastSeverity(states: readonly (PointMass | undefined)[]): number {
    let least = 2;
    for (const [at, next] of this.#near) {
      const [one, other] = [states[at], states[next]];
      if (one === undefined || other === undefined) continue;
      const { eastM, northM, upM } = difference(one, other);
      const apart = { horizontalM: Math.hypot(eastM, northM), verticalM: Math.abs(upM) };
      least = Math.min(least, severityOf(apart, this.#minima));
    }
    return least;
  }

  /** One step of those that were found near each other and still fly. */
  step(
    before: readonly PointMass[],
    after: readonly PointMass[],
    isAloft: (at: number) => boolean,
    { timeS, dtS }: Step,
  ): void {
    for (const pair of this.#near) {
      const [one, other] = pair;
      const key = one * 65_536 + other;
      const open = this.#open.get(key);
      if (!(isAloft(one) && isAloft(other))) {
        this.#close(key, open, timeS);
        continue;
      }
      const motion = motionOf([before[one], before[other]], [after[one], after[other]], dtS);
      if (open === undefined && !isClose(motion, this.#minima)) continue;
      const interval = conflictInterval(motion, this.#minima, dtS);
      if (interval === undefined) {
        this.#close(key, open, timeS);
        continue;
      }
      this.#extend(pair, open, motion, { timeS, dtS, inS: interval.inS });
      if (interval.outS < dtS) this.#close(key, this.#open.get(key), timeS + interval.outS);
    }
  }

  #extend(
    pair: readonly [number, number],
    open: LossOfSeparation | undefined,
    motion: RelativeMotion,
    { timeS, dtS, inS }: Step & { readonly inS: number },
  ): void {
    const { severity } = worstApproach(motion, this.#minima, dtS);
    const isNearCollision = conflictInterval(motion, nearCollision, dtS) !== undefined;
    if (open !== undefined) {
      open.severity = Math.min(open.severity, severity);
      open.isNearCollision ||= isNearCollision;
      return;
    }
    const loss = { pair, fromS: timeS + inS, untilS: Number.POSITIVE_INFINITY, severity, isNearCollision };
    this.#open.set(pair[0] * 65_536 + pair[1], loss);
    this.losses.push(loss);
  }

  #close(key: number, open: LossOfSeparation | undefined, timeS: number): void {
    if (open === undefined) return;
    open.untilS = timeS;
    this.#open.delete(key);
  }
}

type Two = readonly [PointMass | undefined, PointMass | undefined];

function motionOf([one, other]: Two, [oneNext, otherNext]: Two, dtS: number): RelativeMotion {
  const from = difference(one as PointMass, other as PointMass);
  const to = difference(oneNext as PointMass, otherNext as PointMass);
  return {
    ...from,
    eastMps: (to.eastM - from.eastM) / dtS,
    northMps: (to.northM - from.northM) / dtS,
    upMps: (to.upM - from.upM) / dtS,
  };
}

function difference(one: PointMass, other: PointMass) {
  return { eastM: one.eastM - other.eastM, northM: one.northM - other.northM, upM: one.upM - other.upM };
}

/** Whether a step of a tenth of a second could lead into the cylinder. */
function isClose({ eastM, northM, upM }: RelativeMotion, minima: SeparationMinima): boolean {
  const wider = { horizontalM: minima.horizontalM + 10, verticalM: minima.verticalM + 2 };
  return severityOf({ horizontalM: Math.hypot(eastM, northM), verticalM: Math.abs(upM) }, wider) < 1;
}
