/** A conflict with everybody around it, and how near they will come to each other. */
import type { SeparationMinima } from '../../geo/cylinder-conflict.ts';
import type { Trajectory } from '../../geo/trajectory.ts';
import type { TrajectoryIndex } from '../trajectory-index.ts';
import type { AirVelocity } from './air-motion.ts';
import { type SkyUser, straightTrack } from './forward-flight.ts';
import { type PredictedSeparation, predictSeparation } from './predicted-separation.ts';
import type { ClusterMember } from './replan-cluster.ts';
import type { MoveRule } from './resolution-sentence.ts';
import type { TacticalMemory, TacticalOptions } from './tactical-step.ts';

/** Somebody in the sky: all that can come near to a conflict have to be named, not only those in it. */
export interface SceneUser extends SkyUser {
  /** It can be given a plan. */
  readonly member?: ClusterMember;
}

export interface ConflictScene {
  /** Seconds since 1970. */
  readonly nowS: number;
  readonly users: readonly SceneUser[];
  /** Ids of users. */
  readonly conflicts: readonly (readonly [string, string])[];
  readonly index: TrajectoryIndex;
  readonly tactical: Omit<TacticalOptions, 'memory'>;
  /** Of the tactical commands before. */
  readonly memories?: ReadonlyMap<string, TacticalMemory>;
}

export type ResolutionKind = 'plan' | 'tactical' | 'hover' | 'none';

export interface ResolutionMove {
  readonly id: string;
  readonly rule: MoveRule;
  /** Whom it is for. */
  readonly forId: string;
  readonly sentence: string;
  /** `plan`: to be committed and flown; undefined where it stays on the ground. */
  readonly trajectory?: Trajectory | undefined;
  /** `tactical` and `hover`: to be flown for one cycle. */
  readonly velocity?: AirVelocity;
}

export interface RejectedResolution {
  readonly kind: ResolutionKind;
  readonly reason: 'no-plan' | 'no-time' | 'worse' | 'not-resolved';
  /** The pair that it makes worse, or leaves too near. */
  readonly pair?: PredictedSeparation;
}

/** What everybody is believed to fly; undefined for who stays on the ground. */
export type Tracks = ReadonlyMap<string, Trajectory | undefined>;

/** One way to resolve a cluster. */
export interface ResolutionOption {
  readonly kind: ResolutionKind;
  readonly moves: readonly ResolutionMove[];
  /** Of those that fly something else by it. */
  readonly tracks: Tracks;
  readonly consulted?: ReadonlyMap<string, number>;
}

export interface Cluster {
  readonly scene: ConflictScene;
  readonly ids: readonly string[];
  /** With what has been resolved already. */
  readonly tracks: Tracks;
  readonly before: Outlook;
  /** Of clusters before. */
  readonly planned: readonly Trajectory[];
}

/** The worst of each pair with one of the cluster, and the worst of all. */
export interface Outlook {
  readonly pairs: ReadonlyMap<string, PredictedSeparation>;
  readonly worst: PredictedSeparation | undefined;
}

/** From here on only the tactical step is fast enough. */
export const CRITICAL_S = 8;
const DEFAULT_LOOK_AHEAD_S = 20;
/** How long is flown in advance, in look-aheads. */
const FORWARD = 2;
/** A pair is worse if it is by more. */
const ROUNDING = 0.01;

export function forwardS({ tactical: { lookAheadS = DEFAULT_LOOK_AHEAD_S } }: ConflictScene): number {
  return FORWARD * lookAheadS;
}

export function trackOf(scene: ConflictScene, { motion, intent }: SkyUser): Trajectory {
  return intent ?? straightTrack(motion, scene.nowS, forwardS(scene));
}

export function severityOf(separation: PredictedSeparation | undefined): number {
  return separation?.severity ?? Number.POSITIVE_INFINITY;
}

/** Every pair of one of the cluster with anybody. */
export function lookOut(scene: ConflictScene, ids: readonly string[], tracks: Tracks): Outlook {
  const inCluster = new Set(ids);
  const pairs = new Map<string, PredictedSeparation>();
  let worst: PredictedSeparation | undefined;
  const span = [scene.nowS, scene.nowS + forwardS(scene)] as const;
  for (const id of ids)
    for (const { motion } of scene.users) {
      const isSeen = inCluster.has(motion.id) && motion.id <= id;
      const [one, other] = [tracks.get(id), tracks.get(motion.id)];
      if (isSeen || one === undefined || other === undefined) continue;
      const pair = predictSeparation(one, other, minimaOf(scene, id, motion.id), span);
      if (pair === undefined) continue;
      pairs.set(`${id}\n${motion.id}`, pair);
      if (worst === undefined || pair.severity < worst.severity) worst = pair;
    }
  return { pairs, worst };
}

/** Of two, the larger minima that either asks others to keep. */
function minimaOf({ users, tactical }: ConflictScene, id: string, otherId: string): SeparationMinima {
  const asked = users.flatMap(({ motion }) =>
    motion.id === id || motion.id === otherId ? (motion.minima ?? []) : [],
  );
  return {
    horizontalM: Math.max(tactical.minima.horizontalM, ...asked.map(({ horizontalM }) => horizontalM)),
    verticalM: Math.max(tactical.minima.verticalM, ...asked.map(({ verticalM }) => verticalM)),
  };
}

export function findWorse(before: Outlook, after: Outlook): PredictedSeparation | undefined {
  for (const [key, pair] of after.pairs)
    if (pair.severity < Math.min(1, severityOf(before.pairs.get(key))) - ROUNDING) return pair;
  return undefined;
}
