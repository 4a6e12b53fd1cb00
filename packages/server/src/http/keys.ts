import {
  type Credentials,
  checked,
  isId,
  type KeyRecord,
  parseTimestampUs,
  type Refusal,
  refuse,
  safeText,
} from '@skein/core';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { AuditLog } from '../auth/audit-log.ts';
import type { Keyring } from '../auth/keyring.ts';
import { createKey, rotateKey } from '../auth/keys.ts';
import { PERMISSIONS } from '../auth/permissions.ts';
import type { Principal } from '../auth/principal.ts';
import type { Route } from './route.ts';
import { asked } from './store-answer.ts';

export interface KeyRoutesParts {
  readonly credentials: Credentials;
  readonly keyring: Keyring;
  readonly audit: AuditLog;
  readonly apiKeySecret: string;
  readonly now: () => number;
}

const KeyWish = Type.Object(
  {
    name: Type.Intersect([safeText(128), Type.String({ minLength: 1 })]),
    permissions: Type.Array(Type.Enum([...PERMISSIONS]), { minItems: 1, maxItems: PERMISSIONS.length }),
    droneId: Type.Optional(Type.String({ maxLength: 128 })),
    expiresAt: Type.Optional(Type.String({ maxLength: 40 })),
    ratePerMinute: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
  },
  { additionalProperties: false },
);
const keyWish = checked(KeyWish, 'Invalid key request');

/** API keys of the caller's tenant: list, create, rotate, revoke. A key is shown once. CONTRACT 5. */
export function keyRoutes(parts: KeyRoutesParts): readonly Route[] {
  const common = { permission: 'admin', tag: 'access', bucket: 'login' } as const;
  return [
    {
      ...common,
      method: 'GET',
      path: '/api/keys',
      summary: 'All keys, without the keys',
      handle: (request) => list(parts, request),
    },
    {
      ...common,
      method: 'POST',
      path: '/api/keys',
      summary: 'A new key; the answer is the only place it is ever shown',
      body: 'json',
      bodySchema: KeyWish,
      handle: (request) => create(parts, request),
    },
    {
      ...common,
      method: 'POST',
      path: '/api/keys/:id/rotate',
      summary: 'A second valid key with the same rights; the old one ends a day later',
      handle: (request) => rotate(parts, request),
    },
    {
      ...common,
      method: 'POST',
      path: '/api/keys/:id/revoke',
      summary: 'Ends a key now, on open sockets too',
      handle: (request) => revoke(parts, request),
    },
  ];
}

const shown = ({ hash: _hash, ...record }: KeyRecord) => ({
  ...record,
  createdAt: new Date(record.createdAtMs).toISOString(),
});

async function mine({ credentials }: KeyRoutesParts, request: FastifyRequest): Promise<readonly KeyRecord[]> {
  const { tenant } = request.principal as Principal;
  return (await asked(credentials.keys())).filter((key) => key.tenant === tenant);
}

async function list(parts: KeyRoutesParts, request: FastifyRequest): Promise<object> {
  return { keys: (await mine(parts, request)).map(shown) };
}

async function create(parts: KeyRoutesParts, request: FastifyRequest): Promise<object> {
  if (!keyWish.accepts(request.body)) return keyWish.explain(request.body);
  const wish = request.body as Static<typeof KeyWish>;
  const expiresAtUs = wish.expiresAt === undefined ? undefined : parseTimestampUs(wish.expiresAt);
  if (wish.expiresAt !== undefined && expiresAtUs === undefined)
    return refuse('VALIDATION_ERROR', {
      field: 'expiresAt',
      expectedType: 'ISO 8601 with a zone',
      receivedType: 'string',
    });
  if (wish.droneId !== undefined && !isId(wish.droneId))
    return refuse('VALIDATION_ERROR', { field: 'droneId', expectedType: 'id' });
  const { tenant } = request.principal as Principal;
  const spec = { ...wish, tenant, expiresAtMs: expiresAtUs === undefined ? undefined : expiresAtUs / 1000 };
  const { key, record } = createKey(spec, parts.apiKeySecret, parts.now());
  return put(parts, request, { key, record, action: 'key.create' });
}

async function put(
  { credentials, keyring, audit, now }: KeyRoutesParts,
  request: FastifyRequest,
  { key, record, action }: { key: string; record: KeyRecord; action: string },
): Promise<object> {
  await asked(credentials.putKey(record));
  await keyring.refresh();
  audit.record(toEntry(request, now(), action, record.id));
  return { key, ...shown(record) };
}

function toEntry(request: FastifyRequest, atMs: number, action: string, target: string) {
  const { tenant, subject } = request.principal as Principal;
  return {
    atMs,
    tenant,
    actor: subject,
    action,
    target,
    outcome: 'ok',
    requestId: request.id,
    address: request.ip,
  } as const;
}

async function ofPath(parts: KeyRoutesParts, request: FastifyRequest): Promise<KeyRecord | Refusal> {
  const { id } = request.params as { id: string };
  const key = (await mine(parts, request)).find((each) => each.id === id);
  return key ?? refuse('NOT_FOUND', { field: 'id' }, { message: 'No such key' });
}

async function rotate(parts: KeyRoutesParts, request: FastifyRequest): Promise<object> {
  const old = await ofPath(parts, request);
  if ('refused' in old) return old;
  const { key, record, endOld } = rotateKey(old, parts.apiKeySecret, parts.now());
  const answer = await put(parts, request, { key, record, action: 'key.rotate' });
  await asked(parts.credentials.endKey(old.tenant, old.id, endOld));
  return { ...answer, oldKeyEndsAt: new Date(endOld.expiresAtMs).toISOString() };
}

async function revoke(parts: KeyRoutesParts, request: FastifyRequest): Promise<object> {
  const key = await ofPath(parts, request);
  if ('refused' in key) return key;
  await asked(parts.credentials.endKey(key.tenant, key.id, { revokedAtMs: parts.now() }));
  await parts.keyring.refresh();
  parts.audit.record(toEntry(request, parts.now(), 'key.revoke', key.id));
  return { status: 'success', id: key.id, revoked: true };
}
