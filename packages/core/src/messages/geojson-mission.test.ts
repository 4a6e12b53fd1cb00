import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGeoJsonMission, toGeoJsonMission } from './geojson-mission.ts';
import { anyMission, frame, missionOf, refusedAt } from './mission-import.contract.ts';

test('a mission written as GeoJSON and read again is the same', () => {
  fc.assert(
    fc.property(anyMission, (mission) => {
      const json: unknown = JSON.parse(JSON.stringify(toGeoJsonMission(mission, frame)));
      expect(missionOf(parseGeoJsonMission(json))).toEqual(mission);
    }),
  );
});

const feature = (geometry: unknown, properties: object = { altitude_reference: 'agl' }) => ({
  type: 'Feature',
  geometry,
  properties,
});
const line = (...coordinates: readonly unknown[]) => ({ type: 'LineString', coordinates });

test('a bare line is a mission once it is said what its altitudes are measured from', () => {
  const bare = line([8, 47], [8.1, 47.1, 60]);
  expect(missionOf(parseGeoJsonMission(bare, { altitudeReference: 'agl', altitudeM: 40 })).waypoints).toEqual(
    [
      { latitude: 47, longitude: 8, altitude: 40, altitude_reference: 'agl' },
      { latitude: 47.1, longitude: 8.1, altitude: 60, altitude_reference: 'agl' },
    ],
  );
});

test.each<readonly [string, unknown, string, string]>([
  ['no object', [], '', 'type'],
  ['a polygon', feature({ type: 'Polygon', coordinates: [] }), 'geometry.type', 'unknown_value'],
  ['nothing', { type: 'FeatureCollection', features: [] }, '', 'missing'],
  [
    'two lines',
    {
      type: 'FeatureCollection',
      features: [feature(line([8, 47, 1], [8, 48, 1])), feature(line([8, 47, 1], [8, 48, 1]))],
    },
    'features[1].geometry.coordinates',
    'ambiguous',
  ],
  ['one vertex', feature(line([8, 47, 1])), 'geometry.coordinates', 'length'],
  [
    'latitude and longitude the wrong way round',
    feature(line([8, 47, 1], [47, 108, 1])),
    'geometry.coordinates[1][1]',
    'range',
  ],
  ['no altitude', feature(line([8, 47], [8, 48])), 'geometry.coordinates[0][2]', 'missing'],
  [
    'an unsaid reference',
    feature(line([8, 47, 1], [8, 48, 1]), {}),
    'properties.altitude_reference',
    'missing',
  ],
  [
    'a reference of the prototype',
    feature(line([8, 47, 1], [8, 48, 1]), { altitude_reference: 'constructor' }),
    'properties.altitude_reference',
    'missing',
  ],
  [
    'an altitude that is not finite',
    feature(line([8, 47, Number.POSITIVE_INFINITY], [8, 48, 1])),
    'geometry.coordinates[0][2]',
    'range',
  ],
  [
    'a bad property',
    {
      type: 'FeatureCollection',
      features: [
        feature({ type: 'Point', coordinates: [8, 47, 1] }, { altitude_reference: 'agl', speed: 'fast' }),
      ],
    },
    'features[0].properties.speed',
    'type',
  ],
  [
    'too many vertices',
    feature(line(...Array.from({ length: 1001 }, () => [8, 47, 1]))),
    'geometry.coordinates',
    'length',
  ],
  [
    'too many features',
    { type: 'FeatureCollection', features: Array(2001).fill(null) },
    'features',
    'length',
  ],
])('GeoJSON with %s is refused by its place', (_what, value, field, reason) => {
  expect(refusedAt(parseGeoJsonMission(value))).toEqual([field, reason]);
});

test('whatever is read as GeoJSON is an accepted mission or a refusal, never a fault', () => {
  const anything = fc.anything({ maxDepth: 6 });
  fc.assert(
    fc.property(anything, anything, (value, inner) => {
      const all = { type: 'FeatureCollection', features: [value, inner] };
      for (const read of [value, all, feature(value), feature(line(value, inner))])
        expect(() => parseGeoJsonMission(read)).not.toThrow();
    }),
  );
});

test('GeoJSON that is a hundred thousand arrays deep is refused without being walked', () => {
  let deep: unknown = [];
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  expect(refusedAt(parseGeoJsonMission(feature(line(deep, deep))))).toEqual([
    'geometry.coordinates[0][0]',
    'range',
  ]);
});
