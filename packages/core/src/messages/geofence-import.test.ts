import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import type { Fence } from '../geo/fence.ts';
import { worlds } from '../geo/fence-world.contract.ts';
import { parseGeofence, toGeofenceMessage } from './geofence.ts';
import { toGeojsonFences } from './geofence-geojson.ts';
import { parseGeofences } from './geofence-import.ts';
import { toPlanFences } from './geofence-plan.ts';
import { bare, refusalOf, whole } from './geofence-samples.contract.ts';

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
/** JSON has no -0. */
const drafts = worlds.map(({ fences }) => overTheWire(fences) as readonly Fence[]);
/** On the wire only inclusions have a group. */
const asRead = (fences: readonly Fence[]) =>
  fences.map((fence) => {
    const { windows, group, ...rest } = fence;
    const rounded = windows.map(({ fromMs, untilMs }) => ({ fromMs, untilMs }));
    return { ...rest, windows: rounded, group: fence.kind === 'inclusion' ? group : 0 };
  });

test('what is written as a geofence or as GeoJSON is read back as the same fence', () => {
  fc.assert(
    fc.property(drafts, (fences) => {
      expect(parseGeofences(overTheWire(fences.map(toGeofenceMessage)))).toEqual(asRead(fences));
      expect(parseGeofences(overTheWire(toGeojsonFences(fences)))).toEqual(asRead(fences));
    }),
  );
});

test('GeoJSON is read as others write it', () => {
  const coordinates = [
    [
      [8, 47],
      [8.01, 47, 450],
      [8.01, 47.01],
      [8, 47.01],
      [8, 47],
    ],
  ];
  const polygon = { type: 'Polygon', coordinates };
  const feature = (properties: object | null, geometry: object = polygon) => ({
    type: 'Feature',
    properties,
    geometry,
  });
  const expected = parseGeofence(bare);
  expect(parseGeofences(feature({ name: 'Field', kind: 'exclusion', fill: '#f00' }))).toEqual([expected]);
  expect(parseGeofences({ ...feature({ inclusion: true }), id: 7 })).toMatchObject([
    { id: '7', name: 'Feature 1', kind: 'inclusion' },
  ]);
  expect(parseGeofences(polygon, { kind: 'exclusion' })).toMatchObject([{ kind: 'exclusion' }]);
  const point = feature({ kind: 'exclusion', radius: 50 }, { type: 'Point', coordinates: [8, 47] });
  expect(parseGeofences({ type: 'FeatureCollection', features: [point] })).toMatchObject([
    { geometry: { type: 'circle', radiusM: 50, center: { latitudeDeg: 47, longitudeDeg: 8 } } },
  ]);
  expect(refusalOf(polygon)).toEqual(['properties.kind', 'missing']);
  const collection = (...features: object[]) => ({ type: 'FeatureCollection', features });
  const good = feature({ kind: 'exclusion' });
  expect(refusalOf(collection(good, feature({ kind: 'exclusion' }, { type: 'LineString' })))).toEqual([
    'features[1].geometry.type',
    'unknown_value',
  ]);
  const holed = {
    type: 'MultiPolygon',
    coordinates: [
      coordinates,
      [
        [
          [9, 47],
          [9.01, 47],
          ['x', 48],
        ],
      ],
    ],
  };
  expect(refusalOf(collection(feature({ kind: 'exclusion' }, holed)))).toEqual([
    'features[0].geometry.coordinates[1][0][2][0]',
    'type',
  ]);
  const twisted = {
    type: 'Polygon',
    coordinates: [
      [
        [8, 47],
        [8.01, 47.01],
        [8.01, 47],
        [8, 47.01],
        [8, 47],
      ],
    ],
  };
  expect(refusalOf(collection(feature({ kind: 'exclusion' }, twisted)))[0]).toMatch(
    /^features\[0\]\.geometry\.coordinates\[0\]\[\d\]$/,
  );
  expect(refusalOf(feature({ kind: 'exclusion' }, { type: 'Point', coordinates: [8, 47] }))).toEqual([
    'properties.radius_m',
    'missing',
  ]);
  expect(refusalOf({ type: 'GeometryCollection', geometries: [] })).toEqual(['type', 'unknown_value']);
});

