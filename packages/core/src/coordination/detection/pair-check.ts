/** Two aircraft of a sky with their forecasts: whether they will come too near, when, and how near. */
import { severityOf } from '../../geo/cylinder-conflict.ts';
import { positionAt, type Trajectory } from '../../geo/trajectory.ts';
import type { Enu } from '../../geo/wgs84.ts';
import { aheadRatio, isExternal, type PairRule, ruleBetween, UNKNOWN_CLIMB_MPS } from './aircraft-kinds.ts';
import { externalEvidence, externalLoss } from './external-check.ts';
import { fleetEvidence, fleetLossS } from './fleet-check.ts';
import { type Forecasts, isClimbKnown, MOTION_SIZE, PATH, STRAIGHT } from './forecasts.ts';
import type { CaseEvidence, ConflictEvidence, PairCase } from './pair-case.ts';
import { relativePieces } from './relative-pieces.ts';
import type { Sky } from './sky.ts';

/** A forecast of the one against one of the other. */
const CASES = [STRAIGHT, PATH].flatMap((oneHas) =>
  [STRAIGHT, PATH].map((otherHas) => ({ oneHas, otherHas })),
);
const SIMPLE = CASES.slice(0, 1);

export class PairCheck {
  readonly #sky: Sky;
  readonly #forecasts: Forecasts;
  /** What is judged at the moment. */
  readonly #pair: PairCase = {
    ...{ one: 0, oneHas: STRAIGHT, other: 0, otherHas: STRAIGHT },
    ...{ horizontalM: 1, verticalM: 1, horizonS: 0 },
  };

  constructor(sky: Sky, forecasts: Forecasts) {
    this.#sky = sky;
    this.#forecasts = forecasts;
  }

  /**
   * Seconds until separation is lost by any forecasts of the two; where it is lost already, from −1 (a collision) to 0. NaN:
   * it is not lost.
   */
  urgency(one: number, other: number): number {
    const rule = this.#meet(one, other);
    let least = Number.NaN;
    if (rule === undefined) return least;
    for (const ways of this.#casesOf()) {
      if (!this.#take(ways, rule)) continue;
      const lostS = this.#lossS(rule);
      if (lostS === undefined) continue;
      const urgency = lostS > 0 ? lostS : Math.min(0, this.#severityNow() - 1);
      if (!(urgency >= least)) least = urgency;
    }
    return least;
  }

  /** Of the most urgent of the forecasts; of those that are as urgent, of the worst. */
  evidence(one: number, other: number): ConflictEvidence | undefined {
    const rule = this.#meet(one, other);
    let most: ConflictEvidence | undefined;
    if (rule === undefined) return most;
    for (const ways of CASES) {
      const found = this.#take(ways, rule) ? this.#caseEvidence(rule) : undefined;
      if (found === undefined || (most !== undefined && !isWorse(found, most))) continue;
      const pair = this.#pair;
      const [own, its] = [this.#sourceOf(pair.one, pair.oneHas), this.#sourceOf(pair.other, pair.otherHas)];
      most = { ...found, by: pair.one === one ? [own, its] : [its, own] };
    }
    return most;
  }

  /** Whoever is external is the other. */
  #meet(one: number, other: number): PairRule | undefined {
    const { kind } = this.#sky;
    const isTurned = isExternal(kind[one] as number);
    this.#pair.one = isTurned ? other : one;
    this.#pair.other = isTurned ? one : other;
    return ruleBetween(kind[one] as number, kind[other] as number);
  }

  /** Mostly there is but one forecast of each. */
  #casesOf(): typeof CASES {
    const { has } = this.#forecasts;
    const isSimple = has[this.#pair.one] === STRAIGHT && has[this.#pair.other] === STRAIGHT;
    return isSimple ? SIMPLE : CASES;
  }

  /** False where one of the two has no such forecast. */
  #take({ oneHas, otherHas }: Pick<PairCase, 'oneHas' | 'otherHas'>, rule: PairRule): boolean {
    const { has } = this.#forecasts;
    const pair = this.#pair;
    const isThere =
      ((has[pair.one] as number) & oneHas) !== 0 && ((has[pair.other] as number) & otherHas) !== 0;
    if (!isThere) return false;
    pair.oneHas = oneHas;
    pair.otherHas = otherHas;
    this.#demand(rule);
    return true;
  }

  /** The minima and the horizon of the case. */
  #demand(rule: PairRule): void {
    const { limits, motions } = this.#forecasts;
    const pair = this.#pair;
    const isPlanned = pair.oneHas === PATH && pair.otherHas === PATH;
    pair.horizonS = (isPlanned ? limits.intentLookAheadS : limits.lookAheadS) * aheadRatio(rule);
    pair.horizontalM = rule.horizontalM;
    pair.verticalM = rule.verticalM;
    if (pair.oneHas === STRAIGHT) {
      pair.horizontalM += motions[pair.one * MOTION_SIZE + 6] as number;
      pair.verticalM += motions[pair.one * MOTION_SIZE + 7] as number;
    }
    if (pair.otherHas === STRAIGHT) {
      pair.horizontalM += motions[pair.other * MOTION_SIZE + 6] as number;
      pair.verticalM += motions[pair.other * MOTION_SIZE + 7] as number;
    }
  }

  #lossS(rule: PairRule): number | undefined {
    const pair = this.#pair;
    if (!isExternal(this.#sky.kind[pair.other] as number)) return fleetLossS(this.#forecasts, pair);
    return externalLoss(this.#pieces(rule), this.#wellClear(rule), pair.horizonS)?.inS;
  }

  #caseEvidence(rule: PairRule): CaseEvidence | undefined {
    const pair = this.#pair;
    if (!isExternal(this.#sky.kind[pair.other] as number)) return fleetEvidence(this.#forecasts, pair);
    const pieces = this.#pieces(rule);
    const minima = this.#wellClear(rule);
    const lost = externalLoss(pieces, minima, pair.horizonS);
    return lost && externalEvidence(pieces, minima, lost);
  }

  #pieces({ tauS }: PairRule) {
    const { one, oneHas, other, horizonS } = this.#pair;
    return relativePieces(this.#forecasts, [one, oneHas], other, horizonS + tauS);
  }

  #wellClear({ tauS }: PairRule) {
    const { other, horizontalM, verticalM } = this.#pair;
    const climbMps = isClimbKnown(this.#sky, other) ? 0 : UNKNOWN_CLIMB_MPS;
    return { horizontalM, verticalM, tauS, climbMps };
  }

  #severityNow(): number {
    const pair = this.#pair;
    const one = this.#placeNow(pair.one, pair.oneHas);
    const other = this.#placeNow(pair.other, pair.otherHas);
    const horizontalM = Math.hypot(one.eastM - other.eastM, one.northM - other.northM);
    return severityOf({ horizontalM, verticalM: Math.abs(one.upM - other.upM) }, pair);
  }

  #placeNow(row: number, has: number): Enu {
    const { motions, paths, nowS } = this.#forecasts;
    if (has === STRAIGHT) {
      const at = row * MOTION_SIZE;
      const [eastM, northM, upM] = motions.subarray(at, at + 3);
      return { eastM: eastM as number, northM: northM as number, upM: upM as number };
    }
    const path = paths[row] as Trajectory;
    return positionAt(path, Math.max(nowS, path.startS)) as Enu;
  }

  #sourceOf(row: number, has: number) {
    return has === STRAIGHT ? this.#forecasts.straightSource(row) : this.#forecasts.pathSource(row);
  }
}

function isWorse(one: CaseEvidence, other: CaseEvidence): boolean {
  return one.inS < other.inS || (one.inS === other.inS && one.severity < other.severity);
}
