import { checked, isRefusal, ORDER_NAMES, type OrderName, refuse } from '@skein/core';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { AuditLog } from '../auth/audit-log.ts';
import { mayDo } from '../auth/permissions.ts';
import type { Principal } from '../auth/principal.ts';
import type { Line } from '../transports/line.ts';
import type { OrderBook, OrderRecord } from '../transports/order-book.ts';
import { findDrone } from './drones.ts';
import type { Route } from './route.ts';

const DEFAULT_EXPIRY_S = 30;
const OrderRequest = Type.Object(
  {
    command: Type.Enum([...ORDER_NAMES]),
    params: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    expires_in_s: Type.Optional(Type.Number({ minimum: 0.1, maximum: 3600 })),
  },
  { additionalProperties: false },
);
const orderRequest = checked(OrderRequest, 'Invalid command');

/** Orders to one vehicle, and what became of them. */
export function orderRoutes(line: Line, orders: OrderBook, audit: AuditLog): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/api/drones/:id/commands',
      permission: 'any',
      tag: 'commands',
      summary: 'Sends an order down every channel the drone has open now',
      bucket: 'commands',
      body: 'json',
      bodySchema: OrderRequest,
      handle: (request) => order({ line, orders, audit }, request),
    },
    {
      method: 'GET',
      path: '/api/commands/:id',
      permission: 'telemetry:read',
      tag: 'commands',
      summary: 'What became of an order: sent, the vehicle’s answer, expired',
      handle: (request) => {
        const { id } = request.params as { id: string };
        const found = orders.find((request.principal as Principal).tenant, id);
        return found ? shown(found) : refuse('NOT_FOUND', { field: 'id' }, { message: 'No such command' });
      },
    },
  ];
}

interface Parts {
  readonly line: Line;
  readonly orders: OrderBook;
  readonly audit: AuditLog;
}

function order({ line, orders, audit }: Parts, request: FastifyRequest): object {
  if (!orderRequest.accepts(request.body)) return orderRequest.explain(request.body);
  const {
    command,
    params = {},
    expires_in_s: expiresS = DEFAULT_EXPIRY_S,
  } = request.body as {
    command: OrderName;
    params?: Readonly<Record<string, unknown>>;
    expires_in_s?: number;
  };
  const principal = request.principal as Principal;
  const permission = command === 'emergency_land' ? 'emergency:write' : 'mission:write';
  if (!mayDo(principal, permission)) return refuse('AUTHORIZATION_ERROR', { reason: permission });
  const drone = findDrone(line.fleet, request);
  if (isRefusal(drone)) return drone;
  const { tenant, droneId } = drone;
  const sent = orders.send({ tenant, droneId, command, params, ttlMs: expiresS * 1000 });
  const entry = {
    atMs: line.clock.now(),
    tenant,
    actor: principal.subject,
    action: `command.${command}`,
    target: droneId,
  };
  audit.record({ ...entry, outcome: sent ? 'ok' : 'failed', requestId: request.id, address: request.ip });
  if (sent) return { status: 'accepted', ...shown(sent) };
  return refuse(
    'SERVICE_UNAVAILABLE',
    { reason: 'vehicle_unreachable' },
    { message: 'The drone has no open channel', retryAfterS: 5 },
  );
}

const shown = ({ tenant: _tenant, sentAtMs, expiresAtMs, changedAtMs, ...record }: OrderRecord) => ({
  ...record,
  sentAt: new Date(sentAtMs).toISOString(),
  expiresAt: new Date(expiresAtMs).toISOString(),
  changedAt: new Date(changedAtMs).toISOString(),
});
