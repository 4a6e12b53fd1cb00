import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDetourFinder } from './detour.ts';
import type { Fence, FenceLeg, FencePoint } from './fence.ts';
import { checkLeg } from './fence-check.ts';
import { createFencePlane } from './fence-plane.ts';
import { createFenceSet } from './fence-set.ts';
import { crowdedWorlds, isPlainlyLegal, planePoint, RULES, type World } from './fence-world.contract.ts';
import type { PlanePoint } from './segment.ts';

const SIZE_M = 1200;
const places = fc.noBias(planePoint(SIZE_M));
const ALTITUDE_M = 455;
const TIME_MS = 20;
const toPoint = ({ plane: ground }: World, point: PlanePoint): FencePoint => ({
  ...ground.toPosition(point),
  altitudeAmslM: ALTITUDE_M,
  timeMs: TIME_MS,
});
const lengthM = (points: readonly PlanePoint[]) =>
  points.slice(1).reduce((sum, { x, y }, at) => {
    const before = points[at] as PlanePoint;
    return sum + Math.hypot(x - before.x, y - before.y);
  }, 0);
const legs = (points: readonly FencePoint[]): readonly FenceLeg[] =>
  points.slice(1).map((to, at) => ({ from: points[at] as FencePoint, to }));

test('a detour never touches a fence grown by its margin, at any place of it', () => {
  let detours = 0;
  fc.assert(
    fc.property(crowdedWorlds, places, places, (world, a, b) => {
      const found = createDetourFinder(createFenceSet(world.fences), RULES).find({
        from: toPoint(world, a),
        to: toPoint(world, b),
      });
      if (!found) return;
      if (found.points.length > 2) detours += 1;
      expect(found.lengthM).toBeCloseTo(lengthM(found.points.map(world.plane.toPlane)), 3);
      for (const { from, to } of legs(found.points)) {
        const [p, q] = [world.plane.toPlane(from), world.plane.toPlane(to)];
        for (let step = 0; step <= 50; step += 1) {
          const point = { x: p.x + (step / 50) * (q.x - p.x), y: p.y + (step / 50) * (q.y - p.y) };
          expect(isPlainlyLegal(world, toPoint(world, point))).not.toBe(false);
        }
      }
    }),
    { numRuns: 600 },
  );
  expect(detours).toBeGreaterThan(20);
});

test('no legal way through any places is shorter, and where there is one a detour is found', () => {
  const ways = fc.array(places, { minLength: 2, maxLength: 5 });
  let compared = 0;
  fc.assert(
    fc.property(crowdedWorlds, ways, (world, way) => {
      const set = createFenceSet(world.fences);
      const points = way.map((point) => toPoint(world, point));
      if (legs(points).some((leg) => checkLeg(set, leg, RULES).length > 0)) return;
      const from = points[0] as FencePoint;
      const to = points.at(-1) as FencePoint;
      const found = createDetourFinder(set, RULES).find({ from, to });
      expect(found).toBeDefined();
      if (found && found.points.length > 2) compared += 1;
      // Corners are rounded from outside: by less than 2.4 % of the arcs, and by decimetres on circles.
      expect(found?.lengthM).toBeLessThanOrEqual(1.024 * lengthM(way) + 1);
    }),
    { numRuns: 1500 },
  );
  expect(compared).toBeGreaterThan(10);
});

/** Which cells of a grid can be reached from which: legs between neighbours, one by one. */
function gridReaches(world: World, cells: number): (a: PlanePoint, b: PlanePoint) => number | undefined {
  const set = createFenceSet(world.fences);
  const at = (index: number): PlanePoint => ({
    x: -SIZE_M + (2 * SIZE_M * (index % cells)) / (cells - 1),
    y: -SIZE_M + (2 * SIZE_M * Math.floor(index / cells)) / (cells - 1),
  });
  const isOpen = (a: PlanePoint, b: PlanePoint) =>
    checkLeg(set, { from: toPoint(world, a), to: toPoint(world, b) }, RULES).length === 0;
  const neighbours = (index: number): number[] =>
    [-1, 1, -cells, cells]
      .map((step) => index + step)
      .filter((next) => next >= 0 && next < cells * cells)
      .filter((next) => Math.abs((next % cells) - (index % cells)) <= 1)
      .filter((next) => isOpen(at(index), at(next)));
  return (a, b) => {
    const nearest = (point: PlanePoint) =>
      Array.from({ length: cells * cells }, (_, index) => index).find((index) => {
        const { x, y } = at(index);
        return Math.hypot(x - point.x, y - point.y) < (2 * SIZE_M) / (cells - 1) && isOpen(point, at(index));
      });
    const [start, end] = [nearest(a), nearest(b)];
    if (start === undefined || end === undefined) return undefined;
    const steps = new Map([[start, 0]]);
    const queue = [start];
    for (let head = 0; head < queue.length; head += 1)
      for (const next of neighbours(queue[head] as number))
        if (!steps.has(next)) {
          steps.set(next, (steps.get(queue[head] as number) as number) + 1);
          queue.push(next);
        }
    const count = steps.get(end);
    return count === undefined ? undefined : (count + 2) * ((2 * SIZE_M) / (cells - 1));
  };
}

