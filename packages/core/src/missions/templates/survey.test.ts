import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { boundaryDistanceM } from '../../geo/polygon.ts';
import type { PlanePoint } from '../../geo/segment.ts';
import { createLocalFrame } from '../../geo/wgs84.ts';
import { MAX_WAYPOINTS, parseMission } from '../../messages/mission.ts';
import { anyExclusions, anyRing, gridOver, square } from './area.contract.ts';
import { type Area, isInArea, parseArea } from './area.ts';
import { altitudeForGroundSample, type Camera, toFootprint } from './camera.ts';
import { ENTRY_CORNERS } from './cell-order.ts';
import { type PathPoint, planeDistanceM, toTemplateWaypoints } from './path.ts';
import { planSurvey, type Survey, type SurveyOptions } from './survey.ts';

const camera: Camera = {
  ...{ sensorWidthMm: 13.2, sensorHeightMm: 8.8, focalLengthMm: 8.8 },
  ...{ imageWidthPx: 5472, imageHeightPx: 3648 },
};
const coverage = { camera, altitudeAglM: 60, sideOverlapPct: 60, frontOverlapPct: 70 };

const plan = (options: SurveyOptions): Survey => {
  const survey = planSurvey(options);
  if (isRefusal(survey)) throw new Error(JSON.stringify(survey.details));
  return survey;
};
const areaOf = (options: SurveyOptions): Area => parseArea(options) as Area;

interface Photo extends PlanePoint {
  readonly ux: number;
  readonly uy: number;
}

const directed = (point: PlanePoint, from: PlanePoint, to: PlanePoint): Photo => {
  const lengthM = planeDistanceM(from, to);
  return { x: point.x, y: point.y, ux: (to.x - from.x) / lengthM, uy: (to.y - from.y) / lengthM };
};

/** Flies the path and takes every picture its actions ask for. */
function takePhotos(points: readonly PathPoint[]): readonly Photo[] {
  return points.flatMap((point, at) =>
    (point.actions ?? []).flatMap((action) => {
      // Who takes one where the path begins looks the way it will fly.
      if (action.action === 'take_photo') {
        const [from, to] = at > 0 ? [points[at - 1], point] : [point, points[1]];
        return [directed(point, from as PathPoint, to as PathPoint)];
      }
      if (action.action !== 'start_photos') return [];
      const next = points[at + 1] as PathPoint;
      const first = directed(point, point, next);
      const count = Math.floor(planeDistanceM(point, next) / (action.every_m as number)) + 1;
      return Array.from({ length: count }, (_none, index) => {
        const m = index * (action.every_m as number);
        return { ...first, x: point.x + m * first.ux, y: point.y + m * first.uy };
      });
    }),
  );
}

const shows = ({ x, y, ux, uy }: Photo, point: PlanePoint, acrossM: number, alongM: number): boolean => {
  const [dx, dy] = [point.x - x, point.y - y];
  return (
    Math.abs(dx * ux + dy * uy) <= alongM / 2 + 1e-6 && Math.abs(dx * uy - dy * ux) <= acrossM / 2 + 1e-6
  );
};

test('a footprint is the sensor’s, as much larger as the ground is farther off than the focal length', () => {
  const { acrossM, alongM, groundSampleM } = toFootprint(camera, 100);
  expect(acrossM).toBeCloseTo(150, 9);
  expect(alongM).toBeCloseTo(100, 9);
  expect(groundSampleM).toBeCloseTo(150 / 5472, 9);
  expect(altitudeForGroundSample(camera, groundSampleM)).toBeCloseTo(100, 9);
  expect(toFootprint({ ...camera, portrait: true }, 100).acrossM).toBeCloseTo(100, 9);
});

