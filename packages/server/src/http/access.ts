import { type AuditTrail, refuse } from '@skein/core';
import type { FastifyRequest } from 'fastify';
import type { AuditLog } from '../auth/audit-log.ts';
import { PERMISSIONS, type Permission } from '../auth/permissions.ts';
import type { Principal } from '../auth/principal.ts';
import type { Tickets } from '../auth/tickets.ts';
import { issueToken } from '../auth/tokens.ts';
import { integer, readQuery } from './parameters.ts';
import type { Route } from './route.ts';
import { asked } from './store-answer.ts';

export interface AccessParts {
  readonly jwtSecret: string;
  readonly tickets: Tickets;
  readonly trail: AuditTrail;
  readonly audit: AuditLog;
  readonly now: () => number;
}

const TTL_S = 3600;
const AUDIT_QUERY = { limit: integer(1, 1000, 100) } as const;

/** A key for a token, a token for a socket ticket, and who did what. CONTRACT 5. */
export function accessRoutes(parts: AccessParts): readonly Route[] {
  const common = { tag: 'access', bucket: 'login' } as const;
  return [
    {
      ...common,
      method: 'POST',
      path: '/api/auth/token',
      permission: 'any',
      summary: 'Exchanges an API key for a JWT of one hour, with the same rights or fewer',
      body: 'json',
      handle: (request) => exchange(parts, request),
    },
    {
      ...common,
      method: 'POST',
      path: '/api/auth/ticket',
      permission: 'any',
      summary: 'A single-use ticket for a socket’s URL, good for 30 s',
      handle: (request) => ({ ticket: parts.tickets.issue(request.principal as Principal), expiresInS: 30 }),
    },
    {
      ...common,
      method: 'GET',
      path: '/api/audit',
      permission: 'admin',
      summary: 'The audit log, newest first; each record carries the hash of the one before',
      query: AUDIT_QUERY,
      handle: async (request) => {
        const { limit = 100 } = readQuery(AUDIT_QUERY, request.query);
        const { tenant } = request.principal as Principal;
        return { items: await asked(parts.trail.recentAudit(tenant, limit)) };
      },
    },
  ];
}

async function exchange({ jwtSecret, audit, now }: AccessParts, request: FastifyRequest): Promise<object> {
  const principal = request.principal as Principal;
  const { droneId, permissions } = (request.body ?? {}) as { droneId?: unknown; permissions?: unknown };
  if (droneId !== undefined && typeof droneId !== 'string')
    return refuse('VALIDATION_ERROR', { field: 'droneId', expectedType: 'string' });
  if (permissions !== undefined && !isPermissions(permissions))
    return refuse('VALIDATION_ERROR', {
      field: 'permissions',
      expectedType: `some of ${PERMISSIONS.join(', ')}`,
    });
  if (principal.droneId !== undefined && droneId !== undefined && droneId !== principal.droneId)
    return refuse('AUTHORIZATION_ERROR', { field: 'droneId', reason: 'other_drone' });
  const nowMs = now();
  const token = await issueToken(principal, { jwtSecret, nowMs, ttlS: TTL_S, droneId, permissions });
  const { tenant, subject } = principal;
  const entry = { atMs: nowMs, tenant, actor: subject, action: 'token.issue', target: subject } as const;
  audit.record({ ...entry, outcome: 'ok', requestId: request.id, address: request.ip });
  return { token, token_type: 'Bearer', expires_in: TTL_S };
}

function isPermissions(value: unknown): value is readonly Permission[] {
  return Array.isArray(value) && value.every((each) => (PERMISSIONS as readonly unknown[]).includes(each));
}
