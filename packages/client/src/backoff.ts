/** No wait is longer, ms: a reconnect storm spreads over 0 to 30 s (RELIABILITY T11). */
export const BACKOFF_CAP_MS = 30_000;

/**
 * Exponential backoff with full jitter: uniform in [0, min(cap, base · 2^attempt)).
 * Source: AWS Architecture Blog, "Exponential Backoff and Jitter" (2015).
 */
export function backoffMs(baseMs: number, attempt: number, random: () => number): number {
  return random() * Math.min(BACKOFF_CAP_MS, baseMs * 2 ** Math.min(attempt, 30));
}

/** Once the attempts are used up: slow, in the upper half of the cap, still spread. */
export function slowMs(random: () => number): number {
  return BACKOFF_CAP_MS * (1 + random()) * 0.5;
}
