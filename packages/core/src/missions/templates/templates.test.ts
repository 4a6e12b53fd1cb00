import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { boundaryDistanceM, createPlanePolygon, isInsidePolygon } from '../../geo/polygon.ts';
import type { PlanePoint } from '../../geo/segment.ts';
import { anyExclusions, anyRing, gridOver, square } from './area.contract.ts';
import { type Area, isInArea, parseArea } from './area.ts';
import { planCorridor } from './corridor.ts';
import { planExpandingSquare } from './expanding-square.ts';
import { planOrbit } from './orbit.ts';
import type { PathPoint, TemplatePath } from './path.ts';
import { insetLoops, planPerimeter } from './perimeter.ts';

const camera = {
  ...{ sensorWidthMm: 13.2, sensorHeightMm: 8.8, focalLengthMm: 8.8 },
  ...{ imageWidthPx: 5472, imageHeightPx: 3648 },
};
const coverage = { camera, altitudeAglM: 40, sideOverlapPct: 30, frontOverlapPct: 60 };

const along = ({ points }: TemplatePath, stepM: number): readonly PlanePoint[] =>
  points.slice(1).flatMap((to, at) => {
    const from = points[at] as PathPoint;
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / stepM));
    return Array.from({ length: steps + 1 }, (_none, step) => ({
      x: from.x + ((to.x - from.x) * step) / steps,
      y: from.y + ((to.y - from.y) * step) / steps,
    }));
  });

const clearM = (area: Area, point: PlanePoint): number =>
  Math.min(...[area.outer, ...area.exclusions].map((each) => boundaryDistanceM(each, point)));

test('an orbit is never nearer than its radius, never farther than its tolerance, and looks at the centre', () => {
  const metres = fc.double({ min: -1000, max: 1000, noNaN: true });
  fc.assert(
    fc.property(
      metres,
      metres,
      fc.double({ min: 5, max: 500, noNaN: true }),
      fc.boolean(),
      (x, y, radiusM, clockwise) => {
        const path = planOrbit({ centre: { x, y }, radiusM, toleranceM: 2, clockwise }) as TemplatePath;
        for (const point of along(path, 3)) {
          const awayM = Math.hypot(point.x - x, point.y - y);
          expect(awayM).toBeGreaterThanOrEqual(radiusM - 1e-6);
          if (radiusM > 5)
            expect(awayM).toBeLessThanOrEqual(Math.max(radiusM + 2, radiusM / Math.cos(Math.PI / 4)) + 1e-6);
        }
        for (const { x: px, y: py, headingDeg } of path.points) {
          const rad = ((headingDeg as number) * Math.PI) / 180;
          const awayM = Math.hypot(px - x, py - y);
          expect(px + awayM * Math.sin(rad)).toBeCloseTo(x, 6);
          expect(py + awayM * Math.cos(rad)).toBeCloseTo(y, 6);
        }
        expect(path.lengthM).toBeGreaterThan(2 * Math.PI * radiusM);
      },
    ),
  );
});

test('a spiral climbs by what a turn climbs', () => {
  const path = planOrbit({
    centre: { x: 0, y: 0 },
    radiusM: 50,
    turns: 3,
    climbPerTurnM: 10,
  }) as TemplatePath;
  expect(path.points.at(-1)?.upM).toBeCloseTo(30, 9);
});

test('an orbit of too many waypoints says what to change', () => {
  expect(planOrbit({ centre: { x: 0, y: 0 }, radiusM: 9000, toleranceM: 0.01 })).toMatchObject({
    details: { field: 'toleranceM', reason: 'too_many_waypoints' },
  });
});

