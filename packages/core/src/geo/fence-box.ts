/** Boxes of degrees, for the index of a fence set. */
import { type GeoPosition, unwrapDeg } from './fence-plane.ts';

/** `eastDeg` is not below `westDeg`; it passes 180 where the box lies across the antimeridian. */
export interface GeoBox {
  readonly southDeg: number;
  readonly northDeg: number;
  readonly westDeg: number;
  readonly eastDeg: number;
}

const EARTH_RADIUS_M = 6_371_009;
/** Not longer than any degree of latitude (110 574 m at the equator). */
const SHORTEST_DEGREE_M = 110_000;
const RAD_PER_DEG = Math.PI / 180;
/** North of it a margin is given every longitude. */
const POLAR_DEG = 89.5;

/**
 * The box around places and whatever is straight between neighbours among them (`longestM` apart at most), `marginM` all
 * round. The west edge is in [-180, 180).
 */
export function toGeoBox(positions: readonly GeoPosition[], longestM: number, marginM: number): GeoBox {
  const near = (positions[0] as GeoPosition).longitudeDeg;
  let [south, north, west, east] = [90, -90, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { latitudeDeg, longitudeDeg } of positions) {
    const unwrapped = unwrapDeg(longitudeDeg, near);
    south = Math.min(south, latitudeDeg);
    north = Math.max(north, latitudeDeg);
    west = Math.min(west, unwrapped);
    east = Math.max(east, unwrapped);
  }
  const polewardDeg = Math.min(Math.max(Math.abs(south), Math.abs(north)), POLAR_DEG);
  // A straight line leaves the parallel through its ends by L²·tan φ / 8R; in a plane off its middle by a little more.
  const bulgeM = (longestM * longestM * (Math.tan(polewardDeg * RAD_PER_DEG) + 0.2)) / (4 * EARTH_RADIUS_M);
  const padDeg = (marginM + bulgeM + 1) / SHORTEST_DEGREE_M;
  const outermostDeg = polewardDeg + padDeg;
  if (outermostDeg > POLAR_DEG || east - west > 180)
    return { southDeg: south - padDeg, northDeg: north + padDeg, westDeg: -180, eastDeg: 180 };
  const padLonDeg = padDeg / Math.cos(outermostDeg * RAD_PER_DEG);
  const turnDeg = 360 * Math.floor((west - padLonDeg + 180) / 360);
  return {
    southDeg: south - padDeg,
    northDeg: north + padDeg,
    westDeg: west - padLonDeg - turnDeg,
    eastDeg: east + padLonDeg - turnDeg,
  };
}
