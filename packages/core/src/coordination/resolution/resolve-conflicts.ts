/**
 * What is done about conflicts, cluster by cluster: planned anew in 4D first; the tactical step of each where there is no
 * plan or no time for it; a stop last. Each is flown in advance against everybody around before it is given out, and one
 * that makes any pair worse is not. The same scene gives the same resolutions, and each says why it is so.
 */
import type { Trajectory } from '../../geo/trajectory.ts';
import { conflictClusters } from './conflict-clusters.ts';
import {
  type Cluster,
  type ConflictScene,
  CRITICAL_S,
  findWorse,
  lookOut,
  type RejectedResolution,
  type ResolutionKind,
  type ResolutionMove,
  type ResolutionOption,
  severityOf,
  trackOf,
} from './conflict-scene.ts';
import type { PredictedSeparation } from './predicted-separation.ts';
import { hoverOption, planOption, tacticalOption } from './resolution-options.ts';
import { describeResolution } from './resolution-sentence.ts';

/** A better one is by more. */
const BETTER = 0.01;

export interface Resolution {
  readonly kind: ResolutionKind;
  readonly ids: readonly string[];
  readonly moves: readonly ResolutionMove[];
  /** Of the worst pair that one of the cluster is in; undefined where all stay far apart. */
  readonly before: PredictedSeparation | undefined;
  readonly after: PredictedSeparation | undefined;
  /** Seconds since 1970: later than this there is time for the tactical step only. */
  readonly deadlineS: number;
  readonly sentence: string;
  /** What was looked at before. */
  readonly rejected: readonly RejectedResolution[];
  /** `plan`: for `commitTogether`. */
  readonly consulted?: ReadonlyMap<string, number>;
}

/** One resolution a cluster, in the order of their first ids. Throws RangeError for a conflict of who is no user. */
export function resolveConflicts(scene: ConflictScene): readonly Resolution[] {
  const tracks = new Map<string, Trajectory | undefined>();
  for (const user of scene.users) tracks.set(user.motion.id, trackOf(scene, user));
  const planned: Trajectory[] = [];
  const resolutions: Resolution[] = [];
  for (const ids of conflictClusters(scene.conflicts)) {
    const stranger = ids.find((id) => !tracks.has(id));
    if (stranger !== undefined) throw new RangeError(`${stranger} is in conflict but not among the users`);
    const before = lookOut(scene, ids, tracks);
    const { resolution, option } = resolveCluster({ scene, ids, tracks, before, planned });
    resolutions.push(resolution);
    for (const [id, track] of option.tracks) tracks.set(id, track);
    if (option.kind === 'plan') for (const track of option.tracks.values()) if (track) planned.push(track);
  }
  return resolutions;
}

function resolveCluster(cluster: Cluster): {
  readonly resolution: Resolution;
  readonly option: ResolutionOption;
} {
  const { scene, ids, before } = cluster;
  const rejected: RejectedResolution[] = [];
  const nothing: ResolutionOption = { kind: 'none', moves: [], tracks: new Map() };
  let best = { option: nothing, after: before.worst };
  for (const make of [planOption, tacticalOption, hoverOption]) {
    const option = make(cluster, rejected);
    if (option === undefined) continue;
    const after = lookOut(scene, ids, new Map([...cluster.tracks, ...option.tracks]));
    const worse = findWorse(before, after);
    if (worse) {
      rejected.push({ kind: option.kind, reason: 'worse', pair: worse });
      continue;
    }
    if (severityOf(after.worst) > severityOf(best.after) + BETTER) best = { option, after: after.worst };
    if (severityOf(after.worst) >= 1) break;
    rejected.push({ kind: option.kind, reason: 'not-resolved', ...(after.worst && { pair: after.worst }) });
  }
  const { option, after } = best;
  const lostS = before.worst?.lostS ?? scene.nowS;
  const resolution: Resolution = {
    kind: option.kind,
    ids,
    moves: option.moves,
    before: before.worst,
    after,
    deadlineS: Math.max(scene.nowS, lostS - CRITICAL_S),
    sentence: describeResolution(option.moves, before.worst, after),
    rejected: rejected.filter(({ kind }) => kind !== option.kind),
    ...(option.consulted && { consulted: option.consulted }),
  };
  return { resolution, option };
}