test('an expanding square leaves nothing within it unsearched, and is little longer than it must be', () => {
  const options = fc.record({
    trackSpacingM: fc.double({ min: 5, max: 60, noNaN: true }),
    halfSideM: fc.double({ min: 1, max: 400, noNaN: true }),
    headingDeg: fc.integer({ min: 0, max: 359 }),
    clockwise: fc.boolean(),
  });
  fc.assert(
    fc.property(
      options,
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      (how, a, b) => {
        const path = planExpandingSquare({ centre: { x: 7, y: -3 }, ...how }) as TemplatePath;
        const rad = (how.headingDeg * Math.PI) / 180;
        const turned = ({ x, y }: PlanePoint): PlanePoint => ({
          x: (x - 7) * Math.cos(rad) - (y + 3) * Math.sin(rad),
          y: (x - 7) * Math.sin(rad) + (y + 3) * Math.cos(rad),
        });
        const [u, v] = [a * how.halfSideM, b * how.halfSideM];
        const legs = path.points.map(turned);
        const seen = legs.slice(1).some((to, at) => {
          const from = legs[at] as PlanePoint;
          const outX = Math.max(Math.min(from.x, to.x) - u, u - Math.max(from.x, to.x), 0);
          const outY = Math.max(Math.min(from.y, to.y) - v, v - Math.max(from.y, to.y), 0);
          return Math.max(outX, outY) <= how.trackSpacingM / 2 + 1e-6;
        });
        expect(seen).toBe(true);
        // A track sees one spacing of width: the square's area over it is the least, up to a ring and a half.
        const rings = Math.max(0, Math.ceil(how.halfSideM / how.trackSpacingM - 0.5 - 1e-9));
        expect(path.lengthM).toBeLessThanOrEqual((2 * rings + 1) ** 2 * how.trackSpacingM + 1e-6);
      },
    ),
  );
});

const aroundPoint = ({ x, y }: PlanePoint, awayM: number, angle: number): PlanePoint => ({
  x: x + awayM * Math.sin(angle),
  y: y + awayM * Math.cos(angle),
});

function besideLeg([from, to]: readonly [PlanePoint, PlanePoint], share: number, asideM: number): PlanePoint {
  const lengthM = Math.hypot(to.x - from.x, to.y - from.y);
  return {
    x: from.x + (to.x - from.x) * share + ((to.y - from.y) / lengthM) * asideM,
    y: from.y + (to.y - from.y) * share - ((to.x - from.x) / lengthM) * asideM,
  };
}

/** A bend's ground is the sector outside both legs; a corridor is flat at the line's ends. */
function isOutsideBend(point: PlanePoint, line: readonly PlanePoint[], at: number): boolean {
  const [before, bend, behind] = line.slice(at - 1, at + 2) as [PlanePoint, PlanePoint, PlanePoint];
  const pastIn = (point.x - bend.x) * (bend.x - before.x) + (point.y - bend.y) * (bend.y - before.y);
  const intoOut = (point.x - bend.x) * (behind.x - bend.x) + (point.y - bend.y) * (behind.y - bend.y);
  return pastIn >= 0 && intoOut <= 0;
}