const plan = {
  fileType: 'Plan',
  version: 1,
  groundStation: 'QGroundControl',
  geoFence: {
    version: 2,
    circles: [{ version: 1, inclusion: true, circle: { center: [47.005, 8.005], radius: 900 } }],
    polygons: [
      {
        version: 1,
        inclusion: false,
        polygon: [
          [47, 8],
          [47, 8.01],
          [47.01, 8.01],
        ],
      },
      {
        version: 1,
        inclusion: true,
        polygon: [
          [46, 7],
          [46, 9],
          [48, 8],
        ],
      },
    ],
  },
};

test('the fences of a QGroundControl plan are read, polygons and circles each as what they are', () => {
  const parsed = parseGeofences(plan);
  expect(parsed).toMatchObject([
    { name: 'Polygon 1', kind: 'exclusion', geometry: { type: 'polygon' } },
    { name: 'Polygon 2', kind: 'inclusion', geometry: { type: 'polygon' } },
    { name: 'Circle 1', kind: 'inclusion', geometry: { type: 'circle', radiusM: 900 } },
  ]);
  expect(parseGeofences(plan.geoFence)).toEqual(parsed);
  expect(parseGeofences({ fileType: 'Plan', mission: {} })).toEqual([]);
  const swap = (geoFence: object) => refusalOf({ ...plan, geoFence });
  expect(
    swap({
      polygons: [
        {
          inclusion: true,
          polygon: [
            [0, 0],
            [0, 1],
          ],
        },
      ],
    }),
  ).toEqual(['geoFence.polygons[0].polygon', 'too_few_points']);
  expect(swap({ circles: [{ circle: { center: [0, 0], radius: 5 } }] })).toEqual([
    'geoFence.circles[0].inclusion',
    'missing',
  ]);
  expect(swap({ circles: [{ inclusion: true, circle: { center: [95, 0], radius: 5 } }] })).toEqual([
    'geoFence.circles[0].circle.center',
    'range',
  ]);
  expect(swap({ version: 9 })).toEqual(['geoFence.version', 'unknown_value']);
});

test('a mixed list of polygons and circles comes back from a plan as it went in', () => {
  fc.assert(
    fc.property(drafts, (fences) => {
      const plain = fences.map(({ floor: _floor, ceiling: _ceiling, ...fence }) => ({ ...fence, group: 0 }));
      const written = toPlanFences(plain);
      if (isRefusal(written)) throw new Error('refused');
      const read = parseGeofences(overTheWire({ fileType: 'Plan', geoFence: written.geoFence }));
      if (isRefusal(read)) throw new Error(JSON.stringify(read));
      const circles = (list: readonly Pick<Fence, 'kind' | 'geometry'>[]) =>
        list.flatMap(({ kind, geometry }) => (geometry.type === 'circle' ? [{ kind, geometry }] : []));
      const outers = (list: readonly Pick<Fence, 'kind' | 'geometry'>[]) =>
        list.flatMap(({ kind, geometry }) =>
          geometry.type === 'circle' ? [] : geometry.polygons.map(([outer]) => ({ kind, outer })),
        );
      expect(circles(read)).toEqual(circles(plain));
      expect(outers(read)).toEqual(expect.arrayContaining(outers(plain)));
    }),
  );
});

test('what a plan cannot say is told, and what it would say wrongly is refused', () => {
  const parsed = parseGeofence(whole);
  if (isRefusal(parsed)) throw new Error('refused');
  const fence: Fence = { ...parsed, id: 'f-1' };
  const written = toPlanFences([fence]);
  expect(written).toMatchObject({
    geoFence: { polygons: [{ inclusion: true }, { inclusion: false }] },
    losses: [
      { fence: 'f-1', lost: 'altitude', weaker: true },
      { fence: 'f-1', lost: 'times', weaker: false },
      { fence: 'f-1', lost: 'action' },
      { fence: 'f-1', lost: 'margin', weaker: true },
    ],
  });
  expect(isRefusal(toPlanFences([fence, { ...fence, id: 'f-2', group: 4 }]))).toBe(true);
});
