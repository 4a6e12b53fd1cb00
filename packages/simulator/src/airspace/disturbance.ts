/** What makes an airspace less than perfect: errors of navigation, late and lost words, strangers, wind. */
import { gaussian, toKey, uniform } from '../physics/random.ts';
import { calm, type Gust, type PointMass, trim } from './point-mass.ts';

export const DISTURBANCES = ['noise', 'latency', 'strangers', 'link-loss', 'wind'] as const;
export type DisturbanceName = (typeof DISTURBANCES)[number];
export type Disturbances = ReadonlySet<DisturbanceName>;

/** First-order Gauss–Markov errors of position, as GNSS has them. */
const [HORIZONTAL_M, VERTICAL_M, MEMORY_S, VELOCITY_MPS] = [1.5, 1, 60, 0.1];
/** How old what the ground knows is. */
const LATENCY_S = 1;
const STRANGERS = 0.1;
const [LOSS_S, LOSS_EVERY_S] = [10, 120];
const [WIND_MPS, WIND_FROM_S] = [8, 30];
const STREAM = 200;

/** East, north, up, of a vehicle at a cycle of one second. */
export class Disturbance {
  readonly #names: Disturbances;
  readonly #keys: readonly number[];
  readonly #errors: Float64Array;
  readonly #windAngle: number;
  #gust: Gust = calm;

  constructor(names: Disturbances, count: number, seed: number) {
    this.#names = names;
    this.#keys = Array.from({ length: count }, (_, at) => toKey(seed, at));
    this.#errors = new Float64Array(3 * count);
    this.#windAngle = 2 * Math.PI * uniform(toKey(seed, count), 0, STREAM + 8);
    if (names.has('noise'))
      for (let at = 0; at < count; at += 1)
        for (let axis = 0; axis < 3; axis += 1)
          this.#errors[3 * at + axis] = this.#draw(at, -1, axis) * sigmaOf(axis);
  }

  get latencyS(): number {
    return this.#names.has('latency') ? LATENCY_S : 0;
  }

  get gust(): Gust {
    return this.#gust;
  }

  /** Once a second. */
  nextCycle(cycle: number): void {
    if (!this.#names.has('noise')) return;
    const kept = Math.exp(-1 / MEMORY_S);
    const fresh = Math.sqrt(1 - kept * kept);
    for (let at = 0; at < this.#keys.length; at += 1)
      for (let axis = 0; axis < 3; axis += 1)
        this.#errors[3 * at + axis] =
          kept * (this.#errors[3 * at + axis] as number) +
          fresh * sigmaOf(axis) * this.#draw(at, cycle, axis);
  }

  /** Every step of the integration. */
  blow(timeS: number, dtS: number): void {
    if (!this.#names.has('wind')) return;
    const windMps = timeS >= WIND_FROM_S ? WIND_MPS : 0;
    this.#gust = trim(
      this.#gust,
      windMps * Math.cos(this.#windAngle),
      windMps * Math.sin(this.#windAngle),
      dtS,
    );
  }

  /** Where a vehicle believes that it is. */
  estimate(at: number, truth: PointMass): PointMass {
    if (!this.#names.has('noise')) return truth;
    return {
      ...truth,
      eastM: truth.eastM + (this.#errors[3 * at] as number),
      northM: truth.northM + (this.#errors[3 * at + 1] as number),
      upM: truth.upM + (this.#errors[3 * at + 2] as number),
    };
  }

  /** What it says of itself: the estimate, its velocity with an error of its own. */
  measure(at: number, truth: PointMass, cycle: number): PointMass {
    if (!this.#names.has('noise')) return truth;
    return {
      ...this.estimate(at, truth),
      eastMps: truth.eastMps + VELOCITY_MPS * this.#draw(at, cycle, 3),
      northMps: truth.northMps + VELOCITY_MPS * this.#draw(at, cycle, 4),
    };
  }

  /** Flies straight, whatever it is told. */
  isStranger(at: number): boolean {
    return this.#names.has('strangers') && uniform(this.#keys[at] as number, 0, STREAM + 6) < STRANGERS;
  }

  /** Neither heard nor hearing: for ten seconds of every 120, each vehicle at its own time. */
  isCutOff(at: number, cycle: number): boolean {
    if (!this.#names.has('link-loss')) return false;
    const shift = Math.floor(LOSS_EVERY_S * uniform(this.#keys[at] as number, 0, STREAM + 7));
    return (cycle + shift) % LOSS_EVERY_S < LOSS_S;
  }

  #draw(at: number, cycle: number, stream: number): number {
    return gaussian(this.#keys[at] as number, cycle, STREAM + stream);
  }
}

function sigmaOf(axis: number): number {
  return axis === 2 ? VERTICAL_M : HORIZONTAL_M;
}
