import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TelemetryMessage } from '../../messages/telemetry-schema.ts';
import { unknownAir } from '../../missions/energy/leg.ts';
import { createWindEstimate, observeWind, readWind, toAir, toDensityKgpm3 } from './wind.ts';

const told = (wind: unknown, part = 'sensors') =>
  readWind({ [part]: { wind } } as unknown as TelemetryMessage);

test('wind from the west moves the air to the east, told in sensors or in metadata', () => {
  for (const part of ['sensors', 'metadata']) {
    const wind = told({ speed: 5, direction: 270 }, part);
    expect(wind?.eastMps).toBeCloseTo(5, 9);
    expect(wind?.northMps).toBeCloseTo(0, 9);
  }
  expect(told({ speed: 5, direction: 0 })?.northMps).toBeCloseTo(-5, 9);
});

test('whatever is no wind is no reading', () => {
  const none = [
    undefined,
    null,
    7,
    'calm',
    {},
    { speed: 5 },
    { speed: -1, direction: 0 },
    { speed: 1e9, direction: 0 },
  ];
  for (const wind of [...none, { speed: 5, direction: 361 }, { speed: '5', direction: '90' }])
    expect(told(wind)).toBeUndefined();
  fc.assert(
    fc.property(fc.anything(), (wind) => {
      const reading = told(wind);
      expect(reading === undefined || Math.hypot(reading.eastMps, reading.northMps) <= 80 + 1e-9).toBe(true);
    }),
  );
});

test('a gust does not turn the wind, and a wind that stays is believed after minutes', () => {
  const wind = createWindEstimate();
  observeWind(wind, { eastMps: 4, northMps: 0 }, 0);
  expect(wind.eastMps).toBe(4);
  observeWind(wind, { eastMps: 20, northMps: 0 }, 1000);
  expect(wind.eastMps).toBeLessThan(5);
  for (let s = 2; s < 200; s += 1) observeWind(wind, { eastMps: 8, northMps: 0 }, s * 1000);
  expect(wind.eastMps).toBeCloseTo(8, 1);
});

test('doubt grows with age, and a wind of long ago is none', () => {
  const wind = createWindEstimate();
  expect(toAir(wind, 0, 1.2)).toEqual({ ...unknownAir, densityKgpm3: 1.2 });
  observeWind(wind, { eastMps: 4, northMps: 3 }, 0);
  const sigmas = [0, 60_000, 299_000].map((ms) => toAir(wind, ms, 1.2).windSigmaMps);
  expect(sigmas[0]).toBe(1.5);
  expect(sigmas[1]).toBeGreaterThan(1.5);
  expect(sigmas[2]).toBeLessThanOrEqual(unknownAir.windSigmaMps);
  expect(toAir(wind, 300_000, 1.2)).toEqual({ ...unknownAir, densityKgpm3: 1.2 });
});

test('air is as dense as the standard atmosphere says, and an unknown height is the sea’s', () => {
  // ISO 2533: 1.2250 at 0 m, 1.1117 at 1000 m, 0.9093 at 3000 m, 0.7364 at 5000 m.
  const table = [
    [0, 1.225],
    [1000, 1.1117],
    [3000, 0.9093],
    [5000, 0.7364],
  ] as const;
  for (const [heightM, density] of table) expect(toDensityKgpm3(heightM)).toBeCloseTo(density, 3);
  expect(toDensityKgpm3(Number.NaN)).toBe(1.225);
  expect(toDensityKgpm3(-400)).toBe(1.225);
  expect(toDensityKgpm3(1e9)).toBeGreaterThan(0.2);
});
