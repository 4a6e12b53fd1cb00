import { type Clock, type Refusal, refuse } from '@skein/core';
import { BoundedCache } from '../adapters/bounded-cache.ts';

export interface LockoutConfig {
  /** So many wrong credentials within `windowMs` lock their address. */
  readonly failures: number;
  readonly windowMs: number;
  /** The first lock; each further one is twice as long, up to `maxLockMs`. */
  readonly lockMs: number;
  readonly maxLockMs: number;
  readonly maxAddresses: number;
}

export const DEFAULT_LOCKOUT: LockoutConfig = {
  failures: 10,
  windowMs: 60_000,
  lockMs: 30_000,
  maxLockMs: 900_000,
  maxAddresses: 10_000,
};

export interface Lock {
  /** The answer instead of the usual one. */
  readonly refusal: Refusal;
  /** It began with this very credential: what follows is no news. */
  readonly isNew: boolean;
}

interface Suspect {
  failures: number;
  windowEndsMs: number;
  lockedUntilMs: number;
  lockMs: number;
}

/**
 * Slows the guessing of credentials down, per source address. Only wrong answers are held back: behind the same
 * address (a router, a mobile network) a good credential goes on working.
 */
export class Lockout {
  readonly #config: LockoutConfig;
  readonly #clock: Clock;
  readonly #suspects: BoundedCache<Suspect>;

  constructor(config: LockoutConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
    this.#suspects = new BoundedCache(config.maxAddresses);
  }

  /** Counts one wrong credential; undefined while the address may still try. */
  fail(address: string): Lock | undefined {
    const nowMs = this.#clock.monotonic();
    const suspect = this.#suspectOf(toSource(address), nowMs);
    if (nowMs < suspect.lockedUntilMs)
      return { refusal: lockedFor(suspect.lockedUntilMs - nowMs), isNew: false };
    if (nowMs >= suspect.windowEndsMs) this.#beginWindow(suspect, nowMs);
    suspect.failures += 1;
    if (suspect.failures <= this.#config.failures) return undefined;
    suspect.failures = 0;
    suspect.lockedUntilMs = nowMs + suspect.lockMs;
    suspect.windowEndsMs = suspect.lockedUntilMs + this.#config.windowMs;
    const refusal = lockedFor(suspect.lockMs);
    suspect.lockMs = Math.min(suspect.lockMs * 2, this.#config.maxLockMs);
    return { refusal, isNew: true };
  }

  #suspectOf(source: string, nowMs: number): Suspect {
    const known = this.#suspects.get(source);
    if (known) return known;
    const { windowMs, lockMs } = this.#config;
    const suspect = { failures: 0, windowEndsMs: nowMs + windowMs, lockedUntilMs: 0, lockMs };
    this.#suspects.set(source, suspect);
    return suspect;
  }

  /** A window without a lock in it begins anew, and the next lock is a first one again. */
  #beginWindow(suspect: Suspect, nowMs: number): void {
    suspect.failures = 0;
    suspect.windowEndsMs = nowMs + this.#config.windowMs;
    suspect.lockMs = this.#config.lockMs;
  }
}

function lockedFor(ms: number): Refusal {
  return refuse('RATE_LIMITED', { reason: 'wrong_credentials' }, { retryAfterS: Math.ceil(ms / 1000) });
}

/** One subscriber has a whole /64 of IPv6 (RFC 6177): its addresses are one source. */
export function toSource(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined || !address.includes(':')) return v4 ?? address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  return [...groups, ...new Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':');
}
