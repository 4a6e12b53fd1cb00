import { CommandAckMessage, commandAck, hear, isId, isRefusal, type Refusal, refuse } from '@skein/core';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.ts';
import { integer, readQuery } from '../http/parameters.ts';
import type { Route } from '../http/route.ts';
import type { Line } from './line.ts';
import type { OrderPolls } from './order-polls.ts';

const MAX_WAIT_MS = 60_000;
const POLL_QUERY = { waitMs: integer(0, MAX_WAIT_MS, 0) } as const;

/** Orders for drones that have only HTTP: a long poll, and the answer. CONTRACT 2.4. */
export function droneOrderRoutes(line: Line, polls: OrderPolls): readonly Route[] {
  const common = { permission: 'telemetry:write', tag: 'drone', bucket: 'ingest' } as const;
  return [
    {
      ...common,
      method: 'GET',
      path: '/api/drone/:id/commands',
      summary: 'The drone’s next orders; waits up to waitMs for one (long poll)',
      query: POLL_QUERY,
      handle: (request) => takePoll(line, polls, request),
    },
    {
      ...common,
      method: 'POST',
      path: '/api/drone/:id/commands/:commandId/ack',
      summary: 'The drone’s answer to an order, in MAVLink’s words',
      body: 'json',
      bodySchema: CommandAckMessage,
      handle: (request) => takeOrderAck(line, request),
    },
  ];
}

/** The path's drone, if this credential may speak for it. */
function pathDrone({ params, principal }: FastifyRequest): string | Refusal {
  const { id } = params as { id: string };
  const { droneId } = principal as Principal;
  if (!isId(id)) return refuse('NOT_FOUND', { field: 'id' });
  return droneId === undefined || droneId === id
    ? id
    : refuse('AUTHORIZATION_ERROR', { field: 'id', reason: 'other_drone' });
}

async function takePoll(line: Line, polls: OrderPolls, request: FastifyRequest): Promise<object> {
  const droneId = pathDrone(request);
  if (isRefusal(droneId)) return droneId;
  const { waitMs = 0 } = readQuery(POLL_QUERY, request.query);
  const { tenant } = request.principal as Principal;
  const drone = line.fleet.find(tenant, droneId);
  if (drone) hear(drone, 'http', line.clock.now());
  const commands = await polls.next({ tenant, droneId, waitMs, socket: request.raw.socket });
  return { status: 'success', timestamp: new Date(line.clock.now()).toISOString(), commands };
}

function takeOrderAck(line: Line, request: FastifyRequest): object {
  const droneId = pathDrone(request);
  if (isRefusal(droneId)) return droneId;
  const { commandId } = request.params as { commandId: string };
  const answer = { ...(request.body as object), commandId };
  if (!commandAck.accepts(answer)) return commandAck.explain(answer);
  const { result, ...more } = answer as unknown as { result: string; message?: string; progressPct?: number };
  const { tenant } = request.principal as Principal;
  const { message, progressPct } = more;
  line.links.answer(tenant, {
    ...{ commandId, droneId, result },
    ...(message !== undefined && { message }),
    ...(progressPct !== undefined && { progressPct }),
  });
  return {
    status: 'success',
    timestamp: new Date(line.clock.now()).toISOString(),
    message: 'Command acknowledgement received',
  };
}
