import {
  AnomalyMessage,
  countClientError,
  type Durability,
  ErrorReportMessage,
  errorReport,
  HeartbeatMessage,
  hear,
  heartbeat,
  ingestAnomaly,
  isRefusal,
  type Origin,
  type Receipt,
  type Refusal,
  refuse,
  TelemetryMessage,
  type TelemetryReply,
  toDataId,
  typeName,
} from '@skein/core';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Principal } from '../auth/principal.ts';
import { decodeCompressed, isCompressed } from '../decode/gzip.ts';
import type { Route } from '../http/route.ts';
import type { DurableGate } from '../net/durable-gate.ts';
import { countRefusal, type Line, refuseCrowd } from './line.ts';

const DISK_TIMEOUT_MS = 8000;
const STORED_TIMEOUT_MS = 10_000;
const BATCH_FACTOR = 16;
/** A batch is one journal record, and must fit what a reader takes in at once. */
const MAX_BATCH_BYTES = 2 * 1024 * 1024;

/** The drones' HTTP: port 3000, the same routes on 8080. CONTRACT 2.4. */
export function droneRoutes(line: Line): readonly Route[] {
  const common = { permission: 'telemetry:write', tag: 'drone', bucket: 'ingest' } as const;
  return [
    {
      ...common,
      method: 'POST',
      path: '/api/drone/telemetry',
      summary: 'One telemetry report; 200 means that it is on disk',
      body: 'json',
      bodySchema: TelemetryMessage,
      handle: (request) => takeTelemetry(line, request),
    },
    {
      ...common,
      method: 'POST',
      path: '/api/drone/telemetry/batch',
      summary: 'Many reports (JSON array or NDJSON); an answer each, one bad item spoils no other',
      body: 'list',
      bodySchema: Type.Array(TelemetryMessage),
      maxBodyBytes: Math.max(
        line.maxMessageBytes,
        Math.min(BATCH_FACTOR * line.maxMessageBytes, MAX_BATCH_BYTES),
      ),
      handle: (request) => takeBatch(line, request),
    },
    {
      ...common,
      method: 'POST',
      path: '/api/drone/anomaly',
      summary: 'An anomaly the drone noticed itself',
      body: 'json',
      bodySchema: AnomalyMessage,
      handle: (request) => takeAnomaly(line, request),
    },
    {
      ...common,
      method: 'POST',
      path: '/api/drone/heartbeat',
      summary: 'The drone is alive although it reports nothing',
      body: 'json',
      bodySchema: HeartbeatMessage,
      handle: (request) => takeHeartbeat(line, request),
    },
    {
      ...common,
      method: 'POST',
      path: '/api/drone/errors',
      summary: 'What went wrong at the drone’s end; counted per drone and code',
      body: 'json',
      bodySchema: ErrorReportMessage,
      handle: (request) => takeErrorReport(line, request),
    },
  ];
}

function originOf({ clock, parts, strict }: Line, { principal }: FastifyRequest): Origin {
  const { tenant, droneId } = principal as Principal;
  return {
    tenant,
    channel: 'http',
    receivedAtMs: clock.now(),
    strict,
    ...(droneId !== undefined && { boundDroneId: droneId }),
    ...(parts.frame && { frame: parts.frame }),
  };
}

function refuseWhenFull(line: Line): Refusal | undefined {
  if (line.isStopping()) return refuse('SERVICE_UNAVAILABLE', { reason: 'stopping' }, { retryAfterS: 2 });
  const { accepting, reason } = line.parts.journal.state();
  return accepting
    ? undefined
    : refuse('SERVICE_UNAVAILABLE', { reason: reason ?? 'journal' }, { retryAfterS: 1 });
}

/** Waits for what was asked for; says what was reached, never more. */
async function untilDurable(
  line: Line,
  request: FastifyRequest,
  position: number,
): Promise<Durability | Refusal> {
  if (!(await line.disk.reached(position, DISK_TIMEOUT_MS)))
    return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 1 });
  if (!/\bdurability=stored\b/.test(String(request.headers['prefer'] ?? ''))) return 'disk';
  const gate: DurableGate = line.stored;
  return (await gate.reached(position, STORED_TIMEOUT_MS)) ? 'stored' : 'disk';
}

function count(line: Line, outcome: { readonly duplicate: boolean } | Refusal): void {
  if (isRefusal(outcome)) countRefusal(line.counters, outcome.code);
  else line.counters[outcome.duplicate ? 'duplicates' : 'accepted'] += 1;
}

async function takeTelemetry(line: Line, request: FastifyRequest): Promise<TelemetryReply | Refusal> {
  const full = refuseWhenFull(line);
  if (full) return full;
  const frame = toFrame(line, request);
  if (isRefusal(frame)) return frame;
  const outcome = line.ingest.telemetry(frame.value, originOf(line, request), frame);
  count(line, outcome);
  if (isRefusal(outcome)) return outcome;
  const durability = await untilDurable(line, request, outcome.position);
  return isRefusal(durability) ? durability : { ...successOf(line), ...receiptOf(outcome), durability };
}

