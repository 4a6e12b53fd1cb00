import { expect, test } from 'vitest';
import { parseGeofence } from './geofence.ts';
import { bare, places, refusalOf, square, whole } from './geofence-samples.contract.ts';
import { toCamelNames } from './mission-fields.ts';

const circle = { type: 'circle', center: { latitude: 47, longitude: 8 }, radius_m: 100 };

test('a geofence is read in both spellings', () => {
  const snake = parseGeofence(whole);
  expect(snake).toMatchObject({
    id: 'f-1',
    group: 3,
    floor: { valueM: 0, reference: 'agl' },
    ceiling: { valueM: 120, reference: 'relative' },
    windows: [
      { fromMs: Date.UTC(2026, 5, 1, 8), untilMs: Date.UTC(2026, 5, 1, 18) },
      { fromMs: Date.UTC(2026, 6, 1), untilMs: Number.POSITIVE_INFINITY },
    ],
    action: 'return_to_base',
    marginM: 25,
  });
  expect(parseGeofence(toCamelNames(whole))).toEqual(snake);
  expect(parseGeofence({ ...bare, geometry: toCamelNames(circle) })).toMatchObject({
    geometry: { radiusM: 100 },
  });
});

test('what is not said has its default: always, at every height, warned about', () => {
  expect(parseGeofence(bare)).toMatchObject({ group: 0, windows: [], action: 'warn', marginM: 0 });
  expect(parseGeofence({ ...bare, altitude: null, group: null })).not.toHaveProperty('floor');
});

test('a refusal names the path of the element that is bad', () => {
  const at = (geometry: object) => refusalOf({ ...bare, geometry });
  const bow = places([47, 8], [47.01, 8.01], [47.01, 8], [47, 8.01]);
  expect(refusalOf(7)).toEqual(['', 'type']);
  expect(refusalOf({ ...bare, kind: 'forbidden' })).toEqual(['kind', 'unknown_value']);
  expect(refusalOf({ ...bare, colour: 'red' })).toEqual(['colour', 'unknown_field']);
  expect(refusalOf({ ...bare, name: undefined })).toEqual(['name', 'type']);
  expect(refusalOf({ kind: 'exclusion', geometry: circle })).toEqual(['name', 'missing']);
  expect(refusalOf([bare, { ...bare, margin_m: -1 }])).toEqual(['[1].margin_m', 'range']);
  expect(refusalOf({ geofences: [{ ...bare, group: 1.5 }] })).toEqual(['geofences[0].group', 'type']);
  expect(refusalOf({ ...bare, altitude: { floor_m: 10 } })).toEqual(['altitude.floor_reference', 'missing']);
  expect(refusalOf({ ...bare, altitude: { ceiling_reference: 'agl' } })).toEqual([
    'altitude.ceiling_m',
    'missing',
  ]);
  const flat = { floor_m: 10, floor_reference: 'agl', ceiling_m: 10, ceiling_reference: 'agl' };
  expect(refusalOf({ ...bare, altitude: flat })).toEqual(['altitude.ceiling_m', 'range']);
  expect(refusalOf({ ...bare, active_windows: [{}, { from: 'noon' }] })).toEqual([
    'active_windows[1].from',
    'format',
  ]);
  const back = { from: '2026-06-01T08:00:00Z', until: '2026-06-01T08:00:00Z' };
  expect(refusalOf({ ...bare, active_windows: [back] })).toEqual(['active_windows[0].until', 'range']);
  expect(at({ type: 'ellipse' })).toEqual(['geometry.type', 'unknown_value']);
  expect(at({ ...circle, radius_m: 0 })).toEqual(['geometry.radius_m', 'range']);
  expect(at({ ...circle, center: { latitude: 89.5, longitude: 0 } })).toEqual(['geometry.center', 'pole']);
  expect(at({ type: 'polygon', points: square.slice(0, 2) })).toEqual(['geometry.points', 'too_few_points']);
  expect(at({ type: 'polygon', points: bow })[1]).toBe('self_intersection');
  expect(at({ type: 'polygon', points: [square[0], square[0], square[1], square[2]] })).toEqual([
    'geometry.points[1]',
    'duplicate_point',
  ]);
  expect(at({ type: 'polygon', points: [...square, { latitude: 91, longitude: 0 }] })).toEqual([
    'geometry.points[4].latitude',
    'range',
  ]);
  expect(at({ type: 'polygon', points: square, holes: [places([1, 1], [1, 2], [2, 2])] })[0]).toMatch(
    /^geometry\.holes\[0\]/,
  );
  expect(at({ type: 'multipolygon', polygons: [{ points: square }, { points: bow.slice(0, 2) }] })).toEqual([
    'geometry.polygons[1].points',
    'too_few_points',
  ]);
});

test('a ring may be closed or not', () => {
  const closed = parseGeofence({ ...bare, geometry: { type: 'polygon', points: [...square, square[0]] } });
  expect(closed).toEqual(parseGeofence(bare));
});
