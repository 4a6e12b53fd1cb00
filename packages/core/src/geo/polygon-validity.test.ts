import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GeoPosition } from './fence-plane.ts';
import { findCrossing } from './polygon-crossing.ts';
import { isPolygonFault, type PolygonRings, toPolygonPlane } from './polygon-validity.ts';
import type { PlanePoint } from './segment.ts';

const ring = (...pairs: readonly (readonly [number, number])[]): GeoPosition[] =>
  pairs.map(([latitudeDeg, longitudeDeg]) => ({ latitudeDeg, longitudeDeg }));
const box = (latitudeDeg: number, longitudeDeg: number, halfDeg: number) =>
  ring(
    [latitudeDeg - halfDeg, longitudeDeg - halfDeg],
    [latitudeDeg - halfDeg, longitudeDeg + halfDeg],
    [latitudeDeg + halfDeg, longitudeDeg + halfDeg],
    [latitudeDeg + halfDeg, longitudeDeg - halfDeg],
  );
function faultOf(polygons: PolygonRings) {
  const plane = toPolygonPlane(polygons);
  return isPolygonFault(plane) ? plane : undefined;
}

test('a polygon is refused by what is wrong with it, and where', () => {
  const cases: readonly (readonly [PolygonRings, object])[] = [
    [[], { reason: 'too_few_points' }],
    [[[ring([0, 0], [0, 1])]], { reason: 'too_few_points', polygon: 0, ring: 0 }],
    [[[ring([0, 0], [0, 0.1], [Number.NaN, 0.1])]], { reason: 'not_finite', polygon: 0, ring: 0, vertex: 2 }],
    [[[ring([0, 0], [91, 0.1], [0.1, 0.1])]], { reason: 'range', polygon: 0, ring: 0, vertex: 1 }],
    [[[ring([89.5, 0], [89.4, 1], [89.5, 2])]], { reason: 'pole', polygon: 0, ring: 0, vertex: 0 }],
    [[[ring([85, 0], [85, 120], [85, -120])]], { reason: 'pole', polygon: 0, ring: 0 }],
    [
      [[ring([0, 0], [0, 0.1], [0, 0.1], [0.1, 0])]],
      { reason: 'duplicate_point', polygon: 0, ring: 0, vertex: 2 },
    ],
    [
      [[ring([0, 0], [0, 0.1], [0.1, 0], [0, 0])]],
      { reason: 'duplicate_point', polygon: 0, ring: 0, vertex: 0 },
    ],
    [[[ring([0, 0], [0, 0.1], [0, 0.2])]], { reason: 'zero_area', polygon: 0, ring: 0 }],
    [[[ring([0, 0], [0, 1e-7], [1e-7, 0])]], { reason: 'zero_area', polygon: 0, ring: 0 }],
    [[[ring([0, 0], [0, 12], [10, 0])]], { reason: 'too_large', polygon: 0, ring: 0, vertex: 1 }],
    [[[ring([0, 0], [0.1, 0.1], [0.1, 0], [0, 0.1])]], { reason: 'self_intersection', polygon: 0, ring: 0 }],
    [[[box(0, 0, 0.1), box(0, 0.1, 0.02)]], { reason: 'self_intersection', polygon: 0 }],
    [[[box(0, 0, 0.1), box(0, 0.3, 0.02)]], { reason: 'nesting', polygon: 0, ring: 1 }],
    [[[box(0, 0, 0.1), box(0, 0, 0.05), box(0, 0, 0.02)]], { reason: 'nesting', polygon: 0 }],
    [[[box(0, 0, 0.1)], [box(0, 0, 0.05)]], { reason: 'nesting', polygon: 1, ring: 0 }],
  ];
  for (const [polygons, fault] of cases) expect(faultOf(polygons)).toMatchObject(fault);
});

test('10 000 points are judged, 10 001 are refused', () => {
  const round = (count: number) =>
    ring(
      ...Array.from(
        { length: count },
        (_, at) =>
          [Math.sin((2 * Math.PI * at) / count) / 10, Math.cos((2 * Math.PI * at) / count) / 10] as const,
      ),
    );
  expect(faultOf([[round(10_000)]])).toBeUndefined();
  expect(faultOf([[round(10_001)]])).toEqual({ reason: 'too_many_points' });
});

test('areas, holes and islands in holes are taken, also across the antimeridian', () => {
  expect(
    faultOf([[box(47, 8, 0.1), box(47, 8, 0.05)], [box(47, 8, 0.02)], [box(47, 9, 0.1)]]),
  ).toBeUndefined();
  const plane = toPolygonPlane([[ring([10, 179.9], [10, -179.9], [10.1, -179.9], [10.1, 179.9])]]);
  expect(isPolygonFault(plane)).toBe(false);
  if (isPolygonFault(plane)) return;
  expect(Math.abs(plane.origin.longitudeDeg)).toBeCloseTo(180, 9);
  expect(plane.toPlane({ latitudeDeg: 10.05, longitudeDeg: -179.9 }).x).toBeGreaterThan(10_000);
});

interface Edge {
  readonly from: PlanePoint;
  readonly to: PlanePoint;
}

const turn = (a: PlanePoint, b: PlanePoint, c: PlanePoint) =>
  Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
const isBetween = (a: PlanePoint, b: PlanePoint, c: PlanePoint) =>
  Math.min(a.x, b.x) <= c.x &&
  c.x <= Math.max(a.x, b.x) &&
  Math.min(a.y, b.y) <= c.y &&
  c.y <= Math.max(a.y, b.y);

function turnsBack(before: PlanePoint, at: PlanePoint, after: PlanePoint): boolean {
  const dot = (before.x - at.x) * (after.x - at.x) + (before.y - at.y) * (after.y - at.y);
  return turn(before, at, after) === 0 && dot > 0;
}

function edgesMeet(e: Edge, f: Edge): boolean {
  if (e.to === f.from) return turnsBack(e.from, e.to, f.to);
  if (f.to === e.from) return turnsBack(f.from, f.to, e.to);
  const ends = [f.from, f.to].map((point) => ({ side: turn(e.from, e.to, point), edge: e, point }));
  const others = [e.from, e.to].map((point) => ({ side: turn(f.from, f.to, point), edge: f, point }));
  const product = (list: typeof ends) => list.reduce((value, { side }) => value * side, 1);
  if (product(ends) < 0 && product(others) < 0) return true;
  return [...ends, ...others].some(
    ({ side, edge, point }) => side === 0 && isBetween(edge.from, edge.to, point),
  );
}

/** Every pair of edges, in integers: exact, and slow. */
function plainlyMeets(rings: readonly (readonly PlanePoint[])[]): boolean {
  const edges = rings.flatMap((points) =>
    points.map((from, at) => ({ from, to: points[(at + 1) % points.length] as PlanePoint })),
  );
  return edges.some((e, i) => edges.slice(i + 1).some((f) => edgesMeet(e, f)));
}

test('the sweep finds a meeting of edges exactly where comparing every pair finds one', () => {
  const coordinate = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 1000 }));
  const rings = fc.array(
    fc.array(fc.record({ x: coordinate, y: coordinate }), { minLength: 3, maxLength: 9 }).filter((points) =>
      points.every(({ x, y }, at) => {
        const next = points[(at + 1) % points.length] as PlanePoint;
        return x !== next.x || y !== next.y;
      }),
    ),
    { minLength: 1, maxLength: 2 },
  );
  fc.assert(
    fc.property(rings, (list) => {
      expect(findCrossing(list) !== undefined).toBe(plainlyMeets(list));
    }),
    { numRuns: 20_000 },
  );
});
