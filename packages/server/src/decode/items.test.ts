import { encode } from '@msgpack/msgpack';
import {
  DuplicateWindow,
  defaultThresholds,
  Fleet,
  Ingest,
  type IngestParts,
  isRefusal,
  type Journal,
  type JournalEntry,
  type Sample,
  TelemetryStream,
  toSample,
} from '@skein/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryBus } from '../adapters/memory/bus.ts';
import { itemsOf } from './items.ts';
import { decodeMsgpack, msgpackList } from './msgpack.ts';
import { hashSession } from './session-hash.ts';

const origin = { tenant: 'default', channel: 'websocket', receivedAtMs: Date.UTC(2026, 10, 21, 12) } as const;

/** A journal that keeps what it is given: enough to see what the line took. */
function createLine() {
  const entries: JournalEntry[] = [];
  const journal: Pick<Journal, 'append' | 'end' | 'read'> = {
    append: (entry) => entries.push(entry) - 1,
    get end() {
      return entries.length;
    },
    read: (position) => entries[position],
  };
  const samples: Sample[] = [];
  const bus = createMemoryBus();
  bus.subscribe('sample', (_subject, sample) => samples.push(sample as Sample));
  const ingest = new Ingest({
    fleet: new Fleet({ hashSession, maxDrones: 100, channelAliveMs: 60_000, hybridPriority: 'first' }),
    duplicates: new DuplicateWindow({ windowMs: 30_000, maxEntries: 100_000 }, origin.receivedAtMs),
    journal: journal as Journal,
    bus,
    thresholds: defaultThresholds,
    frame: undefined,
    items: itemsOf,
  } satisfies IngestParts);
  return { entries, samples, ingest, stream: new TelemetryStream(ingest) };
}

const message = (second: number, battery: number, x: number) => ({
  sessionId: 'session',
  timestamp: `2026-11-21T11:00:${String(second).padStart(2, '0')}.000Z`,
  drone: { id: 'drone-001', name: 'Primary', status: 'active' },
  position: { x, y: 2.5, z: -3, gps: { latitude: 47.123456, longitude: 8.5, altitude: 400 } },
  telemetry: { battery, signal: 95, temperature: -1.5, speed: 12, heading: 45 },
  mission: { id: 'm', waypoint: 70_000, totalWaypoints: 300_000 },
});

function learnt() {
  const line = createLine();
  const payload = Buffer.from(encode(message(0, 85, 150)));
  const first = line.ingest.telemetry(message(0, 85, 150), origin, { payload, codec: 'msgpack' });
  if (!('sample' in first)) throw new Error('not accepted');
  line.stream.learn({ payload, codec: 'msgpack' }, first, origin);
  return line;
}

const NUMBERS = [
  'seq',
  'timeUs',
  'eastM',
  'northM',
  'upM',
  'latitudeDeg',
  'batteryPct',
  'temperatureC',
] as const;
const seen = (sample: Sample) => [...NUMBERS.map((name) => sample[name]), sample.status, sample.message];

test('a MessagePack message like the one before is taken without decoding, the same sample', () => {
  const number = fc
    .oneof(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }))
    .map((value) => (value === 0 ? 0 : value));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 59 }),
      fc.double({ min: 0, max: 100, noNaN: true }),
      number,
      (second, battery, x) => {
        const { stream, samples, entries } = learnt();
        const value = message(second, battery, x);
        const payload = Buffer.from(encode(value));
        const outcome = stream.again({ payload, codec: 'msgpack' }, origin);
        expect(outcome && !isRefusal(outcome) && !outcome.duplicate).toBe(true);
        const ordinary = toSample(value, origin) as Sample;
        expect(seen(samples.at(-1) as Sample)).toEqual(seen(ordinary));
        const entry = entries.findLast(({ kind }) => kind === 'telemetry');
        expect(itemsOf(entry as JournalEntry)).toEqual([value]);
      },
    ),
  );
});

test('whatever MessagePack bytes match a template decode to a message with the same sample', () => {
  const original = [...encode(message(7, 84, 151))];
  const edit = fc.record({
    at: fc.integer({ min: 0, max: original.length - 1 }),
    byte: fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xd0, 0xd1, 0xd2),
    ),
  });
  let matched = 0;
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const bytes = [...original];
      for (const { at, byte } of edits) bytes[at] = byte;
      const payload = Buffer.from(bytes);
      const { stream, samples } = learnt();
      const before = samples.length;
      stream.again({ payload, codec: 'msgpack' }, origin);
      const scanned = samples[before];
      if (!scanned) return;
      matched += 1;
      const decoded = decodeMsgpack(payload);
      const ordinary = isRefusal(decoded) ? decoded : toSample(decoded.value, origin);
      if (isRefusal(ordinary)) throw new Error(JSON.stringify(ordinary));
      expect(seen(scanned)).toEqual(seen(ordinary));
    }),
    { numRuns: 5000 },
  );
  expect(matched).toBeGreaterThan(100);
});

test('an array frame of messages like the last one is one journal record and an answer each', () => {
  const { stream, entries, samples } = learnt();
  const values = [1, 2, 3].map((second) => message(second, 80, second));
  const payload = Buffer.from(encode(values));
  const list = msgpackList(payload);
  const taken = list && stream.againAll({ payload, codec: 'msgpack' }, origin, list);
  expect(taken?.outcomes.map((outcome) => !isRefusal(outcome) && !outcome.duplicate)).toEqual([
    true,
    true,
    true,
  ]);
  expect(entries.at(-1)).toMatchObject({ kind: 'frame', accepted: [0, 1, 2] });
  expect(samples.slice(-3).map(({ eastM }) => eastM)).toEqual([1, 2, 3]);
});

test('an array frame with one message of another form takes the ordinary way as a whole', () => {
  const { stream, entries } = learnt();
  const payload = Buffer.from(encode([message(1, 80, 1), { ...message(2, 80, 2), vendor: 1 }]));
  const before = entries.length;
  expect(stream.againAll({ payload, codec: 'msgpack' }, origin, { start: 1, count: 2 })).toBeUndefined();
  expect(entries).toHaveLength(before);
});
