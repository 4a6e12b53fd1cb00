/** What may be asked of all flights that have been committed to, by whoever plans another. */
import type { SeparationMinima } from './cylinder-conflict.ts';
import type { Trajectory } from './trajectory.ts';
import type { TimeSpan, TrajectoryConflict } from './trajectory-conflict.ts';

/** A conflict with a committed flight. */
export interface TrafficConflict extends TrajectoryConflict {
  readonly with: Trajectory;
  /** Of the other's commitment: who commits against it says that it was this one. */
  readonly version: number;
}

export interface TrafficOptions {
  /** Only what happens within it. */
  readonly span?: TimeSpan;
  /** Flights that do not count, by id; the own one never does. */
  readonly except?: ReadonlySet<string>;
  /** At most so many conflicts, the earliest ones. */
  readonly limit?: number;
}

/** Throws RangeError for what `findTrajectoryFault` finds fault with. */
export interface TrafficCheck {
  /** The first loss of separation with each committed flight, the earliest first; among equals by id. */
  conflicts(
    trajectory: Trajectory,
    minima: SeparationMinima,
    options?: TrafficOptions,
  ): readonly TrafficConflict[];
  /** The earliest of them all. */
  firstConflict(
    trajectory: Trajectory,
    minima: SeparationMinima,
    options?: TrafficOptions,
  ): TrafficConflict | undefined;
}
