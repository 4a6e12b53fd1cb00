import { errorCodes } from '@skein/core';
import type { Route } from './route.ts';

/** OpenAPI 3.1 from the routes themselves: what is served is what is described. */

export const openApiInfo = {
  openapi: '3.1.0' as const,
  info: {
    title: 'Skein',
    version: '0.1.0',
    description: 'The backend for drone fleets. Errors come in one envelope on every route.',
    license: { name: 'Apache-2.0' },
  },
  components: {
    securitySchemes: {
      bearer: { type: 'http' as const, scheme: 'bearer', description: 'API key (64 hex) or JWT' },
      apiKey: { type: 'apiKey' as const, in: 'header' as const, name: 'X-API-Key' },
    },
  },
};

const errorEnvelope = {
  description: 'Refused: see error.code and error.details.field',
  type: 'object',
  required: ['status', 'error', 'timestamp', 'requestId'],
  properties: {
    status: { const: 'error' },
    error: {
      type: 'object',
      required: ['code', 'message', 'details'],
      properties: {
        code: { type: 'string', enum: errorCodes },
        message: { type: 'string' },
        details: { type: 'object', additionalProperties: true },
      },
    },
    timestamp: { type: 'string', format: 'date-time' },
    requestId: { type: 'string', format: 'uuid' },
  },
};

export function describeRoute({ path, summary, tag, permission, bodySchema, query }: Route): object {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
  return {
    summary,
    tags: [tag],
    security: permission === 'public' ? [] : [{ bearer: [] }, { apiKey: [] }],
    ...(permission !== 'public' && { description: `Needs the permission ${permission}.` }),
    ...(bodySchema && { body: bodySchema }),
    ...(names.length > 0 && {
      params: {
        type: 'object',
        properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
      },
    }),
    ...(query && {
      querystring: {
        type: 'object',
        properties: Object.fromEntries(Object.entries(query).map(([name, { schema }]) => [name, schema])),
      },
    }),
    response: {
      200: { description: 'Done', type: 'object', additionalProperties: true },
      '4xx': errorEnvelope,
    },
  };
}
