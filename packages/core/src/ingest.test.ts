import { beforeEach, expect, test } from 'vitest';
import { isRefusal, type Refusal } from './errors.ts';
import { judgeChannels } from './fleet/drone-state.ts';
import { DuplicateWindow } from './fleet/duplicate-window.ts';
import { Fleet, type HybridPriority } from './fleet/fleet.ts';
import { Ingest, type IngestParts, type Receipt } from './ingest.ts';
import { ingestAnomaly } from './ingest-anomaly.ts';
import { sessionText, toDataId } from './messages/identity.ts';
import type { Origin } from './messages/sample.ts';
import type { JournalEntry } from './ports.ts';
import { defaultThresholds } from './rules/rule.ts';

const START_MS = Date.UTC(2026, 0, 1);
let entries: JournalEntry[];
let published: [string, unknown][];

/** FNV-1a, twice: spreads well enough for a test and needs no platform. */
function hash(text: string): string {
  const half = (seed: number) => {
    let h = seed;
    for (const char of text) h = Math.imul(h ^ (char.codePointAt(0) as number), 0x0100_0193);
    return (h >>> 0).toString(16).padStart(8, '0');
  };
  return half(0x811c_9dc5) + half(0x1234_5678);
}

function createParts(hybridPriority: HybridPriority = 'first', maxDrones = 100): IngestParts {
  entries = [];
  published = [];
  return {
    fleet: new Fleet({
      hashSession: (name) => hash(sessionText(name)),
      maxDrones,
      channelAliveMs: 60_000,
      hybridPriority,
    }),
    duplicates: new DuplicateWindow({ windowMs: 30_000, maxEntries: 10_000 }, START_MS),
    journal: {
      append: (entry) => entries.push(entry) - 1,
      get end() {
        return entries.length;
      },
      durable: 0,
      onDurable: () => undefined,
      read: (position) => entries[position],
      state: () => ({ accepting: true, bytes: 0, quotaBytes: 1 }),
      release: () => undefined,
      close: async () => undefined,
    },
    bus: {
      publish: (subject, payload) => published.push([subject, payload]),
      subscribe: () => () => undefined,
    },
    thresholds: defaultThresholds,
    frame: undefined,
    items: ({ payload, kind }) => {
      const value = JSON.parse(payload as string) as unknown;
      return kind === 'frame' ? (value as unknown[]) : [value];
    },
  };
}

let parts: IngestParts;
let ingest: Ingest;
beforeEach(() => {
  parts = createParts();
  ingest = new Ingest(parts);
});

const message = (second: number, more: object = {}) => ({
  sessionId: 's',
  timestamp: new Date(START_MS + second * 1000).toISOString(),
  drone: { id: 'drone-001' },
  position: { x: 1, y: 2, z: 3 },
  telemetry: { battery: 85, signal: 95 },
  ...more,
});

const origin = (more: Partial<Origin> = {}): Origin => ({
  tenant: 'default',
  channel: 'websocket',
  receivedAtMs: START_MS + 10_000,
  ...more,
});

const send = (value: object, more: Partial<Origin> = {}): Receipt | Refusal =>
  ingest.telemetry(value, origin(more), { payload: JSON.stringify(value), codec: 'json' });

const idOf = (outcome: Receipt | Refusal) =>
  isRefusal(outcome) ? outcome.code : toDataId(outcome.session.key, outcome.place);
const drone = () => parts.fleet.find('default', 'drone-001');

test('an accepted sample is in the journal once, live, and on the bus', () => {
  const outcome = send(message(1));
  expect(outcome).toMatchObject({ duplicate: false, position: 0 });
  expect(entries).toHaveLength(1);
  expect(drone()?.latest?.batteryPct).toBe(85);
  expect(published.map(([subject]) => subject)).toEqual(['sample']);
});

test('the same sample again, by whatever channel, is answered alike and stored once', () => {
  const first = send(message(1, { metadata: { transmissionMethod: 'websocket' } }));
  const second = send(message(1, { metadata: { transmissionMethod: 'http' } }), { channel: 'http' });
  expect(idOf(second)).toBe(idOf(first));
  expect(second).toMatchObject({ duplicate: true, position: 0 });
  expect(entries).toHaveLength(1);
});

test('other content under the same identity is a conflict while it is hot, and later the first is kept', () => {
  send(message(1));
  const other = message(1, { telemetry: { battery: 84, signal: 95 } });
  expect(send(other)).toMatchObject({ code: 'CONFLICT', details: { reason: 'same_identity' } });
  expect(send(other, { receivedAtMs: START_MS + 60_000 })).toMatchObject({ duplicate: true });
  expect(entries).toHaveLength(1);
  expect(drone()?.conflictCount).toBe(2);
});

test('a sequence number is the identity where there is one, whatever the time says', () => {
  send(message(1, { seq: 7 }));
  expect(send(message(2, { seq: 7 }))).toMatchObject({ code: 'CONFLICT', details: { field: 'seq' } });
  expect(send(message(1, { seq: 8 }))).toMatchObject({ duplicate: false });
});

test('two drones of one session are two drones', () => {
  const a = send(message(1));
  const b = send(message(1, { drone: { id: 'drone_0' } }));
  expect(idOf(a)).not.toBe(idOf(b));
  expect(entries).toHaveLength(2);
});

test('late data goes to history and never moves the latest', () => {
  send(message(5));
  expect(send(message(1))).toMatchObject({ duplicate: false });
  expect(entries).toHaveLength(2);
  expect(drone()?.latest?.timeUs).toBe((START_MS + 5000) * 1000);
});

test('late data raises no live finding', () => {
  send(message(5));
  send(message(1, { telemetry: { battery: 5, signal: 95 } }));
  expect(published.filter(([subject]) => subject === 'finding')).toEqual([]);
});