test('every point of any area is seen, in any direction, around any exclusion', () => {
  fc.assert(
    fc.property(
      anyRing,
      anyExclusions,
      fc.option(fc.integer({ min: 0, max: 359 })),
      (ring, exclusions, heading) => {
        const options = { ...coverage, ring, exclusions, ...(heading !== null && { headingDeg: heading }) };
        const survey = planSurvey(options);
        const area = areaOf(options);
        const inside = gridOver(ring, 25).filter((point) => isInArea(area, point));
        if (isRefusal(survey)) {
          expect(survey.details.reason).toBe('nothing_left');
          expect(inside).toEqual([]);
          return;
        }
        const { acrossM, alongM } = survey.spacing;
        const photos = takePhotos(survey.path.points);
        for (const point of inside)
          expect(photos.some((photo) => shows(photo, point, acrossM, alongM))).toBe(true);
      },
    ),
    {
      numRuns: 60,
      examples: [
        // The first line is so short that it is one picture.
        [
          [
            { x: 20, y: 10 },
            { x: 218.7, y: -144.7 },
            { x: -14.64, y: -50 },
          ],
          [
            [
              { x: 0, y: 11.6 },
              { x: 8.944180554218203, y: 10.659259308302534 },
              { x: 52.19, y: 9.2 },
              { x: 9.62, y: -5.56 },
              { x: -9.85, y: 1.74 },
              { x: -10.67, y: 12.72 },
            ],
          ],
          6,
        ],
      ],
    },
  );
});

test('pictures and lines overlap by at least what was asked', () => {
  fc.assert(
    fc.property(
      anyRing,
      fc.integer({ min: 0, max: 90 }),
      fc.integer({ min: 0, max: 90 }),
      (ring, side, front) => {
        const options = {
          ...coverage,
          altitudeAglM: 100,
          sideOverlapPct: side,
          frontOverlapPct: front,
          ring,
          headingDeg: 0,
        };
        const { passes, spacing } = plan(options);
        expect(spacing.triggerM).toBeLessThanOrEqual(spacing.alongM * (1 - front / 100) + 1e-9);
        const lines = [...new Set(passes.map(({ from }) => Math.round(from.x * 1e6) / 1e6))].sort(
          (a, b) => a - b,
        );
        for (const [at, x] of lines.entries())
          if (at > 0)
            expect(x - (lines[at - 1] as number)).toBeLessThanOrEqual(
              spacing.acrossM * (1 - side / 100) + 1e-5,
            );
      },
    ),
  );
});

