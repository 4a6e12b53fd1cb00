import {
  type AckMode,
  type Admitted,
  auth,
  type Checked,
  commandAck,
  commandProgress,
  countClientError,
  type DroneMessageType,
  type Durability,
  errorReport,
  hear,
  heartbeat,
  heartbeatReply,
  hello,
  ingestAnomaly,
  isRefusal,
  OPERATOR_TYPES,
  refuse,
  refuseUnsafe,
  toMessageType,
  typeName,
} from '@skein/core';
import { decodeCompressed, isCompressed } from '../decode/gzip.ts';
import { decodeJson } from '../decode/json.ts';
import { decodeMsgpack, msgpackList } from '../decode/msgpack.ts';
import type { DroneSocket } from './drone-socket.ts';
import { refuseCrowd } from './line.ts';

type Json = Readonly<Record<string, unknown>>;
type Codec = 'json' | 'msgpack';
interface Frame {
  readonly payload: Buffer;
  readonly codec: Codec;
}

/** One WebSocket message of a drone: decoded, told apart, taken. Never throws for anything a client sends. */
export function takeFrame(socket: DroneSocket, payload: Buffer, codec: Codec): void {
  if (takeAgain(socket, { payload, codec })) return;
  const decoded = codec === 'msgpack' ? decodeMsgpack(payload) : decodeJson(payload);
  if (isRefusal(decoded)) return socket.refuse(decoded);
  const { value } = decoded;
  if (socket.line.compression && isCompressed(value)) return takeCompressed(socket, value);
  takeValue(socket, value, { payload, codec });
}

/** A frame like the last one need not be decoded. */
function takeAgain(socket: DroneSocket, frame: Frame): boolean {
  const { stream, origin } = socket;
  const list = frame.codec === 'msgpack' ? msgpackList(frame.payload) : undefined;
  if (!list) {
    const outcome = stream.again(frame, origin);
    if (outcome) socket.settle(outcome, stream.seq);
    return outcome !== undefined;
  }
  const taken = stream.againAll(frame, origin, list);
  taken?.outcomes.forEach((outcome, at) => {
    const seq = taken.heard[at]?.sample.seq ?? -1;
    socket.settle(outcome, seq >= 0 ? seq : undefined);
  });
  return taken !== undefined;
}

function takeCompressed(socket: DroneSocket, value: Parameters<typeof decodeCompressed>[0]): void {
  const inside = decodeCompressed(value, socket.line.maxMessageBytes);
  if (isRefusal(inside)) return socket.refuse(inside);
  takeValue(socket, inside.value, { payload: inside.bytes, codec: 'json' });
}

function takeValue(socket: DroneSocket, value: unknown, frame: Frame): void {
  if (Array.isArray(value)) return takeArray(socket, value, frame);
  if (typeof value !== 'object' || value === null) return socket.refuse(notAMessage(value));
  const message = value as Json;
  const type = toMessageType(message);
  if (type === undefined) return refuseType(socket, message);
  if (type === 'telemetry') return takeTelemetry(socket, message, frame);
  take[type](socket, message, frame);
}

function takeTelemetry(socket: DroneSocket, message: Json, frame: Frame): void {
  const outcome = socket.line.ingest.telemetry(message, socket.origin, frame);
  const { seq } = message as { seq?: unknown };
  if ('sample' in outcome) {
    socket.carries(outcome.drone.droneId);
    socket.stream.learn(frame, outcome, socket.origin);
  }
  socket.settle(outcome, typeof seq === 'number' ? seq : undefined);
}

function takeArray(socket: DroneSocket, items: readonly unknown[], frame: Frame): void {
  if (items.length === 0) return socket.refuse(notAMessage(items));
  const crowd = refuseCrowd(items);
  if (crowd) return socket.refuse(crowd);
  const outcomes = socket.line.ingest.batch(items, socket.origin, frame);
  const list = frame.codec === 'msgpack' ? msgpackList(frame.payload) : undefined;
  const [first] = outcomes;
  if (list && first && 'sample' in first)
    socket.stream.learn(frame, first as Admitted, socket.origin, list.start);
  outcomes.forEach((outcome, at) => {
    const { seq, drone } = (items[at] ?? {}) as { seq?: unknown; drone?: { id: string } };
    if (!isRefusal(outcome) && drone) socket.carries(drone.id);
    socket.settle(outcome, typeof seq === 'number' ? seq : undefined);
  });
}

const notAMessage = (value: unknown) =>
  refuse('VALIDATION_ERROR', {
    field: '',
    expectedType: 'object',
    receivedType: typeName(value),
    reason: 'type',
  });

