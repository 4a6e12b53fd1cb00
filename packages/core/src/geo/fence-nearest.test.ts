import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fence, FencePoint } from './fence.ts';
import { checkPoint } from './fence-check.ts';
import { nearestLegal } from './fence-nearest.ts';
import { createFencePlane } from './fence-plane.ts';
import { createFenceSet } from './fence-set.ts';
import { crowdedWorlds, double, isPlainlyLegal, MARGINS, planePoint, RULES } from './fence-world.contract.ts';

const WITHIN_M = 1500;

test('the place found is legal, and no legal place is nearer', () => {
  const probes = fc.array(fc.record({ angle: double(0, 2 * Math.PI), part: double(0, 1) }), {
    minLength: 60,
    maxLength: 60,
  });
  let moved = 0;
  fc.assert(
    fc.property(crowdedWorlds, fc.noBias(planePoint(900)), probes, (world, at, around) => {
      const point = { ...world.plane.toPosition(at), altitudeAmslM: 455, timeMs: 20 };
      const set = createFenceSet(world.fences);
      const found = nearestLegal(set, point, RULES, { withinM: WITHIN_M });
      if (found) expect(checkPoint(set, found.point, RULES)).toEqual([]);
      if (found && found.distanceM > 0) moved += 1;
      const freeOfM = found ? found.distanceM - 0.04 * (MARGINS.horizontalM + 25) - 0.6 : WITHIN_M;
      for (const { angle, part } of around) {
        const distanceM = part * freeOfM;
        if (!(distanceM > 0)) continue;
        const place = { x: at.x + distanceM * Math.cos(angle), y: at.y + distanceM * Math.sin(angle) };
        expect(isPlainlyLegal(world, { ...point, ...world.plane.toPosition(place) })).not.toBe(true);
      }
    }),
    { numRuns: 500 },
  );
  expect(moved).toBeGreaterThan(50);
});

const center = { latitudeDeg: 47.4, longitudeDeg: 8.5 };
const plane = createFencePlane(center);
const place = (x: number, y: number, altitudeAmslM = 450): FencePoint => ({
  ...plane.toPosition({ x, y }),
  altitudeAmslM,
  timeMs: 0,
});
const zone = (more: Partial<Fence> = {}): Fence => ({
  id: 'z',
  name: 'z',
  kind: 'exclusion',
  group: 0,
  geometry: { type: 'circle', center, radiusM: 100 },
  windows: [],
  action: 'warn',
  marginM: 0,
  ...more,
});

test('a legal place stays where it is', () => {
  const point = place(200, 0);
  expect(nearestLegal(createFenceSet([zone()]), point)).toEqual({ point, distanceM: 0 });
});

test('who recovers from a breach goes farther than the margin by the step back', () => {
  const set = createFenceSet([zone({ marginM: 10 })]);
  const found = nearestLegal(set, place(60, 0), {}, { stepBackM: 15 });
  const awayM = found && Math.hypot(...Object.values(plane.toPlane(found.point)));
  expect(awayM).toBeGreaterThan(125);
  expect(awayM).toBeLessThan(125.6);
  const inside = createFenceSet([zone({ kind: 'inclusion' })]);
  const back = nearestLegal(inside, place(180, 0), {}, { stepBackM: 15 });
  expect(back && plane.toPlane(back.point).x).toBeCloseTo(83, 0);
});

test('where only another height is legal, or nothing near, no place is found', () => {
  const low = zone({ kind: 'inclusion', ceiling: { valueM: 440, reference: 'amsl' } });
  expect(nearestLegal(createFenceSet([low]), place(0, 0))).toBeUndefined();
  const wide = zone({ geometry: { type: 'circle', center, radiusM: 5000 } });
  expect(nearestLegal(createFenceSet([wide]), place(0, 0))).toBeUndefined();
  expect(nearestLegal(createFenceSet([wide]), place(0, 0), {}, { withinM: 6000 })?.distanceM).toBeCloseTo(
    5002,
    0,
  );
});
