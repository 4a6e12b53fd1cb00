import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import { createLocalFrame } from '../geo/wgs84.ts';
import { parseWaypoint, toWaypoint, type Waypoint, type WaypointMessage } from './waypoint.ts';

const at = { latitude: 40.7138, longitude: -74.005, altitude: 60 };

const refusedAt = (value: unknown): unknown => {
  const read = parseWaypoint(value, 'new_waypoint');
  return isRefusal(read) ? read.details.field : read;
};

test.each([
  ['nothing', undefined, 'new_waypoint'],
  ['text', '40.7,-74.0', 'new_waypoint'],
  ['an empty object', {}, 'new_waypoint.latitude'],
  ['a latitude as text', { ...at, latitude: '40.7' }, 'new_waypoint.latitude'],
  ['no longitude', { latitude: 40.7, altitude: 60 }, 'new_waypoint.longitude'],
  ['an altitude of 1e308', { ...at, altitude: 1e308 }, 'new_waypoint.altitude'],
  ['an altitude that is not finite', { ...at, altitude: Number.POSITIVE_INFINITY }, 'new_waypoint.altitude'],
  ['an unknown field', { ...at, alt: 60 }, 'new_waypoint.alt'],
  ['both frames', { ...at, x: 1 }, 'new_waypoint.x'],
  ['a local place without height', { x: 1, y: 2 }, 'new_waypoint.z'],
  [
    'a local place with a reference',
    { x: 1, y: 2, z: 3, altitude_reference: 'agl' },
    'new_waypoint.altitude_reference',
  ],
  ['an unknown reference', { ...at, altitude_reference: 'hae' }, 'new_waypoint.altitude_reference'],
  ['a speed of nothing', { ...at, speed: 0 }, 'new_waypoint.speed'],
  [
    'photos without an interval',
    { ...at, actions: [{ action: 'start_photos' }] },
    'new_waypoint.actions[0].every_m',
  ],
  [
    'an action with more',
    { ...at, actions: [{ action: 'land', hard: true }] },
    'new_waypoint.actions[0].hard',
  ],
])('a waypoint of %s is refused by the field', (_what, value, field) => {
  expect(refusedAt(value)).toBe(field);
});

test.each([
  [{ ...at, altitude: -5 }],
  [{ latitude: -74.005, longitude: 40.7138, altitude: 60 }],
  [{ ...at, altitude: 5000 }],
])('numbers of the right form are for the safety checks to refuse: %j', (value) => {
  expect(parseWaypoint(value, 'new_waypoint')).toEqual(value);
});

const frame = createLocalFrame({ latitudeDeg: 40.7128, longitudeDeg: -74.006, altitudeAmslM: 10 });
const site = { frame, homeAltitudeAmslM: 12, groundAltitudeAmslM: () => 15 };
const resolve = (waypoint: WaypointMessage): Waypoint => toWaypoint(waypoint, site) as Waypoint;

test.each([
  ['amsl', 60],
  ['relative', 72],
  ['agl', 75],
] as const)('an altitude of 60 m %s is %d m above mean sea level', (reference, altitudeAmslM) => {
  const resolved = resolve({ ...at, altitude_reference: reference });
  expect(resolved).toMatchObject({ altitudeReference: reference, altitudeAmslM });
  expect(resolved.altitudeRelM).toBeCloseTo(altitudeAmslM - 12, 9);
  expect(resolved.altitudeAglM).toBeCloseTo(altitudeAmslM - 15, 9);
});

test('an altitude without a reference is above mean sea level, as of every GPS position', () => {
  expect(resolve(at)).toMatchObject({ altitudeReference: 'amsl', altitudeAmslM: 60 });
});

test('no altitude is guessed where what it is measured from is unknown', () => {
  const reasons = (['relative', 'agl'] as const).map((altitude_reference) => {
    const refused = toWaypoint({ ...at, altitude_reference }, { frame }, 'new_waypoint');
    return isRefusal(refused) ? [refused.details.field, refused.details.reason] : refused;
  });
  expect(reasons).toEqual([
    ['new_waypoint.altitude_reference', 'home_unknown'],
    ['new_waypoint.altitude_reference', 'terrain_unknown'],
  ]);
  expect(
    isRefusal(
      toWaypoint({ ...at, altitude_reference: 'agl' }, { frame, groundAltitudeAmslM: () => Number.NaN }),
    ),
  ).toBe(true);
});

test('a local waypoint and its geodetic twin are one place', () => {
  const metres = fc.double({ min: -20_000, max: 20_000, noNaN: true });
  fc.assert(
    fc.property(metres, metres, fc.double({ min: -100, max: 500, noNaN: true }), (x, y, z) => {
      const local = resolve({ x, y, z });
      const twin = resolve({
        latitude: local.latitudeDeg,
        longitude: local.longitudeDeg,
        altitude: local.altitudeAmslM,
        altitude_reference: 'amsl',
      });
      expect(Math.hypot(twin.eastM - x, twin.northM - y, twin.upM - z)).toBeLessThan(1e-4);
    }),
  );
});

test('a heading of 360 degrees is 0', () => {
  expect(resolve({ ...at, heading: 360 }).headingDeg).toBe(0);
});
