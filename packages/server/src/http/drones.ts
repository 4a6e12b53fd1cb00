import { type Fleet, isRefusal, type Refusal, refuse, toDroneDetail, toDroneView } from '@skein/core';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.ts';
import { cursor, integer, readQuery } from './parameters.ts';
import type { Route } from './route.ts';

const LIST_QUERY = { limit: integer(1, 100_000, 10_000), cursor } as const;

/** The live picture. */
export function droneListRoutes(fleet: Fleet, now: () => number): readonly Route[] {
  const common = { method: 'GET', permission: 'telemetry:read', tag: 'fleet' } as const;
  return [
    {
      ...common,
      path: '/api/drones',
      summary: 'Every drone’s latest state, by id',
      query: LIST_QUERY,
      handle: (request) => list(fleet, now(), request),
    },
    {
      ...common,
      path: '/api/drones/:id',
      summary: 'One drone in full: its latest message, channels, counters',
      handle: (request) => {
        const drone = findDrone(fleet, request);
        return isRefusal(drone) ? drone : toDroneDetail(drone, now());
      },
    },
  ];
}

function list(fleet: Fleet, nowMs: number, request: FastifyRequest): object {
  const { limit = 10_000, cursor: after } = readQuery(LIST_QUERY, request.query);
  const { tenant, droneId } = request.principal as Principal;
  const mine = [...fleet.drones(tenant)].filter(
    (drone) => droneId === undefined || drone.droneId === droneId,
  );
  const sorted = mine.sort((a, b) => (a.droneId < b.droneId ? -1 : 1));
  const from = after === undefined ? 0 : sorted.findIndex((drone) => drone.droneId > after);
  const page = from < 0 ? [] : sorted.slice(from, from + limit);
  const last = page.at(-1);
  const hasMore = last !== undefined && last !== sorted.at(-1);
  return {
    timestamp: new Date(nowMs).toISOString(),
    total: sorted.length,
    drones: page.map((drone) => toDroneView(drone, nowMs)),
    ...(hasMore && { nextCursor: last.droneId }),
  };
}

/** The drone of the path; another tenant's is as unknown as none. */
export function findDrone(fleet: Fleet, { params, principal }: FastifyRequest) {
  const { id } = params as { id: string };
  const { tenant, droneId } = principal as Principal;
  const drone = droneId === undefined || droneId === id ? fleet.find(tenant, id) : undefined;
  return drone ?? (refuse('NOT_FOUND', { field: 'id' }, { message: 'No such drone' }) as Refusal);
}
