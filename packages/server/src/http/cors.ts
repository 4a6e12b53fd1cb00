import type { Refusal } from '@skein/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuseOrigin } from '../auth/origins.ts';

/** Pages of listed origins may read our answers; credentials are headers, never cookies. */
export function allowCors(request: FastifyRequest, reply: FastifyReply, allowed: readonly string[]): void {
  const { origin } = request.headers;
  if (origin === undefined || refuseOrigin(origin, allowed)) return;
  reply
    .header('access-control-allow-origin', origin)
    .header('vary', 'origin')
    .header(
      'access-control-allow-headers',
      'authorization, content-type, content-encoding, prefer, x-api-key',
    )
    .header('access-control-expose-headers', 'x-request-id, retry-after')
    .header('access-control-max-age', '600');
}

/** A page of another origin may change nothing, whatever it holds. */
export function refuseForeignOrigin(
  request: FastifyRequest,
  allowed: readonly string[],
): Refusal | undefined {
  return request.method === 'GET' || request.method === 'HEAD'
    ? undefined
    : refuseOrigin(request.headers.origin, allowed);
}
