import { type Command, operatorCommands, type Refusal, type RestTwin, refuse, typeName } from '@skein/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Principal } from '../auth/principal.ts';
import type { Dispatcher } from '../gateway/dispatch.ts';
import { type Parameter, readQuery } from './parameters.ts';
import type { Route } from './route.ts';

/** The REST twins of the operators' commands: the same declaration, reached by a path. */
export function commandRoutes(dispatcher: Dispatcher): readonly Route[] {
  return (operatorCommands as readonly unknown[] as readonly Command[]).flatMap((command) =>
    [command.rest ?? []].flat().map((twin) => toRoute(command, twin as RestTwin, dispatcher)),
  );
}

function toRoute(command: Command, { method, path }: RestTwin, dispatcher: Dispatcher): Route {
  const { permission, summary, bucket = 'commands' } = command;
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
  return {
    method,
    path,
    permission,
    tag: 'commands',
    summary,
    bucket,
    ...(method === 'POST'
      ? { body: 'json', bodySchema: toBodySchema(command, inPath) }
      : { query: toQuery(command, inPath) }),
    onForbidden: (request, refusal) => {
      const frame = { type: command.type, ...(request.params as Readonly<Record<string, string>>) };
      dispatcher.recordForbidden(command, frame, toCaller(request), refusal);
    },
    handle: (request, reply) => handle(command, dispatcher, request, reply),
  };
}

/** What a GET says stands in its query: texts, read as what the command's schema asks for, which then refuses what is wrong. */
function toQuery(
  { fields }: Command,
  inPath: readonly string[],
): Readonly<Record<string, Parameter<unknown>>> {
  const asked = Object.entries(fields).filter(([name]) => !inPath.includes(name));
  return Object.fromEntries(
    asked.map(([name, schema]) => [
      name,
      { schema: { ...schema }, fallback: undefined, read: readerOf(schema) },
    ]),
  );
}

function readerOf(schema: object): (text: string) => unknown {
  const { anyOf = [schema] } = schema as { readonly anyOf?: readonly { readonly type?: string }[] };
  const types = new Set((anyOf as readonly { readonly type?: string }[]).map(({ type }) => type));
  if (types.has('integer') || types.has('number'))
    return (text) => (/^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text);
  if (types.has('boolean')) return (text) => (text === 'true' || text === 'false' ? text === 'true' : text);
  return (text) => text;
}

function givenIn(query: unknown, shape: Route['query'] = {}): Readonly<Record<string, unknown>> {
  const given = Object.entries(readQuery(shape, query));
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function toBodySchema({ fields }: Command, inPath: readonly string[]) {
  const inBody = Object.entries(fields).filter(([name]) => !inPath.includes(name));
  return Type.Object(
    { request_id: Type.Optional(Type.String({ maxLength: 128 })), ...Object.fromEntries(inBody) },
    { additionalProperties: false },
  );
}

async function handle(
  command: Command,
  dispatcher: Dispatcher,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { type } = command;
  const named = { type, ...(request.params as Readonly<Record<string, string>>) };
  const mistake = refuseBody(request.body, named);
  if (mistake) return mistake;
  const inQuery = request.method === 'POST' ? {} : givenIn(request.query, toQuery(command, []));
  const frame = { ...(request.body as object | undefined), ...inQuery, ...named };
  const { message, refusal } = await dispatcher.run(command, frame, toCaller(request));
  // What a refusal has to say beside the envelope would be lost on the common way.
  if (refusal && !('fields' in refusal)) return refusal;
  return reply.code(refusal?.httpStatus ?? 200).send(toCamelCase(message));
}

const toCaller = ({ id, ip, principal }: FastifyRequest) => ({
  ...{ principal: principal as Principal, address: ip, exchangeId: id },
});

/** Who says a field in the path and in the body says the same. */
function refuseBody(body: unknown = {}, named: Readonly<Record<string, string>>): Refusal | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return refuse(
      'VALIDATION_ERROR',
      { field: '', expectedType: 'object', receivedType: typeName(body) },
      { message: 'Invalid request' },
    );
  const other = Object.entries(named).find(([name, value]) => {
    const said = (body as Readonly<Record<string, unknown>>)[name];
    return said !== undefined && said !== value;
  });
  if (!other) return undefined;
  const [field, expected] = other;
  return refuse('VALIDATION_ERROR', {
    field,
    expectedType: `${expected}, as in the path`,
    reason: 'ambiguous',
  });
}

/** What somebody else wrote keeps its spelling; so does the operator's own id, beside the exchange's `requestId`. */
const AS_IT_IS: ReadonlySet<string> = new Set([
  ...[
    'params',
    'context',
    'data',
    'document',
    'waypoints',
    'new_waypoint',
    'geometry',
    'properties',
    'request_id',
    'message',
  ],
]);

/** REST speaks camelCase where the operators' socket speaks snake_case. CONTRACT 1. */
function toCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCamelCase);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, each]) =>
    AS_IT_IS.has(name)
      ? [name === 'new_waypoint' ? 'newWaypoint' : name, each]
      : [name.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase()), toCamelCase(each)],
  );
  return Object.fromEntries(entries);
}
