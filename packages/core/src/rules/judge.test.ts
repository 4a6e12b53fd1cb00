import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import { createLocalFrame } from '../geo/wgs84.ts';
import type { Sample } from '../messages/sample.ts';
import { toSample } from '../messages/telemetry.ts';
import { activeTypes, judge } from './judge.ts';
import { defaultThresholds } from './rule.ts';

const AT_MS = Date.UTC(2026, 0, 1);

function sample(telemetry: Partial<Record<string, number>>, position: object = { x: 0, y: 0, z: 0 }): Sample {
  const made = toSample(
    {
      sessionId: 's',
      timestamp: '2026-01-01T00:00:00.000Z',
      drone: { id: 'd' },
      position,
      telemetry: { battery: 80, signal: 90, ...telemetry },
    },
    { tenant: 'default', channel: 'websocket', receivedAtMs: AT_MS },
  );
  if (isRefusal(made)) throw new Error(JSON.stringify(made));
  return made;
}

const context = { thresholds: defaultThresholds, previous: undefined, clockSkewMs: 0, frame: undefined };

function play(samples: readonly Sample[]): readonly (readonly string[])[] {
  let active = 0;
  return samples.map((each) => {
    const judgement = judge(each, active, context);
    active = judgement.active;
    return [
      ...judgement.raised.map(({ type }) => `+${type}`),
      ...judgement.cleared.map((type) => `-${type}`),
    ];
  });
}

const battery = (values: readonly number[]) => values.map((value) => sample({ battery: value }));

test('guide A’s thresholds raise its anomalies, at the limit itself too', () => {
  expect(play([sample({ battery: 20 })])).toEqual([['+battery_critical']]);
  expect(play([sample({ battery: 40 })])).toEqual([['+battery_low']]);
  expect(play([sample({ signal: 30 })])).toEqual([['+signal_critical']]);
  expect(play([sample({ signal: 60 })])).toEqual([['+signal_low']]);
  expect(play([sample({ temperature: 60.1 })])).toEqual([['+temperature_anomaly']]);
  expect(play([sample({ temperature: -10.1 })])).toEqual([['+temperature_anomaly']]);
  expect(play([sample({ battery: 41, signal: 61, temperature: 60 })])).toEqual([[]]);
});

test('a value on the edge raises once and does not flap', () => {
  expect(play(battery([41, 40, 41, 40, 41, 42.1, 40]))).toEqual([
    [],
    ['+battery_low'],
    [],
    [],
    [],
    ['-battery_low'],
    ['+battery_low'],
  ]);
});

test('while the critical rule holds, the lesser one neither comes nor goes', () => {
  expect(play(battery([30, 20, 21, 20, 21, 23, 50]))).toEqual([
    ['+battery_low'],
    ['+battery_critical'],
    [],
    [],
    [],
    ['-battery_critical'],
    ['-battery_low'],
  ]);
});

test('a missing temperature is no anomaly', () => {
  expect(play([sample({})])).toEqual([[]]);
});

test('local and GPS position more than 50 m apart are a mismatch, once the site’s origin is known', () => {
  const frame = createLocalFrame({ latitudeDeg: 47, longitudeDeg: 8, altitudeAmslM: 400 });
  const apart = (eastM: number) => {
    const { latitudeDeg, longitudeDeg, altitudeAmslM } = frame.toGeo({ eastM, northM: 0, upM: 0 });
    return sample(
      {},
      { x: 0, y: 0, z: 0, gps: { latitude: latitudeDeg, longitude: longitudeDeg, altitude: altitudeAmslM } },
    );
  };
  expect(judge(apart(49), 0, { ...context, frame }).raised).toEqual([]);
  expect(judge(apart(51), 0, { ...context, frame }).raised.map(({ type }) => type)).toEqual([
    'position_mismatch',
  ]);
  expect(judge(apart(51), 0, context).raised).toEqual([]);
});

test('every condition is raised and cleared in turns, whatever the values do', () => {
  const values = fc.array(
    fc.record({ battery: fc.integer({ min: 0, max: 100 }), signal: fc.integer({ min: 0, max: 100 }) }),
    {
      minLength: 1,
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(values, (list) => {
      let active = 0;
      const open = new Set<string>();
      for (const value of list) {
        const judgement = judge(sample(value), active, context);
        active = judgement.active;
        for (const { type } of judgement.raised) {
          expect(open.has(type)).toBe(false);
          open.add(type);
        }
        for (const type of judgement.cleared) expect(open.delete(type)).toBe(true);
        expect([...open].sort()).toEqual([...activeTypes(active)].sort());
      }
    }),
  );
});
