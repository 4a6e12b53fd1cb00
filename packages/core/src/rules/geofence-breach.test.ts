import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import type { Fence, FenceAction } from '../geo/fence.ts';
import { createFencePlane } from '../geo/fence-plane.ts';
import { createFenceSet } from '../geo/fence-set.ts';
import { createFlatTerrain } from '../geo/terrain.ts';
import type { Sample } from '../messages/sample.ts';
import { toSample } from '../messages/telemetry.ts';
import { judge } from './judge.ts';
import { type Airspace, defaultThresholds } from './rule.ts';

const AT_MS = Date.UTC(2026, 0, 1);
const center = { latitudeDeg: 47.4, longitudeDeg: 8.5 };
const plane = createFencePlane(center);

function sampleAt(x: number, altitude?: number): Sample {
  const { latitudeDeg: latitude, longitudeDeg: longitude } = plane.toPosition({ x, y: 0 });
  const made = toSample(
    {
      sessionId: 's',
      timestamp: new Date(AT_MS).toISOString(),
      drone: { id: 'd' },
      position: { gps: { latitude, longitude, ...(altitude !== undefined && { altitude }) } },
      telemetry: { battery: 80 },
    },
    { tenant: 'default', channel: 'websocket', receivedAtMs: AT_MS },
  );
  if (isRefusal(made)) throw new Error(JSON.stringify(made));
  return made;
}

const fence = (more: Partial<Fence> = {}): Fence => ({
  id: 'f-1',
  name: 'Hospital',
  kind: 'exclusion',
  group: 0,
  geometry: { type: 'circle', center, radiusM: 100 },
  windows: [],
  action: 'warn',
  marginM: 0,
  ...more,
});

function play(airspace: Airspace | undefined, samples: readonly Sample[]) {
  const context = { thresholds: defaultThresholds, previous: undefined, clockSkewMs: 0, frame: undefined };
  let active = 0;
  return samples.map((each) => {
    const judgement = judge(each, active, { ...context, airspace });
    active = judgement.active;
    return [
      ...judgement.raised.map(({ type }) => `+${type}`),
      ...judgement.cleared.map((type) => `-${type}`),
    ];
  });
}

const within = (...fences: readonly Fence[]): Airspace => ({ fences: createFenceSet(fences) });
const flight = (...xs: readonly number[]) => xs.map((x) => sampleAt(x, 450));

test('entering an exclusion is a breach, which ends when its margin is kept again', () => {
  expect(play(within(fence()), flight(150, 101, 99, 101, 99, 102.1, 101))).toEqual([
    [],
    [],
    ['+geofence_breach'],
    [],
    [],
    ['-geofence_breach'],
    [],
  ]);
  expect(play(within(fence({ marginM: 30 })), flight(101, 99, 129, 131))).toEqual([
    [],
    ['+geofence_breach'],
    [],
    ['-geofence_breach'],
  ]);
});

test('leaving an inclusion is a breach', () => {
  const zone = fence({ kind: 'inclusion' });
  expect(play(within(zone), flight(0, 99, 101, 99, 97))).toEqual([
    [],
    [],
    ['+geofence_breach'],
    [],
    ['-geofence_breach'],
  ]);
});

test('above a fence is not in it, and near its ceiling is no breach yet', () => {
  const low = fence({ ceiling: { valueM: 460, reference: 'amsl' } });
  const climb = [470, 461, 459, 461, 463].map((altitude) => sampleAt(0, altitude));
  expect(play(within(low), climb)).toEqual([[], [], ['+geofence_breach'], [], ['-geofence_breach']]);
});

test('without a height only the ground plan counts', () => {
  const low = fence({ ceiling: { valueM: 460, reference: 'amsl' } });
  expect(play(within(low), [sampleAt(0)])).toEqual([['+geofence_breach']]);
  expect(play(within({ ...low, kind: 'inclusion' }), [sampleAt(0), sampleAt(200)])).toEqual([
    [],
    ['+geofence_breach'],
  ]);
});

test('a fence counts at the time of the sample', () => {
  const later = fence({ windows: [{ fromMs: AT_MS + 1, untilMs: AT_MS + 1000 }] });
  const now = fence({ windows: [{ fromMs: AT_MS, untilMs: AT_MS + 1 }] });
  expect(play(within(later), flight(0))).toEqual([[]]);
  expect(play(within(now), flight(0))).toEqual([['+geofence_breach']]);
});

test('the finding names the fence and asks for the strongest action', () => {
  const list = (['land', 'warn', 'hold'] as const satisfies readonly FenceAction[]).map((action) =>
    fence({ id: action, name: action, action }),
  );
  const context = { thresholds: defaultThresholds, previous: undefined, clockSkewMs: 0, frame: undefined };
  const { raised } = judge(sampleAt(40, 450), 0, { ...context, airspace: within(...list) });
  expect(raised).toMatchObject([
    {
      type: 'geofence_breach',
      severity: 'critical',
      action: 'land',
      threshold: 0,
      description: '60 m inside of land (land)',
    },
  ]);
  expect(raised[0]?.value).toBeCloseTo(-60, 3);
});

test('without fences, or without a place, there is no breach', () => {
  expect(play(undefined, flight(0))).toEqual([[]]);
  expect(play(within(), flight(0))).toEqual([[]]);
});

test('higher than 120 m above ground is over the limit until the hysteresis is passed', () => {
  const ground: Airspace = { fences: createFenceSet([]), terrain: createFlatTerrain(400) };
  const climb = [520, 521, 519, 521, 517].map((altitude) => sampleAt(0, altitude));
  expect(play(ground, climb)).toEqual([[], ['+altitude_limit'], [], [], ['-altitude_limit']]);
  expect(play({ fences: createFenceSet([]), terrain: { tile: () => undefined } }, climb)).toEqual([
    [],
    [],
    [],
    [],
    [],
  ]);
  expect(play(undefined, climb)).toEqual([[], [], [], [], []]);
});

test('where no terrain is known the height above the site counts', () => {
  const made = toSample(
    {
      sessionId: 's',
      timestamp: new Date(AT_MS).toISOString(),
      drone: { id: 'd' },
      position: { x: 0, y: 0, z: 121 },
      telemetry: { battery: 80 },
    },
    { tenant: 'default', channel: 'websocket', receivedAtMs: AT_MS },
  );
  if (isRefusal(made)) throw new Error(JSON.stringify(made));
  expect(play(undefined, [made])).toEqual([['+altitude_limit']]);
});
