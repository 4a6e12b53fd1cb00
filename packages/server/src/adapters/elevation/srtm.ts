import { closeSync, openSync, readSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Terrain, TerrainTile } from '@skein/core';
import { BoundedCache } from '../bounded-cache.ts';

/**
 * Ground heights from a directory of SRTM tiles (USGS, SRTM Topography, version 2.1): `N47E008.hgt`, named by its south-west
 * corner, 1201² or 3601² big-endian metres row by row from the north-west; -32768 is a void.
 */
export interface Elevation extends Terrain {
  /** Names of the tiles that are there, sorted. */
  readonly tiles: readonly string[];
}

/**
 * One standard deviation of a tile's heights: 9.0 m at 90 % on the worst continent. Source: Rodríguez, Morris & Belz 2006,
 * "A global assessment of the SRTM performance", Photogrammetric Engineering & Remote Sensing 72(3).
 */
export const srtmSigmaM = 9 / 1.645;

const NAME = /^([NS])(\d{2})([EW])(\d{3})\.hgt$/i;
const POSTS_OF_BYTES: ReadonlyMap<number, number> = new Map(
  [1201, 3601].map((posts) => [2 * posts * posts, posts]),
);
const VOID = -32_768;
/** Rows are read in blocks: a leg crosses few of them, a whole tile is 25 MB. */
const ROWS_PER_BLOCK = 64;
/** Blocks of 461 kB at most, in two generations of the cache: 59 MB. */
const MAX_BLOCKS = 64;

interface TileFile {
  readonly name: string;
  readonly path: string;
  readonly posts: number;
}

export interface SrtmOptions {
  /** A tile that was there cannot be read any more: its ground is unknown from then on. */
  readonly onFault?: (error: Error) => void;
}

/**
 * Looks at names and sizes only; heights are read when they are asked for, and kept while they are.
 * @throws Error where the directory cannot be read, or a tile does not have the size of one
 */
export async function openSrtm(directory: string, { onFault }: SrtmOptions = {}): Promise<Elevation> {
  const files = new Map<string, TileFile>();
  for (const name of (await readdir(directory)).sort()) {
    const corner = toCorner(name);
    if (!corner) continue;
    const path = join(directory, name);
    const { size } = await stat(path);
    const posts = POSTS_OF_BYTES.get(size);
    if (posts === undefined)
      throw new Error(
        `${path} has ${size} bytes: an SRTM tile has ${[...POSTS_OF_BYTES.keys()].join(' or ')}`,
      );
    const other = files.get(corner);
    if (other) throw new Error(`${path} and ${other.path} are the same tile`);
    files.set(corner, { name, path, posts });
  }
  const blocks = new BoundedCache<Int16Array>(MAX_BLOCKS);
  const tiles = new Map<string, TerrainTile>();
  for (const [corner, file] of files) {
    const giveUp = (cause: unknown) => {
      tiles.delete(corner);
      onFault?.(new Error(`${file.path} cannot be read`, { cause }));
    };
    tiles.set(corner, createTile(file, blocks, giveUp));
  }
  return {
    tiles: [...files.values()].map(({ name }) => name),
    tile: (southDeg, westDeg) => tiles.get(`${southDeg} ${westDeg}`),
  };
}

function toCorner(name: string): string | undefined {
  const match = NAME.exec(name);
  if (!match) return undefined;
  const [, northSouth = '', latitude, eastWest = '', longitude] = match;
  const southDeg = northSouth.toUpperCase() === 'S' ? 0 - Number(latitude) : Number(latitude);
  const westDeg = eastWest.toUpperCase() === 'W' ? 0 - Number(longitude) : Number(longitude);
  const isOnEarth = southDeg >= -90 && southDeg < 90 && westDeg >= -180 && westDeg < 180;
  return isOnEarth ? `${southDeg} ${westDeg}` : undefined;
}

function createTile(
  file: TileFile,
  blocks: BoundedCache<Int16Array>,
  giveUp: (cause: unknown) => void,
): TerrainTile {
  const { name, posts } = file;
  let isLost = false;
  const blockOf = (number: number): Int16Array | undefined => {
    const key = `${name} ${number}`;
    const known = blocks.get(key);
    if (known || isLost) return known;
    try {
      const block = readBlock(file, number);
      blocks.set(key, block);
      return block;
    } catch (error) {
      isLost = true;
      giveUp(error);
      return undefined;
    }
  };
  return {
    cellsPerDegree: posts - 1,
    postAmslM: (row, column) => {
      const line = posts - 1 - row;
      const number = Math.floor(line / ROWS_PER_BLOCK);
      const heightM = blockOf(number)?.[(line - number * ROWS_PER_BLOCK) * posts + column] ?? VOID;
      return heightM === VOID ? Number.NaN : heightM;
    },
  };
}

function readBlock({ path, posts }: TileFile, number: number): Int16Array {
  const rows = Math.min(ROWS_PER_BLOCK, posts - number * ROWS_PER_BLOCK);
  const bytes = Buffer.allocUnsafe(2 * posts * rows);
  const start = 2 * posts * ROWS_PER_BLOCK * number;
  const fd = openSync(path, 'r');
  try {
    let read = 0;
    while (read < bytes.length) {
      const count = readSync(fd, bytes, read, bytes.length - read, start + read);
      if (count === 0) throw new Error('it ends in the middle: it was cut after it was opened');
      read += count;
    }
  } finally {
    closeSync(fd);
  }
  const heights = new Int16Array(posts * rows);
  for (let at = 0; at < heights.length; at += 1) heights[at] = bytes.readInt16BE(2 * at);
  return heights;
}
