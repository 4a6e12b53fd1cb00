import { expect, test } from 'vitest';
import { METHODS, type MethodName } from './air-method.ts';
import type { AirRun } from './air-run.ts';
import type { DisturbanceName } from './disturbance.ts';
import { flyScenario } from './fly-scenario.ts';
import type { AirFlight, AirScenario } from './scenario.ts';
import { createScenario } from './scenario-list.ts';

interface Flown {
  readonly kind: string;
  readonly size?: number;
  readonly method: MethodName;
  readonly seed?: number;
  readonly disturbances?: readonly DisturbanceName[];
}

function flown({ kind, size, method, seed = 1, disturbances = [] }: Flown): AirRun {
  const scenario = createScenario(kind, size, seed);
  return flyScenario({ scenario, method, seed, disturbances: new Set(disturbances) });
}

test.each([
  ['SIMPLE', undefined],
  ['SUPER', 8],
  ['SUPER', 16],
  ['SPHERE', 12],
  ['WALL', 9],
  ['ROW', 8],
  ['COLUMN', 8],
  ['MATRIX', 16],
  ['FLOOR', 16],
  ['TAKEOVER', 4],
  ['FUNNEL', 8],
  ['PAIRS-CLIMB', 6],
])('with plans, %s %s loses no separation, and all arrive no more than 5 % late', (kind, size) => {
  const given = size === undefined ? {} : { size };
  expect(flown({ kind, ...given, method: 'none' }).losses).toBeGreaterThan(0);
  const run = flown({ kind, ...given, method: 'skein' });
  expect(run.losses).toBe(0);
  expect(run.arrivals).toBe(run.flights);
  expect((run.makespanS ?? Number.POSITIVE_INFINITY) / run.straightMakespanS).toBeLessThan(1.05);
});

test('undisturbed and straight, everybody arrives when expected and flies no detour', () => {
  const run = flown({ kind: 'MATRIX', size: 12, method: 'none' });
  expect(run.makespanS).toBeCloseTo(run.straightMakespanS, 0);
  expect(run.stretch).toBeCloseTo(1, 1);
  expect(run.meanDelayS).toBeCloseTo(0, 0);
  expect(run.preventionRate).toBeLessThan(0.5);
});

test('strangers who give way to nobody are kept clear of: only strangers lose separation, from each other', () => {
  const pairs = { kind: 'PAIRS-CROSS', size: 30, disturbances: ['strangers'] as const };
  const without = flown({ ...pairs, method: 'none' });
  const run = flown({ ...pairs, method: 'skein' });
  expect(without.nearCollisions).toBeGreaterThan(0);
  expect(without.losses).toBe(30);
  expect(run.losses).toBe(run.strangers.losses);
  expect(run.nearCollisions).toBe(run.strangers.nearCollisions);
});

test('in a gust all find back to a plan and arrive', () => {
  const run = flown({ kind: 'SUPER', size: 6, method: 'skein', disturbances: ['wind', 'link-loss'] });
  expect(run.arrivals).toBe(6);
  expect(run.nearCollisions).toBe(0);
});

test.each(METHODS)('the same seed flies the same flights, another seed others, with %s', (method) => {
  const disturbed = { kind: 'SUPER', size: 5, method, disturbances: ['noise', 'latency', 'wind'] as const };
  expect(flown(disturbed)).toEqual(flown(disturbed));
  expect(flown({ ...disturbed, seed: 2 })).not.toEqual({ ...flown(disturbed), seed: 2 });
});

/** A quarter turn, and other names in the same order. */
function turned({ flights, ...scenario }: AirScenario): AirScenario {
  const turn = <T extends AirFlight['start']>(place: T): T => ({
    ...place,
    eastM: -place.northM,
    northM: place.eastM,
  });
  return {
    ...scenario,
    flights: flights.map((flight, at) => ({
      ...flight,
      id: `other-${String(at).padStart(4, '0')}`,
      start: turn(flight.start),
      legs: flight.legs.map(turn),
    })),
  };
}

test.each([
  ['SUPER', 9, 'none'],
  ['SUPER', 9, 'skein'],
  ['MATRIX', 12, 'skein'],
  ['PAIRS-ANY', 8, 'mvp'],
] as const)(
  '%s %s, turned by 90° and with other ids, has the same losses and delays with %s',
  (kind, size, method) => {
    const scenario = createScenario(kind, size, 1);
    const [one, other] = [scenario, turned(scenario)].map((each) =>
      flyScenario({ scenario: each, method, seed: 1 }),
    ) as [AirRun, AirRun];
    expect(other.losses).toBe(one.losses);
    expect(other.arrivals).toBe(one.arrivals);
    const totalS = (run: AirRun) => ((run.meanDelayS ?? 0) + run.straightMakespanS) * run.flights;
    expect(Math.abs(totalS(other) - totalS(one)) / totalS(one)).toBeLessThan(0.01);
  },
);

test('in steady traffic the density is what was asked for', () => {
  const scenario = createScenario('RANDOM', 5, 3);
  const run = flyScenario({ scenario, method: 'none', seed: 3 });
  expect(run.flightHours / (scenario.untilS / 3600) / 4).toBeGreaterThan(4);
  expect(run.flightHours / (scenario.untilS / 3600) / 4).toBeLessThan(6);
});

test('tracks tell where everybody was, every second', () => {
  const scenario = createScenario('SIMPLE', undefined, 0);
  const { tracks } = flyScenario({ scenario, method: 'none', seed: 0, withTracks: true });
  expect(tracks?.places).toHaveLength(2);
  expect(tracks?.places[0]?.slice(0, 4)).toEqual([0, -500, 0, 60]);
  expect(Math.min(...(tracks?.separation ?? []))).toBeLessThan(0.1);
});

test.each([
  ['SUPER', 1],
  ['SUPER', 257],
  ['SUPER', 2.5],
  ['SIMPLE', 3],
  ['super', 4],
  ['RANDOM', 51],
])('%s %s is no scenario', (kind, size) => {
  expect(() => createScenario(kind, size, 0)).toThrow(RangeError);
});
