import { gaussian } from '../physics/random.ts';

/** Radio: log-distance path loss (exponent 2 over open ground) with Rician fading, as a percentage of the useful range. */

const AT_ONE_METRE_DBM = -20;
const EXPONENT = 2;
const DEAD_DBM = -110;
const FULL_DBM = -50;
/** The direct path is ten times the scattered ones. */
const RICE_K = 10;
const STREAM = { real: 40, imaginary: 41 };

/** Mean received power, dBm. */
export function receivedDbm(distanceM: number): number {
  return AT_ONE_METRE_DBM - 10 * EXPONENT * Math.log10(Math.max(1, distanceM));
}

/** Signal, 0–100 %, at a distance from the drone's ground station. */
export function readSignal(distanceM: number, key: number, step: number): number {
  const direct = Math.sqrt(RICE_K / (RICE_K + 1));
  const scatter = Math.sqrt(1 / (2 * (RICE_K + 1)));
  const real = direct + scatter * gaussian(key, step, STREAM.real);
  const imaginary = scatter * gaussian(key, step, STREAM.imaginary);
  const fadingDb = 10 * Math.log10(real * real + imaginary * imaginary + 1e-6);
  const share = (receivedDbm(distanceM) + fadingDb - DEAD_DBM) / (FULL_DBM - DEAD_DBM);
  return 100 * Math.min(1, Math.max(0, share));
}
