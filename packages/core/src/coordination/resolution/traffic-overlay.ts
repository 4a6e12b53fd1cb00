/** All committed flights but some, and others in their place: what a plan is checked against before anything is committed. */
import type { SeparationMinima } from '../../geo/cylinder-conflict.ts';
import type { Trajectory } from '../../geo/trajectory.ts';
import type { TrafficCheck, TrafficConflict, TrafficOptions } from '../../geo/trajectory-traffic.ts';
import { TrajectoryIndex } from '../trajectory-index.ts';

export class TrafficOverlay implements TrafficCheck {
  readonly #base: TrafficCheck;
  readonly #replaced: ReadonlySet<string>;
  readonly #placed: TrajectoryIndex;

  /** Those of `replaced` do not count, whatever is committed of them. */
  constructor(base: TrafficCheck, replaced: ReadonlySet<string>, minima: SeparationMinima) {
    this.#base = base;
    this.#replaced = replaced;
    this.#placed = new TrajectoryIndex({ minima });
  }

  /** Counts from now on, whomever it is in conflict with. */
  place(trajectory: Trajectory): void {
    const known = this.#placed.conflicts(trajectory, this.#placed.minima);
    this.#placed.remove(trajectory.id);
    this.#placed.commit(trajectory, new Map(known.map(({ with: { id }, version }) => [id, version])));
  }

  conflicts(
    trajectory: Trajectory,
    minima: SeparationMinima,
    options: TrafficOptions = {},
  ): readonly TrafficConflict[] {
    const { limit = Number.POSITIVE_INFINITY } = options;
    const found = [
      ...this.#base.conflicts(trajectory, minima, this.#withoutReplaced(options)),
      ...this.#placed.conflicts(trajectory, minima, options),
    ];
    return found.sort(inOrder).slice(0, limit);
  }

  firstConflict(
    trajectory: Trajectory,
    minima: SeparationMinima,
    options: TrafficOptions = {},
  ): TrafficConflict | undefined {
    const placed = this.#placed.firstConflict(trajectory, minima, options);
    const base = this.#base.firstConflict(trajectory, minima, this.#withoutReplaced(options));
    if (placed === undefined || base === undefined) return placed ?? base;
    return inOrder(placed, base) < 0 ? placed : base;
  }

  #withoutReplaced(options: TrafficOptions): TrafficOptions {
    const { except } = options;
    return { ...options, except: except ? new Set([...this.#replaced, ...except]) : this.#replaced };
  }
}

function inOrder(one: TrafficConflict, other: TrafficConflict): number {
  return one.lostS - other.lostS || (one.with.id < other.with.id ? -1 : 1);
}
