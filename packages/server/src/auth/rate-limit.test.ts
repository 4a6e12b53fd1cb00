import { isRefusal } from '@skein/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../adapters/memory/manual-clock.ts';
import type { Principal } from './principal.ts';
import { type BucketName, RateLimiter } from './rate-limit.ts';

const principal = (fields: Partial<Principal> = {}): Principal => ({
  ...{ kind: 'key', subject: 'k', tenant: 'a', permissions: new Set(), keyId: 'k', ...fields },
});

function limiterOf(
  options: { perMinute?: Partial<Record<BucketName, number>>; maxPrincipals?: number } = {},
) {
  const clock = new ManualClock();
  return { clock, limiter: new RateLimiter({ clock, ...options }) };
}

test('a key of five a minute gets five at once, then one every twelve seconds', () => {
  const { clock, limiter } = limiterOf();
  const slow = principal({ ratePerMinute: 5 });
  const take = () => limiter.take('ingest', slow);
  expect([take(), take(), take(), take(), take()]).toEqual(Array(5).fill(undefined));
  expect(take()).toMatchObject({ code: 'RATE_LIMITED', httpStatus: 429, retryAfterS: 12 });
  clock.advance(11_999);
  expect(take()).toMatchObject({ retryAfterS: 1 });
  clock.advance(1);
  expect(take()).toBeUndefined();
  expect(take()).toMatchObject({ retryAfterS: 12 });
});

test('an emergency is taken when everything else is exhausted', () => {
  const { limiter } = limiterOf();
  const slow = principal({ ratePerMinute: 1 });
  for (const name of ['ingest', 'commands', 'queries'] as const) {
    expect(limiter.take(name, slow)).toBeUndefined();
    expect(limiter.take(name, slow)).toMatchObject({ code: 'RATE_LIMITED', details: { bucket: name } });
  }
  expect(limiter.take('emergency', slow)).toBeUndefined();
  expect(limiter.take('login', slow)).toBeUndefined();
});

test('the tokens of one key share its bucket; other principals and tenants have their own', () => {
  const { limiter } = limiterOf({ perMinute: { queries: 1 } });
  expect(limiter.take('queries', principal())).toBeUndefined();
  expect(limiter.take('queries', principal({ kind: 'token', subject: 'x' }))).toMatchObject({
    refused: true,
  });
  const { keyId: _, ...external } = principal({ kind: 'token' });
  expect(limiter.take('queries', external)).toBeUndefined();
  expect(limiter.take('queries', { ...external, tenant: 'b' })).toBeUndefined();
  expect(limiter.take('queries', external)).toMatchObject({ refused: true });
});

test('a batch larger than the bucket passes when it is full, and is owed', () => {
  const { clock, limiter } = limiterOf({ perMinute: { ingest: 60 } });
  expect(limiter.take('ingest', principal(), 180)).toBeUndefined();
  expect(limiter.take('ingest', principal())).toMatchObject({ retryAfterS: 121 });
  clock.advance(121_000);
  expect(limiter.take('ingest', principal())).toBeUndefined();
});

test('over any stretch of time no more pass than the bucket holds and the time gives', () => {
  const step = fc.record({ waitMs: fc.nat(30_000), count: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 600 }),
      fc.array(step, { maxLength: 60 }),
      (ratePerMinute, steps) => {
        const { clock, limiter } = limiterOf();
        const one = principal({ ratePerMinute });
        const passed: { atMs: number; count: number }[] = [];
        for (const { waitMs, count } of steps) {
          clock.advance(waitMs);
          if (!limiter.take('ingest', one, count)) passed.push({ atMs: clock.monotonic(), count });
        }
        for (let from = 0; from < passed.length; from += 1) {
          let sum = 0;
          for (const { atMs, count } of passed.slice(from)) {
            sum += count;
            const spanMs = atMs - (passed[from]?.atMs ?? 0);
            expect(sum).toBeLessThanOrEqual(ratePerMinute + (spanMs * ratePerMinute) / 60_000 + 1e-3);
          }
        }
      },
    ),
  );
});

test('whoever waits as long as the refusal says is let through', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 50 }),
      (ratePerMinute, count) => {
        const { clock, limiter } = limiterOf();
        const one = principal({ ratePerMinute });
        let refusal = limiter.take('ingest', one, count);
        for (let n = 0; n < 1100 && !refusal; n += 1) refusal = limiter.take('ingest', one, count);
        expect(isRefusal(refusal)).toBe(true);
        clock.advance((refusal?.retryAfterS ?? 0) * 1000);
        expect(limiter.take('ingest', one, count)).toBeUndefined();
      },
    ),
  );
});

test('a principal that comes often keeps its bucket while thousands of others pass by', () => {
  const { limiter } = limiterOf({ perMinute: { login: 10 }, maxPrincipals: 5 });
  const passed = Array.from({ length: 200 }, (_, n) => {
    limiter.take('login', principal({ keyId: `other-${n}` }));
    return limiter.take('login', principal());
  });
  expect(passed.filter((refusal) => refusal === undefined)).toHaveLength(10);
});
