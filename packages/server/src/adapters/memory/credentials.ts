import type { AuditRecord, AuditTrail, Credentials, KeyRecord } from '@skein/core';
import { toAuditRecord } from '../audit-chain.ts';

/** Credentials that last as long as the process: a demo, a test. */
export function createMemoryCredentials(now: () => number = Date.now): Credentials {
  const keys = new Map<string, KeyRecord>();
  const tokens = new Map<string, number>();
  let revision = 0;
  return {
    revision: async () => revision,
    keys: async () => [...keys.values()],
    putKey: async (key) => {
      keys.set(key.id, key);
      revision += 1;
    },
    endKey: async (tenant, id, end) => {
      const key = keys.get(id);
      if (!key || (tenant !== undefined && tenant !== key.tenant)) return false;
      keys.set(id, { ...key, ...earlier('revokedAtMs', key, end), ...earlier('expiresAtMs', key, end) });
      revision += 1;
      return true;
    },
    touchKeys: async (lastUsed) => {
      for (const { id, atMs } of lastUsed) {
        const key = keys.get(id);
        if (key) keys.set(id, { ...key, lastUsedAtMs: Math.max(atMs, key.lastUsedAtMs ?? 0) });
      }
    },
    revokedTokens: async () => [...tokens].map(([jti, expiresAtMs]) => ({ jti, expiresAtMs })),
    revokeToken: async (jti, expiresAtMs) => {
      for (const [old, endedAtMs] of tokens) if (endedAtMs < now()) tokens.delete(old);
      tokens.set(jti, expiresAtMs);
      revision += 1;
    },
  };
}

type End = 'revokedAtMs' | 'expiresAtMs';
type Ends = Readonly<Partial<Record<End, number>>>;

function earlier(name: End, before: Ends, end: Ends): Partial<Record<End, number>> {
  const moments = [before[name], end[name]].filter((moment) => moment !== undefined);
  return moments.length === 0 ? {} : { [name]: Math.min(...moments) };
}

/** An audit trail that lasts as long as the process, chained like every other. */
export function createMemoryAuditTrail(): AuditTrail {
  const records: AuditRecord[] = [];
  return {
    appendAudit: async (entry) => {
      const record = toAuditRecord(records.at(-1), entry);
      records.push(record);
      return record;
    },
    audit: async ({ tenant, fromNumber = 1, limit }) =>
      records
        .filter((record) => record.number >= fromNumber && (tenant ?? record.tenant) === record.tenant)
        .slice(0, limit),
    recentAudit: async (tenant, limit) =>
      records
        .filter((record) => record.tenant === tenant)
        .slice(-limit)
        .toReversed(),
  };
}