test('what can be reached cell by cell over a grid can be reached by a detour, and no longer', () => {
  let compared = 0;
  fc.assert(
    fc.property(crowdedWorlds, places, places, (world, a, b) => {
      const overGridM = gridReaches(world, 21)(a, b);
      if (overGridM === undefined) return;
      const leg = { from: toPoint(world, a), to: toPoint(world, b) };
      const found = createDetourFinder(createFenceSet(world.fences), RULES).find(leg);
      expect(found).toBeDefined();
      expect(found?.lengthM).toBeLessThanOrEqual(1.024 * overGridM + 1);
      compared += 1;
    }),
    { numRuns: 60 },
  );
  expect(compared).toBeGreaterThan(5);
});

const center = { latitudeDeg: 47.4, longitudeDeg: 8.5 };
const plane = createFencePlane(center);
const place = (x: number, y: number): FencePoint => ({
  ...plane.toPosition({ x, y }),
  altitudeAmslM: 450,
  timeMs: 0,
});
const fence = (points: readonly (readonly [number, number])[], more: Partial<Fence> = {}): Fence => ({
  id: 'f',
  name: 'f',
  kind: 'exclusion',
  group: 0,
  geometry: { type: 'polygon', polygons: [[points.map(([x, y]) => plane.toPosition({ x, y }))]] },
  windows: [],
  action: 'warn',
  marginM: 0,
  ...more,
});
const wall = fence([
  [-10, -500],
  [10, -500],
  [10, 300],
  [-10, 300],
]);
const margins = { horizontalM: 10, verticalM: 2 };

test('the way around a wall turns at its nearer end, at the margin', () => {
  const found = createDetourFinder(createFenceSet([wall]), { margins }).find({
    from: place(-400, 0),
    to: place(400, 0),
  });
  const corner = Math.hypot(390, 300);
  expect(found?.lengthM).toBeGreaterThan(2 * corner + 20);
  expect(found?.lengthM).toBeLessThan(2 * corner + 20 + 25);
});

test('a free way is straight, and from within a fence there is none', () => {
  const finder = createDetourFinder(createFenceSet([wall]), { margins });
  expect(finder.find({ from: place(-400, 400), to: place(400, 400) })?.points).toHaveLength(2);
  expect(finder.find({ from: place(0, 0), to: place(400, 400) })).toBeUndefined();
  const box = fence(
    [
      [-900, -900],
      [900, -900],
      [900, 900],
      [-900, 900],
    ],
    { id: 'in', kind: 'inclusion' },
  );
  const closed = fence(
    [
      [-10, -900],
      [10, -900],
      [10, 900],
      [-10, 900],
    ],
    { id: 'cut' },
  );
  const bounded = createDetourFinder(createFenceSet([box, closed]), { margins });
  expect(bounded.find({ from: place(-400, 0), to: place(400, 0) })).toBeUndefined();
});

test('a detour stays within an inclusion that bends', () => {
  const bent = fence(
    [
      [-500, 0],
      [500, 0],
      [500, 100],
      [-400, 100],
      [-400, 500],
      [-500, 500],
    ],
    { kind: 'inclusion' },
  );
  const found = createDetourFinder(createFenceSet([bent]), { margins }).find({
    from: place(-450, 450),
    to: place(450, 50),
  });
  expect(found?.points.length).toBeGreaterThan(2);
  expect(found?.lengthM).toBeLessThan(Math.hypot(60, 360) + Math.hypot(840, 50) + 40);
});

test('what is asked again is found again, by the same way', () => {
  fc.assert(
    fc.property(crowdedWorlds, fc.array(places, { minLength: 4, maxLength: 4 }), (world, way) => {
      const set = createFenceSet(world.fences);
      const kept = createDetourFinder(set, RULES);
      const [a, b, c, d] = way.map((point) => toPoint(world, point)) as [
        FencePoint,
        FencePoint,
        FencePoint,
        FencePoint,
      ];
      for (const leg of [
        { from: a, to: b },
        { from: c, to: d },
        { from: a, to: b },
      ]) {
        const fresh = createDetourFinder(set, RULES).find(leg);
        const found = kept.find(leg);
        expect(found?.lengthM).toBe(fresh?.lengthM);
      }
    }),
  );
});
