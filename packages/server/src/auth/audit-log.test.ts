import type { AuditEntry, AuditTrail } from '@skein/core';
import { expect, test } from 'vitest';
import { verifyAuditChain } from '../adapters/audit-chain.ts';
import { createMemoryAuditTrail } from '../adapters/memory/credentials.ts';
import { type AuditLogOptions, createAuditLog } from './audit-log.ts';

const entry = (target: string, fields: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ atMs: 1, tenant: 'a', actor: 'key-1', action: 'command', target, outcome: 'ok', ...fields },
});

function logOf(options: AuditLogOptions = {}) {
  const trail = createMemoryAuditTrail();
  const state = {
    down: false,
    faults: [] as string[],
    pauses: [] as number[],
    lastWritten: Promise.withResolvers<void>(),
  };
  const flaky: AuditTrail = {
    ...trail,
    appendAudit: async (given) => {
      if (state.down) throw new Error('the store is down');
      const record = await trail.appendAudit(given);
      if (given.target === 'last') state.lastWritten.resolve();
      return record;
    },
  };
  const pause = async (ms: number) => {
    state.pauses.push(ms);
    if (state.pauses.length === 8) state.down = false;
  };
  const log = createAuditLog(flaky, (fault) => state.faults.push((fault as Error).message), {
    pause,
    ...options,
  });
  const targets = async () => (await trail.audit({ limit: 1000 })).map(({ target }) => target);
  return { log, state, targets, trail };
}

test('entries are written in the order they were recorded in', async () => {
  const { log, targets, trail } = logOf();
  const names = Array.from({ length: 50 }, (_, n) => `t-${n}`);
  for (const name of names) log.record(entry(name));
  await log.close();
  expect(await targets()).toEqual(names);
  expect(verifyAuditChain(await trail.audit({ limit: 100 }))).toBeUndefined();
});

test('entries wait for a store that is down, with growing pauses, and the outage is told once', async () => {
  const { log, state, targets } = logOf();
  state.down = true;
  log.record(entry('a'));
  log.record(entry('last'));
  await state.lastWritten.promise;
  expect(await targets()).toEqual(['a', 'last']);
  expect(state.pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  expect(state.faults).toEqual(['the store is down']);
  await log.close();
});

test('what does not fit the queue is left out, and the trail says how much', async () => {
  const { log, state, targets, trail } = logOf({ maxQueued: 2 });
  for (const name of ['a', 'b', 'c', 'd', 'e']) log.record(entry(name));
  await log.close();
  expect(await targets()).toEqual(['a', 'b', 'audit_log']);
  expect((await trail.audit({ limit: 10 }))[2]).toMatchObject({ action: 'audit_gap', details: { lost: 3 } });
  expect(state.faults).toHaveLength(1);
});

test('closing while the store is down tries once more, then says what was lost', async () => {
  const paused = Promise.withResolvers<void>();
  const pause = (_: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
      paused.resolve();
    });
  const { log, state, targets } = logOf({ pause });
  state.down = true;
  log.record(entry('a'));
  log.record(entry('b'));
  await paused.promise;
  await log.close();
  expect(await targets()).toEqual([]);
  expect(state.faults).toEqual(['the store is down', '2 audit entries could not be written before the end.']);
});

test('an entry holds no key, no token and no body', async () => {
  const key = 'ab'.repeat(32);
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln';
  const details = {
    ...{ token, Authorization: `Bearer ${key}`, api_key: key, body: { a: 1 }, keyId: 'key-7' },
    note: `sent ${key} and ${token} and Bearer xyz`,
    deep: [{ password: 'p' }, 'x'.repeat(2000)],
  };
  const { log, trail } = logOf();
  log.record(entry(`/x?k=${key}`, { actor: token, details }));
  await log.close();
  const [record] = await trail.audit({ limit: 1 });
  const text = JSON.stringify(record);
  for (const secret of [key, token, 'xyz', '"p"']) expect(text).not.toContain(secret);
  expect(record).toMatchObject({ actor: '[redacted]', details: { keyId: 'key-7', body: '[redacted]' } });
  expect(text.length).toBeLessThan(1500);
});
