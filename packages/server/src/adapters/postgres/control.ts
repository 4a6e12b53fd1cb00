import type { AuditEntry, AuditRecord, AuditTrail, Credentials, KeyRecord } from '@skein/core';
import type { Pool } from 'pg';
import { toAuditRecord } from '../audit-chain.ts';
import { MAX_PAGE, present, type Row } from '../stored-row.ts';
import { inTransaction } from './pool.ts';
import type { Query } from './query.ts';

/** A change and the growth of the revision are one statement. */
const changing = (change: string) => `WITH change AS (${change} RETURNING 1), grown AS (
  UPDATE skein_revision SET number = number + 1 WHERE EXISTS (SELECT 1 FROM change)) SELECT 1 FROM change`;
const ms = (column: string) => `skein_us(${column}) / 1000`;
const time = (value: string) => `skein_time(${value}::bigint * 1000)`;

export function createPostgresCredentials(query: Query): Credentials {
  return {
    revision: async () => (await query('SELECT number FROM skein_revision', []))[0]?.[0] as number,
    keys: async () => (await query(LIST_KEYS, [])).map(toKey),
    putKey: async (key) => void (await query(changing(PUT_KEY), fromKey(key))),
    endKey: async (tenant, id, { revokedAtMs, expiresAtMs }) =>
      (await query(changing(END_KEY), [id, tenant ?? null, revokedAtMs ?? null, expiresAtMs ?? null]))
        .length > 0,
    touchKeys: async (lastUsed) => {
      const [ids, atMs] = [lastUsed.map(({ id }) => id), lastUsed.map((use) => use.atMs)];
      await query(
        `UPDATE api_keys k SET last_used_at = greatest(last_used_at, ${time('u.at_ms')})
         FROM unnest($1::text[], $2::bigint[]) AS u(id, at_ms) WHERE k.id = u.id`,
        [ids, atMs],
      );
    },
    revokedTokens: async () =>
      (await query(`SELECT jti, ${ms('expires_at')} FROM revoked_tokens`, [])).map(([jti, expiresAtMs]) => ({
        jti: jti as string,
        expiresAtMs: expiresAtMs as number,
      })),
    revokeToken: async (jti, expiresAtMs) => {
      await query('DELETE FROM revoked_tokens WHERE expires_at < now()', []);
      const put = `INSERT INTO revoked_tokens VALUES ($1, ${time('$2')})
        ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at`;
      await query(changing(put), [jti, expiresAtMs]);
    },
  };
}

const KEY_COLUMNS = `id, name, tenant, permissions, drone_id, hash, prefix, rate_per_minute,
  created_at, expires_at, revoked_at, last_used_at`;
const LIST_KEYS = `SELECT id, name, tenant, permissions, drone_id, hash, prefix, rate_per_minute, ${ms('created_at')},
  ${ms('expires_at')}, ${ms('revoked_at')}, ${ms('last_used_at')} FROM api_keys ORDER BY created_at, id`;
const PUT_KEY = `INSERT INTO api_keys (${KEY_COLUMNS})
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, ${[9, 10, 11, 12].map((at) => time(`$${at}`)).join(', ')})
  ON CONFLICT (id) DO UPDATE SET ${KEY_COLUMNS.split(',')
    .map((name) => `${name} = excluded.${name.trim()}`)
    .join(', ')}`;
/** least() passes over null. */
const END_KEY = `UPDATE api_keys SET revoked_at = least(revoked_at, ${time('$3')}),
  expires_at = least(expires_at, ${time('$4')}) WHERE id = $1 AND tenant = coalesce($2, tenant)`;

function fromKey(key: KeyRecord): unknown[] {
  return [
    ...[key.id, key.name, key.tenant, key.permissions, key.droneId, key.hash, key.prefix, key.ratePerMinute],
    ...[key.createdAtMs, key.expiresAtMs, key.revokedAtMs, key.lastUsedAtMs],
  ];
}

function toKey(row: Row): KeyRecord {
  const [id, name, tenant, permissions, droneId, hash, prefix, ratePerMinute, ...times] = row;
  const [createdAtMs, expiresAtMs, revokedAtMs, lastUsedAtMs] = times;
  const given = { id, name, tenant, permissions, hash, prefix, createdAtMs };
  return {
    ...given,
    ...present({ droneId, ratePerMinute, expiresAtMs, revokedAtMs, lastUsedAtMs }),
  } as KeyRecord;
}

const AUDIT_FIELDS = 'id, entry::text, previous_hash, hash';

export function createPostgresAudit(pool: Pool, query: Query): AuditTrail {
  return {
    appendAudit: (entry) => append(pool, entry),
    audit: async ({ tenant, fromNumber, limit }) =>
      (
        await query(
          `SELECT ${AUDIT_FIELDS} FROM audit_log WHERE id >= $1 AND tenant = coalesce($2, tenant) ORDER BY id LIMIT $3`,
          [fromNumber ?? 1, tenant ?? null, Math.min(limit, MAX_PAGE)],
        )
      ).map(toAudit),
    recentAudit: async (tenant, limit) =>
      (
        await query(`SELECT ${AUDIT_FIELDS} FROM audit_log WHERE tenant = $1 ORDER BY id DESC LIMIT $2`, [
          tenant,
          Math.min(limit, MAX_PAGE),
        ])
      ).map(toAudit),
  };
}

/** One at a time, whoever appends: each record needs the hash of the one before. */
function append(pool: Pool, entry: AuditEntry): Promise<AuditRecord> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(7265130003)');
    const { rows } = await client.query<{ number: number; hash: string }>(
      'SELECT id AS number, hash FROM audit_log ORDER BY id DESC LIMIT 1',
    );
    const record = toAuditRecord(rows[0], entry);
    const { number, previousHash, hash, ...plain } = record;
    await client.query(
      `INSERT INTO audit_log (id, tenant, created_at, actor, action, target, outcome, entry, previous_hash, hash)
       VALUES ($1, $2, ${time('$3')}, $4, $5, $6, $7, $8, $9, $10)`,
      [
        ...[number, plain.tenant, plain.atMs, plain.actor, plain.action, plain.target, plain.outcome],
        ...[JSON.stringify(plain), previousHash, hash],
      ],
    );
    return record;
  });
}

function toAudit([number, entry, previousHash, hash]: Row): AuditRecord {
  return { ...JSON.parse(entry as string), number, previousHash, hash } as AuditRecord;
}
