import type { AuditEntry, KeyRecord } from '@skein/core';
import { expect, test } from 'vitest';
import { verifyAuditChain } from './audit-chain.ts';
import type { StoreContext } from './store.contract.ts';

const FAR_MS = Date.UTC(2100, 0, 1);

function keyOf(tenant: string, fields: Partial<KeyRecord> = {}): KeyRecord {
  return {
    ...{
      id: `key-${tenant}`,
      name: 'Küche',
      tenant,
      permissions: ['telemetry:write'],
      hash: 'ab'.repeat(32),
    },
    ...{ prefix: 'abcd', createdAtMs: 1_750_000_000_000, ...fields },
  };
}

const entryOf = (tenant: string, fields: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{
    atMs: 1_750_000_000_000,
    tenant,
    actor: 'key-1',
    action: 'command',
    target: 'drone-1',
    outcome: 'ok' as const,
  },
  ...fields,
});

/** What keys, revocations and the audit trail promise. */
export function controlContract(context: () => StoreContext): void {
  test('a key comes back as it was put', async () => {
    const { store, tenant } = context();
    const own = tenant();
    const plain = keyOf(own);
    const bound = keyOf(own, {
      ...{ id: `bound-${own}`, droneId: 'drone-1', ratePerMinute: 60, permissions: [] },
      ...{ expiresAtMs: FAR_MS, revokedAtMs: FAR_MS - 1, lastUsedAtMs: 5 },
    });
    await store.putKey(plain);
    await store.putKey(bound);
    const found = (await store.keys()).filter((key) => key.tenant === own);
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining([plain, bound]));
    await store.putKey({ ...plain, name: 'renamed' });
    expect((await store.keys()).find(({ id }) => id === plain.id)?.name).toBe('renamed');
  });

  test('a key ends at the earliest of the moments given, in its own tenant only', async () => {
    const { store, tenant } = context();
    const key = keyOf(tenant(), { expiresAtMs: 1000 });
    await store.putKey(key);
    const find = async () => (await store.keys()).find(({ id }) => id === key.id);
    expect(await store.endKey('another', key.id, { revokedAtMs: 1 })).toBe(false);
    expect(await store.endKey(undefined, 'no such key', { revokedAtMs: 1 })).toBe(false);
    expect(await find()).toEqual(key);
    expect(await store.endKey(key.tenant, key.id, { expiresAtMs: 2000 })).toBe(true);
    expect(await find()).toEqual(key);
    expect(await store.endKey(key.tenant, key.id, { expiresAtMs: 500 })).toBe(true);
    expect(await find()).toEqual({ ...key, expiresAtMs: 500 });
    expect(await store.endKey(undefined, key.id, { revokedAtMs: 400 })).toBe(true);
    expect(await store.endKey(undefined, key.id, { revokedAtMs: 450 })).toBe(true);
    expect(await find()).toEqual({ ...key, expiresAtMs: 500, revokedAtMs: 400 });
  });

  test('the last use of a key only moves forward', async () => {
    const { store, tenant } = context();
    const key = keyOf(tenant());
    await store.putKey(key);
    await store.touchKeys([{ id: key.id, atMs: 70 }]);
    await store.touchKeys([
      { id: key.id, atMs: 60 },
      { id: 'no such key', atMs: 1 },
    ]);
    await store.touchKeys([]);
    expect((await store.keys()).find(({ id }) => id === key.id)).toEqual({ ...key, lastUsedAtMs: 70 });
  });

  test('the revision grows with every change of a key or a revocation, seen from every connection', async () => {
    const { place, store, tenant } = context();
    const other = await place.openStore();
    const key = keyOf(tenant());
    const changes = [
      () => store.putKey(key),
      () => other.endKey(key.tenant, key.id, { revokedAtMs: 1 }),
      () => store.revokeToken(`jti-${key.tenant}`, FAR_MS),
    ];
    let revision = await store.revision();
    for (const change of changes) {
      await change();
      const next = await other.revision();
      expect(next).toBeGreaterThan(revision);
      expect(await store.revision()).toBe(next);
      revision = next;
    }
    await store.touchKeys([{ id: key.id, atMs: 1 }]);
    await store.endKey('another', key.id, { revokedAtMs: 1 });
    expect(await store.revision()).toBe(revision);
    await other.close();
  });

  test('a revoked token is listed until it would have expired anyway', async () => {
    const { store } = context();
    await store.revokeToken('jti-old', 1000);
    await store.revokeToken('jti-1', FAR_MS);
    await store.revokeToken('jti-1', FAR_MS);
    await store.revokeToken('jti-2', FAR_MS + 1);
    const revoked = (await store.revokedTokens()).filter(({ jti }) =>
      ['jti-old', 'jti-1', 'jti-2'].includes(jti),
    );
    expect(revoked.toSorted((a, b) => a.expiresAtMs - b.expiresAtMs)).toEqual([
      { jti: 'jti-1', expiresAtMs: FAR_MS },
      { jti: 'jti-2', expiresAtMs: FAR_MS + 1 },
    ]);
  });

  test('an audit entry comes back with its place in one chain over all tenants', async () => {
    const { store, tenant } = context();
    const [a, b] = [tenant(), tenant()];
    const details = { z: 1, a: [null, { y: 0.1, x: 'ü\u0000' }], gone: undefined };
    const first = await store.appendAudit(entryOf(a, { requestId: 'r-1', address: '::1', details }));
    const second = await store.appendAudit(entryOf(b, { outcome: 'refused', target: 'broken \ud800 text' }));
    expect(second).toMatchObject({
      number: first.number + 1,
      previousHash: first.hash,
      target: 'broken \ufffd text',
    });
    expect(await store.audit({ tenant: a, limit: 10 })).toEqual([first]);
    expect(first.details).toEqual({ z: 1, a: [null, { y: 0.1, x: 'ü\ufffd' }] });
    expect(await store.audit({ fromNumber: first.number, limit: 1 })).toEqual([first]);
    const third = await store.appendAudit(entryOf(b));
    expect(await store.recentAudit(b, 10)).toEqual([third, second]);
    expect(await store.recentAudit(b, 1)).toEqual([third]);
    expect(verifyAuditChain(await store.audit({ limit: 10_000 }))).toBeUndefined();
  });

  test('two connections that append at the same time keep one chain', async () => {
    const { place, store, tenant } = context();
    const own = tenant();
    const other = await place.openStore();
    const appended = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? store : other).appendAudit(entryOf(own, { target: `t-${n}` })),
      ),
    );
    await other.close();
    expect(new Set(appended.map(({ number }) => number)).size).toBe(20);
    const chain = await store.audit({ limit: 10_000 });
    expect(chain.map(({ number }) => number)).toEqual(chain.map((_, at) => at + 1));
    expect(verifyAuditChain(chain)).toBeUndefined();
  });

  test('a store answers its ping until it is closed, then says so', async () => {
    const { place } = context();
    const store = await place.openStore();
    await expect(store.ping()).resolves.toBeUndefined();
    await store.close();
    await expect(store.ping()).rejects.toThrow('closed');
    await expect(store.keys()).rejects.toThrow('closed');
  });
}
