import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { KeyRecord } from '@skein/core';
import type { Permission } from './permissions.ts';

export interface KeySpec {
  readonly name: string;
  readonly tenant: string;
  readonly permissions: readonly Permission[];
  readonly droneId?: string | undefined;
  readonly expiresAtMs?: number | undefined;
  readonly ratePerMinute?: number | undefined;
}

export interface CreatedKey {
  /** 64 hex digits, shown once: the record cannot give it back. */
  readonly key: string;
  readonly record: KeyRecord;
}

const KEY_BYTES = 32;
/** 32 of 256 bits: enough to tell keys apart, nothing to guess with. */
const PREFIX_LENGTH = 8;
const DAY_MS = 86_400_000;

export function createKey(spec: KeySpec, apiKeySecret: string, nowMs: number): CreatedKey {
  const { name, tenant, permissions, droneId, expiresAtMs, ratePerMinute } = spec;
  const key = randomBytes(KEY_BYTES).toString('hex');
  const record = {
    id: randomUUID(),
    name,
    tenant,
    permissions: [...new Set(permissions)],
    ...(droneId !== undefined && { droneId }),
    hash: hashKey(key, apiKeySecret),
    prefix: key.slice(0, PREFIX_LENGTH),
    ...(ratePerMinute !== undefined && { ratePerMinute }),
    createdAtMs: nowMs,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  };
  return { key, record };
}

/** HMAC-SHA-256 in hex. Looking it up in a map tells no timing of the key: its author cannot foresee the hash. */
export function hashKey(key: string, apiKeySecret: string): string {
  return createHmac('sha256', apiKeySecret).update(key).digest('hex');
}

export interface Rotation extends CreatedKey {
  /** When the old key ends: for `Credentials.endKey`, after the new record is put. */
  readonly endOld: { readonly expiresAtMs: number };
}

/** A second key with the rights and the span of life of the first, which stays good for `overlapMs`. */
export function rotateKey(
  old: KeyRecord,
  apiKeySecret: string,
  nowMs: number,
  overlapMs: number = DAY_MS,
): Rotation {
  const lifeMs = old.expiresAtMs === undefined ? undefined : old.expiresAtMs - old.createdAtMs;
  const permissions = old.permissions as readonly Permission[];
  const spec = { ...old, permissions, expiresAtMs: lifeMs === undefined ? undefined : nowMs + lifeMs };
  const expiresAtMs = Math.min(nowMs + overlapMs, old.expiresAtMs ?? Number.POSITIVE_INFINITY);
  return { ...createKey(spec, apiKeySecret, nowMs), endOld: { expiresAtMs } };
}
