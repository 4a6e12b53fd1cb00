/**
 * New flights for all who are in conflict with each other, directly or by way of others: one after another in the order of
 * the right of way, each around all before it and around everybody else. Who finds no way goes first in the next round, and
 * in the end stays where it is while the others plan around it. Nothing is committed here; the same cluster gives the same.
 */
import { isRefusal, type Refusal, refuse } from '../../errors.ts';
import { isTrajectoryFault, type Trajectory, trajectoryDurationS } from '../../geo/trajectory.ts';
import { createTrajectory, type FlightRoute, profileRoute } from '../../geo/trajectory-route.ts';
import { defaultFlightLimits } from '../../geo/trajectory-stretch.ts';
import type { Manoeuvre } from '../manoeuvres.ts';
import { type PlanRequest, planAround } from '../plan-around.ts';
import type { TrajectoryIndex } from '../trajectory-index.ts';
import { stopOf, toHold } from './brake.ts';
import { type Claim, inRightOfWay } from './right-of-way.ts';
import { TrafficOverlay } from './traffic-overlay.ts';

export interface ClusterMember extends Omit<Claim, 'id' | 'toGoalS'> {
  /** Of what is left of its flight: from where it will be when a new plan reaches it. The route's id is the member's. */
  readonly request: PlanRequest;
  /** It flies as it is committed to fly: where that turns out to be free it goes on so. */
  readonly isOnPlan: boolean;
}

export type ClusterMoveKind = 'keeps' | 'replans' | 'holds';

export interface ClusterMove {
  readonly id: string;
  readonly kind: ClusterMoveKind;
  /** What it flies; undefined where it stays on the ground. */
  readonly trajectory: Trajectory | undefined;
  /** `replans`: what is changed of its route. */
  readonly manoeuvre?: Manoeuvre;
  /** `replans`: it brakes to a stop before. */
  readonly brakes?: boolean;
  /** At the goal, against its route; unknown where it holds. */
  readonly extraTimeS?: number;
}

export interface ClusterPlan {
  /** In the order in which they were planned. */
  readonly moves: readonly ClusterMove[];
  /** For whom nothing is free, not even to stay: the others' plans do not count them. */
  readonly unresolved: readonly string[];
  readonly rounds: number;
  /** By id: what the order came from. */
  readonly claims: ReadonlyMap<string, Claim>;
  /** Versions of the members' commitments that the plan was made on, for `commitTogether`; 0 where there was none. */
  readonly consulted: ReadonlyMap<string, number>;
}

export interface ClusterOptions {
  /** What will fly on whatever is planned, committed or not: who does not keep the rules, who is off its plan. */
  readonly strangers?: readonly Trajectory[];
}

interface Member extends Claim {
  readonly member: ClusterMember;
}

interface Tried {
  readonly moves: readonly ClusterMove[];
  readonly failed: readonly Member[];
}

interface Scene {
  readonly index: TrajectoryIndex;
  readonly strangers: readonly Trajectory[];
}

const MAX_MEMBERS = 1000;
const MAX_ROUNDS = 3;
/** So that a stop is one. */
const SHORT_STOP_S = 0.01;

/** Refused is a route that cannot be flown at all, an id that is there twice, and more than `MAX_MEMBERS`. */
export function replanCluster(
  members: readonly ClusterMember[],
  index: TrajectoryIndex,
  { strangers = [] }: ClusterOptions = {},
): ClusterPlan | Refusal {
  const claims = toClaims(members);
  if (isRefusal(claims)) return claims;
  const consulted = new Map(claims.map(({ id }) => [id, index.get(id)?.version ?? 0]));
  const done = { consulted, claims: new Map(claims.map((claim) => [claim.id, claim])) };
  const scene: Scene = { index, strangers };
  let order = inRightOfWay(claims);
  let rounds = 0;
  let tried: Tried = { moves: [], failed: [] };
  const held = new Set<Member>();
  const attempt = (): boolean => {
    rounds += 1;
    tried = planInOrder(scene, order, held);
    const { failed } = tried;
    order = [...failed, ...order.filter((one) => !failed.includes(one))];
    return failed.length === 0;
  };
  for (let round = 0; round < MAX_ROUNDS; round += 1)
    if (attempt()) return { ...done, moves: tried.moves, unresolved: [], rounds };
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    for (const one of tried.failed) held.add(one);
    if (attempt()) break;
  }
  return { ...done, moves: tried.moves, unresolved: tried.failed.map(({ id }) => id), rounds };
}

