import { refuse, SEVERITIES, type Store } from '@skein/core';
import type { FastifyRequest } from 'fastify';
import type { AuditLog } from '../auth/audit-log.ts';
import type { Principal } from '../auth/principal.ts';
import type { Line } from '../transports/line.ts';
import { cursor, id, instant, integer, oneOf, readQuery, yesOrNo } from './parameters.ts';
import type { Route } from './route.ts';
import { asked } from './store-answer.ts';

const QUERY = {
  limit: integer(1, 1000, 100),
  droneId: id,
  type: id,
  severity: oneOf(SEVERITIES),
  acknowledged: yesOrNo,
  from: instant,
  to: instant,
  cursor,
} as const;
const CATCH_UP_MS = 500;
const MAX_NOTE = 1000;

/** Anomalies: what drones reported and what the rules found. */
export function anomalyRoutes(line: Line, store: Store, audit: AuditLog): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/anomalies',
      permission: 'telemetry:read',
      tag: 'anomalies',
      summary: 'Anomalies, newest first',
      query: QUERY,
      handle: (request) => list(line, store, request),
    },
    {
      method: 'POST',
      path: '/api/anomalies/:id/acknowledge',
      permission: 'mission:write',
      tag: 'anomalies',
      summary: 'Somebody has seen it',
      bucket: 'commands',
      body: 'json',
      handle: (request) => acknowledge(store, audit, request),
    },
  ];
}

async function list(line: Line, store: Store, request: FastifyRequest): Promise<object> {
  const { limit = 100, type, from, to, ...query } = readQuery(QUERY, request.query);
  const { tenant, droneId } = request.principal as Principal;
  await line.stored.reached(line.parts.journal.end - 1, CATCH_UP_MS);
  const wish = {
    ...query,
    ...(droneId !== undefined && { droneId }),
    anomalyType: type,
    fromUs: from,
    toUs: to,
  };
  const given = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
  const { items, nextCursor } = await asked(store.anomalies({ ...given, tenant, limit }));
  return {
    items: items.map(({ receivedAtMs, acknowledgedAtMs, ...item }) => ({
      ...item,
      receivedAt: new Date(receivedAtMs).toISOString(),
      ...(acknowledgedAtMs !== undefined && { acknowledgedAt: new Date(acknowledgedAtMs).toISOString() }),
    })),
    ...(nextCursor !== undefined && { nextCursor }),
  };
}

async function acknowledge(store: Store, audit: AuditLog, request: FastifyRequest): Promise<object> {
  const { id: anomalyId } = request.params as { id: string };
  const { note } = (request.body ?? {}) as { note?: unknown };
  if (note !== undefined && (typeof note !== 'string' || note.length > MAX_NOTE))
    return refuse('VALIDATION_ERROR', {
      field: 'note',
      expectedType: `text of at most ${MAX_NOTE} characters`,
    });
  const { tenant, subject } = request.principal as Principal;
  const isKnown = await asked(store.acknowledge(tenant, anomalyId, subject, note));
  if (!isKnown) return refuse('NOT_FOUND', { field: 'id' }, { message: 'No such anomaly' });
  const action = {
    atMs: Date.now(),
    tenant,
    actor: subject,
    action: 'anomaly.acknowledge',
    target: anomalyId,
  } as const;
  audit.record({ ...action, outcome: 'ok', requestId: request.id, address: request.ip });
  return { status: 'success', anomalyId, acknowledged: true };
}