test('a finding is journalled behind its sample, in the form of guide A’s anomaly', () => {
  send(message(1, { telemetry: { battery: 15, signal: 95 }, mission: { id: 'm1' } }));
  expect(entries.map(({ kind }) => kind)).toEqual(['telemetry', 'finding']);
  expect(JSON.parse(entries[1]?.payload as string)).toMatchObject({
    anomaly: {
      type: 'battery_critical',
      severity: 'high',
      value: 15,
      threshold: 20,
      action: 'return_to_base',
    },
    drone: { id: 'drone-001', position: { x: 1, y: 2, z: 3 } },
    context: { missionId: 'm1' },
  });
});

test('an array frame is one record; a bad item and a repeat within it spoil no other', () => {
  const items = [message(1), { sessionId: 's' }, message(2), message(1)];
  const outcomes = ingest.batch(items, origin(), { payload: JSON.stringify(items), codec: 'json' });
  expect(outcomes.map((each) => (isRefusal(each) ? each.code : each.duplicate))).toEqual([
    false,
    'VALIDATION_ERROR',
    false,
    true,
  ]);
  expect(entries).toHaveLength(1);
  expect(entries[0]).toMatchObject({ kind: 'frame', accepted: [0, 2] });
});

test('other content under one identity within one frame is a conflict too', () => {
  const items = [message(1), message(1, { telemetry: { battery: 1, signal: 95 } })];
  const outcomes = ingest.batch(items, origin(), { payload: JSON.stringify(items), codec: 'json' });
  expect(outcomes.map((each) => (isRefusal(each) ? each.code : each.duplicate))).toEqual([false, 'CONFLICT']);
  expect(entries[0]).toMatchObject({ accepted: [0] });
});

test('a frame without one good item leaves no trace', () => {
  ingest.batch([1, null], origin(), { payload: '[1,null]', codec: 'json' });
  expect(entries).toEqual([]);
});

test('a credential bound to a drone writes no other', () => {
  expect(send(message(1), { boundDroneId: 'drone-002' })).toMatchObject({ code: 'AUTHORIZATION_ERROR' });
  expect(parts.fleet.size).toBe(0);
});

test('tenants do not see each other’s drones, nor collide', () => {
  send(message(1));
  expect(send(message(1), { tenant: 'b' })).toMatchObject({ duplicate: false });
  expect([...parts.fleet.drones('b')]).toHaveLength(1);
});

test('a full fleet takes no new drone and keeps serving the known ones', () => {
  parts = createParts('first', 1);
  ingest = new Ingest(parts);
  send(message(1));
  expect(send(message(1, { drone: { id: 'new' } }))).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(send(message(2))).toMatchObject({ duplicate: false });
});

test('while the channel with priority is alive the other feeds history only; when it falls silent the other takes over', () => {
  parts = createParts('websocket');
  ingest = new Ingest(parts);
  send(message(1));
  send(message(2), { channel: 'http' });
  expect(drone()?.latest?.channel).toBe('websocket');
  send(message(90), { channel: 'http', receivedAtMs: START_MS + 95_000 });
  expect(drone()?.latest?.channel).toBe('http');
});

test('the moment of each fall-back is remembered', () => {
  send(message(1));
  const state = drone();
  if (!state) throw new Error('no drone');
  expect(judgeChannels(state, START_MS + 11_000, 60_000)).toMatchObject({ from: 'none', to: 'websocket' });
  send(message(2), { channel: 'http', receivedAtMs: START_MS + 80_000 });
  expect(judgeChannels(state, START_MS + 81_000, 60_000)).toEqual({
    atMs: START_MS + 81_000,
    from: 'websocket',
    to: 'http',
  });
  expect(judgeChannels(state, START_MS + 82_000, 60_000)).toBeUndefined();
});

test('a clock that is off by more than five seconds is found by the median of several samples, not by one late message', () => {
  const findings = () => published.filter(([subject]) => subject === 'finding').length;
  const at = (second: number, delayMs: number) =>
    send(message(second), { receivedAtMs: START_MS + second * 1000 + delayMs });
  at(1, 0);
  at(2, 30_000);
  for (let second = 40; second < 50; second += 1) at(second, 100);
  expect(findings()).toBe(0);
  for (let second = 60; second < 80; second += 1) at(second, 8000);
  expect(findings()).toBe(1);
});

test('restoring the tail makes live what was live, and repeats are known', () => {
  const value = message(3);
  const entry: JournalEntry = {
    kind: 'telemetry',
    codec: 'json',
    ...origin(),
    payload: JSON.stringify(value),
  };
  entries.push(entry);
  ingest.restore(entry, 0, entry);
  expect(drone()?.latest?.timeUs).toBe((START_MS + 3000) * 1000);
  expect(send(value)).toMatchObject({ duplicate: true, position: 0 });
  expect(entries).toHaveLength(1);
});

test('an anomaly report is stored once, under an id of its own type', () => {
  const report = (type: string) => ({
    sessionId: 's',
    timestamp: '2026-01-01T00:00:01.000Z',
    anomaly: { type, severity: 'medium' },
    drone: { id: 'drone-001' },
  });
  const take = (value: object) =>
    ingestAnomaly(parts, value, origin(), { payload: JSON.stringify(value), codec: 'json' });
  const first = take(report('battery_low'));
  expect(take(report('battery_low'))).toEqual({ ...first, duplicate: true });
  expect(take(report('signal_low'))).toMatchObject({ duplicate: false });
  expect(
    take({ ...report('battery_low'), anomaly: { type: 'battery_low', severity: 'high' } }),
  ).toMatchObject({ code: 'CONFLICT' });
  expect(entries.map(({ kind }) => kind)).toEqual(['anomaly', 'anomaly']);
});
