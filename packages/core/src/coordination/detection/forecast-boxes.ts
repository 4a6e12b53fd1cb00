import { KNOT_SIZE, knotBefore, type Trajectory, trajectoryEndS } from '../../geo/trajectory.ts';
import { BOX_SIZE } from './box-sweep.ts';
import { type Forecasts, MOTION_SIZE, PATH, STRAIGHT } from './forecasts.ts';

/** How far around a row's forecasts a box reaches, and for how long they are followed. */
export interface BoxReach {
  readonly horizontalM: number;
  readonly verticalM: number;
  readonly straightS: number;
  readonly pathS: number;
  /** Paths only from so many seconds on. */
  readonly pathFromS?: number;
  /** Each leg of a path is followed for so much longer, straight on: well clear is lost by where one is heading. */
  readonly onS: number;
}

/** What rounding can do to a place. */
const ROUNDING_M = 0.01;

/** All that the forecasts of rows pass through, one row after the other. */
export class ForecastBoxes {
  readonly #forecasts: Forecasts;
  #westM = 0;
  #eastM = 0;
  #southM = 0;
  #northM = 0;
  #lowM = 0;
  #highM = 0;

  constructor(forecasts: Forecasts) {
    this.#forecasts = forecasts;
  }

  /** Writes the box of a row at a place among boxes; false where it passes through nothing. */
  write(row: number, reach: BoxReach, boxes: Float64Array, at: number): boolean {
    const { has, motions, paths } = this.#forecasts;
    const ways = has[row] as number;
    this.#westM = this.#southM = this.#lowM = Number.POSITIVE_INFINITY;
    this.#eastM = this.#northM = this.#highM = Number.NEGATIVE_INFINITY;
    let besideM = reach.horizontalM + ROUNDING_M;
    let aboveM = reach.verticalM + ROUNDING_M;
    if (ways & STRAIGHT) {
      this.#includeStraight(row, reach.straightS);
      besideM += motions[row * MOTION_SIZE + 6] as number;
      aboveM += motions[row * MOTION_SIZE + 7] as number;
    }
    if (ways & PATH) this.#includePath(paths[row] as Trajectory, reach);
    const edge = at * BOX_SIZE;
    boxes[edge] = this.#westM - besideM;
    boxes[edge + 1] = this.#eastM + besideM;
    boxes[edge + 2] = this.#southM - besideM;
    boxes[edge + 3] = this.#northM + besideM;
    boxes[edge + 4] = this.#lowM - aboveM;
    boxes[edge + 5] = this.#highM + aboveM;
    return this.#westM <= this.#eastM;
  }

  #includeStraight(row: number, untilS: number): void {
    const { motions } = this.#forecasts;
    const at = row * MOTION_SIZE;
    const eastM = motions[at] as number;
    const northM = motions[at + 1] as number;
    const upM = motions[at + 2] as number;
    this.#include(eastM, northM, upM);
    this.#include(
      eastM + (motions[at + 3] as number) * untilS,
      northM + (motions[at + 4] as number) * untilS,
      upM + (motions[at + 5] as number) * untilS,
    );
  }

  #includePath(path: Trajectory, { pathFromS = 0, pathS, onS }: BoxReach): void {
    const { nowS } = this.#forecasts;
    const { startS, knots } = path;
    const fromS = Math.max(0, nowS + pathFromS - startS);
    const toS = Math.min(nowS + pathS, trajectoryEndS(path)) - startS;
    if (toS < fromS) return;
    for (let at = knotBefore(path, fromS) * KNOT_SIZE; at < knots.length; at += KNOT_SIZE) {
      const knotS = knots[at] as number;
      if (knotS > toS) return;
      const nextS = knots[at + KNOT_SIZE] ?? toS;
      this.#includeAlong(knots, at, Math.max(fromS, knotS));
      this.#includeAlong(knots, at, Math.min(toS, nextS) + onS);
    }
  }

  /** The place at a time of the leg that begins at a knot, or beyond it. */
  #includeAlong(knots: Float64Array, at: number, timeS: number): void {
    const next = Math.min(at + KNOT_SIZE, knots.length - KNOT_SIZE);
    const legS = (knots[next] as number) - (knots[at] as number);
    const part = legS > 0 ? (timeS - (knots[at] as number)) / legS : 0;
    const eastM = knots[at + 1] as number;
    const northM = knots[at + 2] as number;
    const upM = knots[at + 3] as number;
    this.#include(
      eastM + ((knots[next + 1] as number) - eastM) * part,
      northM + ((knots[next + 2] as number) - northM) * part,
      upM + ((knots[next + 3] as number) - upM) * part,
    );
  }

  #include(eastM: number, northM: number, upM: number): void {
    this.#westM = Math.min(this.#westM, eastM);
    this.#eastM = Math.max(this.#eastM, eastM);
    this.#southM = Math.min(this.#southM, northM);
    this.#northM = Math.max(this.#northM, northM);
    this.#lowM = Math.min(this.#lowM, upM);
    this.#highM = Math.max(this.#highM, upM);
  }
}
