/** Several trajectories in place of those with their ids: all of them, or none. */
import { isRefusal, type Refusal, refuse } from '../../errors.ts';
import type { Trajectory } from '../../geo/trajectory.ts';
import type { TrajectoryIndex } from '../trajectory-index.ts';

const MAX_NAMED = 100;

/**
 * Commits to all, and to the end of all that `ended` names. `consulted` holds the versions that the plan was made on, of those
 * it replaces above all (0: there was none). Refused as `TrajectoryIndex.commit` does, also where one of them is in conflict
 * with another, and the same trajectories are committed then as before.
 */
export function commitTogether(
  index: TrajectoryIndex,
  trajectories: readonly Trajectory[],
  consulted: ReadonlyMap<string, number>,
  ended: readonly string[] = [],
): ReadonlyMap<string, number> | Refusal {
  const replaced = new Set([...trajectories.map(({ id }) => id), ...ended]);
  const missing = findMissing(index, { trajectories, replaced }, consulted);
  if (missing.length > 0)
    return refuse(
      'CONFLICT',
      { reason: 'not_consulted', missing: missing.slice(0, MAX_NAMED), missingCount: missing.length },
      { message: 'Other flights were committed that the plans do not know of' },
    );
  const before = [...replaced].flatMap((id) => index.get(id)?.trajectory ?? []);
  for (const id of replaced) index.remove(id);
  const others = new Map([...consulted].filter(([id]) => !replaced.has(id)));
  const versions = new Map<string, number>();
  for (const trajectory of trajectories) {
    const version = index.commit(trajectory, others);
    if (isRefusal(version)) {
      for (const id of versions.keys()) index.remove(id);
      for (const old of before) commitBeside(index, old);
      return version;
    }
    versions.set(trajectory.id, version);
  }
  return versions;
}

/** What has changed since, or was never known: of those replaced, and of those in conflict with what replaces them. */
function findMissing(
  index: TrajectoryIndex,
  {
    trajectories,
    replaced,
  }: { readonly trajectories: readonly Trajectory[]; readonly replaced: ReadonlySet<string> },
  consulted: ReadonlyMap<string, number>,
) {
  const missing = new Map<string, number>();
  for (const id of replaced) {
    const version = index.get(id)?.version ?? 0;
    if ((consulted.get(id) ?? 0) !== version) missing.set(id, version);
  }
  for (const trajectory of trajectories)
    for (const { with: other, version } of index.conflicts(trajectory, index.minima, { except: replaced }))
      if (consulted.get(other.id) !== version) missing.set(other.id, version);
  return [...missing].map(([id, version]) => ({ id, version }));
}

/** With all its conflicts known. */
function commitBeside(index: TrajectoryIndex, trajectory: Trajectory): number | Refusal {
  const known = index.conflicts(trajectory, index.minima);
  return index.commit(trajectory, new Map(known.map(({ with: { id }, version }) => [id, version])));
}