function refuseType(socket: DroneSocket, message: Json): void {
  const { type } = message;
  const unsafe = refuseUnsafe(message);
  if (unsafe) return socket.refuse(unsafe);
  if (typeof type === 'string' && OPERATOR_TYPES.has(type))
    return socket.refuse(
      refuse(
        'AUTHORIZATION_ERROR',
        { field: 'type', reason: 'operator_only' },
        { message: 'Drones do not command' },
      ),
    );
  socket.refuse(
    refuse(
      'VALIDATION_ERROR',
      {
        field: 'type',
        expectedType: 'a known message type',
        receivedType: typeName(type),
        reason: 'unknown_type',
      },
      { message: 'Unknown message type' },
    ),
  );
}

/** The messages other than telemetry; complete by type. */
const take: Record<
  Exclude<DroneMessageType, 'telemetry'>,
  (socket: DroneSocket, message: Json, frame: Frame) => void
> = {
  anomaly: takeAnomaly,
  heartbeat: (socket, message) => takeHeartbeat(socket, message, 'heartbeat'),
  ping: (socket, message) => takeHeartbeat(socket, message, 'ping'),
  error_report: takeErrorReport,
  command_ack: (socket, message) => takeAnswer(socket, message, commandAck),
  command_progress: (socket, message) => takeAnswer(socket, message, commandProgress),
  hello: takeHello,
  auth: (socket, message) => {
    if (!auth.accepts(message)) socket.refuse(auth.explain(message));
    else
      socket.refuse(
        refuse(
          'CONFLICT',
          { field: 'type', reason: 'already_authenticated' },
          { message: 'Already authenticated' },
        ),
      );
  },
};

function takeAnomaly(socket: DroneSocket, message: Json, frame: Frame): void {
  const outcome = ingestAnomaly(socket.line.parts, message, socket.origin, frame);
  if (isRefusal(outcome)) return socket.settle(outcome, undefined);
  const { durability, line } = socket;
  line.counters[outcome.duplicate ? 'duplicates' : 'accepted'] += 1;
  const ack = { type: 'anomaly_ack', status: 'success', anomalyId: outcome.anomalyId, durability };
  socket.owe(outcome.position, JSON.stringify({ ...ack, ...(outcome.duplicate && { duplicate: true }) }));
}

function takeHeartbeat(socket: DroneSocket, message: Json, type: 'heartbeat' | 'ping'): void {
  if (!heartbeat.accepts(message)) return socket.refuse(heartbeat.explain(message));
  const { line, origin } = socket;
  const named = message as { drone?: { id: string } | null; droneId?: string | null };
  const droneId = named.drone?.id ?? named.droneId;
  for (const id of droneId ? [droneId] : socket.drones) {
    const drone = line.fleet.find(origin.tenant, id);
    if (drone) hear(drone, 'websocket', origin.receivedAtMs);
  }
  socket.send(heartbeatReply(type, new Date(origin.receivedAtMs).toISOString()));
}

function takeErrorReport(socket: DroneSocket, message: Json): void {
  const refusal = reportError(socket, message);
  if (refusal) socket.refuse(refusal);
}

function reportError(socket: DroneSocket, message: Json) {
  if (!errorReport.accepts(message)) return errorReport.explain(message);
  const { error, drone, droneId } = message as {
    error: { code: string };
    drone?: { id: string };
    droneId?: string;
  };
  const { line, origin } = socket;
  const state = line.fleet.find(origin.tenant, drone?.id ?? droneId ?? origin.boundDroneId ?? '');
  if (state) countClientError(state, error.code);
  return undefined;
}

function takeAnswer(socket: DroneSocket, message: Json, schema: Checked): void {
  if (!schema.accepts(message)) return socket.refuse(schema.explain(message));
  const { commandId, droneId, ...answer } = message as { commandId: string; droneId?: string };
  socket.line.links.answer(socket.origin.tenant, {
    commandId,
    droneId: droneId ?? socket.origin.boundDroneId,
    ...answer,
  });
}

function takeHello(socket: DroneSocket, message: Json): void {
  if (!hello.accepts(message)) return socket.refuse(hello.explain(message));
  const { ack, durability, droneId } = message as {
    ack?: AckMode;
    durability?: Durability;
    droneId?: string;
  };
  if (ack) socket.ackMode = ack;
  if (durability) socket.waitFor(durability);
  const { boundDroneId } = socket.origin;
  if (droneId && (boundDroneId === undefined || boundDroneId === droneId)) socket.carries(droneId);
}
