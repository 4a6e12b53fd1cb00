import type { Refusal } from '../../errors.ts';
import type { PlanePoint } from '../../geo/segment.ts';
import { MAX_WAYPOINTS } from '../../messages/mission.ts';
import { refuseNumber } from './camera.ts';
import { refuseTooMany, type TemplatePath, toPath } from './path.ts';

/** A search outward from where something was last seen (IAMSAR Manual II, expanding square). */
export interface ExpandingSquareOptions {
  readonly centre: PlanePoint;
  /** Between neighbouring legs: the width in which something is surely seen. */
  readonly trackSpacingM: number;
  /** All ground within a square of this half side is searched. */
  readonly halfSideM: number;
  /** Of the first leg; into the drift, where there is one. */
  readonly headingDeg?: number;
  readonly clockwise?: boolean;
}

/** Legs of 1, 1, 2, 2, 3, 3, … spacings, a quarter turn between them. */
export function planExpandingSquare(options: ExpandingSquareOptions): TemplatePath | Refusal {
  const { centre, trackSpacingM, halfSideM, headingDeg = 0, clockwise = true } = options;
  if (!(Math.abs(centre.x) <= 100_000 && Math.abs(centre.y) <= 100_000))
    return refuseNumber('centre', 'within 100000 m of the origin');
  if (!(trackSpacingM >= 0.5 && trackSpacingM <= 10_000))
    return refuseNumber('trackSpacingM', '0.5 to 10000');
  if (!(halfSideM > 0 && halfSideM <= 50_000)) return refuseNumber('halfSideM', '> 0, at most 50000');
  if (!Number.isFinite(headingDeg)) return refuseNumber('headingDeg', 'finite');
  // Legs out to k spacings see k + ½ of them; the last ring's four sides need four more legs, and one to close it.
  const rings = Math.max(0, Math.ceil(halfSideM / trackSpacingM - 0.5 - 1e-9));
  const legs = rings === 0 ? 1 : 4 * rings + 1;
  if (legs + 1 > MAX_WAYPOINTS) {
    const enoughM = Math.ceil(halfSideM / (MAX_WAYPOINTS / 4 - 1));
    return refuseTooMany('trackSpacingM', legs + 1, `space tracks ${enoughM} m or more, or search less far`);
  }
  const points: PlanePoint[] = [centre];
  let { x, y } = centre;
  for (let leg = 0; leg < legs; leg += 1) {
    const isLast = leg === legs - 1;
    const lengthM = trackSpacingM * (isLast ? Math.max(1, 2 * rings) : Math.floor(leg / 2) + 1);
    const angle = ((headingDeg + (clockwise ? 90 : -90) * leg) * Math.PI) / 180;
    x += lengthM * Math.sin(angle);
    y += lengthM * Math.cos(angle);
    points.push({ x, y });
  }
  return toPath(points);
}
