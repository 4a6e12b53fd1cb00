import type { Trajectory } from '../../geo/trajectory.ts';
import { AIRCRAFT_KINDS } from './aircraft-kinds.ts';

/**
 * All that flies at a moment, fleet and strangers, a row each. East, north and up of one site; velocities over the ground.
 * A row with a number that is not finite is counted as unusable and takes no part, but for the vertical speed of a
 * stranger: NaN says that it is not known.
 */
export interface Sky {
  /** Rows that count; the arrays may be longer. */
  count: number;
  readonly eastM: Float64Array;
  readonly northM: Float64Array;
  readonly upM: Float64Array;
  readonly eastMps: Float64Array;
  readonly northMps: Float64Array;
  readonly upMps: Float64Array;
  /** Seconds since it was where it says, from 0 on. */
  readonly ageS: Float64Array;
  /** One of `AIRCRAFT_KINDS`. Who is on the ground is absent. */
  readonly kind: Uint8Array;
  /** What it has committed to fly. */
  readonly plans: (Trajectory | undefined)[];
  /** What it will do when its link is lost, where that is known: a way back, or a hover. */
  readonly contingencies: (Trajectory | undefined)[];
}

/** Rows are absent until they are set. */
export function createSky(rows: number): Sky {
  const column = () => new Float64Array(rows);
  return {
    count: rows,
    ...{ eastM: column(), northM: column(), upM: column() },
    ...{ eastMps: column(), northMps: column(), upMps: column(), ageS: column() },
    kind: new Uint8Array(rows).fill(AIRCRAFT_KINDS.absent),
    plans: new Array(rows).fill(undefined),
    contingencies: new Array(rows).fill(undefined),
  };
}