const successOf = ({ clock }: Line) =>
  ({
    status: 'success',
    timestamp: new Date(clock.now()).toISOString(),
    message: 'Telemetry data received successfully',
  }) as const;

const receiptOf = ({ session, place, duplicate }: Receipt) => ({
  dataId: toDataId(session.key, place),
  ...(duplicate && { duplicate }),
});

interface HttpFrame {
  readonly value: unknown;
  readonly payload: Buffer;
  readonly codec: 'json';
}

function toFrame(
  { maxMessageBytes, compression }: Line,
  { body, bytes }: FastifyRequest,
): HttpFrame | Refusal {
  if (!compression || !isCompressed(body)) return { value: body, payload: bytes as Buffer, codec: 'json' };
  const inside = decodeCompressed(body, maxMessageBytes);
  return isRefusal(inside) ? inside : { value: inside.value, payload: inside.bytes, codec: 'json' };
}

async function takeBatch(line: Line, request: FastifyRequest): Promise<object> {
  const full = refuseWhenFull(line);
  if (full) return full;
  const { body, bytes } = request;
  if (!Array.isArray(body))
    return refuse('VALIDATION_ERROR', {
      field: '',
      expectedType: 'array',
      receivedType: typeName(body),
      reason: 'type',
    });
  const crowd = refuseCrowd(body);
  if (crowd) return crowd;
  const outcomes = line.ingest.batch(body, originOf(line, request), {
    payload: bytes as Buffer,
    codec: 'json',
  });
  for (const outcome of outcomes) count(line, outcome);
  const last = Math.max(-1, ...outcomes.map((outcome) => (isRefusal(outcome) ? -1 : outcome.position)));
  const durability = last < 0 ? 'disk' : await untilDurable(line, request, last);
  if (isRefusal(durability)) return durability;
  const accepted = outcomes.filter((outcome) => !isRefusal(outcome)).length;
  return {
    status: accepted === outcomes.length ? 'success' : 'partial',
    timestamp: new Date(line.clock.now()).toISOString(),
    accepted,
    rejected: outcomes.length - accepted,
    durability,
    results: outcomes.map((outcome) =>
      isRefusal(outcome)
        ? { status: 'error', error: errorOf(outcome) }
        : { status: 'success', ...receiptOf(outcome) },
    ),
  };
}

const errorOf = ({ code, message, details }: Refusal) => ({ code, message, details });

async function takeAnomaly(line: Line, request: FastifyRequest): Promise<object> {
  const full = refuseWhenFull(line);
  if (full) return full;
  const { body, bytes } = request;
  const outcome = ingestAnomaly(line.parts, body, originOf(line, request), {
    payload: bytes as Buffer,
    codec: 'json',
  });
  count(line, outcome);
  if (isRefusal(outcome)) return outcome;
  const durability = await untilDurable(line, request, outcome.position);
  if (isRefusal(durability)) return durability;
  const { anomalyId, duplicate } = outcome;
  return {
    ...successOf(line),
    message: 'Anomaly report processed',
    anomalyId,
    durability,
    ...(duplicate && { duplicate }),
  };
}

/** The drone a body speaks of: its own word, or the credential's. */
function droneOf(line: Line, request: FastifyRequest): ReturnType<Line['fleet']['find']> | Refusal {
  const { drone, droneId } = request.body as { drone?: { id: string } | null; droneId?: string | null };
  const principal = request.principal as Principal;
  const id = drone?.id ?? droneId ?? principal.droneId;
  if (principal.droneId !== undefined && id !== principal.droneId)
    return refuse('AUTHORIZATION_ERROR', { field: 'drone.id', reason: 'other_drone' });
  return id === undefined ? undefined : line.fleet.find(principal.tenant, id);
}

function takeHeartbeat(line: Line, request: FastifyRequest): object {
  if (!heartbeat.accepts(request.body)) return heartbeat.explain(request.body);
  const drone = droneOf(line, request);
  if (isRefusal(drone)) return drone;
  const nowMs = line.clock.now();
  if (drone) hear(drone, 'http', nowMs);
  return { status: 'success', type: 'heartbeat_ack', timestamp: new Date(nowMs).toISOString() };
}

function takeErrorReport(line: Line, request: FastifyRequest): object {
  if (!errorReport.accepts(request.body)) return errorReport.explain(request.body);
  const drone = droneOf(line, request);
  if (isRefusal(drone)) return drone;
  const { code } = (request.body as { error: { code: string } }).error;
  if (drone) countClientError(drone, code);
  return { ...successOf(line), message: 'Error report received' };
}
