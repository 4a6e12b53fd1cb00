import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { AuditEntry, AuditRecord, KeyRecord } from '@skein/core';
import { toAuditRecord } from '../audit-chain.ts';
import { MAX_PAGE, present, type Row } from '../stored-row.ts';
import { all, inTransaction, one } from './database.ts';

/** Credentials and the audit trail, in the thread they are called in. */
export function createSqliteControl(db: DatabaseSync) {
  return { ...createCredentials(db), ...createAuditTrail(db) };
}

function createCredentials(db: DatabaseSync) {
  const bump = db.prepare('UPDATE revision SET number = number + 1');
  /** A change and the growth of the revision are one. */
  const changing = (change: () => void) =>
    inTransaction(db, () => {
      change();
      bump.run();
    });

  const getRevision = db.prepare('SELECT number FROM revision');
  const listKeys = db.prepare(`SELECT ${KEY_FIELDS} FROM keys ORDER BY created_ms, id`);
  const insertKey = db.prepare(
    `INSERT OR REPLACE INTO keys (${KEY_FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const findKey = db.prepare('SELECT 1 FROM keys WHERE id = ? AND tenant = coalesce(?, tenant)');
  const endKeyAt = db.prepare(`UPDATE keys SET
    revoked_ms = min(coalesce(revoked_ms, ?2), coalesce(?2, revoked_ms)),
    expires_ms = min(coalesce(expires_ms, ?3), coalesce(?3, expires_ms)) WHERE id = ?1`);
  const touchKey = db.prepare(
    'UPDATE keys SET last_used_ms = max(?, coalesce(last_used_ms, 0)) WHERE id = ?',
  );
  const listTokens = db.prepare('SELECT jti, expires_ms FROM revoked_tokens');
  const insertToken = db.prepare('INSERT OR REPLACE INTO revoked_tokens VALUES (?, ?)');
  const dropTokens = db.prepare('DELETE FROM revoked_tokens WHERE expires_ms < ?');

  return {
    revision: () => one(getRevision)?.[0] as number,
    keys: () => all(listKeys).map(toKey),
    putKey: (key: KeyRecord) => changing(() => insertKey.run(...fromKey(key))),
    endKey(
      tenant: string | undefined,
      id: string,
      end: { revokedAtMs?: number; expiresAtMs?: number },
    ): boolean {
      if (one(findKey, id, tenant ?? null) === undefined) return false;
      changing(() => endKeyAt.run(id, end.revokedAtMs ?? null, end.expiresAtMs ?? null));
      return true;
    },
    touchKeys: (lastUsed: readonly { id: string; atMs: number }[]) =>
      inTransaction(db, () => {
        for (const { id, atMs } of lastUsed) touchKey.run(atMs, id);
      }),
    revokedTokens: () =>
      all(listTokens).map(([jti, expiresAtMs]) => ({
        jti: jti as string,
        expiresAtMs: expiresAtMs as number,
      })),
    revokeToken: (jti: string, expiresAtMs: number) =>
      changing(() => {
        dropTokens.run(Date.now());
        insertToken.run(jti, expiresAtMs);
      }),
  };
}

const KEY_FIELDS =
  'id, name, tenant, permissions, drone_id, hash, prefix, rate_per_minute, created_ms, expires_ms, revoked_ms, last_used_ms';

function fromKey(key: KeyRecord): SQLInputValue[] {
  return [
    ...[
      key.id,
      key.name,
      key.tenant,
      JSON.stringify(key.permissions),
      key.droneId ?? null,
      key.hash,
      key.prefix,
    ],
    ...[key.ratePerMinute ?? null, key.createdAtMs, key.expiresAtMs ?? null],
    ...[key.revokedAtMs ?? null, key.lastUsedAtMs ?? null],
  ];
}

function toKey(row: Row): KeyRecord {
  const [id, name, tenant, permissions, droneId, hash, prefix] = row as string[];
  const [ratePerMinute, createdAtMs, expiresAtMs, revokedAtMs, lastUsedAtMs] = row.slice(7) as number[];
  const fields = { id, name, tenant, hash, prefix, createdAtMs };
  return {
    ...(fields as Required<typeof fields>),
    permissions: JSON.parse(permissions as string) as string[],
    ...present({ droneId, ratePerMinute, expiresAtMs, revokedAtMs, lastUsedAtMs }),
  } as KeyRecord;
}

const AUDIT_FIELDS = 'number, entry, previous_hash, hash';

function createAuditTrail(db: DatabaseSync) {
  const findLast = db.prepare('SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1');
  const insert = db.prepare(`INSERT INTO audit (${AUDIT_FIELDS}, tenant) VALUES (?, ?, ?, ?, ?)`);
  const list = db.prepare(`SELECT ${AUDIT_FIELDS} FROM audit
    WHERE number >= ? AND tenant = coalesce(?, tenant) ORDER BY number LIMIT ?`);
  const recent = db.prepare(
    `SELECT ${AUDIT_FIELDS} FROM audit WHERE tenant = ? ORDER BY number DESC LIMIT ?`,
  );

  return {
    appendAudit: (entry: AuditEntry): AuditRecord =>
      inTransaction(db, () => {
        const [lastNumber, lastHash] = (one(findLast) ?? []) as [number?, string?];
        const last = lastNumber === undefined ? undefined : { number: lastNumber, hash: lastHash as string };
        const record = toAuditRecord(last, entry);
        const { number, previousHash, hash, ...plain } = record;
        insert.run(number, JSON.stringify(plain), previousHash, hash, record.tenant);
        return record;
      }),
    audit: (query: { tenant?: string; fromNumber?: number; limit: number }): readonly AuditRecord[] =>
      all(list, query.fromNumber ?? 1, query.tenant ?? null, Math.min(query.limit, MAX_PAGE)).map(toAudit),
    recentAudit: (tenant: string, limit: number): readonly AuditRecord[] =>
      all(recent, tenant, Math.min(limit, MAX_PAGE)).map(toAudit),
  };
}

function toAudit([number, entry, previousHash, hash]: Row): AuditRecord {
  return {
    ...(JSON.parse(entry as string) as AuditEntry),
    number: number as number,
    previousHash: previousHash as string,
    hash: hash as string,
  };
}
