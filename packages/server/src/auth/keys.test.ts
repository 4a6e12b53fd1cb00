import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createKey, hashKey, rotateKey } from './keys.ts';

const SECRET = 'f'.repeat(64);
const HOUR_MS = 3_600_000;
const spec = { name: 'Küche', tenant: 'a', permissions: ['telemetry:write', 'telemetry:write'] as const };

test('a key is 64 hex digits, and its record does not hold it', () => {
  const { key, record } = createKey(spec, SECRET, 1000);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(record)).not.toContain(key.slice(8));
  expect(record).toMatchObject({
    name: 'Küche',
    tenant: 'a',
    permissions: ['telemetry:write'],
    createdAtMs: 1000,
  });
  expect(record.prefix).toBe(key.slice(0, 8));
  expect(Object.keys(record)).not.toContain('droneId');
  expect(createKey(spec, SECRET, 1000).key).not.toBe(key);
});

test('the hash of a key is its HMAC-SHA-256 with the secret', () => {
  const { key, record } = createKey(spec, SECRET, 0);
  expect(record.hash).toBe(createHmac('sha256', SECRET).update(key).digest('hex'));
  expect(hashKey(key, 'another secret')).not.toBe(record.hash);
});

test('a rotated key keeps the rights and the span of life, and the old one ends after the overlap', () => {
  const nowMs = 100 * HOUR_MS;
  const full = { ...spec, droneId: 'drone-001', expiresAtMs: 200 * HOUR_MS, ratePerMinute: 5 };
  const old = createKey(full, SECRET, 50 * HOUR_MS).record;
  const { key, record, endOld } = rotateKey(old, SECRET, nowMs);
  const { id, hash, prefix, createdAtMs, expiresAtMs, ...rights } = record;
  expect(old).toMatchObject(rights);
  expect([id, hash]).not.toEqual([old.id, old.hash]);
  expect([createdAtMs, expiresAtMs]).toEqual([nowMs, 250 * HOUR_MS]);
  expect(hash).toBe(hashKey(key, SECRET));
  expect(prefix).toBe(key.slice(0, 8));
  expect(endOld.expiresAtMs).toBe(nowMs + 24 * HOUR_MS);
  expect(rotateKey(old, SECRET, 199 * HOUR_MS).endOld.expiresAtMs).toBe(old.expiresAtMs);
  expect(rotateKey(old, SECRET, nowMs, 0).endOld.expiresAtMs).toBe(nowMs);
});

test('a key without an end is rotated into one without an end', () => {
  const { record, endOld } = rotateKey(createKey(spec, SECRET, 0).record, SECRET, 7, 10);
  expect(record.expiresAtMs).toBeUndefined();
  expect(endOld.expiresAtMs).toBe(17);
});
