import { encode } from '@msgpack/msgpack';
import { fromTelemetryRow, type JournalEntry } from '@skein/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRowMaker, type Rows } from './rows.ts';

const message = (n: number, more: object = {}) => ({
  sessionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  timestamp: new Date(Date.UTC(2026, 10, 21, 12) + n * 1000).toISOString(),
  seq: n,
  drone: { id: 'drone-001', name: 'Primary', status: 'active' },
  position: { x: n * 1.5, y: 5 - n, z: 50.25, gps: { latitude: 47.1 + n / 1e6, longitude: 8.5 } },
  telemetry: { battery: 100 - (n % 100), signal: 95, heading: 360 },
  sensors: { accelerometer: { x: n / 7, y: 0, z: 9.8 }, gyroscope: null },
  mission: { id: 'm', waypoint: n, totalWaypoints: 10 },
  vendor: { rssi: -67, list: { deep: true } },
  ...more,
});

function entryOf(value: unknown, codec: 'json' | 'msgpack' = 'json'): JournalEntry {
  const payload = codec === 'json' ? Buffer.from(JSON.stringify(value)) : Buffer.from(encode(value));
  const isFrame = Array.isArray(value);
  return {
    ...{ kind: isFrame ? 'frame' : 'telemetry', codec, channel: 'websocket', tenant: 'default', payload },
    receivedAtMs: Date.UTC(2026, 10, 21, 13),
    ...(isFrame && { accepted: value.map((_item, at) => at) }),
  };
}

function rowsOf(entries: readonly JournalEntry[]): Rows {
  const rows: Rows = { samples: [], anomalies: [], records: [] };
  const add = createRowMaker();
  for (const entry of entries) add(entry, rows);
  return rows;
}

const rebuilt = ({ samples }: Rows) => samples.map((row) => fromTelemetryRow(row, row));

test('rows made by template rebuild what was sent, like rows made by the decoder', () => {
  const change = fc.oneof(
    fc.constant({}),
    fc.constant({ vendor: { rssi: -68 } }),
    fc.constant({ drone: { id: 'drone-002' } }),
    fc.constant({ timestamp: '2026-11-21T12:00:00+00:00', seq: 5000 }),
    fc.record({ mission: fc.record({ waypoint: fc.nat(100), totalWaypoints: fc.nat(3) }) }),
    fc.record({ telemetry: fc.record({ battery: fc.double({ min: 0, max: 100, noNaN: true }) }) }),
  );
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 30 }),
      fc.constantFrom('json', 'msgpack'),
      (changes, codec) => {
        const sent = changes.map((more, n) => message(n, more));
        const rows = rowsOf(sent.map((each) => entryOf(each, codec)));
        expect(rebuilt(rows)).toEqual(sent);
        const decoded = sent.map((each) => rowsOf([entryOf(each, codec)]).samples[0]);
        expect(rows.samples).toEqual(decoded);
      },
    ),
  );
});

test('array frames become a row for each accepted item, in both wire forms', () => {
  for (const codec of ['json', 'msgpack'] as const) {
    const sent = [0, 1, 2, 3].map((n) => message(n));
    const frames = [
      entryOf(sent, codec),
      {
        ...entryOf(
          [4, 5, 6].map((n) => message(n)),
          codec,
        ),
        accepted: [0, 2],
      },
    ];
    expect(rebuilt(rowsOf(frames))).toEqual([...sent, message(4), message(6)]);
  }
});
