import fc from 'fast-check';
import { expect, test } from 'vitest';
import { positionAt, type Trajectory } from '../geo/trajectory.ts';
import { CELL_M, type CellVisit, MAX_VISITS, walkCells } from './cell-visits.ts';

const coordinates = fc.oneof(
  fc.integer({ min: -4, max: 4 }).map((cells) => cells * CELL_M),
  fc.double({ min: -1500, max: 1500, noNaN: true }),
);
const paths: fc.Arbitrary<Trajectory> = fc
  .array(fc.tuple(fc.double({ min: 10, max: 300, noNaN: true }), coordinates, coordinates), {
    minLength: 1,
    maxLength: 8,
  })
  .map((points) => {
    let timeS = -(points[0]?.[0] ?? 0);
    const knots = points.flatMap(([afterS, eastM, northM]) => {
      timeS += afterS;
      return [timeS, eastM, northM, 30];
    });
    return { id: 'a', startS: 0, knots: Float64Array.from(knots), afterwards: 'gone' };
  });

function visitsOf(trajectory: Trajectory): readonly CellVisit[] {
  const visits: CellVisit[] = [];
  expect(walkCells(trajectory, (visit) => visits.push({ ...visit }) > 0)).toBe(true);
  return visits;
}

test('at every moment the vehicle is in the box of a visit of that moment, and the box in its cell', () => {
  fc.assert(
    fc.property(paths, fc.double({ min: 0, max: 0.999, noNaN: true }), (trajectory, part) => {
      const visits = visitsOf(trajectory);
      const timeS = part * (trajectory.knots.at(-4) as number);
      const place = positionAt(trajectory, timeS);
      if (place === undefined) return;
      const now = visits.filter(({ fromS, toS }) => timeS >= fromS - 1e-9 && timeS <= toS + 1e-9);
      const hairM = 1e-6;
      const holds = ({ westM, eastM, southM, northM }: CellVisit) =>
        place.eastM >= westM - hairM &&
        place.eastM <= eastM + hairM &&
        place.northM >= southM - hairM &&
        place.northM <= northM + hairM;
      expect(now.some(holds)).toBe(true);
      for (const { cellEast, cellNorth, westM, eastM, southM, northM } of visits) {
        expect(westM).toBeGreaterThanOrEqual(cellEast * CELL_M - hairM);
        expect(eastM).toBeLessThanOrEqual((cellEast + 1) * CELL_M + hairM);
        expect(southM).toBeGreaterThanOrEqual(cellNorth * CELL_M - hairM);
        expect(northM).toBeLessThanOrEqual((cellNorth + 1) * CELL_M + hairM);
      }
    }),
    { numRuns: 2000 },
  );
});

test('visits follow one another without a gap, from the first knot to the last', () => {
  fc.assert(
    fc.property(paths, (trajectory) => {
      const visits = visitsOf(trajectory);
      let timeS = 0;
      for (const { fromS, toS } of visits) {
        expect(fromS).toBe(timeS);
        expect(toS).toBeGreaterThanOrEqual(fromS);
        timeS = toS;
      }
      expect(timeS).toBe(trajectory.knots.at(-4));
    }),
  );
});

test('a vehicle that hovers afterwards visits its last cell without end', () => {
  const knots = Float64Array.of(0, 10, 10, 30, 100, 910, 10, 30);
  const visits = visitsOf({ id: 'a', startS: 0, knots, afterwards: 'hovering' });
  expect(visits.map(({ cellEast }) => cellEast)).toEqual([0, 1, 2, 3]);
  expect(visits.at(-1)?.toS).toBe(Number.POSITIVE_INFINITY);
});

test('more crossings than are walked end the walk', () => {
  const knots = [0, 0, 0, 30];
  for (let hop = 1; hop <= 9; hop += 1) knots.push(hop * 6000, hop % 2 ? 1e6 : -1e6, hop, 30);
  let visits = 0;
  const isWhole = walkCells(
    { id: 'a', startS: 0, knots: Float64Array.from(knots), afterwards: 'gone' },
    () => {
      visits += 1;
      return true;
    },
  );
  expect(isWhole).toBe(false);
  expect(visits).toBeLessThanOrEqual(MAX_VISITS);
});

test('a walk ends where it is told to', () => {
  const knots = Float64Array.of(0, 10, 10, 30, 100, 910, 10, 30);
  const cells: number[] = [];
  const isWhole = walkCells(
    { id: 'a', startS: 0, knots, afterwards: 'gone' },
    ({ cellEast }) => cells.push(cellEast) < 2,
  );
  expect([isWhole, cells]).toEqual([true, [0, 1]]);
});
