import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import { createLocalFrame } from '../geo/wgs84.ts';
import { firstUnknownField, hasOnlyKnownFields } from './known-fields.ts';
import type { Origin, Sample } from './sample.ts';
import { toSample } from './telemetry.ts';
import type { TelemetryMessage } from './telemetry-schema.ts';

const origin: Origin = { tenant: 'default', channel: 'http', receivedAtMs: Date.UTC(2026, 0, 2) };

/** Guide A's own curl body. */
const curl = {
  sessionId: 'test-session',
  timestamp: '2025-06-01T12:00:00.000Z',
  drone: { id: 'test-drone' },
  position: { x: 100, y: 200, z: 50 },
  telemetry: { battery: 85, signal: 95 },
};

const full = {
  ...curl,
  drone: { id: 'd', name: 'n', model: 'm', status: 'active', armed: true },
  position: { x: 1, y: 2, z: 3, gps: { latitude: 40.7128, longitude: -74.006, altitude: 50 } },
  telemetry: { battery: 85, signal: 95, temperature: 22.5, speed: 12.3, heading: 45.2 },
  sensors: {
    accelerometer: { x: 0, y: 0, z: 9.8 },
    gyroscope: { x: 0, y: 0, z: 0 },
    magnetometer: { x: 1, y: 2, z: 3 },
  },
  mission: { id: 'm', waypoint: 3, totalWaypoints: 10, missionType: 'survey' },
  metadata: { transmissionMethod: 'websocket', dataVersion: '1.0', compression: false },
};

function accepted(value: unknown, more: Partial<Origin> = {}): Sample {
  const sample = toSample(value, { ...origin, ...more });
  if (isRefusal(sample)) throw new Error(JSON.stringify(sample));
  return sample;
}

function refusal(value: unknown, more: Partial<Origin> = {}) {
  const outcome = toSample(value, { ...origin, ...more });
  return isRefusal(outcome) ? { code: outcome.code, ...outcome.details } : 'accepted';
}

test('guide A’s smallest body and its whole structure are telemetry', () => {
  expect(accepted(curl)).toMatchObject({ droneId: 'test-drone', batteryPct: 85, seq: -1, upM: 50 });
  expect(accepted(full)).toMatchObject({
    groundSpeedMps: 12.3,
    latitudeDeg: 40.7128,
    armed: true,
    headingDeg: 45.2,
  });
});

