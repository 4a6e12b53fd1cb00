import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { LocalFrame } from '../geo/wgs84.ts';
import { checked } from './checked.ts';
import { firstUnknownField, hasOnlyKnownFields } from './known-fields.ts';
import { type DerivedPosition, type Origin, ParsedSample, type Sample } from './sample.ts';
import { toCamelFields } from './spelling.ts';
import { TelemetryMessage } from './telemetry-schema.ts';
import { MAX_AHEAD_MS, OLDEST_EVENT_US, parseTimestampUs } from './timestamp.ts';
import { refuseUnsafe } from './unknown-fields.ts';

const standard = checked(TelemetryMessage);
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** A decoded value becomes a sample, or a refusal that names the field. Checks nothing about who sent it. */
export function toSample(value: unknown, origin: Origin): Sample | Refusal {
  const message = toTelemetryMessage(value);
  if (isRefusal(message)) return message;
  const refusal = refusePosition(message.position) ?? (origin.strict ? refuseLoose(message) : undefined);
  if (refusal) return refusal;
  const timeUs = parseTimestampUs(message.timestamp);
  const derived = origin.frame && derivePosition(message.position, origin.frame);
  return (
    refuseTime(timeUs, origin.receivedAtMs) ?? new ParsedSample(message, timeUs as number, origin, derived)
  );
}

/** The message in the contract's spelling; both spellings are understood. */
export function toTelemetryMessage(value: unknown): TelemetryMessage | Refusal {
  if (standard.accepts(value)) {
    const message = value as TelemetryMessage;
    return (hasOnlyKnownFields(message) ? undefined : refuseUnsafe(message)) ?? message;
  }
  const unsafe = refuseUnsafe(value);
  if (unsafe) return unsafe;
  const respelled = toCamelFields(value);
  return standard.accepts(respelled) ? (respelled as TelemetryMessage) : standard.explain(respelled);
}

/** An event time must be an instant the server's clock can believe. RELIABILITY T7. */
export function refuseTime(timeUs: number | undefined, nowMs: number): Refusal | undefined {
  if (timeUs === undefined)
    return refuse('VALIDATION_ERROR', {
      field: 'timestamp',
      expectedType: 'ISO 8601 with a zone, such as 2025-06-01T12:00:00.000Z',
      receivedType: 'string',
      reason: 'format',
    });
  if (timeUs >= OLDEST_EVENT_US && timeUs <= (nowMs + MAX_AHEAD_MS) * 1000) return undefined;
  return refuse('VALIDATION_ERROR', {
    field: 'timestamp',
    expectedType: 'between 2000-01-01 and 24 hours ahead of the server',
    receivedType: 'string',
    reason: 'clock',
    serverTimeMs: nowMs,
  });
}

function refusePosition({ x, y, z, gps }: TelemetryMessage['position']): Refusal | undefined {
  if (x !== undefined && y !== undefined && z !== undefined) return undefined;
  if (x === undefined && y === undefined && z === undefined)
    return gps ? undefined : missing('position', 'x, y, z or gps');
  if (x === undefined) return missing('position.x', 'number');
  return missing(y === undefined ? 'position.y' : 'position.z', 'number');
}

const missing = (field: string, expectedType: string): Refusal =>
  refuse('VALIDATION_ERROR', { field, expectedType, receivedType: 'undefined', reason: 'missing' });

/** VALIDATION=strict: a version 4 UUID for the session, and no field the contract does not know. */
function refuseLoose(message: TelemetryMessage): Refusal | undefined {
  if (!UUID_V4.test(message.sessionId))
    return refuse('VALIDATION_ERROR', {
      field: 'sessionId',
      expectedType: 'uuid-v4',
      receivedType: 'string',
      reason: 'strict',
    });
  const field = firstUnknownField(message);
  return field === undefined ? undefined : refuse('VALIDATION_ERROR', { field, reason: 'unknown_field' });
}

function derivePosition(
  { x, y, z, gps }: TelemetryMessage['position'],
  frame: LocalFrame,
): DerivedPosition | undefined {
  if (gps && x === undefined) {
    const { latitude: latitudeDeg, longitude: longitudeDeg, altitude } = gps;
    return frame.toEnu({ latitudeDeg, longitudeDeg, altitudeAmslM: altitude ?? frame.origin.altitudeAmslM });
  }
  return gps ? undefined : frame.toGeo({ eastM: x as number, northM: y as number, upM: z as number });
}
