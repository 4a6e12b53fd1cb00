import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { isRefusal, type Refusal, RefusalError, refuse, toEnvelope } from '@skein/core';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import type { Authenticator } from '../auth/authenticator.ts';
import { credentialOf } from '../auth/credential-of.ts';
import { mayDo } from '../auth/permissions.ts';
import type { RateLimiter } from '../auth/rate-limit.ts';
import { refusalHeaders } from '../net/reply-raw.ts';
import { decodeBody, inflate, refuseMedia } from './body.ts';
import { allowCors, refuseForeignOrigin } from './cors.ts';
import { logo } from './logo.ts';
import { describeRoute, openApiInfo } from './openapi.ts';
import type { Route } from './route.ts';

export interface HttpOptions {
  readonly authenticator: Authenticator;
  readonly rateLimiter: RateLimiter;
  readonly allowedOrigins: () => readonly string[];
  readonly maxBodyBytes: number;
  readonly compression: boolean;
  readonly log: Logger;
  readonly onRefusal: (refusal: Refusal, request: FastifyRequest) => void;
  readonly onResponse: (route: string, status: number) => void;
}

export interface HttpApp {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  readonly openapi: () => object;
  readonly close: () => Promise<void>;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;

/** All routes behind one set of hooks: credential, rate, media type, size, decoding, envelope. Listens nowhere itself. */
export async function createHttpApp(routes: readonly Route[], options: HttpOptions): Promise<HttpApp> {
  const app = Fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes,
    requestTimeout: 0,
    genReqId: () => randomUUID(),
    frameworkErrors: (_error, request, reply) =>
      void sendRefusal(reply, refuse('NOT_FOUND', { reason: 'path' }), request, options),
  });
  app.decorateRequest('principal', undefined);
  app.decorateRequest('bytes', undefined);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  await app.register(fastifySwagger, { openapi: openApiInfo, hideUntagged: true });
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    allowCors(request, reply, options.allowedOrigins());
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    options.onResponse(request.routeOptions.url ?? 'unknown', reply.statusCode);
    done();
  });
  app.setErrorHandler((error: FastifyError, request, reply) =>
    sendRefusal(reply, refusalOf(error, request, options), request, options),
  );
  app.setNotFoundHandler((request, reply) =>
    sendRefusal(reply, refuse('NOT_FOUND', { reason: 'path' }), request, options),
  );
  for (const route of routes) addRoute(app, route, options);
  addOtherMethods(app, routes, options);
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', logo, theme: { title: 'Skein' } });
  await app.ready();
  return {
    handle: (request, response) => app.routing(request, response),
    openapi: () => app.swagger(),
    close: () => app.close(),
  };
}

function addRoute(app: FastifyInstance, route: Route, options: HttpOptions): void {
  const limit = route.maxBodyBytes ?? options.maxBodyBytes;
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit: limit,
    schema: describeRoute(route),
    onRequest: async (request) => {
      const refusal = await admit(request, route, options);
      if (refusal) throw new RefusalError(refusal);
    },
    preHandler: (request, _reply, done) => {
      const refusal = route.body && route.body !== 'none' ? takeBody(request, route.body, limit) : undefined;
      done(refusal && new RefusalError(refusal));
    },
    handler: async (request, reply) => {
      const answer = await route.handle(request, reply);
      if (isRefusal(answer)) throw new RefusalError(answer);
      return answer ?? reply;
    },
  });
}

/** Credential, origin, rate, media type, size: everything that can be said before the body is read. */
async function admit(
  request: FastifyRequest,
  route: Route,
  options: HttpOptions,
): Promise<Refusal | undefined> {
  const { authenticator, rateLimiter, maxBodyBytes } = options;
  if (route.permission !== 'public') {
    const credential = credentialOf(request.raw.rawHeaders);
    if (isRefusal(credential)) return credential;
    const principal = await authenticator.authenticate(credential, request.ip);
    if (isRefusal(principal)) return principal;
    request.principal = principal;
    const foreign = refuseForeignOrigin(request, options.allowedOrigins());
    if (foreign) return foreign;
    const limited = rateLimiter.take(route.bucket ?? 'queries', principal);
    if (limited) return limited;
    if (route.permission !== 'any' && !mayDo(principal, route.permission)) {
      const refusal = refuse('AUTHORIZATION_ERROR', { reason: route.permission });
      route.onForbidden?.(request, refusal);
      return refusal;
    }
  }
  const { body: kind = 'none', maxBodyBytes: maxBytes = maxBodyBytes } = route;
  return refuseMedia(request, { kind, maxBytes, compression: options.compression });
}

function takeBody(request: FastifyRequest, kind: 'json' | 'list', limit: number): Refusal | undefined {
  const bytes = inflate(request, (request.body as Buffer | undefined) ?? Buffer.alloc(0), limit);
  if (isRefusal(bytes)) return bytes;
  const decoded = decodeBody(request, bytes, kind);
  if (isRefusal(decoded)) return decoded;
  request.body = decoded.value;
  request.bytes = decoded.bytes;
  return undefined;
}

/** A known path with another method is 405, not 404; OPTIONS is answered for browsers. */
function addOtherMethods(app: FastifyInstance, routes: readonly Route[], options: HttpOptions): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const known = routes.filter((route) => route.path === path).map(({ method }) => method as string);
    const allow = [...known, 'OPTIONS'].join(', ');
    const others = METHODS.filter((method) => !known.includes(method));
    app.route({
      method: others.filter((method) => method !== 'OPTIONS'),
      url: path,
      exposeHeadRoute: false,
      schema: { hide: true },
      handler: (request, reply) =>
        sendRefusal(reply.header('allow', allow), refuse('METHOD_NOT_ALLOWED'), request, options),
    });
    app.route({
      method: 'OPTIONS',
      url: path,
      schema: { hide: true },
      handler: (request, reply) => {
        const foreign = refuseForeignOrigin(request, options.allowedOrigins());
        if (foreign) return sendRefusal(reply, foreign, request, options);
        return reply.header('allow', allow).header('access-control-allow-methods', allow).code(204).send();
      },
    });
  }
}

function refusalOf(error: FastifyError, request: FastifyRequest, { log }: HttpOptions): Refusal {
  if (error instanceof RefusalError) return error.refusal;
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return refuse('PAYLOAD_TOO_LARGE', { reason: 'body' });
  if (error.statusCode !== undefined && error.statusCode < 500)
    return refuse('TRANSMISSION_ERROR', { reason: 'body' }, { message: 'The body could not be read' });
  log.error({ error, requestId: request.id, route: request.routeOptions.url }, 'request failed');
  return refuse('INTERNAL_ERROR');
}

function sendRefusal(
  reply: FastifyReply,
  refusal: Refusal,
  request: FastifyRequest,
  options: HttpOptions,
): FastifyReply {
  options.onRefusal(refusal, request);
  // What has not been read of the body is nobody's next request.
  if (!request.raw.complete) reply.header('connection', 'close');
  return reply
    .code(refusal.httpStatus)
    .headers(refusalHeaders(refusal))
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(toEnvelope(refusal, new Date().toISOString(), request.id)));
}
