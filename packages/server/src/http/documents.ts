import { asyncApi } from './asyncapi.ts';
import { frontPage } from './front-page.ts';
import type { Route } from './route.ts';

/** The protocol, for machines and for people. */
export function documentRoutes(openapi: () => object): readonly Route[] {
  const common = { method: 'GET', permission: 'public', tag: 'documents' } as const;
  return [
    { ...common, path: '/openapi.json', summary: 'OpenAPI 3.1 of the HTTP routes', handle: () => openapi() },
    { ...common, path: '/asyncapi.json', summary: 'AsyncAPI 3.0 of the sockets', handle: () => asyncApi() },
    {
      ...common,
      path: '/',
      summary: 'Where to go from here',
      handle: (_request, reply) =>
        reply
          .type('text/html; charset=utf-8')
          .header(
            'content-security-policy',
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
          )
          .send(frontPage),
    },
  ];
}