test('every point of a corridor is in some picture, at bends too', () => {
  const bends = fc.array(
    fc.record({
      turn: fc.double({ min: -2.6, max: 2.6, noNaN: true }),
      m: fc.integer({ min: 30, max: 300 }),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(
      bends,
      fc.integer({ min: 5, max: 150 }),
      fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
      (legs, widthM, random) => {
        const line: PlanePoint[] = [{ x: 0, y: 0 }];
        let heading = 0;
        for (const { turn, m } of legs) {
          heading += turn;
          const last = line.at(-1) as PlanePoint;
          line.push({ x: last.x + m * Math.sin(heading), y: last.y + m * Math.cos(heading) });
        }
        const corridor = planCorridor({ ...coverage, line, widthM });
        if (isRefusal(corridor)) throw new Error(JSON.stringify(corridor.details));
        const { passes, spacing } = corridor;
        const draw = (): number => random.next().value;
        for (let tries = 0; tries < 40; tries += 1) {
          const leg = Math.min(line.length - 2, Math.floor(((draw() + 1) / 2) * (line.length - 1)));
          const [from, to] = [line[leg] as PlanePoint, line[leg + 1] as PlanePoint];
          const atBend = leg > 0 && tries % 2 === 0;
          const [share, turn] = [(draw() + 1) / 2, draw()];
          const point = atBend
            ? aroundPoint(from, (widthM / 2) * share, turn * Math.PI)
            : besideLeg([from, to], share, (turn * widthM) / 2);
          const seen = passes.some((pass) => {
            const passM = Math.hypot(pass.to.x - pass.from.x, pass.to.y - pass.from.y);
            const [ux, uy] = [(pass.to.x - pass.from.x) / passM, (pass.to.y - pass.from.y) / passM];
            const [dx, dy] = [point.x - pass.from.x, point.y - pass.from.y];
            const on = dx * ux + dy * uy;
            // Pictures every trigger distance and one at the end: the whole pass, and half a picture beyond.
            const isAlong = on >= -spacing.alongM / 2 && on <= passM + spacing.alongM / 2;
            return isAlong && Math.abs(dx * uy - dy * ux) <= spacing.acrossM / 2 + 1e-6;
          });
          if (!atBend || isOutsideBend(point, line, leg)) expect(seen).toBe(true);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test.each([
  ['a line of one point', { line: [{ x: 0, y: 0 }], widthM: 10 }, 'line'],
  [
    'a line of one place',
    {
      line: [
        { x: 0, y: 0 },
        { x: 0, y: 0 },
      ],
      widthM: 10,
    },
    'line',
  ],
  ['a width of nothing', { line: square(10), widthM: 0 }, 'widthM'],
  [
    'a point that is no number',
    {
      line: [
        { x: 0, y: Number.NaN },
        { x: 1, y: 1 },
      ],
      widthM: 5,
    },
    'line[0]',
  ],
])('a corridor of %s is refused by its field', (_what, options, field) => {
  expect(planCorridor({ ...coverage, ...options })).toMatchObject({ details: { field } });
});

test('the perimeter of a square is the square inside it', () => {
  const path = planPerimeter({ ring: square(100), insetM: 10 }) as TemplatePath;
  expect(path.lengthM).toBeCloseTo(320, 6);
  expect(path.points).toHaveLength(5);
});

test('what is inside a perimeter is what is more than the inset inside the area', () => {
  fc.assert(
    fc.property(anyRing, anyExclusions, fc.integer({ min: 2, max: 40 }), (ring, exclusions, insetM) => {
      const area = parseArea({ ring, exclusions }) as Area;
      const loops = insetLoops(area, insetM).map((loop) => createPlanePolygon([loop]));
      for (const point of gridOver(ring, 30)) {
        const isDeep = isInArea(area, point) && clearM(area, point) > insetM * 1.09 + 0.01;
        const isShallow = !isInArea(area, point) || clearM(area, point) < insetM - 0.01;
        const inside = loops.filter((loop) => isInsidePolygon(loop, point)).length % 2 === 1;
        if (isDeep) expect(inside).toBe(true);
        if (isShallow) expect(inside).toBe(false);
      }
    }),
    { numRuns: 200 },
  );
});

test('a perimeter keeps its inset everywhere, or is refused because it falls apart', () => {
  fc.assert(
    fc.property(anyRing, anyExclusions, fc.integer({ min: 1, max: 30 }), (ring, exclusions, insetM) => {
      const path = planPerimeter({ ring, exclusions, insetM });
      if (isRefusal(path)) {
        expect(['splits', 'nothing_left']).toContain(path.details.reason);
        return;
      }
      const area = parseArea({ ring, exclusions }) as Area;
      for (const point of along(path, 2)) {
        expect(isInArea(area, point)).toBe(true);
        expect(clearM(area, point)).toBeGreaterThanOrEqual(insetM - 0.003);
        expect(clearM(area, point)).toBeLessThanOrEqual(insetM * 1.09 + 0.01);
      }
    }),
    { numRuns: 200 },
  );
});

test('an inset that cuts an hourglass in two is refused, not half flown', () => {
  const hourglass = [
    ...[
      { x: 0, y: 0 },
      { x: 100, y: 0 },
      { x: 55, y: 50 },
      { x: 100, y: 100 },
    ],
    ...[
      { x: 0, y: 100 },
      { x: 45, y: 50 },
    ],
  ];
  expect(planPerimeter({ ring: hourglass, insetM: 10 })).toMatchObject({
    details: { field: 'insetM', reason: 'splits', parts: 2 },
  });
});
