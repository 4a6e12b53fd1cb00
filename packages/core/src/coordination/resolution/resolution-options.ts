/** The ways to resolve a cluster of conflicts, each as it would be flown. */
import { isRefusal } from '../../errors.ts';
import {
  type Cluster,
  CRITICAL_S,
  forwardS,
  type RejectedResolution,
  type ResolutionMove,
  type ResolutionOption,
  type SceneUser,
} from './conflict-scene.ts';
import { flyTactically, stopTrack, wishOf } from './forward-flight.ts';
import { type ClusterMove, type ClusterPlan, replanCluster } from './replan-cluster.ts';
import { describeMove, type MoveRule } from './resolution-sentence.ts';
import { precedenceOf } from './right-of-way.ts';
import { defaultAirLimits, stepTactically } from './tactical-step.ts';

export function planOption(cluster: Cluster, rejected: RejectedResolution[]): ResolutionOption | undefined {
  const { scene, before } = cluster;
  const users = usersOf(cluster);
  const members = users.filter(isCooperative).flatMap(({ member }) => member ?? []);
  const reject = (reason: RejectedResolution['reason']) => void rejected.push({ kind: 'plan', reason });
  if (members.length === 0) return reject('no-plan');
  if (before.worst?.lostS !== undefined && before.worst.lostS - scene.nowS <= CRITICAL_S)
    return reject('no-time');
  const planned = new Set(members.map(({ request }) => request.route.id));
  const plan = replanCluster(members, scene.index, { strangers: strangersOf(cluster, planned) });
  if (isRefusal(plan) || plan.unresolved.length > 0) return reject('no-plan');
  return {
    kind: 'plan',
    moves: plan.moves.filter(({ kind }) => kind !== 'keeps').map((move) => toMove(cluster, plan, move)),
    tracks: new Map(plan.moves.map(({ id, trajectory }) => [id, trajectory])),
    consulted: plan.consulted,
  };
}

/** Whoever flies something that is not committed, and whoever has been planned in a cluster before. */
function strangersOf({ scene, tracks, planned: earlier }: Cluster, planned: ReadonlySet<string>) {
  const known = new Set(earlier.map(({ id }) => id));
  const others = scene.users.filter(
    ({ motion: { id }, intent }) =>
      !(planned.has(id) || known.has(id)) && scene.index.get(id)?.trajectory !== intent,
  );
  return [...earlier, ...others.flatMap(({ motion }) => tracks.get(motion.id) ?? [])];
}

/** For whom a member moves: of those it is in conflict with the one who was planned first. */
function toMove({ scene, ids }: Cluster, plan: ClusterPlan, move: ClusterMove): ResolutionMove {
  const { id, trajectory } = move;
  const partners = partnersOf(scene.conflicts, id);
  const sentence = describeMove(move);
  const outsider = partners.find((partner) => !plan.claims.has(partner));
  if (outsider !== undefined) return { id, rule: 'other-cannot', forId: outsider, sentence, trajectory };
  const forId = plan.moves.find((one) => partners.includes(one.id))?.id ?? id;
  return { id, rule: ruleOf(plan, id, forId, ids.length === 2), forId, sentence, trajectory };
}

/** The rule by which one gives way to another; who has the way itself moves because there is no other way. */
function ruleOf({ claims }: ClusterPlan, id: string, forId: string, isPair: boolean): MoveRule {
  const [own, other] = [claims.get(id), claims.get(forId)];
  if (own === undefined || other === undefined) return 'no-other-way';
  const { rule, isFirst } = precedenceOf(own, other, isPair);
  return isFirst ? 'no-other-way' : rule;
}

/** All around fly by the tactical step, as they will; those of the cluster that have to do something are named. */
export function tacticalOption(cluster: Cluster): ResolutionOption | undefined {
  const { scene, tracks } = cluster;
  const { nowS, tactical, memories = new Map() } = scene;
  const around = scene.users.map((user) => ({ ...user, intent: user.intent && tracks.get(user.motion.id) }));
  const flown = flyTactically(around, { nowS, forS: forwardS(scene), tactical, memories });
  const motions = around.map(({ motion }) => motion);
  const moves = usersOf(cluster)
    .filter(isCooperative)
    .flatMap((user): readonly ResolutionMove[] => {
      const { id } = user.motion;
      const wish = wishOf(user, nowS, tactical.limits ?? defaultAirLimits);
      const memory = memories.get(id);
      const command = stepTactically({ ...user.motion, wish }, motions, {
        ...tactical,
        ...(memory && { memory }),
      });
      const { mode, velocity, sentence, binding } = command;
      if (mode === 'clear') return [];
      const forId = binding[0] ?? partnersOf(scene.conflicts, id)[0] ?? id;
      return [{ id, rule: ruleFor(cluster, forId), forId, sentence, velocity }];
    });
  return { kind: 'tactical', moves, tracks: new Map(flown.map((track) => [track.id, track])) };
}

/** All of the cluster that can stop where they are. */
export function hoverOption(cluster: Cluster): ResolutionOption | undefined {
  const { scene } = cluster;
  const limits = scene.tactical.limits ?? defaultAirLimits;
  const users = usersOf(cluster).filter(isCooperative);
  const moves = users.map(({ motion: { id } }): ResolutionMove => {
    const forId = partnersOf(scene.conflicts, id)[0] ?? id;
    const velocity = { eastMps: 0, northMps: 0, upMps: 0 };
    return { id, rule: ruleFor(cluster, forId), forId, sentence: 'stops and hovers', velocity };
  });
  const tracks = new Map(users.map(({ motion }) => [motion.id, stopTrack(motion, scene.nowS, limits)]));
  return { kind: 'hover', moves, tracks };
}

function ruleFor({ scene }: Cluster, forId: string): MoveRule {
  const other = scene.users.find(({ motion }) => motion.id === forId);
  return other && !isCooperative(other) ? 'other-cannot' : 'shared';
}

function isCooperative({ motion }: SceneUser): boolean {
  return motion.isCooperative !== false;
}

function usersOf({ scene, ids }: Cluster): readonly SceneUser[] {
  return scene.users.filter(({ motion }) => ids.includes(motion.id));
}

function partnersOf(conflicts: readonly (readonly [string, string])[], id: string): readonly string[] {
  return conflicts.flatMap(([one, other]) => {
    if (one === id) return [other];
    return other === id ? [one] : [];
  });
}