test('what is absent is NaN, never zero', () => {
  const sample = accepted(curl);
  expect([sample.temperatureC, sample.latitudeDeg, sample.groundSpeedMps]).toEqual([
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
});

test('a refusal names the field, what was expected and what came', () => {
  expect(refusal({ ...curl, telemetry: { battery: '85', signal: 95 } })).toMatchObject({
    code: 'VALIDATION_ERROR',
    field: 'telemetry.battery',
    expectedType: 'number',
    receivedType: 'string',
  });
});

test.each([
  ['sessionId', {}],
  ['position', { ...curl, position: {} }],
  ['position.z', { ...curl, position: { x: 1, y: 2 } }],
  ['position.y', { ...curl, position: { x: 1 } }],
  ['position.x', { ...curl, position: { y: 1, z: 1 } }],
  ['timestamp', { ...curl, timestamp: '2025-02-30T00:00:00Z' }],
  ['drone.id', { ...curl, drone: { id: 'a b' } }],
  ['drone.id', { ...curl, drone: { id: '__proto__' } }],
  ['seq', { ...curl, seq: -1 }],
  ['mission.waypoint', { ...curl, mission: { waypoint: 3.5 } }],
])('the field %s is named', (field, value) => {
  expect(refusal(value)).toMatchObject({ field });
});

test('a clock that cannot be believed is refused with the server’s time, a skewed one is not', () => {
  expect(refusal({ ...curl, timestamp: '1970-01-01T00:00:00Z' })).toMatchObject({
    field: 'timestamp',
    reason: 'clock',
  });
  expect(refusal({ ...curl, timestamp: '2026-01-03T00:00:01Z' })).toMatchObject({
    reason: 'clock',
    serverTimeMs: origin.receivedAtMs,
  });
  expect(refusal({ ...curl, timestamp: '2026-01-02T23:59:59Z' })).toBe('accepted');
});

test('optional parts may be null, as Pydantic writes them', () => {
  expect(refusal({ ...curl, sensors: null, mission: null, metadata: null })).toBe('accepted');
});

test('both documents’ spellings enter', () => {
  const { sessionId, ...rest } = curl;
  expect(accepted({ ...rest, session_id: sessionId, mission: { total_waypoints: 4 } })).toMatchObject({
    sessionId,
  });
});

test('heading 360 is heading 0', () => {
  expect(accepted({ ...full, telemetry: { ...full.telemetry, heading: 360 } }).headingDeg).toBe(0);
});

test('where the site’s origin is known, the position that was not given is derived from the other', () => {
  const frame = createLocalFrame({ latitudeDeg: 47, longitudeDeg: 8, altitudeAmslM: 400 });
  const fromLocal = accepted({ ...curl, position: { x: 0, y: 0, z: 10 } }, { frame });
  expect(fromLocal.latitudeDeg).toBeCloseTo(47, 9);
  expect(fromLocal.altitudeAmslM).toBeCloseTo(410, 6);
  const fromGps = accepted(
    { ...curl, position: { gps: { latitude: 47, longitude: 8, altitude: 410 } } },
    { frame },
  );
  expect(fromGps.upM).toBeCloseTo(10, 6);
});

test('strict validation wants a version 4 UUID and no field the contract does not know', () => {
  const uuid = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
  expect(refusal(curl, { strict: true })).toMatchObject({ field: 'sessionId' });
  expect(refusal({ ...full, sessionId: uuid }, { strict: true })).toBe('accepted');
  expect(refusal({ ...full, sessionId: uuid, vendor: 1 }, { strict: true })).toMatchObject({
    field: 'vendor',
  });
  const odd = {
    ...full,
    sessionId: uuid,
    position: { ...full.position, gps: { ...full.position.gps, hdop: 1 } },
  };
  expect(refusal(odd, { strict: true })).toMatchObject({
    field: 'position.gps.hdop',
    reason: 'unknown_field',
  });
});

test('what no store could hold is refused wherever it stands', () => {
  expect(refusal({ ...curl, vendor: { note: 'a\u0000b' } })).toMatchObject({
    field: 'vendor.note',
    reason: 'characters',
  });
  expect(refusal({ ...curl, vendor: '\ud800' })).toMatchObject({ field: 'vendor' });
  expect(refusal(JSON.parse(JSON.stringify(curl).replace('{', '{"__proto__":{"x":1},')))).toMatchObject({
    reason: 'forbidden_key',
  });
  expect(refusal({ ...curl, vendor: JSON.parse('1e400') })).toMatchObject({ field: 'vendor' });
});

test('any field more, at any level, is seen as unknown, and none is missed', () => {
  const known = full as TelemetryMessage;
  expect(hasOnlyKnownFields(known)).toBe(true);
  expect(firstUnknownField(known)).toBeUndefined();
  const parts = [
    '',
    'drone',
    'position',
    'telemetry',
    'sensors',
    'mission',
    'metadata',
    'position.gps',
    'sensors.gyroscope',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...parts),
      fc.stringMatching(/^[a-z]{1,6}_$/),
      fc.jsonValue(),
      (part, name, value) => {
        const copy = structuredClone(full) as Record<string, unknown>;
        const at = part
          .split('.')
          .filter(Boolean)
          .reduce((object, key) => object[key] as Record<string, unknown>, copy);
        at[name] = value;
        expect(hasOnlyKnownFields(copy as TelemetryMessage)).toBe(false);
        expect(firstUnknownField(copy as TelemetryMessage)).toBe(part === '' ? name : `${part}.${name}`);
      },
    ),
  );
});

test('no value whatever makes the decoder throw', () => {
  fc.assert(fc.property(fc.anything(), (value) => void toSample(value, origin)));
  const near = fc.record({
    sessionId: fc.anything(),
    timestamp: fc.anything(),
    drone: fc.anything(),
    position: fc.anything(),
    telemetry: fc.anything(),
  });
  fc.assert(fc.property(near, (value) => void toSample(value, origin)));
});
