import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import { CompactSample, readNumbers } from './compact-sample.ts';
import type { Sample } from './sample.ts';
import { toSample } from './telemetry.ts';
import type { TelemetryMessage } from './telemetry-schema.ts';
import { learnTemplate, matchedEnd, matchedNumbers, matchTemplate } from './telemetry-template.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const origin = { tenant: 'default', channel: 'websocket', receivedAtMs: NOW_MS } as const;

const message = (numbers: readonly number[], time = '12:00:00.000', extra: object = {}) => {
  const [battery = 1, x = 1, latitude = 1, speed = 1, waypoint = 1, ax = 1, seq = 1] = numbers;
  return {
    sessionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    timestamp: `2026-11-21T${time}Z`,
    seq,
    drone: { id: 'drone-001', name: 'Primary', model: 'DJI-X1000', status: 'active' },
    position: { x, y: 200, z: 50, gps: { latitude, longitude: -74.006, altitude: 50 } },
    telemetry: { battery, signal: 95, temperature: 22.5, speed, heading: 360 },
    sensors: { accelerometer: { x: ax, y: 0.2, z: 9.8 }, gyroscope: null },
    mission: { id: 'm', waypoint, totalWaypoints: 10, missionType: 'survey' },
    ...extra,
  };
};

const bytesOf = (value: unknown): Uint8Array =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

function sampleOf(bytes: Uint8Array): Sample {
  const sample = toSample(JSON.parse(Buffer.from(bytes).toString()) as unknown, origin);
  if (isRefusal(sample)) throw new Error(JSON.stringify(sample));
  return sample;
}

function templateOf(bytes: Uint8Array) {
  const template = learnTemplate({ payload: bytes, codec: 'json' }, sampleOf(bytes).timeUs);
  if (!template) throw new Error('no template');
  return template;
}

function scan(template: ReturnType<typeof templateOf>, bytes: Uint8Array): Sample | undefined {
  const timeUs = matchTemplate(template, bytes);
  if (timeUs < 0 || matchedEnd !== bytes.length) return undefined;
  const { droneId, sessionId, status, armed } = sampleOf(bytes);
  const sender = { droneId, sessionId, status, armed };
  const read = (own: Uint8Array) => JSON.parse(Buffer.from(own).toString()) as TelemetryMessage;
  return new CompactSample({ ...origin, timeUs }, readNumbers(matchedNumbers, 0), sender, { bytes, read });
}

const FIELDS = [
  ...([
    'tenant',
    'channel',
    'receivedAtMs',
    'droneId',
    'sessionId',
    'seq',
    'timeUs',
    'eastM',
    'northM',
    'upM',
  ] as const),
  ...(['latitudeDeg', 'longitudeDeg', 'altitudeAmslM', 'batteryPct', 'signalPct', 'temperatureC'] as const),
  ...(['groundSpeedMps', 'headingDeg', 'status', 'armed', 'message'] as const),
];
const fieldsOf = (sample: Sample) => FIELDS.map((name) => [name, sample[name]]);

const base = templateOf(bytesOf(message([85, 150, 40.7128, 12.3, 3, 0.1, 7])));

test('a message that differs in its numbers only is read like JSON.parse reads it', () => {
  const decimal = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  const numbers = fc.tuple(
    decimal(0, 100),
    decimal(-1e6, 1e6),
    decimal(-90, 90),
    decimal(0, 1000),
    fc.integer({ min: 0, max: 1_000_000 }),
    decimal(-1e5, 1e5),
    fc.integer({ min: 0, max: 2_000_000_000 }),
  );
  const time = fc.integer({ min: 0, max: 86_399_999 }).map((ms) => new Date(ms).toISOString().slice(11, 23));
  let matched = 0;
  fc.assert(
    fc.property(numbers, time, fc.integer({ min: 0, max: 6 }), (values, at, digits) => {
      const rounded = values.map((value) => Number(value.toFixed(digits)));
      const bytes = bytesOf(message(rounded, at));
      const scanned = scan(base, bytes);
      if (!scanned) return;
      matched += 1;
      expect(fieldsOf(scanned)).toEqual(fieldsOf(sampleOf(bytes)));
    }),
    { numRuns: 2000 },
  );
  expect(matched).toBeGreaterThan(300);
});

