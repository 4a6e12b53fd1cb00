import { type Clock, type Refusal, refuse } from '@skein/core';
import { BoundedCache } from '../adapters/bounded-cache.ts';
import type { Principal } from './principal.ts';

export type BucketName = 'ingest' | 'commands' | 'queries' | 'login' | 'emergency';

/** What a minute gives when the key itself says nothing. A whole minute's worth may be taken at once. */
const DEFAULT_RATES: Readonly<Record<BucketName, number>> = {
  ingest: 60_000,
  commands: 600,
  queries: 6_000,
  login: 60,
  emergency: 600,
};

/** A key's own `ratePerMinute` counts in these; an emergency never waits for the telemetry before it. */
const OF_THE_KEY: ReadonlySet<BucketName> = new Set(['ingest', 'commands', 'queries']);

export interface RateLimitOptions {
  readonly clock: Clock;
  readonly perMinute?: Partial<Readonly<Record<BucketName, number>>> | undefined;
  /** Principals remembered a bucket; the one not seen for longest is forgotten first. */
  readonly maxPrincipals?: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

const MINUTE_MS = 60_000;
const MAX_PRINCIPALS = 50_000;
/** Refills are fractions: without it, who waits exactly as long as told could miss by 10⁻¹². */
const ROUNDING = 1e-6;

/** Token buckets, one a principal and purpose; all tokens of one key share the key's. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #rates: Readonly<Record<BucketName, number>>;
  readonly #buckets: Readonly<Record<BucketName, BoundedCache<Bucket>>>;

  constructor({ clock, perMinute, maxPrincipals = MAX_PRINCIPALS }: RateLimitOptions) {
    this.#clock = clock;
    this.#rates = { ...DEFAULT_RATES, ...perMinute };
    const cache = () => new BoundedCache<Bucket>(maxPrincipals);
    this.#buckets = {
      ...{ ingest: cache(), commands: cache(), queries: cache() },
      login: cache(),
      emergency: cache(),
    };
  }

  /**
   * Takes `count` from the principal's bucket, or refuses and takes nothing. More than the bucket holds is given to a
   * full one and owed: a large batch passes, but no more than `perMinute` do in the long run.
   */
  take(name: BucketName, principal: Principal, count = 1): Refusal | undefined {
    const perMinute = this.#rateOf(name, principal);
    const nowMs = this.#clock.monotonic();
    const bucket = this.#bucketOf(name, principal, perMinute, nowMs);
    const perMs = perMinute / MINUTE_MS;
    bucket.tokens = Math.min(perMinute, bucket.tokens + (nowMs - bucket.atMs) * perMs);
    bucket.atMs = nowMs;
    const needed = Math.min(count, perMinute);
    if (bucket.tokens + ROUNDING < needed) return limited(name, (needed - bucket.tokens) / perMs);
    bucket.tokens -= count;
    return undefined;
  }

  #rateOf(name: BucketName, { ratePerMinute }: Principal): number {
    const rate = OF_THE_KEY.has(name) ? (ratePerMinute ?? this.#rates[name]) : this.#rates[name];
    return Math.max(1, rate);
  }

  #bucketOf(name: BucketName, principal: Principal, perMinute: number, nowMs: number): Bucket {
    const identity = principal.keyId ?? `${principal.tenant}/${principal.subject}`;
    const known = this.#buckets[name].get(identity);
    if (known) return known;
    const bucket = { tokens: perMinute, atMs: nowMs };
    this.#buckets[name].set(identity, bucket);
    return bucket;
  }
}

function limited(bucket: BucketName, waitMs: number): Refusal {
  return refuse(
    'RATE_LIMITED',
    { reason: 'rate', bucket },
    { retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)) },
  );
}
