import fc from 'fast-check';
import { expect, test } from 'vitest';
import { double } from './fence-world.contract.ts';
import { createFlatTerrain, groundHeightAmslM, leastClearance, type Terrain } from './terrain.ts';

const CELLS = 12;

/** Hills that any place of the earth has, the same on both sides of a tile's edge; `voids` are posts without a height. */
function hills(
  seed: number,
  isVoid: (latitude: number, longitude: number) => boolean = () => false,
): Terrain {
  return {
    tile: (southDeg, westDeg) => ({
      cellsPerDegree: CELLS,
      postAmslM: (row, column) => {
        const latitude = southDeg * CELLS + row;
        const longitude = (westDeg * CELLS + column + 360 * CELLS) % (360 * CELLS);
        if (isVoid(latitude, longitude)) return Number.NaN;
        return 500 + 400 * Math.sin(latitude * 1.3 + seed) * Math.cos(longitude * 0.7 + seed * latitude);
      },
    }),
  };
}

/** Bilinear by its definition, post by post. */
function plainGround(terrain: Terrain, latitudeDeg: number, longitudeDeg: number): number {
  const south = Math.floor(latitudeDeg);
  const west = Math.floor(longitudeDeg);
  const tile = terrain.tile(south, ((((west + 180) % 360) + 360) % 360) - 180);
  if (!tile) return Number.NaN;
  const [y, x] = [(latitudeDeg - south) * CELLS, (longitudeDeg - west) * CELLS];
  const [row, column] = [Math.min(Math.floor(y), CELLS - 1), Math.min(Math.floor(x), CELLS - 1)];
  const [v, u] = [y - row, x - column];
  return (
    tile.postAmslM(row, column) * (1 - u) * (1 - v) +
    tile.postAmslM(row, column + 1) * u * (1 - v) +
    tile.postAmslM(row + 1, column) * (1 - u) * v +
    tile.postAmslM(row + 1, column + 1) * u * v
  );
}

const place = fc.record({
  latitudeDeg: double(-60, 60),
  longitudeDeg: double(-180, 180),
  altitudeAmslM: double(0, 2000),
});
const step = fc.record({
  north: double(-1.5, 1.5),
  east: double(-1.5, 1.5),
  up: double(-500, 500),
});

test('the ground at a place is bilinear between its four posts', () => {
  fc.assert(
    fc.property(place, fc.nat(100), ({ latitudeDeg, longitudeDeg }, seed) => {
      const terrain = hills(seed);
      expect(groundHeightAmslM(terrain, latitudeDeg, longitudeDeg)).toBeCloseTo(
        plainGround(terrain, latitudeDeg, longitudeDeg),
        6,
      );
    }),
  );
});

test('the least clearance of a leg is what dense sampling finds, never more', () => {
  fc.assert(
    fc.property(place, step, fc.nat(100), (from, { north, east, up }, seed) => {
      const terrain = hills(seed);
      const to = {
        latitudeDeg: from.latitudeDeg + north,
        longitudeDeg: from.longitudeDeg + east,
        altitudeAmslM: from.altitudeAmslM + up,
      };
      const found = leastClearance(terrain, { from, to });
      const heightAt = (s: number) =>
        from.altitudeAmslM +
        s * up -
        plainGround(terrain, from.latitudeDeg + s * north, from.longitudeDeg + s * east);
      const sampled = Array.from({ length: 2001 }, (_, at) => heightAt(at / 2000));
      const least = Math.min(...sampled);
      expect(found.unknownAtFraction).toBeUndefined();
      expect(found.clearanceM).toBeLessThanOrEqual(least + 1e-6);
      expect(heightAt(found.atFraction)).toBeCloseTo(found.clearanceM, 5);
      expect(found.clearanceM).toBeGreaterThan(least - 5);
    }),
  );
});

test('a leg that is split has the least clearance of its parts', () => {
  fc.assert(
    fc.property(place, step, double(0, 1), (from, { north, east, up }, part) => {
      const terrain = hills(3);
      const along = (s: number) => ({
        latitudeDeg: from.latitudeDeg + s * north,
        longitudeDeg: from.longitudeDeg + s * east,
        altitudeAmslM: from.altitudeAmslM + s * up,
      });
      const whole = leastClearance(terrain, { from, to: along(1) });
      const parts = [
        leastClearance(terrain, { from, to: along(part) }),
        leastClearance(terrain, { from: along(part), to: along(1) }),
      ];
      expect(Math.min(...parts.map(({ clearanceM }) => clearanceM))).toBeCloseTo(whole.clearanceM, 5);
    }),
  );
});

test('a cell with a void and a missing tile are told, and what is known beside them is still measured', () => {
  const from = { latitudeDeg: 10.5, longitudeDeg: 20.1, altitudeAmslM: 2000 };
  const to = { ...from, longitudeDeg: 21.9 };
  const voided = hills(1, (_, longitude) => longitude === 20 * CELLS + 6);
  const found = leastClearance(voided, { from, to });
  expect(found.unknownAtFraction).toBeCloseTo((20 + 5 / CELLS - 20.1) / 1.8, 9);
  expect(found.clearanceM).toBeLessThan(2000);
  const whole = hills(1);
  const cut: Terrain = { tile: (south, west) => (west === 21 ? undefined : whole.tile(south, west)) };
  expect(leastClearance(cut, { from, to }).unknownAtFraction).toBeCloseTo(0.5, 9);
  expect(groundHeightAmslM(cut, 10.5, 21.5)).toBeNaN();
  const nothing = leastClearance({ tile: () => undefined }, { from, to });
  expect(nothing.clearanceM).toBeNaN();
  expect(nothing.unknownAtFraction).toBe(0);
});

test('a tile’s edge belongs to whichever neighbour is there', () => {
  const whole = hills(5);
  const only = (south: number, west: number): Terrain => ({
    tile: (s, w) => (s === south && w === west ? whole.tile(s, w) : undefined),
  });
  expect(groundHeightAmslM(only(9, 19), 10, 20)).toBeCloseTo(groundHeightAmslM(whole, 10, 20), 9);
  expect(groundHeightAmslM(only(10, 20), 10, 20)).toBeCloseTo(groundHeightAmslM(whole, 10, 20), 9);
  expect(groundHeightAmslM(only(10, -180), 10.5, 180)).toBeCloseTo(groundHeightAmslM(whole, 10.5, -180), 9);
});

test('flat ground is flat', () => {
  const leg = {
    from: { latitudeDeg: 47, longitudeDeg: 179.9, altitudeAmslM: 500 },
    to: { latitudeDeg: 47.1, longitudeDeg: -179.9, altitudeAmslM: 450 },
  };
  expect(leastClearance(createFlatTerrain(400), leg)).toEqual({
    clearanceM: 50,
    atFraction: 1,
    groundAmslM: 400,
    unknownAtFraction: undefined,
  });
});

test('what is not a number is unknown ground', () => {
  const from = { latitudeDeg: 47, longitudeDeg: 8, altitudeAmslM: 500 };
  const odd = { ...from, latitudeDeg: Number.NaN };
  expect(leastClearance(createFlatTerrain(0), { from, to: odd }).unknownAtFraction).toBe(0);
  expect(
    leastClearance(createFlatTerrain(0), { from, to: { ...from, altitudeAmslM: Number.NaN } }),
  ).toMatchObject({
    clearanceM: Number.NaN,
    unknownAtFraction: 0,
  });
});
