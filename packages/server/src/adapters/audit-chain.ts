import { createHash } from 'node:crypto';
import type { AuditEntry, AuditRecord } from '@skein/core';

/** The hash chain of the audit trail: who changes, drops or inserts a record breaks every later hash. */

/** What the first record names as the hash before it. */
const GENESIS_HASH = '0'.repeat(64);

type Link = Pick<AuditRecord, 'number' | 'hash'>;

/** The record that follows `last` (undefined: the first of all). Its text is what every store can hold. */
export function toAuditRecord(last: Link | undefined, entry: AuditEntry): AuditRecord {
  const plain = toPlain(JSON.parse(JSON.stringify(entry))) as AuditEntry;
  const number = (last?.number ?? 0) + 1;
  const previousHash = last?.hash ?? GENESIS_HASH;
  return { ...plain, number, previousHash, hash: hashOf(number, previousHash, plain) };
}

/** The number of the first record that is not as it was written, or undefined. Give records without a gap. */
export function verifyAuditChain(records: readonly AuditRecord[]): number | undefined {
  let last: Link | undefined;
  for (const record of records) {
    if (!follows(record, last)) return record.number;
    last = record;
  }
  return undefined;
}

/** A part of the trail that does not begin at 1 is taken on trust at its first previous hash. */
function follows({ number, previousHash, hash, ...entry }: AuditRecord, last: Link | undefined): boolean {
  if (last && (number !== last.number + 1 || previousHash !== last.hash)) return false;
  if (number === 1 && previousHash !== GENESIS_HASH) return false;
  return hash === hashOf(number, previousHash, entry);
}

function hashOf(number: number, previousHash: string, entry: AuditEntry): string {
  return createHash('sha256')
    .update(`${previousHash}\n${number}\n${JSON.stringify(toPlain(entry))}`)
    .digest('hex');
}

/** Canonical: names in order, text well-formed and without U+0000 (which PostgreSQL cannot hold). */
function toPlain(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\u0000', '\ufffd');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toPlain);
  const fields = Object.entries(value).map(
    ([name, field]) => [toPlain(name), toPlain(field)] as [string, unknown],
  );
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}
