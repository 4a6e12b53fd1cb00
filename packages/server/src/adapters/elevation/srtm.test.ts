import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groundHeightAmslM, leastClearance } from '@skein/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSrtm } from './srtm.ts';

const POSTS = 1201;
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'skein-srtm-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** A tile as the format says: rows from the north, big-endian. `heightM` of row from the south, column from the west. */
async function writeTile(name: string, heightM: (row: number, column: number) => number): Promise<string> {
  const bytes = Buffer.alloc(2 * POSTS * POSTS);
  for (let line = 0; line < POSTS; line += 1)
    for (let column = 0; column < POSTS; column += 1)
      bytes.writeInt16BE(heightM(POSTS - 1 - line, column), 2 * (line * POSTS + column));
  const path = join(directory, name);
  await writeFile(path, bytes);
  return path;
}

test('heights are found by their place, north up, east right, between posts bilinear', async () => {
  await writeTile('N47E008.hgt', (row, column) => row + 3 * column - 100);
  await writeTile('s34w071.hgt', (row) => row);
  const elevation = await openSrtm(directory);
  expect(elevation.tiles).toEqual(['N47E008.hgt', 's34w071.hgt']);
  expect(groundHeightAmslM(elevation, 47, 8)).toBeCloseTo(-100, 9);
  expect(groundHeightAmslM(elevation, 48, 8)).toBeCloseTo(1100, 9);
  expect(groundHeightAmslM(elevation, 47, 9)).toBeCloseTo(3500, 9);
  expect(groundHeightAmslM(elevation, 47 + 0.25 / 1200, 8 + 0.5 / 1200)).toBeCloseTo(-98.25, 6);
  expect(groundHeightAmslM(elevation, -33.5, -70.5)).toBeCloseTo(600, 6);
});

test('a void and a tile that is not there are unknown, never zero', async () => {
  await writeTile('N47E008.hgt', (row, column) => (row === 600 && column === 600 ? -32_768 : 500));
  const elevation = await openSrtm(directory);
  expect(groundHeightAmslM(elevation, 47.5, 8.5)).toBeNaN();
  expect(groundHeightAmslM(elevation, 47.2, 8.5)).toBe(500);
  expect(groundHeightAmslM(elevation, 49.5, 8.5)).toBeNaN();
  const from = { latitudeDeg: 47.5, longitudeDeg: 8.9, altitudeAmslM: 600 };
  const found = leastClearance(elevation, { from, to: { ...from, longitudeDeg: 9.1 } });
  expect(found.clearanceM).toBeCloseTo(100, 9);
  expect(found.unknownAtFraction).toBeCloseTo(0.5, 9);
});

test('a file that has not the size of a tile stops the start and is named', async () => {
  await writeFile(join(directory, 'N47E008.hgt'), Buffer.alloc(1000));
  await expect(openSrtm(directory)).rejects.toThrow(/N47E008\.hgt has 1000 bytes/);
});

test('what is no tile is left alone; a directory that is not there is told', async () => {
  await writeFile(join(directory, 'README.txt'), 'tiles');
  await writeFile(join(directory, 'N99E008.hgt'), 'no place on earth');
  expect((await openSrtm(directory)).tiles).toEqual([]);
  await expect(openSrtm(join(directory, 'nowhere'))).rejects.toThrow(/ENOENT/);
});

test('a tile that is cut while it is in use becomes unknown, and that is told once', async () => {
  const path = await writeTile('N47E008.hgt', () => 500);
  const faults: Error[] = [];
  const elevation = await openSrtm(directory, { onFault: (error) => faults.push(error) });
  expect(groundHeightAmslM(elevation, 47.99, 8.5)).toBe(500);
  await truncate(path, 1_000_000);
  expect(groundHeightAmslM(elevation, 47.1, 8.5)).toBeNaN();
  expect(groundHeightAmslM(elevation, 47.2, 8.5)).toBeNaN();
  expect(faults.map(({ message }) => message)).toEqual([`${path} cannot be read`]);
});

test('many tiles in turn are read right, whatever is still kept', async () => {
  for (const latitude of [10, 11, 12, 13])
    await writeTile(`N${latitude}E020.hgt`, (row) => latitude * 1000 + row);
  const elevation = await openSrtm(directory);
  for (let round = 0; round < 2; round += 1)
    for (const latitude of [10, 11, 12, 13])
      for (let row = 5; row < 1200; row += 30) {
        const heightM = groundHeightAmslM(elevation, latitude + row / 1200, 20.5);
        expect(heightM).toBeCloseTo(latitude * 1000 + row, 6);
      }
});
