import fc from 'fast-check';
import { expect, test } from 'vitest';
import { double } from './fence-world.contract.ts';
import {
  boundaryDistanceM,
  createPlanePolygon,
  isInsidePolygon,
  legBoundaryDistanceM,
  type PlanePolygon,
  polygonSpans,
} from './polygon.ts';
import { type PlanePoint, toPlaneLeg } from './segment.ts';

/** A ring around a centre whose radius changes from vertex to vertex: simple by construction, as crooked as wanted. */
const star = (minLength: number, maxLength: number) =>
  fc
    .tuple(fc.array(double(0.1, 1), { minLength, maxLength, size: 'max' }), double(1, 5000), double(0, 6))
    .map(([radii, scale, turn]) =>
      radii.map((radius, at) => {
        const angle = turn + (2 * Math.PI * at) / radii.length;
        return { x: scale * radius * Math.cos(angle), y: scale * radius * Math.sin(angle) };
      }),
    );
const points = fc.record({
  x: double(-6000, 6000),
  y: double(-6000, 6000),
});
const gridPoint = fc.record({ x: fc.integer({ min: -4, max: 4 }), y: fc.integer({ min: -4, max: 4 }) });

const edgesOf = (rings: readonly (readonly PlanePoint[])[]) =>
  rings.flatMap((ring) =>
    ring.map((from, at) => [from, ring[(at + 1) % ring.length] as PlanePoint] as const),
  );

/** The angle that the ring turns around the point: another way to tell inside from outside. */
function isWound(ring: readonly PlanePoint[], { x, y }: PlanePoint): boolean {
  const turn = edgesOf([ring]).reduce((sum, [a, b]) => {
    const cross = (a.x - x) * (b.y - y) - (a.y - y) * (b.x - x);
    const dot = (a.x - x) * (b.x - x) + (a.y - y) * (b.y - y);
    return sum + Math.atan2(cross, dot);
  }, 0);
  return Math.abs(turn) > Math.PI;
}

function plainDistance(rings: readonly (readonly PlanePoint[])[], { x, y }: PlanePoint): number {
  const distances = edgesOf(rings).map(([a, b]) => {
    const length2 = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
    const part = Math.min(Math.max(((x - a.x) * (b.x - a.x) + (y - a.y) * (b.y - a.y)) / length2, 0), 1);
    return Math.hypot(x - a.x - part * (b.x - a.x), y - a.y - part * (b.y - a.y));
  });
  return Math.min(...distances);
}

const square = (size: number): PlanePoint[] => [
  { x: -size, y: -size },
  { x: size, y: -size },
  { x: size, y: size },
  { x: -size, y: size },
];

test('a point is inside where the ring winds around it', () => {
  fc.assert(
    fc.property(star(3, 300), points, (ring, point) => {
      fc.pre(plainDistance([ring], point) > 1e-6);
      expect(isInsidePolygon(createPlanePolygon([ring]), point)).toBe(isWound(ring, point));
    }),
    { numRuns: 1000 },
  );
});

test('rays through vertices and along edges count every crossing once', () => {
  const steps: PlanePoint[] = [
    ...[
      { x: -3, y: -2 },
      { x: 0, y: -2 },
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 1, y: -2 },
      { x: 3, y: -2 },
    ],
    ...[
      { x: 3, y: 2 },
      { x: 2, y: 0 },
      { x: 1, y: 2 },
      { x: -1, y: 2 },
      { x: -2, y: 0 },
      { x: -3, y: 2 },
    ],
  ];
  fc.assert(
    fc.property(gridPoint, (point) => {
      fc.pre(plainDistance([steps], point) > 0);
      expect(isInsidePolygon(createPlanePolygon([steps]), point)).toBe(isWound(steps, point));
    }),
  );
});

test('neither the winding nor the first vertex nor a vertex more on an edge changes what is inside', () => {
  fc.assert(
    fc.property(star(3, 40), points, fc.nat(39), (ring, point, shift) => {
      fc.pre(plainDistance([ring], point) > 1e-6);
      const inside = isInsidePolygon(createPlanePolygon([ring]), point);
      const rotated = [...ring.slice(shift % ring.length), ...ring.slice(0, shift % ring.length)];
      const halved = edgesOf([ring]).flatMap(([a, b]) => [a, { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }]);
      for (const same of [ring.toReversed(), rotated, halved])
        expect(isInsidePolygon(createPlanePolygon([same]), point)).toBe(inside);
    }),
  );
});

test('a hole is outside, an island in it inside again', () => {
  const polygon = createPlanePolygon([square(30), square(20), square(10)]);
  const at = (x: number) => isInsidePolygon(polygon, { x, y: 0 });
  expect([at(0), at(15), at(25), at(35)]).toEqual([true, false, true, false]);
  expect(boundaryDistanceM(polygon, { x: 14, y: 0 })).toBe(4);
});

test('the distance to the boundary is the least over all edges', () => {
  fc.assert(
    fc.property(star(3, 300), points, (ring, point) => {
      expect(boundaryDistanceM(createPlanePolygon([ring]), point)).toBeCloseTo(
        plainDistance([ring], point),
        6,
      );
    }),
    { numRuns: 500 },
  );
});

test('the distance of a leg to the boundary is that of its nearest point', () => {
  fc.assert(
    fc.property(star(3, 60), points, points, (ring, a, b) => {
      const polygon = createPlanePolygon([ring]);
      const distance = legBoundaryDistanceM(polygon, toPlaneLeg(a, b));
      const parts = Array.from({ length: 201 }, (_, at) => at / 200);
      const sampled = parts.map((part) =>
        plainDistance([ring], { x: a.x + part * (b.x - a.x), y: a.y + part * (b.y - a.y) }),
      );
      const step = Math.hypot(b.x - a.x, b.y - a.y) / 200;
      expect(distance).toBeLessThanOrEqual(Math.min(...sampled) + 1e-6);
      expect(distance).toBeGreaterThanOrEqual(Math.min(...sampled) - step - 1e-6);
    }),
  );
});

function isGrown(polygon: PlanePolygon, point: PlanePoint, growM: number): boolean {
  const distance = boundaryDistanceM(polygon, point);
  const signed = isInsidePolygon(polygon, point) ? -distance : distance;
  return signed < growM;
}

test('every point of a leg agrees with the parts that lie in the grown or shrunk polygon', () => {
  const grow = fc.oneof(double(1e-3, 500), double(-500, -1e-3));
  fc.assert(
    fc.property(star(3, 250), points, points, grow, (ring, a, b, growM) => {
      fc.pre(Math.hypot(a.x - b.x, a.y - b.y) > 1e-3);
      const polygon = createPlanePolygon([ring]);
      const spans = polygonSpans(polygon, toPlaneLeg(a, b), growM);
      for (let at = 0; at <= 100; at += 1) {
        const part = at / 100;
        const isNearEnd = spans.some((end) => Math.abs(end - part) < 1e-9);
        if (isNearEnd) continue;
        const inSpan = spans.findLastIndex((from, index) => index % 2 === 0 && from <= part);
        const isIn = inSpan >= 0 && part <= (spans[inSpan + 1] as number);
        const point = { x: a.x + part * (b.x - a.x), y: a.y + part * (b.y - a.y) };
        expect(isIn).toBe(isGrown(polygon, point, growM));
      }
    }),
    { numRuns: 500 },
  );
});