test('whatever bytes match a template are a message that the ordinary way accepts, with the same sample', () => {
  const original = bytesOf(message([85, 150, 40.7128, 12.3, 3, 0.1, 7]));
  const edit = fc.record({
    at: fc.integer({ min: 0, max: original.length - 1 }),
    byte: fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(...Buffer.from('0123456789-.eE+,:{}[]"\\ tfn')),
    ),
    kind: fc.constantFrom('replace', 'insert', 'delete'),
  });
  let matched = 0;
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const bytes = [...original];
      for (const { at, byte, kind } of edits) {
        if (kind === 'replace') bytes[at] = byte;
        else bytes.splice(at, kind === 'delete' ? 1 : 0, ...(kind === 'insert' ? [byte] : []));
      }
      const mutated = Uint8Array.from(bytes);
      const scanned = scan(base, mutated);
      if (!scanned) return;
      matched += 1;
      expect(fieldsOf(scanned)).toEqual(fieldsOf(sampleOf(mutated)));
    }),
    { numRuns: 30_000 },
  );
  expect(matched).toBeGreaterThan(200);
});

test.each([
  ['a number above its limit', message([101, 1, 1, 1, 1, 1, 1])],
  ['a number below its limit', message([50, 1, -90.5, 1, 1, 1, 1])],
  ['a fraction where the schema wants an integer', message([50, 1, 1, 1, 1.5, 1, 1])],
  [
    'another text',
    { ...message([50]), drone: { id: 'drone-002', name: 'Primary', model: 'DJI-X1000', status: 'active' } },
  ],
  ['another day', { ...message([50]), timestamp: '2026-11-22T12:00:00.000Z' }],
  ['a field more', message([50], '12:00:00.000', { vendor: 1 })],
  ['a time that is none', message([50], '24:00:00.000')],
])('%s does not match', (_name, value) => {
  expect(matchTemplate(base, bytesOf(value))).toBe(-1);
});

test.each([
  ['leading zeros', '"battery":85', '"battery":085'],
  ['a bare minus', '"battery":85', '"battery":-'],
  ['a point without digits', '"battery":85', '"battery":85.'],
  ['an exponent', '"battery":85', '"battery":8e1'],
  ['more digits than are exact', '"battery":85', '"battery":85.12345678901234567'],
  ['infinity', '"battery":85', '"battery":1e400'],
])('a number with %s is left to JSON.parse', (_name, from, to) => {
  const text = JSON.stringify(message([85])).replace(from, to);
  expect(text).toContain(to);
  expect(matchTemplate(base, bytesOf(text))).toBe(-1);
});

test.each([
  ['escapes', JSON.stringify(message([85])).replace('Primary', 'Pri\\u006dary')],
  ['text beyond ASCII', JSON.stringify(message([85])).replace('Primary', 'Primär')],
  ['a key twice', JSON.stringify(message([85])).replace('"signal":95', '"signal":95,"battery":60')],
  ['a timestamp of another form', JSON.stringify(message([85])).replace('12:00:00.000Z', '12:00:00Z')],
  ['a list', JSON.stringify(message([85], '12:00:00.000', { list: [1] }))],
])('a message with %s makes no template', (_name, text) => {
  const payload = bytesOf(text);
  expect(learnTemplate({ payload, codec: 'json' }, sampleOf(payload).timeUs)).toBeUndefined();
});

test('a number that no column holds is part of the template', () => {
  const template = templateOf(bytesOf(message([85], '12:00:00.000', { vendor: { rssi: -67 } })));
  const like = bytesOf(message([84], '12:00:01.000', { vendor: { rssi: -67 } }));
  expect(scan(template, like)?.message).toMatchObject({ vendor: { rssi: -67 }, telemetry: { battery: 84 } });
  expect(matchTemplate(template, bytesOf(message([84], '12:00:01.000', { vendor: { rssi: -68 } })))).toBe(-1);
});
