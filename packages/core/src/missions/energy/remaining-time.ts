/**
 * How long a drone can stay up as it has flown lately: energy above the floor over the power's exponential mean of 30 s.
 * The interval comes from the power's exponential variance over five minutes: half a minute does not show how much a
 * flight's phases differ; what has not been flown for long is doubted besides. Mutable: the telemetry is its one writer.
 */
export interface PowerTrend {
  meanW: number;
  slowMeanW: number;
  varianceW2: number;
  /** Seconds observed so far. */
  seconds: number;
}

export interface RemainingTime {
  readonly meanS: number;
  /** In four of five cases it lies between these. */
  readonly leastS: number;
  readonly mostS: number;
}

const MEMORY_S = 30;
const SLOW_MEMORY_S = 300;
/** Of the mean: how much another phase of flight may differ, before one has been seen. */
const EARLY_DOUBT = 0.15;
/** 80 % of a normal distribution lies within so many standard deviations. */
const Z_80 = 1.2816;
/** Power never falls below this share of its mean, however wide the interval. */
const LEAST_SHARE = 0.2;
const S_PER_H = 3600;

export const createPowerTrend = (): PowerTrend => ({ meanW: 0, slowMeanW: 0, varianceW2: 0, seconds: 0 });

/**
 * Takes in a power (W) that was drawn for a while (s). Until its memory is full a mean is the plain one. Source: West 1979,
 * incremental weighted mean and variance.
 */
export function observePower(trend: PowerTrend, powerW: number, seconds: number): void {
  if (
    !(powerW >= 0 && powerW < Number.POSITIVE_INFINITY && seconds > 0 && seconds < Number.POSITIVE_INFINITY)
  )
    return;
  trend.seconds += seconds;
  const share = Math.min(1, seconds / trend.seconds);
  const weight = Math.max(1 - Math.exp(-seconds / MEMORY_S), share);
  const slowWeight = Math.max(1 - Math.exp(-seconds / SLOW_MEMORY_S), share);
  const difference = powerW - trend.slowMeanW;
  trend.meanW += weight * (powerW - trend.meanW);
  trend.slowMeanW += slowWeight * difference;
  trend.varianceW2 = (1 - slowWeight) * (trend.varianceW2 + slowWeight * difference * difference);
}

/** Undefined before a power has been observed, or when none is drawn. `energyWh` is what lies above the floor. */
export function remainingTime(trend: PowerTrend, energyWh: number): RemainingTime | undefined {
  if (!(trend.meanW > 0) || !Number.isFinite(energyWh)) return undefined;
  const energyJ = Math.max(0, energyWh) * S_PER_H;
  const doubtW2 = (EARLY_DOUBT * trend.meanW) ** 2 * (SLOW_MEMORY_S / (SLOW_MEMORY_S + trend.seconds));
  const spreadW = Z_80 * Math.sqrt(trend.varianceW2 + doubtW2);
  return {
    meanS: energyJ / trend.meanW,
    leastS: energyJ / (trend.meanW + spreadW),
    mostS: energyJ / Math.max(LEAST_SHARE * trend.meanW, trend.meanW - spreadW),
  };
}
