import { createHash } from 'node:crypto';
import {
  type Channel,
  isRefusal,
  type ProjectedAnomaly,
  type ProjectedSample,
  type ProjectionBatch,
  type SessionName,
  type StateRecord,
  sessionText,
  toPlace,
  toSample,
  toTelemetryRow,
  toTimestamp,
} from '@skein/core';
import fc from 'fast-check';

/** Messages for the store's contract, and their way to a row: the projector's own. */

export type Json = Record<string, unknown>;
export const NOW_MS = Date.UTC(2025, 5, 15, 12);
export const NOW_US = NOW_MS * 1000;

function sessionKeyOf(session: SessionName): string {
  return createHash('sha256').update(sessionText(session)).digest('hex').slice(0, 16);
}

export interface Arrival {
  readonly tenant: string;
  readonly receivedAtMs?: number;
  readonly channel?: Channel;
}

/** The row of a message, or undefined where the message would not have been accepted. */
export function toProjected(raw: unknown, arrival: Arrival): ProjectedSample | undefined {
  const { tenant, receivedAtMs = NOW_MS, channel = 'websocket' } = arrival;
  const sample = toSample(raw, { tenant, channel, receivedAtMs });
  if (isRefusal(sample)) return undefined;
  const { droneId, sessionId, seq, timeUs } = sample;
  return {
    ...toTelemetryRow(sample, raw),
    ...{ tenant, droneId, sessionId, seq, timeUs, receivedAtMs, channel },
    sessionKey: sessionKeyOf({ tenant, droneId, sessionId }),
    place: toPlace(seq, timeUs),
  };
}

export interface Flight {
  readonly droneId?: string;
  readonly sessionId?: string;
  readonly seq?: number;
  readonly timeUs?: number;
  readonly batteryPct?: number;
}

export function toMessage({
  droneId = 'drone-1',
  sessionId = 's-1',
  seq,
  timeUs = NOW_US,
  batteryPct = 85,
}: Flight) {
  return {
    sessionId,
    timestamp: toTimestamp(timeUs),
    ...(seq !== undefined && { seq }),
    drone: { id: droneId, name: 'Primary', status: 'active' },
    position: { x: 150, y: 200.5, z: 50 },
    telemetry: { battery: batteryPct, signal: 95 },
  };
}

/** Throws where the message is refused: a mistake in the test. */
export function sampleOf(flight: Flight, arrival: Arrival): ProjectedSample {
  const sample = toProjected(toMessage(flight), arrival);
  if (!sample) throw new Error('The test’s own message was refused.');
  return sample;
}

let position = 0;
export function batchOf(
  samples: readonly ProjectedSample[],
  anomalies: readonly ProjectedAnomaly[] = [],
  records: readonly StateRecord[] = [],
): ProjectionBatch {
  position += 1;
  return { journalId: 'journal-of-samples', position, samples, anomalies, records };
}

export function anomalyOf(tenant: string, fields: Partial<ProjectedAnomaly> = {}): ProjectedAnomaly {
  return {
    ...{
      tenant,
      anomalyId: 'a-1',
      droneId: 'drone-1',
      sessionId: 's-1',
      timeUs: NOW_US,
      receivedAtMs: NOW_MS,
    },
    ...{
      anomalyType: 'battery_critical',
      severity: 'high',
      source: 'drone',
      data: '{"anomaly":{"value":15}}',
    },
    ...fields,
  };
}

const finite = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const nullable = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 4, arbitrary: value }, fc.constant(null));
const maybe = <Value>(value: fc.Arbitrary<Value>) => optional(nullable(value));
const vector = fc.record({ x: finite(-1e6, 1e6), y: finite(-1e6, 1e6), z: finite(-1e6, 1e6) });

/** Names the engines could stumble over: SQL's, JSON's, JavaScript's, our own columns'. */
const fieldName = fc.oneof(
  fc.constantFrom(
    'x',
    'id',
    'data',
    'battery_pct',
    'toString',
    'constructor',
    '',
    '$ref',
    "o'neill",
    'a.b',
    '"',
  ),
  text,
);
const unknownFields = fc.dictionary(fieldName, fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme' }), {
  maxKeys: 3,
});
const withUnknown = (fields: fc.Arbitrary<object>) =>
  fc
    .tuple(fields, fc.oneof({ weight: 9, arbitrary: fc.constant({}) }, unknownFields))
    .map(([known, more]) => ({ ...more, ...known }));

const position3 = fc.oneof(
  withUnknown(vector),
  withUnknown(
    fc.record({
      gps: withUnknown(
        fc.record({
          latitude: finite(-90, 90),
          longitude: finite(-180, 180),
          altitude: maybe(finite(-1000, 1e5)),
        }),
      ),
    }),
  ),
);

const timestamp = fc
  .tuple(
    fc.integer({ min: NOW_MS - 86_400_000 * 60, max: NOW_MS }),
    fc.constantFrom('Z', 'Z', 'Z', '123Z', 'z', '+02:00', '-05:30', '000Z', '123456Z', '+00:00'),
  )
  .map(([ms, zone]) => `${new Date(ms).toISOString().slice(0, -1)}${zone}`);

const camelMessage = withUnknown(
  fc.record({
    type: optional(fc.constant('telemetry')),
    sessionId: fc.constantFrom('s-1', 's 2', 'Sitzung ü', '😀'),
    timestamp,
    seq: maybe(fc.oneof(fc.nat(20), fc.maxSafeNat())),
    drone: withUnknown(
      fc.record({
        ...{ id: fc.constantFrom('drone-1', 'drone_1', 'D.1'), name: maybe(text), model: maybe(text) },
        ...{ status: maybe(fc.constantFrom('active', 'idle')), armed: maybe(fc.boolean()) },
      }),
    ),
    position: position3,
    telemetry: withUnknown(
      fc.record({
        ...{ battery: finite(0, 100), signal: finite(0, 100), temperature: maybe(finite(-100, 100)) },
        ...{ speed: maybe(finite(0, 100)), heading: maybe(finite(0, 360)) },
      }),
    ),
    sensors: maybe(
      withUnknown(
        fc.record({
          accelerometer: maybe(vector),
          gyroscope: maybe(withUnknown(vector)),
          magnetometer: maybe(vector),
        }),
      ),
    ),
    mission: maybe(
      withUnknown(
        fc.record({
          ...{ id: maybe(fc.constantFrom('m-1', 'm-2')), waypoint: maybe(fc.nat(100)) },
          ...{ totalWaypoints: maybe(fc.nat(100)), missionType: maybe(text) },
        }),
      ),
    ),
    metadata: maybe(
      withUnknown(
        fc.record({
          transmissionMethod: maybe(text),
          dataVersion: maybe(text),
          compression: maybe(fc.boolean()),
        }),
      ),
    ),
  }),
);

const toSnake = (message: Json): Json => {
  const { sessionId, mission, ...rest } = message;
  const { totalWaypoints, ...plan } = (mission ?? {}) as Json;
  return {
    session_id: sessionId,
    ...rest,
    ...(mission ? { mission: { ...plan, total_waypoints: totalWaypoints } } : {}),
  };
};

/** Any message that a drone may send, as JSON decodes it (no undefined, no −0). */
export const anyMessage: fc.Arbitrary<Json> = fc
  .tuple(camelMessage, fc.integer({ min: 0, max: 4 }))
  .map(([message, style]) => (style === 0 ? toSnake(message as Json) : message))
  .map((message) => JSON.parse(JSON.stringify(message)) as Json);