function toClaims(members: readonly ClusterMember[]): readonly Member[] | Refusal {
  if (members.length > MAX_MEMBERS)
    return refuse('VALIDATION_ERROR', { field: 'members', reason: `more than ${MAX_MEMBERS}` });
  const claims: Member[] = [];
  const ids = new Set<string>();
  for (const [at, member] of members.entries()) {
    const { request, priority, batterySlackS, motion } = member;
    const { id } = request.route;
    if (ids.has(id))
      return refuse('VALIDATION_ERROR', { field: `members[${at}]`, reason: `${id} is there twice` });
    ids.add(id);
    const profile = profileRoute(request.route, request.limits ?? defaultFlightLimits);
    if (isTrajectoryFault(profile))
      return refuse('VALIDATION_ERROR', { field: `members[${at}].request.route`, ...profile });
    claims.push({ id, priority, batterySlackS, motion, toGoalS: profile.durationS, member });
  }
  return claims;
}

/** Plans all, those that hold before everybody else; who fails is not there for those who come after. */
function planInOrder(scene: Scene, order: readonly Member[], held: ReadonlySet<Member>): Tried {
  const replaced = new Set([...order.map(({ id }) => id), ...scene.strangers.map(({ id }) => id)]);
  const overlay = new TrafficOverlay(scene.index, replaced, scene.index.minima);
  for (const stranger of scene.strangers) overlay.place(stranger);
  const moves: ClusterMove[] = [];
  const failed: Member[] = [];
  const first = order.filter((one) => held.has(one));
  for (const one of [...first, ...order.filter((each) => !held.has(each))]) {
    const move = held.has(one) ? hold(one, overlay) : planOne(scene, one, overlay);
    if (move === undefined) failed.push(one);
    else moves.push(move);
    if (move?.trajectory) overlay.place(move.trajectory);
  }
  return { moves, failed };
}

function planOne({ index }: Scene, { id, member }: Member, overlay: TrafficOverlay): ClusterMove | undefined {
  const { request, isOnPlan } = member;
  const current = isOnPlan ? index.get(id)?.trajectory : undefined;
  if (
    current &&
    overlay.firstConflict(current, request.minima, {
      span: [request.route.startS, Number.POSITIVE_INFINITY],
    }) === undefined
  )
    return { id, kind: 'keeps', trajectory: current, extraTimeS: 0 };
  const plans = planAround(request, overlay);
  const plan = isRefusal(plans) ? undefined : plans[0];
  if (plan === undefined) return planAfterStop(request, overlay);
  const { trajectory, manoeuvre, extraTimeS } = plan;
  return { id, kind: 'replans', trajectory, manoeuvre, extraTimeS };
}

/** Of who is moving and finds no way on: it brakes, and looks from there, where it can wait as well. */
function planAfterStop(request: PlanRequest, overlay: TrafficOverlay): ClusterMove | undefined {
  const { route, limits = defaultFlightLimits, minima } = request;
  const { startSpeedMps = 0 } = route;
  if (startSpeedMps === 0) return undefined;
  const { place, afterS } = stopOf(route, limits);
  const from: FlightRoute = { ...route, start: place, startS: route.startS + afterS, startSpeedMps: 0 };
  const plans = planAround({ ...request, route: from, waits: 'aloft' }, overlay);
  const plan = isRefusal(plans) ? undefined : plans[0];
  if (plan === undefined) return undefined;
  const stopped = {
    ...place,
    speedMps: Math.max(startSpeedMps, route.legs[0]?.speedMps ?? 1),
    holdS: SHORT_STOP_S,
  };
  const trajectory = createTrajectory({ ...route, legs: [stopped, ...plan.route.legs] }, limits);
  if (isTrajectoryFault(trajectory) || overlay.firstConflict(trajectory, minima)) return undefined;
  const straight = createTrajectory(route, limits);
  const extraTimeS = isTrajectoryFault(straight) ? 0 : goalS(trajectory) - goalS(straight);
  return { id: route.id, kind: 'replans', trajectory, manoeuvre: plan.manoeuvre, brakes: true, extraTimeS };
}

/** Where it is: on the ground, or at the end of its way to stop. */
function hold({ id, member: { request } }: Member, overlay: TrafficOverlay): ClusterMove | undefined {
  if (request.waits === 'grounded') return { id, kind: 'holds', trajectory: undefined };
  const limits = request.limits ?? defaultFlightLimits;
  const trajectory = createTrajectory(toHold(request.route, limits), limits);
  if (isTrajectoryFault(trajectory) || overlay.firstConflict(trajectory, request.minima)) return undefined;
  return { id, kind: 'holds', trajectory };
}

function goalS(trajectory: Trajectory): number {
  return trajectory.startS + trajectoryDurationS(trajectory);
}
