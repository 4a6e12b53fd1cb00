import type { Refusal } from '../../errors.ts';
import type { PlanePoint } from '../../geo/segment.ts';
import { MAX_WAYPOINTS } from '../../messages/mission.ts';
import { refuseNumber } from './camera.ts';
import { type PathPoint, refuseTooMany, type TemplatePath, toPath } from './path.ts';

/** Circles around a point, looking at it. */
export interface OrbitOptions {
  readonly centre: PlanePoint;
  /** The path never comes nearer. */
  readonly radiusM: number;
  /** Nor goes farther off than radius and this; the fewest waypoints that keep to it. 1 m by default. */
  readonly toleranceM?: number;
  readonly turns?: number;
  readonly clockwise?: boolean;
  /** Climbs by this each turn: a spiral. */
  readonly climbPerTurnM?: number;
  /** Begins at the point of the circle that is nearest to it; absent: north. */
  readonly home?: PlanePoint;
}

const MIN_SIDES = 4;

export function planOrbit(options: OrbitOptions): TemplatePath | Refusal {
  const { centre, radiusM, toleranceM = 1, turns = 1, clockwise = true, climbPerTurnM = 0, home } = options;
  const refusal = refuseNumbers({ radiusM, toleranceM, turns, climbPerTurnM });
  if (refusal) return refusal;
  const wild = [centre.x, centre.y, home?.x ?? 0, home?.y ?? 0].some(
    (value) => !(Math.abs(value) <= 100_000),
  );
  if (wild) return refuseNumber('centre', 'within 100000 m of the origin');
  // A polygon around the circle: sides touch it, corners are radius / cos(π/n) out.
  const sides = Math.max(MIN_SIDES, Math.ceil(Math.PI / Math.acos(radiusM / (radiusM + toleranceM))));
  const count = Math.ceil(sides * turns - 1e-9) + 1;
  if (count > MAX_WAYPOINTS)
    return refuseTooMany('toleranceM', count, 'allow a larger toleranceM, or fly fewer turns');
  const outM = radiusM / Math.cos(Math.PI / sides);
  const first = home && (home.x !== centre.x || home.y !== centre.y) ? bearing(centre, home) : 0;
  const points = Array.from({ length: count }, (_none, at): PathPoint => {
    const angle = first + ((clockwise ? 1 : -1) * 2 * Math.PI * at) / sides;
    return {
      x: centre.x + outM * Math.sin(angle),
      y: centre.y + outM * Math.cos(angle),
      headingDeg: ((((angle * 180) / Math.PI + 180) % 360) + 360) % 360,
      ...(climbPerTurnM !== 0 && { upM: (climbPerTurnM * at) / sides }),
    };
  });
  return toPath(points);
}

const bearing = (from: PlanePoint, to: PlanePoint): number => Math.atan2(to.x - from.x, to.y - from.y);

function refuseNumbers(
  numbers: Readonly<Record<'radiusM' | 'toleranceM' | 'turns' | 'climbPerTurnM', number>>,
) {
  const { radiusM, toleranceM, turns, climbPerTurnM } = numbers;
  if (!(radiusM >= 1 && radiusM <= 10_000)) return refuseNumber('radiusM', '1 to 10000');
  if (!(toleranceM >= 0.01 && toleranceM <= 1000)) return refuseNumber('toleranceM', '0.01 to 1000');
  if (!(turns > 0 && turns <= 100)) return refuseNumber('turns', '> 0, at most 100');
  if (!(Math.abs(climbPerTurnM) <= 1000)) return refuseNumber('climbPerTurnM', '-1000 to 1000');
  return undefined;
}
