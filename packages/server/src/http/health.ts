import type { Registry } from '@prometheus-io/client';
import type { Store } from '@skein/core';
import type { FastifyReply } from 'fastify';
import type { Route } from './route.ts';

export interface HealthParts {
  readonly store: Store;
  readonly registry: Registry;
  /** Metrics are for everybody only while every listener is on loopback. */
  readonly isOpen: boolean;
  readonly isStopping: () => boolean;
  /** What works less well than it should: `database`, `journal`. */
  readonly degraded: () => readonly string[];
}

const PING_MS = 1500;

/** Is the process alive, can it take work, and how is it doing. */
export function healthRoutes(parts: HealthParts): readonly Route[] {
  const common = { method: 'GET', permission: 'public', tag: 'operation' } as const;
  return [
    { ...common, path: '/health', summary: 'The process answers', handle: () => ({ status: 'ok' }) },
    {
      ...common,
      path: '/ready',
      summary:
        'It can take drones: 503 while stopping or while the journal is full; a database outage only degrades',
      handle: (_request, reply) => ready(parts, reply),
    },
    {
      ...common,
      permission: parts.isOpen ? 'public' : 'telemetry:read',
      path: '/metrics',
      summary: 'Prometheus metrics',
      handle: async (_request, reply) => {
        reply.type(parts.registry.contentType);
        return reply.send(await parts.registry.metrics());
      },
    },
  ];
}

async function ready({ store, isStopping, degraded }: HealthParts, reply: FastifyReply): Promise<object> {
  const database = await Promise.race([
    store.ping().then(
      () => 'ok' as const,
      () => 'down' as const,
    ),
    new Promise<'down'>((resolve) => setTimeout(() => resolve('down'), PING_MS).unref()),
  ]);
  const troubles = degraded();
  const isReady = !isStopping() && !troubles.includes('journal');
  reply.code(isReady ? 200 : 503);
  const journal = troubles.includes('journal') ? 'full' : 'ok';
  const all = [...new Set([...troubles, ...(database === 'down' ? ['database'] : [])])];
  return { status: isReady ? 'ready' : 'not_ready', checks: { journal, database }, degraded: all };
}
