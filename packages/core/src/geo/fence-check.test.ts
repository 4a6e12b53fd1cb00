import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fence, FenceLeg, FencePoint } from './fence.ts';
import { checkLeg, checkPoint } from './fence-check.ts';
import { createFencePlane } from './fence-plane.ts';
import { changeFenceSet, createFenceSet } from './fence-set.ts';
import { double, isPlainlyLegal, planePoint, RULES, type World, worlds } from './fence-world.contract.ts';

const heights = double(380, 530);
const legEnds = fc.record({ a: planePoint(1500), b: planePoint(1500), up: heights, down: heights });

function toLeg(
  { plane: ground }: World,
  { a, b, up, down }: typeof legEnds extends fc.Arbitrary<infer T> ? T : never,
) {
  const from: FencePoint = { ...ground.toPosition(a), altitudeAmslM: up, timeMs: 0 };
  const to: FencePoint = { ...ground.toPosition(b), altitudeAmslM: down, timeMs: 100 };
  const at = (s: number): FencePoint => ({
    ...ground.toPosition({ x: a.x + s * (b.x - a.x), y: a.y + s * (b.y - a.y) }),
    altitudeAmslM: up + s * (down - up),
    timeMs: 100 * s,
  });
  return { leg: { from, to }, at };
}

test('a leg is legal where every place on it is, in mixed worlds of circles and polygons', () => {
  fc.assert(
    fc.property(worlds, legEnds, (world, ends) => {
      const { leg, at } = toLeg(world, ends);
      const violations = checkLeg(createFenceSet(world.fences), leg, RULES);
      for (let step = 0; step <= 50; step += 1) {
        const legal = isPlainlyLegal(world, at(step / 50));
        if (legal === false) expect(violations).not.toEqual([]);
      }
      for (const { fromFraction, toFraction } of violations) {
        expect(fromFraction).toBeLessThan(toFraction);
        const begin = isPlainlyLegal(world, at(Math.min(1, fromFraction + 1e-6)));
        expect(begin).not.toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

test('a place is legal exactly where the definition says so', () => {
  fc.assert(
    fc.property(worlds, planePoint(1200), heights, double(0, 100), (world, point, altitudeAmslM, timeMs) => {
      const place = { ...world.plane.toPosition(point), altitudeAmslM, timeMs };
      const legal = isPlainlyLegal(world, place);
      fc.pre(legal !== undefined);
      const violations = checkPoint(createFenceSet(world.fences), place, RULES);
      expect(violations.length === 0).toBe(legal);
      for (const { clearanceM, limitM } of violations) expect(clearanceM).toBeLessThan(limitM);
    }),
    { numRuns: 5000 },
  );
});

const center = { latitudeDeg: 47.4, longitudeDeg: 8.5 };
const plane = createFencePlane(center);
const place = (x: number, y: number, altitudeAmslM = 450, timeMs = 0): FencePoint => ({
  ...plane.toPosition({ x, y }),
  altitudeAmslM,
  timeMs,
});
const circle = (id: string, x: number, more: Partial<Fence> = {}): Fence => ({
  id,
  name: id,
  kind: 'exclusion',
  group: 0,
  geometry: { type: 'circle', center: plane.toPosition({ x, y: 0 }), radiusM: 100 },
  windows: [],
  action: 'warn',
  marginM: 0,
  ...more,
});
const fly = (fences: readonly Fence[], leg: FenceLeg, rules = {}) =>
  checkLeg(createFenceSet(fences), leg, rules).map(({ fence }) => fence.id);

test('every violated fence is told, with clearance, limit and where it begins', () => {
  const set = createFenceSet([circle('a', 0), circle('b', 500, { marginM: 30 }), circle('c', 2000)]);
  const found = checkLeg(set, { from: place(-400, 0), to: place(380, 0) });
  expect(found.map(({ fence }) => fence.id)).toEqual(['a', 'b']);
  const [a, b] = found;
  expect(a?.limitM).toBe(2);
  expect(a?.clearanceM).toBeCloseTo(-100, 3);
  expect(a && plane.toPlane(a.at).x).toBeCloseTo(-102, 3);
  expect(b?.clearanceM).toBeCloseTo(20, 3);
  expect(b?.limitM).toBe(30);
  expect(b?.dimension).toBe('horizontal');
});

test('exactly the margin is enough, a millimetre less is not', () => {
  expect(fly([circle('a', 0)], { from: place(-500, 102), to: place(500, 102) })).toEqual([]);
  expect(fly([circle('a', 0)], { from: place(-500, 101.999), to: place(500, 101.999) })).toEqual(['a']);
});

test('a fence counts only at the heights and in the times it has', () => {
  const high = circle('high', 0, { floor: { valueM: 500, reference: 'amsl' } });
  expect(fly([high], { from: place(-500, 0, 490), to: place(500, 0, 497) })).toEqual([]);
  expect(fly([high], { from: place(-500, 0, 490), to: place(500, 0, 530) })).toEqual(['high']);
  const noon = circle('noon', 0, { windows: [{ fromMs: 1000, untilMs: 2000 }] });
  expect(fly([noon], { from: place(-500, 0, 450, 0), to: place(500, 0, 450, 1000) })).toEqual([]);
  expect(fly([noon], { from: place(-500, 0, 450, 0), to: place(500, 0, 450, 2000) })).toEqual(['noon']);
  expect(fly([noon], { from: place(0, 0, 450, 2000), to: place(0, 0, 450, 2000) })).toEqual([]);
  expect(fly([noon], { from: place(0, 0, 450, 1000), to: place(0, 0, 450, 1000) })).toEqual(['noon']);
});

test('a climb on the spot is judged by its whole height', () => {
  const layer = circle('layer', 0, {
    floor: { valueM: 500, reference: 'amsl' },
    ceiling: { valueM: 510, reference: 'amsl' },
  });
  expect(fly([layer], { from: place(0, 0, 450), to: place(0, 0, 560) })).toEqual(['layer']);
  expect(fly([layer], { from: place(0, 0, 450), to: place(0, 0, 497) })).toEqual([]);
});

test('a height that cannot be told is taken for illegal, and said so', () => {
  const low = circle('low', 0, { ceiling: { valueM: 50, reference: 'agl' } });
  const leg = { from: place(-500, 0, 4000), to: place(500, 0, 4000) };
  const [unknown] = checkLeg(createFenceSet([low]), leg);
  expect(unknown?.heightUnknown).toBe(true);
  expect(fly([low], leg, RULES)).toEqual([]);
  const inside = { ...low, kind: 'inclusion' as const };
  const [over] = checkLeg(createFenceSet([inside]), { from: place(0, 0), to: place(10, 0) });
  expect(over).toMatchObject({ dimension: 'vertical', heightUnknown: true, clearanceM: Number.NaN });
});

test('of inclusions one group has to be kept whole: within a group all of them', () => {
  const zone = (id: string, x: number, group: number) => circle(id, x, { kind: 'inclusion', group });
  const across = { from: place(-60, 0), to: place(60, 0) };
  expect(fly([zone('a', 0, 0)], across)).toEqual([]);
  expect(fly([zone('a', 0, 0), zone('b', 50, 0)], across)).toEqual(['b']);
  expect(fly([zone('a', 0, 0), zone('b', 50, 1)], across)).toEqual([]);
  expect(fly([zone('a', -60, 1), zone('b', 60, 2)], across)).toEqual([]);
  expect(fly([zone('a', -101, 1), zone('b', 101, 2)], across)).toHaveLength(1);
  expect(fly([zone('a', 5000, 0)], across)).toEqual(['a']);
});

test('an inclusion counts in its times only, and where none counts everything is allowed', () => {
  const day = circle('day', 5000, { kind: 'inclusion', windows: [{ fromMs: 0, untilMs: 100 }] });
  expect(fly([day], { from: place(0, 0, 450, 50), to: place(9, 0, 450, 60) })).toEqual(['day']);
  expect(fly([day], { from: place(0, 0, 450, 100), to: place(9, 0, 450, 160) })).toEqual([]);
  const other = circle('other', 0, { kind: 'inclusion', group: 1 });
  expect(fly([day, other], { from: place(0, 0, 450, 50), to: place(9, 0, 450, 160) })).toEqual([]);
});

test('a leg across the antimeridian and one of a thousand kilometres meet what lies on them', () => {
  const fiji = { latitudeDeg: -17, longitudeDeg: 180 };
  const zone: Fence = { ...circle('fiji', 0), geometry: { type: 'circle', center: fiji, radiusM: 1000 } };
  const at = (longitudeDeg: number, latitudeDeg = -17) => ({
    latitudeDeg,
    longitudeDeg,
    altitudeAmslM: 0,
    timeMs: 0,
  });
  expect(fly([zone], { from: at(179.9), to: at(-179.9) })).toEqual(['fiji']);
  expect(fly([zone], { from: at(-179.995), to: at(-179.9) })).toEqual(['fiji']);
  expect(fly([zone], { from: at(179.9), to: at(179.98) })).toEqual([]);
  const equator: Fence = { ...zone, geometry: { type: 'circle', center: at(5, 0), radiusM: 1000 } };
  const far = checkLeg(createFenceSet([equator]), { from: at(0, 0), to: at(10, 0) });
  expect(far).toHaveLength(1);
  expect(far[0]?.fromFraction).toBeCloseTo(0.5 - 1002 / 1_113_195, 4);
});

test('a leg without place or time, or backwards in time, is a fault', () => {
  const set = createFenceSet([circle('a', 0)]);
  const from = place(0, 0);
  for (const to of [
    { ...from, latitudeDeg: Number.NaN },
    { ...from, timeMs: -1 },
    { ...from, latitudeDeg: 91 },
  ])
    expect(() => checkLeg(set, { from, to })).toThrow(RangeError);
});

test('a change is a new version, and the old one stays as it was', () => {
  const first = createFenceSet([circle('a', 0), circle('b', 500)]);
  const second = changeFenceSet(first, { put: [circle('b', 900), circle('c', 0)], remove: ['a'] });
  expect([first.version, second.version]).toEqual([1, 2]);
  expect(first.fences.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(second.fences.map(({ id }) => id)).toEqual(['b', 'c']);
  expect(changeFenceSet(second, { remove: ['b'] }).sites[0]).toBe(second.sites[1]);
  expect(() => createFenceSet([circle('a', 0), circle('a', 1)])).toThrow(RangeError);
  expect(() => createFenceSet([circle('a', 0, { marginM: Number.NaN })])).toThrow(RangeError);
});