test('with an inset the whole path keeps to it, ways between lines too', () => {
  fc.assert(
    fc.property(anyRing, anyExclusions, fc.integer({ min: 1, max: 15 }), (ring, exclusions, insetM) => {
      const options = { ...coverage, ring, exclusions, insetM };
      const survey = planSurvey(options);
      if (isRefusal(survey)) {
        expect(['nothing_left', 'splits']).toContain(survey.details.reason);
        return;
      }
      const area = areaOf(options);
      const { points } = survey.path;
      for (const [at, to] of points.entries()) {
        const from = points[at - 1] ?? to;
        for (let share = 0; share <= 1; share += 0.05) {
          const point = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
          expect(isInArea(area, point)).toBe(true);
          for (const polygon of [area.outer, ...area.exclusions])
            expect(boundaryDistanceM(polygon, point)).toBeGreaterThanOrEqual(insetM - 0.011);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('a rectangle is flown along its long side, near the least length there is', () => {
  const ring = [
    { x: 0, y: 0 },
    { x: 800, y: 0 },
    { x: 800, y: 300 },
    { x: 0, y: 300 },
  ];
  const { headingDeg, path, spacing } = plan({ ...coverage, ring });
  expect(headingDeg).toBeCloseTo(90, 9);
  // No line shows more than a line spacing of new ground; the rest is the way from line to line.
  const lines = Math.ceil(300 / spacing.lineSpacingM);
  const lowerM = (800 * 300) / spacing.lineSpacingM;
  expect(path.lengthM).toBeCloseTo(lines * 800 + (lines - 1) * (300 / lines), 6);
  expect(path.lengthM / lowerM).toBeLessThan(1.15);
});

test('the chosen heading is never slower than any edge’s', () => {
  fc.assert(
    fc.property(anyRing, (ring) => {
      const best = plan({ ...coverage, ring });
      const timeS = ({ path, passes }: Survey): number => path.lengthM / 10 + 5 * (passes.length - 1);
      for (const [at, from] of ring.entries()) {
        const to = ring[(at + 1) % ring.length] as PlanePoint;
        const headingDeg = (Math.atan2(to.x - from.x, to.y - from.y) * 180) / Math.PI;
        expect(timeS(best)).toBeLessThanOrEqual(timeS(plan({ ...coverage, ring, headingDeg })) * 1.02);
      }
    }),
    { numRuns: 30 },
  );
});

test('it begins at the corner that is asked for, else at the one nearest to home', () => {
  const starts = ENTRY_CORNERS.map(
    (entry) => plan({ ...coverage, ring: square(300), headingDeg: 0, entry }).path.points[0],
  );
  expect(starts.map((start) => [(start as PathPoint).x > 150, (start as PathPoint).y > 150])).toEqual([
    ...[
      [true, true],
      [true, false],
      [false, false],
      [false, true],
    ],
  ]);
  const home = { x: 400, y: -50 };
  const near = plan({ ...coverage, ring: square(300), headingDeg: 0, home }).path.points[0] as PathPoint;
  expect([near.x > 150, near.y > 150]).toEqual([true, false]);
});

test('lines are flown on by the turnaround, without pictures', () => {
  const { path } = plan({ ...coverage, ring: square(300), headingDeg: 0, turnaroundM: 20 });
  const [out, start, end] = path.points as readonly [PathPoint, PathPoint, PathPoint];
  expect(planeDistanceM(out, start)).toBeCloseTo(20, 9);
  expect(out.actions).toBeUndefined();
  expect(start.actions?.[0]?.action).toBe('start_photos');
  expect(end.actions?.[0]?.action).toBe('stop_photos');
});

test('a crosshatch is two surveys at a right angle', () => {
  const one = plan({ ...coverage, ring: square(300), headingDeg: 0 });
  const both = plan({ ...coverage, ring: square(300), headingDeg: 0, crosshatch: true });
  expect(both.passes).toHaveLength(2 * one.passes.length);
});

test('a survey of too many waypoints says which height is enough, and that height is', () => {
  const ring = square(20_000);
  const refused = planSurvey({ ...coverage, ring, headingDeg: 0 });
  expect(refused).toMatchObject({
    details: { field: 'altitudeAglM', reason: 'too_many_waypoints', limit: MAX_WAYPOINTS },
  });
  const enoughM = Number(
    /fly at (\d+) m/.exec(isRefusal(refused) ? String(refused.details['advice']) : '')?.[1],
  );
  expect(
    plan({ ...coverage, ring, headingDeg: 0, altitudeAglM: enoughM }).path.points.length,
  ).toBeLessThanOrEqual(MAX_WAYPOINTS);
});

test.each<readonly [string, Partial<SurveyOptions>, string]>([
  ['two vertices', { ring: square(100).slice(0, 2) }, 'ring'],
  ['a ring that crosses itself', { ring: [0, 2, 1, 3].map((at) => square(100)[at] as PlanePoint) }, 'ring'],
  ['a vertex that is no number', { ring: [...square(100), { x: Number.NaN, y: 0 }] }, 'ring[4]'],
  ['more vertices than are looked at', { ring: Array(501).fill({ x: 0, y: 0 }) }, 'ring'],
  ['an overlap of everything', { sideOverlapPct: 100 }, 'sideOverlapPct'],
  ['an overlap that is no number', { frontOverlapPct: Number.NaN }, 'frontOverlapPct'],
  ['no height', { altitudeAglM: 0 }, 'altitudeAglM'],
  ['a camera without focal length', { camera: { ...camera, focalLengthMm: 0 } }, 'camera.focalLengthMm'],
  ['an inset that leaves nothing', { insetM: 60 }, 'insetM'],
  ['a turnaround out of an inset', { insetM: 5, turnaroundM: 5 }, 'turnaroundM'],
])('%s is refused by its field', (_what, options, field) => {
  const refused = planSurvey({ ...coverage, ring: square(100), ...options });
  expect(isRefusal(refused) && String(refused.details.field).replace(/^ring\[[0-3]\]$/, 'ring')).toBe(field);
});

test('a survey is a mission that is accepted', () => {
  const frame = createLocalFrame({ latitudeDeg: 47, longitudeDeg: 8, altitudeAmslM: 400 });
  const { path } = plan({ ...coverage, ring: square(300) });
  const waypoints = toTemplateWaypoints(path, {
    frame,
    altitudeM: 60,
    altitudeReference: 'agl',
    speedMps: 8,
  });
  expect(isRefusal(parseMission({ name: 'field', type: 'survey', priority: 'normal', waypoints }))).toBe(
    false,
  );
});
