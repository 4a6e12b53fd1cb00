/** Two aircraft of a sky with their forecasts: whether they will come too near, when, and how near. */
import { severityOf } from '../../geo/cylinder-conflict.ts';
import { positionAt, type Trajectory } from '../../geo/trajectory.ts';
import type { Enu } from '../../geo/wgs84.ts';
import { aheadRatio, isExternal, type PairRule, ruleBetween, UNKNOWN_CLIMB_MPS } from './aircraft-kinds.ts';
import { externalEvidence, externalLoss } from './external-check.ts';
import { fleetEvidence, fleetLossS } from './fleet-check.ts';
import { type Forecasts, isClimbKnown, PATH, STRAIGHT } from './forecasts.ts';
import type { CaseEvidence, ConflictEvidence, PairCase } from './pair-case.ts';
import { relativePieces } from './relative-pieces.ts';
import type { Sky } from './sky.ts';

const CASES = [
  [STRAIGHT, STRAIGHT],
  [STRAIGHT, PATH],
  [PATH, STRAIGHT],
  [PATH, PATH],
] as const;

export class PairCheck {
  readonly #sky: Sky;
  readonly #forecasts: Forecasts;
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
    let least = Number.NaN;
    this.#eachCase(one, other, (pair, rule) => {
      const lostS = this.#lossS(pair, rule);
      if (lostS === undefined) return;
      const urgency = lostS > 0 ? lostS : Math.min(0, this.#severityNow(pair) - 1);
      if (!(urgency >= least)) least = urgency;
    });
    return least;
  }

  /** Of the most urgent of the forecasts; of those that are as urgent, of the worst. */
  evidence(one: number, other: number): ConflictEvidence | undefined {
    let most: ConflictEvidence | undefined;
    this.#eachCase(one, other, (pair, rule) => {
      const found = this.#caseEvidence(pair, rule);
      if (found === undefined || (most !== undefined && !isWorse(found, most))) return;
      const [own, its] = [this.#sourceOf(pair.one, pair.oneHas), this.#sourceOf(pair.other, pair.otherHas)];
      most = { ...found, by: pair.one === one ? [own, its] : [its, own] };
    });
    return most;
  }

  /** Every forecast of the one against every one of the other; whoever is external is the other. */
  #eachCase(one: number, other: number, tell: (pair: PairCase, rule: PairRule) => void): void {
    const { kind } = this.#sky;
    const rule = ruleBetween(kind[one] as number, kind[other] as number);
    if (rule === undefined) return;
    const pair = this.#pair;
    const isTurned = isExternal(kind[one] as number);
    pair.one = isTurned ? other : one;
    pair.other = isTurned ? one : other;
    const { has } = this.#forecasts;
    const oneMay = has[pair.one] as number;
    const otherMay = has[pair.other] as number;
    for (const [oneHas, otherHas] of CASES) {
      if (!(oneMay & oneHas && otherMay & otherHas)) continue;
      pair.oneHas = oneHas;
      pair.otherHas = otherHas;
      this.#demand(rule);
      tell(pair, rule);
    }
  }

  /** The minima and the horizon of the case. */
  #demand(rule: PairRule): void {
    const { limits, widerM, tallerM } = this.#forecasts;
    const pair = this.#pair;
    const isPlanned = pair.oneHas === PATH && pair.otherHas === PATH;
    pair.horizonS = (isPlanned ? limits.intentLookAheadS : limits.lookAheadS) * aheadRatio(rule);
    pair.horizontalM = rule.horizontalM;
    pair.verticalM = rule.verticalM;
    if (pair.oneHas === STRAIGHT) {
      pair.horizontalM += widerM[pair.one] as number;
      pair.verticalM += tallerM[pair.one] as number;
    }
    if (pair.otherHas === STRAIGHT) {
      pair.horizontalM += widerM[pair.other] as number;
      pair.verticalM += tallerM[pair.other] as number;
    }
  }

  #lossS(pair: PairCase, rule: PairRule): number | undefined {
    if (!isExternal(this.#sky.kind[pair.other] as number)) return fleetLossS(this.#forecasts, pair);
    return externalLoss(this.#pieces(pair, rule), this.#wellClear(pair, rule), pair.horizonS)?.inS;
  }

  #caseEvidence(pair: PairCase, rule: PairRule): CaseEvidence | undefined {
    if (!isExternal(this.#sky.kind[pair.other] as number)) return fleetEvidence(this.#forecasts, pair);
    const pieces = this.#pieces(pair, rule);
    const minima = this.#wellClear(pair, rule);
    const lost = externalLoss(pieces, minima, pair.horizonS);
    return lost && externalEvidence(pieces, minima, lost);
  }

  #pieces({ one, oneHas, other, horizonS }: PairCase, { tauS }: PairRule) {
    return relativePieces(this.#forecasts, [one, oneHas], other, horizonS + tauS);
  }

  #wellClear({ other, horizontalM, verticalM }: PairCase, { tauS }: PairRule) {
    const climbMps = isClimbKnown(this.#sky, other) ? 0 : UNKNOWN_CLIMB_MPS;
    return { horizontalM, verticalM, tauS, climbMps };
  }

  #severityNow(pair: PairCase): number {
    const one = this.#placeNow(pair.one, pair.oneHas);
    const other = this.#placeNow(pair.other, pair.otherHas);
    const horizontalM = Math.hypot(one.eastM - other.eastM, one.northM - other.northM);
    return severityOf({ horizontalM, verticalM: Math.abs(one.upM - other.upM) }, pair);
  }

  #placeNow(row: number, has: number): Enu {
    const { straight, paths, nowS } = this.#forecasts;
    const { eastM, northM, upM } = straight;
    if (has === STRAIGHT)
      return { eastM: eastM[row] as number, northM: northM[row] as number, upM: upM[row] as number };
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
