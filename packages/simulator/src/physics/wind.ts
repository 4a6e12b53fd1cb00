import { EPOCH_S, STEPS_PER_EPOCH } from './airframe.ts';
import { type FleetState, PHASE } from './fleet-state.ts';
import { gaussian } from './random.ts';

export interface Wind {
  /** Mean speed at 20 ft above ground (W20 of MIL-F-8785C), m/s. */
  readonly speedMps: number;
  /** Where it comes from, degrees clockwise from north. */
  readonly fromDeg: number;
  /** Roughness length of the ground, m. Default 0.05, open country. */
  readonly roughnessM?: number;
  /** Multiplies the gusts' strength; 0 is a steady wind. Default 1. */
  readonly turbulence?: number;
}

const FEET = 1 / 0.3048;
const W20_HEIGHT_M = 6.1;
const MIN_HEIGHT_FT = 10;
/** Gusts drift through a hovering drone with the wind; in a calm something still moves. */
const MIN_AIRSPEED_MPS = 1;

/** Mean wind at a height above ground, m/s: logarithmic profile through W20. */
export function meanWindMps(wind: Wind, heightM: number): number {
  const roughnessM = wind.roughnessM ?? 0.05;
  const clear = Math.max(heightM, 2 * roughnessM);
  return (wind.speedMps * Math.log(clear / roughnessM)) / Math.log(W20_HEIGHT_M / roughnessM);
}

/** Dryden's lengths (m) and intensities (m/s) below 1000 ft. MIL-F-8785C. */
export function drydenAt(wind: Wind, heightM: number) {
  const heightFt = Math.min(1000, Math.max(MIN_HEIGHT_FT, heightM * FEET));
  const shape = 0.177 + 0.000823 * heightFt;
  const sigmaW = 0.1 * wind.speedMps * (wind.turbulence ?? 1);
  return {
    lengthUM: heightFt / shape ** 1.2 / FEET,
    lengthWM: heightFt / FEET,
    sigmaUMps: sigmaW / shape ** 0.4,
    sigmaWMps: sigmaW,
  };
}

const TOP_M = 1500;

/** The air over the site, metre by metre of height: what a thousand drones ask for five times a second. */
export interface Air {
  readonly alongX: number;
  readonly alongY: number;
  readonly meanMps: Float64Array;
  readonly lengthUM: Float64Array;
  readonly lengthWM: Float64Array;
  readonly sigmaUMps: Float64Array;
  readonly sigmaWMps: number;
}

/** Undefined in a calm. */
export function createAir(wind: Wind): Air | undefined {
  if (wind.speedMps <= 0) return undefined;
  const fromRad = (wind.fromDeg * Math.PI) / 180;
  const levels = Array.from({ length: TOP_M + 1 }, (_, heightM) => heightM);
  const gusts = levels.map((heightM) => drydenAt(wind, heightM));
  return {
    alongX: -Math.sin(fromRad),
    alongY: -Math.cos(fromRad),
    meanMps: Float64Array.from(levels, (heightM) => meanWindMps(wind, heightM)),
    lengthUM: Float64Array.from(gusts, (gust) => gust.lengthUM),
    lengthWM: Float64Array.from(gusts, (gust) => gust.lengthWM),
    sigmaUMps: Float64Array.from(gusts, (gust) => gust.sigmaUMps),
    sigmaWMps: drydenAt(wind, 0).sigmaWMps,
  };
}

const STREAM = { u: 1, v1: 2, v2: 3, w1: 4, w2: 5 };

/** Renews the wind at every airborne drone whose epoch it is: mean profile plus Dryden gusts. Hot. */
export function blow(state: FleetState, air: Air, step: number): void {
  const { phase, count, z, vx, vy, key, gustU, gustV1, gustV2, gustW1, gustW2, windX, windY, windZ } = state;
  const { alongX, alongY } = air;
  for (let i = step % STEPS_PER_EPOCH; i < count; i += STEPS_PER_EPOCH) {
    if ((phase[i] as number) < PHASE.takeoff) continue;
    const k = key[i] as number;
    const level = Math.min(TOP_M, z[i] as number) | 0;
    const mean = air.meanMps[level] as number;
    const sigmaU = air.sigmaUMps[level] as number;
    const airX = (vx[i] as number) - alongX * mean;
    const airY = (vy[i] as number) - alongY * mean;
    const airspeed = Math.max(MIN_AIRSPEED_MPS, Math.sqrt(airX * airX + airY * airY));
    const rateU = (airspeed * EPOCH_S) / (air.lengthUM[level] as number);
    const rateW = (airspeed * EPOCH_S) / (air.lengthWM[level] as number);
    const decay = Math.exp(-rateU);
    const u = decay * (gustU[i] as number) + Math.sqrt(1 - decay * decay) * gaussian(k, step, STREAM.u);
    gustU[i] = u;
    const across = { rate: rateU, n1: gaussian(k, step, STREAM.v1), n2: gaussian(k, step, STREAM.v2) };
    const v = sigmaU * lateral(gustV1, gustV2, i, across);
    const upward = { rate: rateW, n1: gaussian(k, step, STREAM.w1), n2: gaussian(k, step, STREAM.w2) };
    const along = mean + sigmaU * u;
    windX[i] = alongX * along - alongY * v;
    windY[i] = alongY * along + alongX * v;
    windZ[i] = air.sigmaWMps * lateral(gustW1, gustW2, i, upward);
  }
}

interface Draw {
  /** V·Δt/L */
  readonly rate: number;
  readonly n1: number;
  readonly n2: number;
}

/**
 * One step of Dryden's second-order form, H = √(L/πV)·(1 + √3·Ls/V)/(1 + Ls/V)², at unit variance. By partial
 * fractions H = √3·F + (1 − √3)·F² with F a first-order lag, whose two states have stationary covariance
 * [[1, ½], [½, ½]]; the noise is what keeps that exactly at any step (Q = P − A·P·Aᵀ).
 */
function lateral(first: Float64Array, second: Float64Array, i: number, { rate, n1, n2 }: Draw): number {
  const e = Math.exp(-rate);
  const e2 = e * e;
  const q11 = 1 - e2;
  const q12 = 0.5 - e2 * (rate + 0.5);
  const q22 = 0.5 - e2 * (rate * rate + rate + 0.5);
  const l11 = Math.sqrt(q11);
  const l21 = q12 / l11;
  const l22 = Math.sqrt(Math.max(0, q22 - l21 * l21));
  const f1 = first[i] as number;
  const a = e * f1 + l11 * n1;
  const b = e * (second[i] as number) + rate * e * f1 + l21 * n1 + l22 * n2;
  first[i] = a;
  second[i] = b;
  return (Math.sqrt(3) * a + (1 - Math.sqrt(3)) * b) / Math.SQRT2;
}
