/** The ground as a surface that is bilinear between the posts of a grid, and how high a leg runs above it. */
import type { GeoPoint } from './wgs84.ts';

/** The ground over one whole degree of latitude and longitude. */
export interface TerrainTile {
  /** Along each side; there is a post more, and the outer ones are the neighbours' too. */
  readonly cellsPerDegree: number;
  /** Metres above mean sea level; row 0 is the southernmost, column 0 the westernmost. NaN: a void. */
  postAmslM(row: number, column: number): number;
}

/** Where the ground is. Synchronous: an adapter keeps what it has read. */
export interface Terrain {
  /** By its south-west corner, whole degrees, the west in [-180, 180). Undefined: nothing is known there. */
  tile(southDeg: number, westDeg: number): TerrainTile | undefined;
}

/** Ground of one height everywhere. */
export function createFlatTerrain(groundAmslM: number): Terrain {
  const tile: TerrainTile = { cellsPerDegree: 1, postAmslM: () => groundAmslM };
  return { tile: () => tile };
}

/** A leg straight in latitude and longitude, its altitude linear along it. Longitudes go the shorter way round. */
export interface TerrainLeg {
  readonly from: GeoPoint;
  readonly to: GeoPoint;
}

/** From fraction `from` to `to` of a leg its height above ground is `a·s² + b·s + c` metres; NaN: the ground is unknown. */
export interface HeightPiece {
  readonly from: number;
  readonly to: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** A leg that crosses more cells than this is not followed: its ground is unknown. 1000 km over 30 m cells are 67 000. */
const MAX_CELLS = 100_000;

/** Metres above mean sea level of the ground at a place; NaN: unknown. */
export function groundHeightAmslM(terrain: Terrain, latitudeDeg: number, longitudeDeg: number): number {
  const at = { latitudeDeg, longitudeDeg, altitudeAmslM: 0 };
  const [piece] = heightPieces(terrain, { from: at, to: at });
  return piece ? 0 - piece.c : Number.NaN;
}

/** The leg's height above ground, cell by cell in its direction; exact on the surface. One piece at least. */
export function heightPieces(terrain: Terrain, { from, to }: TerrainLeg): readonly HeightPiece[] {
  const turnDeg = to.longitudeDeg - from.longitudeDeg;
  const line: Line = {
    x0: from.longitudeDeg,
    dx: turnDeg - 360 * Math.round(turnDeg / 360),
    y0: from.latitudeDeg,
    dy: to.latitudeDeg - from.latitudeDeg,
  };
  const altitude = { c: from.altitudeAmslM, b: to.altitudeAmslM - from.altitudeAmslM };
  const pieces: HeightPiece[] = [];
  const tiles = Number.isFinite(line.x0 + line.dx + line.y0 + line.dy) ? crossings(line, [0, 1]) : undefined;
  for (let at = 0; tiles && at + 1 < tiles.length && pieces.length <= MAX_CELLS; at += 1) {
    const part = [tiles[at] as number, tiles[at + 1] as number] as const;
    addTile(pieces, { terrain, line, altitude }, part);
  }
  if (!tiles || pieces.length > MAX_CELLS) return [{ from: 0, to: 1, a: 0, b: 0, c: Number.NaN }];
  return pieces;
}

/** x = x0 + dx·s, y = y0 + dy·s. */
interface Line {
  readonly x0: number;
  readonly dx: number;
  readonly y0: number;
  readonly dy: number;
}

type Part = readonly [from: number, to: number];

interface Walk {
  readonly terrain: Terrain;
  readonly line: Line;
  readonly altitude: { readonly b: number; readonly c: number };
}

/** The ends of the part and, between them, where the line meets whole x or whole y. Undefined: more than are followed. */
function crossings({ x0, dx, y0, dy }: Line, [from, to]: Part): readonly number[] | undefined {
  if ((Math.abs(dx) + Math.abs(dy)) * (to - from) > MAX_CELLS) return undefined;
  const found = [from];
  const xs = wholeNumbers(x0, dx, from, to);
  const ys = wholeNumbers(y0, dy, from, to);
  let i = 0;
  let j = 0;
  while (i < xs.length || j < ys.length) {
    const fromX = j >= ys.length || (i < xs.length && (xs[i] as number) <= (ys[j] as number));
    const next = (fromX ? xs[i++] : ys[j++]) as number;
    if (next > (found.at(-1) as number) && next < to) found.push(next);
  }
  found.push(to);
  return found;
}

function wholeNumbers(start: number, slope: number, from: number, to: number): readonly number[] {
  if (slope === 0) return [];
  const step = Math.sign(slope);
  const first = start + slope * from;
  const last = start + slope * to;
  const found: number[] = [];
  for (let whole = step > 0 ? Math.ceil(first) : Math.floor(first); step * (last - whole) >= 0; whole += step)
    found.push((whole - start) / slope);
  return found;
}

function addTile(pieces: HeightPiece[], walk: Walk, part: Part): void {
  const { x0, dx, y0, dy } = walk.line;
  const middle = (part[0] + part[1]) / 2;
  const south = Math.floor(y0 + dy * middle);
  const west = Math.floor(x0 + dx * middle);
  const found = findTile(walk, { south, west });
  if (!found) {
    pieces.push({ from: part[0], to: part[1], a: 0, b: 0, c: Number.NaN });
    return;
  }
  const n = found.tile.cellsPerDegree;
  const line = { x0: (x0 - found.west) * n, dx: dx * n, y0: (y0 - found.south) * n, dy: dy * n };
  const cells = crossings(line, part);
  for (let at = 0; cells && at + 1 < cells.length; at += 1)
    pieces.push(toPiece(found.tile, line, walk.altitude, [cells[at] as number, cells[at + 1] as number]));
  if (!cells) pieces.push({ from: part[0], to: part[1], a: 0, b: 0, c: Number.NaN });
}

interface Corner {
  readonly south: number;
  readonly west: number;
}

/** The tile, or where the line runs along its edge the neighbour's, which has the same posts. */
function findTile(
  { terrain, line }: Walk,
  { south, west }: Corner,
): (Corner & { tile: TerrainTile }) | undefined {
  const souths = line.dy === 0 && line.y0 === south ? [south, south - 1] : [south];
  const wests = line.dx === 0 && line.x0 === west ? [west, west - 1] : [west];
  for (const southDeg of souths)
    for (const westDeg of wests) {
      const tile = terrain.tile(southDeg, wrapDeg(westDeg));
      if (tile) return { tile, south: southDeg, west: westDeg };
    }
  return undefined;
}

const wrapDeg = (westDeg: number): number => westDeg - 360 * Math.floor((westDeg + 180) / 360);

function toPiece(tile: TerrainTile, line: Line, altitude: Walk['altitude'], [from, to]: Part): HeightPiece {
  const middle = (from + to) / 2;
  const last = tile.cellsPerDegree - 1;
  const column = Math.min(Math.max(Math.floor(line.x0 + line.dx * middle), 0), last);
  const row = Math.min(Math.max(Math.floor(line.y0 + line.dy * middle), 0), last);
  const southWest = tile.postAmslM(row, column);
  const east = tile.postAmslM(row, column + 1) - southWest;
  const north = tile.postAmslM(row + 1, column) - southWest;
  const twist = tile.postAmslM(row + 1, column + 1) - southWest - east - north;
  const u = line.x0 - column;
  const v = line.y0 - row;
  return {
    from,
    to,
    a: 0 - twist * line.dx * line.dy,
    b: altitude.b - (east * line.dx + north * line.dy + twist * (u * line.dy + v * line.dx)),
    c: altitude.c - (southWest + east * u + north * v + twist * u * v),
  };
}

/** The least height of a leg above ground. */
export interface TerrainClearance {
  /** Over what is known of the ground; NaN: nothing is. */
  readonly clearanceM: number;
  /** Where, as a fraction of the leg. */
  readonly atFraction: number;
  readonly groundAmslM: number;
  /** Where the ground is unknown first; undefined: all of it is known. What is unknown is never taken for clear. */
  readonly unknownAtFraction: number | undefined;
}

/** Exact on the surface: within a cell the height is a quadratic, least at an end or at its vertex. */
export function leastClearance(terrain: Terrain, leg: TerrainLeg): TerrainClearance {
  let [clearanceM, atFraction] = [Number.POSITIVE_INFINITY, Number.NaN];
  let unknownAtFraction: number | undefined;
  for (const piece of heightPieces(terrain, leg)) {
    const at = lowestFraction(piece);
    const heightM = heightAt(piece, at);
    if (Number.isNaN(heightM)) unknownAtFraction ??= piece.from;
    else if (heightM < clearanceM) [clearanceM, atFraction] = [heightM, at];
  }
  if (Number.isNaN(atFraction))
    return { clearanceM: Number.NaN, atFraction, groundAmslM: Number.NaN, unknownAtFraction };
  const { from, to } = leg;
  const altitudeAmslM = from.altitudeAmslM + atFraction * (to.altitudeAmslM - from.altitudeAmslM);
  return { clearanceM, atFraction, groundAmslM: altitudeAmslM - clearanceM, unknownAtFraction };
}

export const heightAt = ({ a, b, c }: HeightPiece, s: number): number => (a * s + b) * s + c;

function lowestFraction(piece: HeightPiece): number {
  const { from, to, a, b } = piece;
  const lower = heightAt(piece, from) <= heightAt(piece, to) ? from : to;
  const vertex = -b / (2 * a);
  return a > 0 && vertex > from && vertex < to ? vertex : lower;
}
