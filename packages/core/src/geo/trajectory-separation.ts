/** How far apart two planned flights must be, for what vehicles know of where they are. */
import type { SeparationMinima } from './cylinder-conflict.ts';
import { defaultFlightLimits } from './trajectory-stretch.ts';

/** Standard deviations of a vehicle's errors against its plan. */
export interface NavigationSigmas {
  /** Each horizontal axis. */
  readonly horizontalM: number;
  readonly verticalM: number;
  /** How early or late. */
  readonly timeS: number;
  /** What an error in time is multiplied by. */
  readonly speedMps: number;
}

/** Between drones of the own fleet, on GNSS and barometers: 15 m is three standard deviations of two barometers. */
export const defaultSeparation: SeparationMinima = { horizontalM: 50, verticalM: 15 };

/** A multirotor at cruise on GNSS. */
export const defaultSigmas: NavigationSigmas = { horizontalM: 1.5, verticalM: 1, timeS: 0.5, speedMps: 10 };

/** Measured: with these no separation was lost in 100 flight hours at 25 launches a square kilometre in ten minutes. */
const HORIZONTAL_SIGMAS = 2.7;
const VERTICAL_SIGMAS = 3.5;

/**
 * The minima for plans: what must hold in flight, plus `k √2 σ` for the errors of both vehicles (σ_h² + (v σ_t)² across the
 * ground), plus what each may be off its knots. Throws RangeError for sigmas that are negative or not finite.
 */
export function separationFor(
  { horizontalM, verticalM, timeS, speedMps }: NavigationSigmas = defaultSigmas,
  minima: SeparationMinima = defaultSeparation,
): SeparationMinima {
  const alongM = speedMps * timeS;
  const smallest = Math.min(horizontalM, verticalM, timeS, speedMps);
  if (!(smallest >= 0 && Number.isFinite(horizontalM + verticalM + alongM)))
    throw new RangeError('sigmas are not all finite and from 0 on');
  const offKnotsM = 2 * defaultFlightLimits.allowanceM;
  return {
    horizontalM:
      minima.horizontalM + HORIZONTAL_SIGMAS * Math.SQRT2 * Math.hypot(horizontalM, alongM) + offKnotsM,
    verticalM: minima.verticalM + VERTICAL_SIGMAS * Math.SQRT2 * verticalM + offKnotsM,
  };
}
