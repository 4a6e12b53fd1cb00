import type { FenceLeg, FencePoint } from './fence.ts';
import { sphereDistanceM, unwrapDeg } from './fence-plane.ts';

/** A leg up to this length is straight in any ground plan near it, and in latitude and longitude within metres. */
const LONGEST_M = 20_000;
const RAD_PER_DEG = Math.PI / 180;

export interface LegPart {
  readonly part: FenceLeg;
  readonly fromFraction: number;
  readonly toFraction: number;
}

/** The leg itself, or where it is long its parts along the great circle: at most 1001. */
export function splitLeg(leg: FenceLeg): readonly LegPart[] {
  const count = Math.max(1, Math.ceil(sphereDistanceM(leg.from, leg.to) / LONGEST_M));
  if (count === 1) return [{ part: leg, fromFraction: 0, toFraction: 1 }];
  return Array.from({ length: count }, (_, at) => {
    const fromFraction = at / count;
    const toFraction = (at + 1) / count;
    const part = { from: greatCirclePoint(leg, fromFraction), to: greatCirclePoint(leg, toFraction) };
    return { part, fromFraction, toFraction };
  });
}

function greatCirclePoint({ from, to }: FenceLeg, fraction: number): FencePoint {
  if (fraction === 0) return from;
  if (fraction === 1) return to;
  const a = toDirection(from);
  const b = toDirection(to);
  const angle = Math.acos(Math.min(1, Math.max(-1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
  const weightA = Math.sin((1 - fraction) * angle);
  const weightB = Math.sin(fraction * angle);
  const [x, y, z] = [0, 1, 2].map((i) => weightA * (a[i] as number) + weightB * (b[i] as number));
  const between = alongLeg({ from, to }, fraction);
  return {
    latitudeDeg: Math.atan2(z as number, Math.hypot(x as number, y as number)) / RAD_PER_DEG,
    longitudeDeg: Math.atan2(y as number, x as number) / RAD_PER_DEG,
    altitudeAmslM: between.altitudeAmslM,
    timeMs: between.timeMs,
  };
}

function toDirection({ latitudeDeg, longitudeDeg }: FencePoint): readonly [number, number, number] {
  const cosLat = Math.cos(latitudeDeg * RAD_PER_DEG);
  return [
    cosLat * Math.cos(longitudeDeg * RAD_PER_DEG),
    cosLat * Math.sin(longitudeDeg * RAD_PER_DEG),
    Math.sin(latitudeDeg * RAD_PER_DEG),
  ];
}

/** A place on a short leg: linear in everything, the longitude the shorter way round and in [-180, 180]. */
export function alongLeg({ from, to }: FenceLeg, fraction: number): FencePoint {
  const mix = (a: number, b: number) => a + fraction * (b - a);
  const longitudeDeg = mix(from.longitudeDeg, unwrapDeg(to.longitudeDeg, from.longitudeDeg));
  return {
    latitudeDeg: mix(from.latitudeDeg, to.latitudeDeg),
    longitudeDeg: unwrapDeg(longitudeDeg, 0),
    altitudeAmslM: mix(from.altitudeAmslM, to.altitudeAmslM),
    timeMs: mix(from.timeMs, to.timeMs),
  };
}
