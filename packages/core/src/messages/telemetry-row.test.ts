import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import { toSample } from './telemetry.ts';
import { TELEMETRY_COLUMNS } from './telemetry-columns.ts';
import { fromTelemetryRow, toTelemetryRow } from './telemetry-row.ts';

type Json = Record<string, unknown>;

/** Every column's number is another one: its place in the list. */
function messageOfColumns(): Json {
  const message: Json = {
    sessionId: 's',
    timestamp: '2025-06-01T12:00:00.000Z',
    seq: 7,
    drone: { id: 'd-1' },
  };
  TELEMETRY_COLUMNS.forEach(([, ...path], column) => {
    let part = message;
    for (const name of path.slice(0, -1)) {
      part[name] ??= {};
      part = part[name] as Json;
    }
    part[path.at(-1) as string] = column;
  });
  return message;
}

function rowOf(message: Json) {
  const sample = toSample(message, { tenant: 't', channel: 'http', receivedAtMs: Date.UTC(2025, 5, 2) });
  if (isRefusal(sample)) throw new Error(sample.message);
  return { row: toTelemetryRow(sample, message), timeUs: sample.timeUs };
}

const back = ({ row, timeUs }: ReturnType<typeof rowOf>, seq = 7) =>
  fromTelemetryRow({ droneId: 'd-1', sessionId: 's', seq, timeUs }, row);

test('each column holds the number at its own path, and a known message leaves no rest', () => {
  const { row } = rowOf(messageOfColumns());
  expect(row.values).toEqual(TELEMETRY_COLUMNS.map((_, column) => column));
  expect(row).toMatchObject({ profile: '{"drone":{},"mission":{}}', rest: null, verbatim: false });
});

test('nulls, empty parts and unknown fields come back where they were', () => {
  const message: Json = {
    ...messageOfColumns(),
    seq: null,
    drone: { id: 'd-1', name: null, status: 'active', payload: { camera: [1, null] } },
    sensors: { accelerometer: null, gyroscope: { x: 1, y: 2, z: 3, bias: {} }, lidar: {} },
    mission: {},
    metadata: null,
    more: { drone: { id: 'another' } },
  };
  expect(back(rowOf(message), -1)).toEqual(message);
});

test('a timestamp in another form keeps the whole message verbatim', () => {
  const message = { ...messageOfColumns(), timestamp: '2025-06-01T14:00:00+02:00' };
  const stored = rowOf(message);
  expect(stored.row).toMatchObject({ verbatim: true, rest: JSON.stringify(message) });
  expect(back(stored)).toEqual(message);
});
