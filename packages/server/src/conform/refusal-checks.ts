import { type Check, refusal, type Target } from './check.ts';
import { type Answer, ask, postTelemetry } from './http-line.ts';
import { anomaly, type Json, leastSample, without } from './samples.ts';

/** What has to be refused, and in which words. */

const REQUIRED = ['sessionId', 'timestamp', 'drone', 'position', 'telemetry'] as const;

const missing: readonly Check[] = REQUIRED.map((field) => ({
  name: `a message without ${field} is refused, and the field is named`,
  clause: '2.1, 4',
  sent: `POST /api/drone/telemetry without ${field}`,
  expected: { status: 400, body: refusal('VALIDATION_ERROR', { field }) },
  ask: (target) => postTelemetry(target, without(leastSample(target), field)),
}));

/** Field, a wrong value for it, and what the answer has to say. */
const WRONG: readonly (readonly [string, unknown, Json])[] = [
  ['telemetry.battery', 101, {}],
  ['telemetry.battery', -1, {}],
  ['telemetry.battery', '85', { expectedType: 'number', receivedType: 'string' }],
  ['telemetry.battery', null, { expectedType: 'number', receivedType: 'null' }],
  ['position.x', [100], { expectedType: 'number', receivedType: 'array' }],
  ['position.gps', { latitude: 91, longitude: 0, altitude: 0 }, { field: 'position.gps.latitude' }],
  ['position.gps', { latitude: 0, longitude: -180.5, altitude: 0 }, { field: 'position.gps.longitude' }],
  ['sessionId', '', {}],
  ['drone.id', 'drone:1', {}],
  ['timestamp', 'yesterday', {}],
  ['timestamp', '1999-12-31T23:59:59Z', {}],
  ['timestamp', '2199-01-01T00:00:00Z', { reason: 'clock' }],
];

const wrong: readonly Check[] = WRONG.map(([field, value, details]) => ({
  name: `${field} = ${JSON.stringify(value)} is refused`,
  clause: '2.1, 4',
  sent: `POST /api/drone/telemetry with ${field} = ${JSON.stringify(value)}`,
  expected: {
    status: 400,
    body: refusal('VALIDATION_ERROR', { field, ...details } as Record<string, string>),
  },
  ask: (target) => postTelemetry(target, replace(leastSample(target), field, value)),
}));

function replace(message: Json, field: string, value: unknown): Json {
  const [head = '', ...rest] = field.split('.');
  return {
    ...message,
    [head]: rest.length === 0 ? value : replace((message[head] ?? {}) as Json, rest.join('.'), value),
  };
}

const protocol: readonly Check[] = [
  {
    name: 'an anomaly of an unknown severity is refused',
    clause: '2.2',
    sent: 'POST /api/drone/anomaly with severity "catastrophic"',
    expected: { status: 400, body: refusal('VALIDATION_ERROR', { field: 'anomaly.severity' }) },
    ask: (target) =>
      ask(target, '/api/drone/anomaly', {
        body: replace(anomaly(target), 'anomaly.severity', 'catastrophic'),
      }),
  },
  {
    name: 'no credential is refused',
    clause: '4, 5',
    sent: 'POST /api/drone/telemetry without a credential',
    expected: { status: 401, body: refusal('AUTHENTICATION_ERROR') },
    ask: (target) => postTelemetry(target, leastSample(target), { key: null }),
  },
  {
    name: 'a wrong key is refused in the guide’s words',
    clause: '4, 5',
    sent: 'POST /api/drone/telemetry with another key',
    expected: {
      status: 401,
      body: {
        ...(refusal('AUTHENTICATION_ERROR') as object),
        error: { code: 'AUTHENTICATION_ERROR', message: 'Invalid API key' },
      },
    },
    ask: (target) => postTelemetry(target, leastSample(target), { key: '0'.repeat(64) }),
  },
  {
    name: 'a key in the address counts for nothing',
    clause: '5',
    sent: 'POST /api/drone/telemetry?api_key=…',
    expected: { status: 401, body: refusal('AUTHENTICATION_ERROR') },
    ask: (target) =>
      ask(target, `/api/drone/telemetry?api_key=${target.key}`, { body: leastSample(target), key: null }),
  },
  {
    name: 'bytes that are no JSON are refused',
    clause: '4',
    sent: 'POST /api/drone/telemetry with {"sessionId":',
    expected: { status: 400, body: refusal('TRANSMISSION_ERROR') },
    ask: (target) => postTelemetry(target, '{"sessionId":'),
  },
  {
    name: 'another media type is refused',
    clause: '4',
    sent: 'POST /api/drone/telemetry as text/plain',
    expected: { status: 415, body: refusal('UNSUPPORTED_MEDIA_TYPE') },
    ask: (target) =>
      postTelemetry(target, leastSample(target), { headers: { 'content-type': 'text/plain' } }),
  },
  {
    name: 'another method is refused, and the right one named',
    clause: '4',
    sent: 'GET /api/drone/telemetry',
    expected: { status: 405, headers: { allow: /POST/ }, body: refusal('METHOD_NOT_ALLOWED') },
    ask: (target) => ask(target, '/api/drone/telemetry', { method: 'GET' }),
  },
  {
    name: 'an unknown path is refused in the same envelope',
    clause: '4',
    sent: 'POST /api/drone/telemetrie',
    expected: { status: 404, body: refusal('NOT_FOUND') },
    ask: (target) => ask(target, '/api/drone/telemetrie', { body: {} }),
  },
  {
    name: 'a message that is too large is refused',
    clause: '4',
    sent: 'POST /api/drone/telemetry with 2 MiB',
    expected: { status: 413, body: refusal('PAYLOAD_TOO_LARGE') },
    ask: (target) => postTelemetry(target, { ...leastSample(target), note: 'x'.repeat(2 * 2 ** 20) }),
  },
  {
    name: 'a refusal carries the same request id in its header and its body',
    clause: '4',
    sent: 'POST /api/drone/telemetry with {}',
    expected: { isSame: true },
    ask: async (target: Target) => toRequestIds(await postTelemetry(target, {})),
  },
];

function toRequestIds({ headers, body }: Answer) {
  const [header, inside] = [headers['x-request-id'], (body as { requestId?: string }).requestId];
  return { header, inside, isSame: header !== undefined && header === inside };
}

export const refusalChecks: readonly Check[] = [...missing, ...wrong, ...protocol];
