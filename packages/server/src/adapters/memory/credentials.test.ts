import { expect, test } from 'vitest';
import { verifyAuditChain } from '../audit-chain.ts';
import { createMemoryAuditTrail, createMemoryCredentials } from './credentials.ts';

const key = {
  ...{ id: 'key-1', name: 'k', tenant: 'a', permissions: [], hash: 'h', prefix: 'p', createdAtMs: 1 },
  expiresAtMs: 1000,
};

test('a key ends at the earliest of the moments given, in its own tenant only', async () => {
  const credentials = createMemoryCredentials();
  await credentials.putKey(key);
  expect(await credentials.endKey('b', key.id, { revokedAtMs: 1 })).toBe(false);
  expect(await credentials.endKey(undefined, 'none', { revokedAtMs: 1 })).toBe(false);
  expect(await credentials.endKey('a', key.id, { expiresAtMs: 2000 })).toBe(true);
  expect(await credentials.keys()).toEqual([key]);
  await credentials.endKey(undefined, key.id, { expiresAtMs: 500, revokedAtMs: 400 });
  await credentials.endKey('a', key.id, { revokedAtMs: 450 });
  expect(await credentials.keys()).toEqual([{ ...key, expiresAtMs: 500, revokedAtMs: 400 }]);
});

test('the revision grows with changes only, and the last use moves forward only', async () => {
  const credentials = createMemoryCredentials();
  await credentials.putKey(key);
  await credentials.revokeToken('jti', 1e15);
  const revision = await credentials.revision();
  expect(revision).toBe(2);
  await credentials.touchKeys([
    { id: key.id, atMs: 70 },
    { id: key.id, atMs: 60 },
    { id: 'none', atMs: 1 },
  ]);
  await credentials.endKey('b', key.id, { revokedAtMs: 1 });
  expect(await credentials.revision()).toBe(revision);
  expect(await credentials.keys()).toEqual([{ ...key, lastUsedAtMs: 70 }]);
});

test('a revoked token is forgotten once it would have expired anyway', async () => {
  let nowMs = 0;
  const credentials = createMemoryCredentials(() => nowMs);
  await credentials.revokeToken('old', 10);
  nowMs = 11;
  await credentials.revokeToken('new', 20);
  expect(await credentials.revokedTokens()).toEqual([{ jti: 'new', expiresAtMs: 20 }]);
});

test('the audit trail is one chain over all tenants', async () => {
  const trail = createMemoryAuditTrail();
  const entry = { atMs: 1, actor: 'x', action: 'y', target: 'z', outcome: 'ok' } as const;
  const first = await trail.appendAudit({ ...entry, tenant: 'a' });
  const second = await trail.appendAudit({ ...entry, tenant: 'b' });
  const third = await trail.appendAudit({ ...entry, tenant: 'a' });
  expect(verifyAuditChain(await trail.audit({ limit: 10 }))).toBeUndefined();
  expect(await trail.audit({ tenant: 'a', fromNumber: 2, limit: 10 })).toEqual([third]);
  expect(await trail.audit({ limit: 2 })).toEqual([first, second]);
  expect(await trail.recentAudit('a', 10)).toEqual([third, first]);
  expect(await trail.recentAudit('a', 1)).toEqual([third]);
});
