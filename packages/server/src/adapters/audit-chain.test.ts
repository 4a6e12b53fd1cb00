import type { AuditEntry, AuditRecord } from '@skein/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toAuditRecord, verifyAuditChain } from './audit-chain.ts';

const anyEntry: fc.Arbitrary<AuditEntry> = fc.record(
  {
    ...{ atMs: fc.nat(), tenant: fc.string(), actor: fc.string({ unit: 'binary' }), action: fc.string() },
    ...{ target: fc.string(), outcome: fc.constantFrom('ok', 'refused', 'failed') },
    details: fc.dictionary(fc.string(), fc.jsonValue()),
  },
  { requiredKeys: ['atMs', 'tenant', 'actor', 'action', 'target', 'outcome'] },
);

const anyChain = fc.array(anyEntry, { minLength: 3, maxLength: 8 }).map((entries) => {
  const chain: AuditRecord[] = [];
  for (const entry of entries) chain.push(toAuditRecord(chain.at(-1), entry));
  return chain;
});

test('a chain is valid as it was written, and after a way through JSON', () => {
  fc.assert(
    fc.property(anyChain, (chain) => {
      expect(verifyAuditChain(chain)).toBeUndefined();
      expect(verifyAuditChain(JSON.parse(JSON.stringify(chain)))).toBeUndefined();
      expect(verifyAuditChain(chain.slice(1))).toBeUndefined();
    }),
  );
});

test('[S7] a changed, dropped or swapped record is named', () => {
  fc.assert(
    fc.property(anyChain, fc.nat(), (chain, n) => {
      const at = n % chain.length;
      const record = chain[at] as AuditRecord;
      const changed = [
        chain.with(at, { ...record, actor: `${record.actor}x` }),
        chain.with(at, { ...record, atMs: record.atMs + 1 }),
        chain.with(at, { ...record, requestId: 'added' }),
        chain.with(at, { ...record, hash: 'f'.repeat(64) }),
      ];
      for (const tampered of changed) expect(verifyAuditChain(tampered)).toBe(at + 1);
      const dropped = chain.toSpliced(1, 1);
      expect(verifyAuditChain(dropped)).toBe(3);
    }),
  );
});

test('a first record that names another beginning is no first record', () => {
  const record = toAuditRecord({ number: 0, hash: 'f'.repeat(64) }, {
    ...{ atMs: 1, tenant: 't', actor: 'a', action: 'b', target: 'c', outcome: 'ok' },
  } as AuditEntry);
  expect(verifyAuditChain([record])).toBe(1);
});
