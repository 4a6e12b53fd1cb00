import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import type { OwnBytes } from '../messages/compact-sample.ts';
import type { Reading, Sample } from '../messages/sample.ts';
import { toSample } from '../messages/telemetry.ts';
import type { TelemetryMessage } from '../messages/telemetry-schema.ts';
import { createDroneMemory, DroneState } from './drone-state.ts';
import { toDroneDetail } from './drone-view.ts';
import { Fleet } from './fleet.ts';

const START_MS = Date.UTC(2026, 0, 1);
const createDrone = () => new DroneState('default', 'drone-001', createDroneMemory());

const message = (second: number, more: object = {}) => ({
  sessionId: 's',
  timestamp: new Date(START_MS + second * 1000).toISOString(),
  drone: { id: 'drone-001' },
  position: { x: 1, y: 2, z: 3 },
  telemetry: { battery: 85 },
  ...more,
});

function sampleOf(value: unknown): Sample {
  const sample = toSample(value, { tenant: 'default', channel: 'http', receivedAtMs: START_MS + 100_000 });
  if (isRefusal(sample)) throw new Error(JSON.stringify(sample));
  return sample;
}

const read = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as TelemetryMessage;
const ownOf = (value: unknown): OwnBytes => ({ bytes: Buffer.from(JSON.stringify(value)), read });

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
  ] as const),
  ...([
    'upM',
    'latitudeDeg',
    'longitudeDeg',
    'altitudeAmslM',
    'batteryPct',
    'signalPct',
    'temperatureC',
  ] as const),
  ...(['groundSpeedMps', 'headingDeg', 'status', 'armed'] as const),
];
const fieldsOf = (reading: Reading | undefined) => FIELDS.map((name) => reading?.[name]);

const number = (min: number, max: number) =>
  fc.option(fc.double({ min, max, noNaN: true }), { nil: undefined });
const messages = fc
  .record({
    second: fc.nat({ max: 59 }),
    seq: fc.option(fc.nat(), { nil: undefined }),
    status: fc.option(fc.constantFrom('active', 'landed', 'emergency_landing'), { nil: undefined }),
    armed: fc.option(fc.boolean(), { nil: undefined }),
    x: fc.double({ min: -1e5, max: 1e5, noNaN: true }),
    latitude: number(-90, 90),
    signal: number(0, 100),
    heading: number(0, 360),
    filler: fc.nat({ max: 6000 }),
  })
  .map(({ second, seq, status, armed, x, latitude, signal, heading, filler }) =>
    message(second, {
      seq,
      drone: { id: 'drone-001', status, armed },
      position: { x, y: 2, z: 3, gps: latitude === undefined ? undefined : { latitude, longitude: 8 } },
      telemetry: { battery: 85, signal, heading },
      vendor: { filler: '-'.repeat(filler) },
    }),
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as ReturnType<typeof message>);

test('the latest sample is the one that was kept, in every field and with its message', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(messages, fc.boolean()), { minLength: 1, maxLength: 8 }), (all) => {
      const drone = createDrone();
      for (const [value, hasBytes] of all) {
        const sample = sampleOf(value);
        drone.keep(sample, hasBytes ? ownOf(value) : undefined);
        expect(fieldsOf(drone.latest)).toEqual(fieldsOf(sample));
        expect(drone.latestMessage).toEqual(value);
        expect([drone.latestTimeUs, drone.latestSeq]).toEqual([sample.timeUs, sample.seq]);
        expect([drone.status, drone.armed]).toEqual([sample.status, sample.armed]);
      }
    }),
  );
});

test('a latest sample that somebody holds does not change when a newer one comes', () => {
  const drone = createDrone();
  const [first, second] = [message(1), message(2, { position: { x: 7, y: 8, z: 9 } })];
  drone.keep(sampleOf(first), ownOf(first));
  const [held, text] = [drone.latest, drone.latestMessage];
  drone.keep(sampleOf(second), ownOf(second));
  expect(fieldsOf(held)).toEqual(fieldsOf(sampleOf(first)));
  expect(text).toEqual(first);
  expect(drone.latest?.eastM).toBe(7);
});

