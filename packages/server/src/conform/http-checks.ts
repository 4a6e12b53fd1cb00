import { gzipSync } from 'node:zlib';
import { type Check, INSTANT, refusal, SOME, type Target } from './check.ts';
import { ask, postTelemetry } from './http-line.ts';
import { anomaly, fullSample, leastSample, without } from './samples.ts';

const ACCEPTED = {
  status: 200,
  body: {
    status: 'success',
    timestamp: INSTANT,
    dataId: SOME,
    message: 'Telemetry data received successfully',
  },
} as const;

/** What has to be taken. */
const accepted: readonly Check[] = [
  {
    name: 'a complete telemetry message is taken',
    clause: '2.1, 2.4',
    sent: 'POST /api/drone/telemetry with the guide’s whole example',
    expected: ACCEPTED,
    ask: (target) => postTelemetry(target, fullSample(target)),
  },
  {
    name: 'the least telemetry message is taken',
    clause: '2.1',
    sent: 'POST /api/drone/telemetry with the guide’s curl body',
    expected: ACCEPTED,
    ask: (target) => postTelemetry(target, leastSample(target)),
  },
  {
    name: 'the answer says how durable the message is',
    clause: '2.4',
    sent: 'POST /api/drone/telemetry',
    expected: { status: 200, body: { durability: /^(disk|stored)$/ } },
    ask: (target) => postTelemetry(target, leastSample(target)),
  },
  {
    name: 'unknown fields are no reason to refuse',
    clause: '2.1',
    sent: 'POST /api/drone/telemetry with payload:{camera:"on"}',
    expected: ACCEPTED,
    ask: (target) => postTelemetry(target, { ...leastSample(target), payload: { camera: 'on' } }),
  },
  {
    name: 'an anomaly report is taken',
    clause: '2.2, 2.4',
    sent: 'POST /api/drone/anomaly with the guide’s curl body',
    expected: {
      status: 200,
      body: { status: 'success', timestamp: INSTANT, message: 'Anomaly report processed' },
    },
    ask: (target) => ask(target, '/api/drone/anomaly', { body: anomaly(target) }),
  },
  {
    name: 'a gzip body is taken',
    clause: '2.4',
    sent: 'POST /api/drone/telemetry with Content-Encoding: gzip',
    expected: ACCEPTED,
    ask: (target) => {
      const body = gzipSync(JSON.stringify(leastSample(target)));
      return postTelemetry(target, body, { headers: { 'content-encoding': 'gzip' } });
    },
  },
  {
    name: 'the key may be given as X-API-Key',
    clause: '5',
    sent: 'POST /api/drone/telemetry with X-API-Key',
    expected: ACCEPTED,
    ask: (target) =>
      postTelemetry(target, leastSample(target), { key: null, headers: { 'x-api-key': target.key } }),
  },
  {
    name: 'a heartbeat is taken',
    clause: '2.4',
    sent: 'POST /api/drone/heartbeat',
    expected: { status: 200, body: { status: 'success' } },
    ask: (target) => ask(target, '/api/drone/heartbeat', { body: { drone: { id: target.droneId } } }),
  },
  {
    name: 'each of the five client error codes is taken',
    clause: '2.4, 4',
    sent: 'POST /api/drone/errors, five times',
    expected: [200, 200, 200, 200, 200],
    ask: (target) => Promise.all(CLIENT_CODES.map(async (code) => (await reportError(target, code)).status)),
  },
];

const CLIENT_CODES = [
  'CONNECTION_FAILED',
  'TRANSMISSION_ERROR',
  'AUTHENTICATION_ERROR',
  'DATA_VALIDATION_ERROR',
  'TIMEOUT_ERROR',
] as const;

function reportError(target: Target, code: string) {
  const body = { drone: { id: target.droneId }, error: { code, message: 'as the guide has it' } };
  return ask(target, '/api/drone/errors', { body });
}

/** Batches and repeats. */
const identity: readonly Check[] = [
  {
    name: 'a batch is answered item by item, and a bad item spoils no other',
    clause: '2.4',
    sent: 'POST /api/drone/telemetry/batch with a good, a bad and a good message',
    expected: {
      status: 200,
      body: {
        results: [
          { status: 'success', dataId: SOME },
          { status: 'error', error: { code: 'VALIDATION_ERROR' } },
          { status: 'success' },
        ],
      },
    },
    ask: (target) => ask(target, '/api/drone/telemetry/batch', { body: threeOf(target) }),
  },
  {
    name: 'a batch may be NDJSON',
    clause: '2.4',
    sent: 'the same as application/x-ndjson',
    expected: {
      status: 200,
      body: { results: [{ status: 'success' }, { status: 'error' }, { status: 'success' }] },
    },
    ask: (target) => {
      const body = threeOf(target)
        .map((item) => JSON.stringify(item))
        .join('\n');
      return ask(target, '/api/drone/telemetry/batch', {
        body,
        headers: { 'content-type': 'application/x-ndjson' },
      });
    },
  },
  {
    name: 'a message sent again is a success with the same dataId',
    clause: '2.5',
    sent: 'the same message twice',
    expected: { status: 200, duplicate: true, isSameDataId: true },
    ask: async (target) => {
      const message = leastSample(target);
      const [first, second] = [await postTelemetry(target, message), await postTelemetry(target, message)];
      const [a, b] = [first.body, second.body] as { dataId?: string; duplicate?: boolean }[];
      return {
        status: second.status,
        duplicate: b?.duplicate,
        isSameDataId: a?.dataId !== undefined && a.dataId === b?.dataId,
      };
    },
  },
  {
    name: 'another content under the same identity is a conflict',
    clause: '2.5',
    sent: 'the same session and time twice, with another battery',
    expected: { status: 409, body: refusal('CONFLICT') },
    ask: async (target) => {
      const message = leastSample(target);
      await postTelemetry(target, message);
      return postTelemetry(target, { ...message, telemetry: { battery: 84, signal: 95 } });
    },
  },
  {
    name: 'two drones may share a session and an instant',
    clause: '2.5',
    sent: 'the same message of two drones',
    expected: { statuses: [200, 200], areDifferent: true },
    needsFleetKey: true,
    ask: async (target) => {
      const message = leastSample(target);
      const other = { ...message, drone: { id: `${target.droneId}-b` } };
      const [a, b] = [await postTelemetry(target, message), await postTelemetry(target, other)];
      const [first, second] = [a.body, b.body] as { dataId?: string }[];
      return { statuses: [a.status, b.status], areDifferent: first?.dataId !== second?.dataId };
    },
  },
  {
    name: 'a message can be read by its dataId at once (with telemetry:read)',
    clause: '2.4, 14',
    sent: 'GET /api/telemetry/{dataId}',
    expected: { status: 200 },
    ask: async (target) => {
      const { body } = await postTelemetry(target, leastSample(target));
      return ask(target, `/api/telemetry/${(body as { dataId?: string }).dataId}`, { method: 'GET' });
    },
  },
];

function threeOf(target: Target): readonly unknown[] {
  return [leastSample(target), without(leastSample(target), 'position'), leastSample(target)];
}

export const httpChecks: readonly Check[] = [...accepted, ...identity];
