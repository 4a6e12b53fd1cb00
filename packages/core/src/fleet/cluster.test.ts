import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, MapIndex, type MapPoints, type MapWindow, toCellRange } from './cluster.ts';

const MAX_CELLS = 512;

/** A centimetre: beside the edge of a cell the formula below and the index may round to different sides. */
const toGrain = (deg: number): number => Math.round(deg * 1e7) / 1e7;
const latitude = fc
  .oneof(
    fc.double({ min: -90, max: 90, noNaN: true }),
    fc.double({ min: 40.7, max: 40.72, noNaN: true }),
    fc.constantFrom(-90, 0, 90, Number.NaN),
  )
  .map(toGrain);
const longitude = fc
  .oneof(
    fc.double({ min: -180, max: 180, noNaN: true }),
    fc.double({ min: -74.01, max: -73.99, noNaN: true }),
    fc.constantFrom(-180, 0, 180),
  )
  .map(toGrain);
const places = fc.array(fc.tuple(latitude, longitude, fc.nat(7)), { maxLength: 60 });
const windows: fc.Arbitrary<MapWindow> = fc
  .record({
    a: latitude,
    b: latitude,
    west: longitude,
    east: longitude,
    zoom: fc.double({ min: 0, max: 22, noNaN: true }),
  })
  .filter(({ a, b }) => !Number.isNaN(a) && !Number.isNaN(b))
  .map(({ a, b, west, east, zoom }) => ({
    zoom,
    bounds: { southDeg: Math.min(a, b), northDeg: Math.max(a, b), westDeg: west, eastDeg: east },
  }));

function toPoints(list: readonly (readonly [number, number, number])[]): MapPoints {
  return {
    count: list.length,
    latitudeDeg: Float64Array.from(list, ([lat]) => lat),
    longitudeDeg: Float64Array.from(list, ([, lon]) => lon),
    marks: Uint8Array.from(list, ([, , mark]) => mark),
  };
}

/** The cell of a point, by the formula of the slippy map (OpenStreetMap wiki), for any level. */
function cellOf(lat: number, lon: number, level: number) {
  const n = 2 ** level;
  const rad = (Math.max(-85.0511287798066, Math.min(85.0511287798066, lat)) * Math.PI) / 180;
  const clamp = (value: number) => Math.max(0, Math.min(n - 1, value));
  return {
    column: clamp(Math.floor(((lon + 180) / 360) * n)),
    row: clamp(Math.floor(((1 - Math.asinh(Math.tan(rad)) / Math.PI) / 2) * n)),
  };
}

describe('the map', () => {
  it('finds exactly the points within a window, however it lies', () => {
    fc.assert(
      fc.property(places, windows, (list, window) => {
        const expected = list.flatMap(([lat, lon], at) => (isWithin(window.bounds, lat, lon) ? [at] : []));
        const found = new MapIndex(toPoints(list)).members(window, 1000, MAX_CELLS);
        expect(found?.toSorted((a, b) => a - b)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('says that there are too many where there are more than the limit', () => {
    fc.assert(
      fc.property(places, windows, fc.nat(10), (list, window, limit) => {
        const count = list.filter(([lat, lon]) => isWithin(window.bounds, lat, lon)).length;
        const found = new MapIndex(toPoints(list)).members(window, limit, MAX_CELLS);
        expect(found?.length).toBe(count > limit ? undefined : count);
      }),
    );
  });

  it('counts every point of the cells a window touches once, with its marks', () => {
    fc.assert(
      fc.property(places, windows, (list, window) => {
        const range = toCellRange(window, MAX_CELLS);
        const cells = new MapIndex(toPoints(list)).cells(range);
        const expected = new Map<string, { count: number; armed: number; troubled: number; stale: number }>();
        for (const [lat, lon, mark] of list) {
          if (Number.isNaN(lat)) continue;
          const { column, row } = cellOf(lat, lon, range.level);
          const isColumn = [column, column + 2 ** range.level].some(
            (each) => each >= range.firstColumn && each <= range.lastColumn,
          );
          if (!isColumn || row < range.firstRow || row > range.lastRow) continue;
          const name = `${column}/${row}`;
          const cell = expected.get(name) ?? { count: 0, armed: 0, troubled: 0, stale: 0 };
          expected.set(name, {
            count: cell.count + 1,
            armed: cell.armed + (mark & 1),
            troubled: cell.troubled + ((mark >> 1) & 1),
            stale: cell.stale + ((mark >> 2) & 1),
          });
        }
        const found = new Map(
          cells.map(({ column, row, count, armed, troubled, stale }) => [
            `${column}/${row}`,
            { count, armed, troubled, stale },
          ]),
        );
        expect(found).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('puts a cluster among its drones', () => {
    fc.assert(
      fc.property(places, (list) => {
        const world = { westDeg: -180, eastDeg: 180, southDeg: -90, northDeg: 90 };
        const onMap = list.filter(([lat]) => Math.abs(lat) <= 85);
        const cells = new MapIndex(toPoints(onMap)).cells(toCellRange({ bounds: world, zoom: 0 }, 1));
        const [cell] = cells;
        expect(cell?.count ?? 0).toBe(onMap.length);
        if (!cell) return;
        const lats = onMap.map(([lat]) => lat);
        expect(cell.latitudeDeg).toBeGreaterThanOrEqual(Math.min(...lats) - 1e-9);
        expect(cell.latitudeDeg).toBeLessThanOrEqual(Math.max(...lats) + 1e-9);
        const mean = onMap.reduce((sum, [, lon]) => sum + lon, 0) / onMap.length;
        expect(cell.longitudeDeg).toBeCloseTo(mean, 9);
      }),
    );
  });

  it('never shows more cells than asked for', () => {
    fc.assert(
      fc.property(windows, fc.integer({ min: 1, max: 2000 }), (window, maxCells) => {
        const { level, firstColumn, lastColumn, firstRow, lastRow } = toCellRange(window, maxCells);
        const cells = (lastColumn - firstColumn + 1) * (lastRow - firstRow + 1);
        expect(cells <= maxCells || level === 0).toBe(true);
        expect(lastColumn - firstColumn).toBeLessThan(2 ** level);
      }),
    );
  });

  it('names the drone that is alone in its cell', () => {
    const index = new MapIndex(
      toPoints([
        [40.7, -74, 0],
        [10, 10, 0],
        [10, 10, 0],
      ]),
    );
    const bounds = { westDeg: -180, eastDeg: 180, southDeg: -85, northDeg: 85 };
    const soles = index
      .cells(toCellRange({ bounds, zoom: 2 }, MAX_CELLS))
      .map(({ count, sole }) => [count, sole]);
    expect(soles.toSorted()).toEqual([
      [1, 0],
      [2, -1],
    ]);
  });
});