test.each([[10], [5000]])(
  'what becomes of the received bytes does not change the message kept (%i bytes more)',
  (more) => {
    const drone = createDrone();
    const value = message(1, { vendor: { filler: '-'.repeat(more) } });
    const own = ownOf(value);
    drone.keep(sampleOf(value), own);
    own.bytes.fill(0);
    expect(drone.latestMessage).toEqual(value);
  },
);

test('a drone of which nothing has come has no latest sample and was never heard', () => {
  const drone = createDrone();
  expect([drone.latest, drone.latestMessage, drone.status, drone.armed]).toEqual(Array(4).fill(undefined));
  expect([drone.websocketSeenMs, drone.httpSeenMs, drone.lastHeardMs]).toEqual(Array(3).fill(-Infinity));
  expect(toDroneDetail(drone, START_MS)).toMatchObject({ id: 'drone-001', link: 'offline', armed: false });
});

const createFleet = (hashed: string[] = []) =>
  new Fleet({
    hashSession: ({ sessionId }) => {
      hashed.push(sessionId);
      return sessionId.padStart(16, '0');
    },
    maxDrones: 10,
    channelAliveMs: 60_000,
    hybridPriority: 'first',
  });

test('drones do not share their numbers or their messages', () => {
  const fleet = createFleet();
  const drones = Array.from({ length: 10 }, (_none, n) => fleet.meet('default', `drone-${n}`) as DroneState);
  const values = drones.map((_drone, n) => message(n, { position: { x: n, y: n, z: n }, vendor: { n } }));
  for (const [n, drone] of drones.entries()) {
    drone.lastHeardMs = n;
    fleet.update(drone, sampleOf(values[n]), ownOf(values[n]));
  }
  for (const [n, drone] of drones.entries()) {
    expect([drone.lastHeardMs, drone.latest?.eastM, drone.latestTimeUs]).toEqual([
      n,
      n,
      (START_MS + n * 1000) * 1000,
    ]);
    expect(drone.latestMessage).toEqual(values[n]);
  }
});

test('a drone remembers its last four sessions; an older one is hashed anew', () => {
  const hashed: string[] = [];
  const fleet = createFleet(hashed);
  const drone = fleet.meet('default', 'drone-001') as DroneState;
  const met = ['a', 'b', 'c', 'd'].map((id) => fleet.session(drone, id));
  expect(['a', 'b', 'c', 'd'].map((id) => fleet.session(drone, id))).toEqual(met);
  fleet.session(drone, 'e');
  expect(fleet.session(drone, 'b')).toBe(met[1]);
  expect(fleet.session(drone, 'a')).not.toBe(met[0]);
  expect(hashed.join('')).toBe('abcdea');
});

test('a session has the key it was hashed to', () => {
  const fleet = createFleet();
  const drone = fleet.meet('default', 'drone-001') as DroneState;
  for (const key of ['00000000ffffffff', '80000000000000a1', 'fedcba9876543210'])
    expect(fleet.session(drone, key).key).toBe(key);
});

test('where it was last on the ground is remembered while it flies, and again from its next pad', () => {
  const drone = createDrone();
  const at = (second: number, x: number, armed: boolean) =>
    drone.keep(
      sampleOf(
        message(second, { position: { x, y: 0, z: armed ? 20 : 0 }, drone: { id: 'drone-001', armed } }),
      ),
      undefined,
    );
  expect(drone.tookOffFrom).toBeUndefined();
  at(1, 5, true);
  expect(drone.tookOffFrom).toBeUndefined();
  at(2, 10, false);
  at(3, 11, false);
  expect(drone.tookOffFrom).toBeUndefined();
  at(4, 12, true);
  at(5, 50, true);
  expect(drone.tookOffFrom).toMatchObject({ eastM: 11, upM: 0 });
  at(6, 90, false);
  at(7, 91, true);
  expect(drone.tookOffFrom).toMatchObject({ eastM: 90 });
});
