import { KNOT_SIZE, knotBefore, type Trajectory, trajectoryEndS } from '../../geo/trajectory.ts';
import type { Boxes } from './box-sweep.ts';
import { type Forecasts, PATH, STRAIGHT } from './forecasts.ts';

/** How far around a row's forecasts a box reaches, and for how long they are followed. */
export interface BoxReach {
  readonly horizontalM: number;
  readonly verticalM: number;
  readonly straightS: number;
  readonly pathS: number;
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
  write(row: number, reach: BoxReach, boxes: Boxes, at: number): boolean {
    const { has, widerM, tallerM, paths, nowS } = this.#forecasts;
    const ways = has[row] as number;
    this.#westM = this.#southM = this.#lowM = Number.POSITIVE_INFINITY;
    this.#eastM = this.#northM = this.#highM = Number.NEGATIVE_INFINITY;
    let besideM = reach.horizontalM + ROUNDING_M;
    let aboveM = reach.verticalM + ROUNDING_M;
    if (ways & STRAIGHT) {
      this.#includeStraight(row, reach.straightS);
      besideM += widerM[row] as number;
      aboveM += tallerM[row] as number;
    }
    if (ways & PATH) this.#includePath(paths[row] as Trajectory, nowS, nowS + reach.pathS);
    boxes.westM[at] = this.#westM - besideM;
    boxes.eastM[at] = this.#eastM + besideM;
    boxes.southM[at] = this.#southM - besideM;
    boxes.northM[at] = this.#northM + besideM;
    boxes.lowM[at] = this.#lowM - aboveM;
    boxes.highM[at] = this.#highM + aboveM;
    return this.#westM <= this.#eastM;
  }

  #includeStraight(row: number, untilS: number): void {
    const { straight } = this.#forecasts;
    const [eastM, northM, upM] = [straight.eastM[row], straight.northM[row], straight.upM[row]] as number[];
    this.#include(eastM as number, northM as number, upM as number);
    this.#include(
      (eastM as number) + (straight.eastMps[row] as number) * untilS,
      (northM as number) + (straight.northMps[row] as number) * untilS,
      (upM as number) + (straight.upMps[row] as number) * untilS,
    );
  }

  #includePath(path: Trajectory, nowS: number, untilS: number): void {
    const { startS, knots } = path;
    const fromS = Math.max(0, nowS - startS);
    const toS = Math.min(untilS, trajectoryEndS(path)) - startS;
    if (toS < fromS) return;
    const first = knotBefore(path, fromS) * KNOT_SIZE;
    this.#includeAlong(knots, first, fromS);
    let at = first + KNOT_SIZE;
    for (; at < knots.length && (knots[at] as number) < toS; at += KNOT_SIZE)
      this.#include(knots[at + 1] as number, knots[at + 2] as number, knots[at + 3] as number);
    this.#includeAlong(knots, at - KNOT_SIZE, toS);
  }

  /** The place at a time of the leg that begins at a knot. */
  #includeAlong(knots: Float64Array, at: number, timeS: number): void {
    const next = Math.min(at + KNOT_SIZE, knots.length - KNOT_SIZE);
    const legS = (knots[next] as number) - (knots[at] as number);
    const part = legS > 0 ? Math.min(1, (timeS - (knots[at] as number)) / legS) : 0;
    const [eastM, northM, upM] = knots.subarray(at + 1, at + KNOT_SIZE) as unknown as [
      number,
      number,
      number,
    ];
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
