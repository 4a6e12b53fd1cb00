import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '@skein/core';
import { expect, test } from 'vitest';
import { createMemoryCredentials } from '../adapters/memory/credentials.ts';
import { ManualClock } from '../adapters/memory/manual-clock.ts';
import { openSqliteStore } from '../adapters/sqlite/store.ts';
import { Keyring } from './keyring.ts';
import { createKey, type KeySpec } from './keys.ts';
import type { Principal } from './principal.ts';

const SECRET = 's'.repeat(32);

/** A store that can be cut off, and tells when it was asked. */
function unreliable(inner: Credentials) {
  const state = { down: false, asked: [] as string[] };
  const through =
    (name: string, call: (...args: never[]) => Promise<unknown>) =>
    async (...args: never[]) => {
      state.asked.push(name);
      if (state.down) throw new Error('the store is down');
      return call(...args);
    };
  const credentials = Object.fromEntries(
    Object.entries(inner).map(([name, call]) => [name, through(name, call)]),
  ) as unknown as Credentials;
  return { credentials, state };
}

async function ringOf() {
  const clock = new ManualClock();
  const inner = createMemoryCredentials(() => clock.now());
  const { credentials, state } = unreliable(inner);
  const add = async (spec: Partial<KeySpec> = {}) => {
    const created = createKey(
      { name: 'k', tenant: 'a', permissions: ['telemetry:write'], ...spec },
      SECRET,
      clock.now(),
    );
    await inner.putKey(created.record);
    return { ...created, id: created.record.id };
  };
  const first = await add();
  const faults: unknown[] = [];
  const keyring = await Keyring.open({
    credentials,
    apiKeySecret: SECRET,
    clock,
    onError: (fault) => faults.push(fault),
  });
  const gone: string[] = [];
  keyring.onRevoked((id) => gone.push(id));
  /** One poll, and the answers of the store to it. */
  const poll = async () => {
    clock.advance(250);
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return { clock, inner, state, add, first, faults, keyring, gone, poll };
}

test('a key becomes the principal its record describes', async () => {
  const { add, keyring } = await ringOf();
  const { key, id } = await add({ droneId: 'drone-001', ratePerMinute: 5, expiresAtMs: 9e15 });
  expect(keyring.find(key)).toBe('unknown');
  await keyring.refresh();
  expect(keyring.find(key)).toEqual({
    ...{ kind: 'key', subject: id, keyId: id, tenant: 'a', permissions: new Set(['telemetry:write']) },
    ...{ droneId: 'drone-001', ratePerMinute: 5, expiresAtMs: 9e15 },
  });
  expect(keyring.find(key.toUpperCase())).toBe('unknown');
});

test('a key that another process revokes is refused and announced by the next poll', async () => {
  const { clock, inner, first, keyring, gone, poll } = await ringOf();
  const principal = keyring.find(first.key) as Principal;
  expect(keyring.endedBy(principal)).toBeUndefined();
  await inner.endKey('a', first.id, { revokedAtMs: clock.now() });
  await poll();
  expect(keyring.find(first.key)).toBe('revoked');
  expect(keyring.endedBy(principal)).toBe('revoked');
  expect(gone).toEqual([first.id]);
  await poll();
  expect(gone).toEqual([first.id]);
});

test('a key that expires is announced at its moment, even while the store is down', async () => {
  const { clock, inner, state, first, keyring, gone, poll } = await ringOf();
  await inner.endKey('a', first.id, { expiresAtMs: clock.now() + 400 });
  await poll();
  expect(gone).toEqual([]);
  state.down = true;
  await poll();
  expect(keyring.find(first.key)).toBe('expired');
  expect(gone).toEqual([first.id]);
});

test('a revoked token is announced once and refused from then on', async () => {
  const { inner, keyring, gone, poll } = await ringOf();
  const token: Principal = { kind: 'token', subject: 's', tenant: 'a', permissions: new Set(), jti: 'j-1' };
  expect(keyring.endedBy(token)).toBeUndefined();
  await inner.revokeToken('j-1', 9e15);
  await poll();
  await poll();
  expect(keyring.endedBy(token)).toBe('revoked');
  expect(gone).toEqual(['j-1']);
});

test('a token ends with the key it was exchanged for', async () => {
  const { clock, inner, first, keyring } = await ringOf();
  const token: Principal = {
    kind: 'token',
    subject: 's',
    tenant: 'a',
    permissions: new Set(),
    keyId: first.id,
  };
  expect(keyring.endedBy(token)).toBeUndefined();
  expect(keyring.endedBy({ ...token, keyId: 'no such key' })).toBe('revoked');
  expect(keyring.endedBy({ ...token, expiresAtMs: clock.now() })).toBe('expired');
  await inner.endKey(undefined, first.id, { revokedAtMs: clock.now() });
  await keyring.refresh();
  expect(keyring.endedBy(token)).toBe('revoked');
});

test('a key that gets other rights is announced, one that gets another name is not', async () => {
  const { inner, first, keyring, gone } = await ringOf();
  await inner.putKey({ ...first.record, name: 'renamed' });
  await keyring.refresh();
  expect(gone).toEqual([]);
  await inner.putKey({ ...first.record, permissions: ['telemetry:read'] });
  await keyring.refresh();
  expect(gone).toEqual([first.id]);
  expect(keyring.find(first.key)).toMatchObject({ permissions: new Set(['telemetry:read']) });
});

test('keys go on working while the store is down, and the outage is told once', async () => {
  const { state, add, first, faults, keyring, poll } = await ringOf();
  state.down = true;
  const late = await add();
  await poll();
  await poll();
  expect(keyring.find(first.key)).toMatchObject({ subject: first.id });
  expect(faults).toHaveLength(1);
  state.down = false;
  await poll();
  expect(keyring.find(late.key)).toMatchObject({ subject: late.id });
  state.down = true;
  await poll();
  expect(faults).toHaveLength(2);
});

test('a poll that finds nothing new reads one number', async () => {
  const { state, poll } = await ringOf();
  state.asked.length = 0;
  await poll();
  expect(state.asked).toEqual(['revision']);
});

test('a change made while a poll is under way is seen by the refresh after it', async () => {
  const { clock, inner, first, keyring } = await ringOf();
  const underWay = keyring.refresh();
  await inner.endKey('a', first.id, { revokedAtMs: clock.now() });
  await Promise.all([underWay, keyring.refresh()]);
  expect(keyring.find(first.key)).toBe('revoked');
});

test('the last use of a key is written in batches, and kept while it cannot be', async () => {
  const { clock, inner, state, first, keyring, poll } = await ringOf();
  const lastUsed = async () => (await inner.keys())[0]?.lastUsedAtMs;
  clock.advance(1000);
  keyring.find(first.key);
  keyring.find(first.key);
  const usedAtMs = clock.now();
  state.down = true;
  clock.advance(29_000);
  await poll();
  expect(await lastUsed()).toBeUndefined();
  state.down = false;
  state.asked.length = 0;
  await keyring.close();
  expect(await lastUsed()).toBe(usedAtMs);
  expect(state.asked.filter((name) => name === 'touchKeys')).toHaveLength(1);
});

test('a closed keyring asks no more', async () => {
  const { state, keyring, poll } = await ringOf();
  await keyring.close();
  state.asked.length = 0;
  await poll();
  expect(state.asked).toEqual([]);
});

test('a keyring that cannot read the store even once does not open', async () => {
  const { credentials, state } = unreliable(createMemoryCredentials());
  state.down = true;
  const options = { credentials, apiKeySecret: SECRET, clock: new ManualClock(), onError: () => undefined };
  await expect(Keyring.open(options)).rejects.toThrow('the store is down');
});

test('what another process changes in the store on disk is announced by one poll', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-keyring-'));
  const [ours, theirs] = await Promise.all([openSqliteStore({ directory }), openSqliteStore({ directory })]);
  const clock = new ManualClock();
  const { key, record } = createKey({ name: 'k', tenant: 'a', permissions: ['admin'] }, SECRET, clock.now());
  await theirs.putKey(record);
  const options = {
    credentials: ours,
    apiKeySecret: SECRET,
    clock,
    onError: (fault: unknown) => expect(fault).toBeUndefined(),
  };
  const keyring = await Keyring.open(options);
  expect(keyring.find(key)).toMatchObject({ subject: record.id });
  await theirs.endKey(undefined, record.id, { revokedAtMs: clock.now() });
  await theirs.revokeToken('j-1', 9e15);
  const announced = Promise.withResolvers<string[]>();
  const gone: string[] = [];
  keyring.onRevoked((id) => gone.push(id) === 2 && announced.resolve(gone));
  clock.advance(250);
  expect((await announced.promise).toSorted()).toEqual([record.id, 'j-1'].toSorted());
  expect(keyring.find(key)).toBe('revoked');
  await keyring.close();
  await Promise.all([ours.close(), theirs.close()]);
  rmSync(directory, { recursive: true });
});
