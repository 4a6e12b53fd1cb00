import type { DroneState } from './drone-state.ts';

/** Median of received − event time over the last samples, taken at most a few times a second. */
export interface SkewEstimate {
  readonly recentMs: number[];
  count: number;
  medianMs: number;
  observedAtMs: number;
}

const SKEW_SAMPLES = 15;
/** Fewer samples than this say nothing: one late message is not a wrong clock. */
const SKEW_MIN_SAMPLES = 5;
const SKEW_EVERY_MS = 250;

const createSkewEstimate = (): SkewEstimate => ({
  recentMs: [],
  count: 0,
  medianMs: 0,
  observedAtMs: Number.NEGATIVE_INFINITY,
});

/** A delay beyond this makes a drone's clock worth watching. */
const SUSPICIOUS_MS = 1000;

/** Takes a fresh sample's delay in; the median is renewed every few observations only. */
export function observeSkew(drone: DroneState, timeUs: number, receivedAtMs: number): void {
  const delayMs = receivedAtMs - timeUs / 1000;
  if (!drone.skew && Math.abs(delayMs) <= SUSPICIOUS_MS) return;
  drone.skew ??= createSkewEstimate();
  const { skew } = drone;
  if (receivedAtMs - skew.observedAtMs < SKEW_EVERY_MS) return;
  skew.observedAtMs = receivedAtMs;
  skew.recentMs[skew.count % SKEW_SAMPLES] = delayMs;
  skew.count += 1;
  if (skew.count % SKEW_MIN_SAMPLES !== 0) return;
  const known = skew.recentMs.toSorted((a, b) => a - b);
  skew.medianMs = known[known.length >> 1] as number;
}
