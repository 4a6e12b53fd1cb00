/**
 * What one vehicle does in this cycle so that it keeps clear of those around it: a velocity, and a sentence that says it.
 * Cooperative pairs share the work (dual ORCA); where nothing satisfies all of them, the better of a least miss, MVP and a
 * stop is flown.
 */
import {
  conflictInterval,
  type RelativeMotion,
  type SeparationMinima,
  worstApproach,
} from '../../geo/cylinder-conflict.ts';
import {
  type AirLimits,
  type AirMotion,
  type AirVelocity,
  clampVelocity,
  type NeighbourMotion,
  relativeMotion,
} from './air-motion.ts';
import { missOf, solveHalfPlanes } from './half-planes.ts';
import { type MvpMemory, resolveByMvp } from './mvp.ts';
import {
  constrainPair,
  type PairConstraint,
  type PairMode,
  type PairRules,
  rulesFor,
} from './pair-constraint.ts';
import { describeCommand, type TacticalMode } from './tactical-sentence.ts';

export interface TacticalOwn extends AirMotion {
  /** What it would fly if it were alone. */
  readonly wish: AirVelocity;
}

export interface TacticalOptions {
  /** What must hold. */
  readonly minima: SeparationMinima;
  /** What the minima are multiplied by, for what is not known exactly; 1.2 if absent. */
  readonly bufferFactor?: number;
  /** 20 if absent. */
  readonly lookAheadS?: number;
  /** Between commands; 1 if absent. */
  readonly cycleS?: number;
  readonly limits?: AirLimits;
  /** Of the command before. */
  readonly memory?: TacticalMemory;
}

export interface TacticalMemory {
  readonly modes: ReadonlyMap<string, PairMode>;
  readonly mvp: MvpMemory | undefined;
}

export interface TacticalCommand {
  readonly velocity: AirVelocity;
  readonly mode: TacticalMode;
  /** Those whose constraints the velocity is held by. */
  readonly binding: readonly string[];
  readonly sentence: string;
  /** By how much the worst constraint is missed. */
  readonly missedMps: number;
  readonly memory: TacticalMemory;
}

interface Solution {
  readonly velocity: AirVelocity;
  readonly constraints: readonly PairConstraint[];
  readonly missedMps: number;
}

const MAX_NEIGHBOURS = 16;
const DEFAULT_BUFFER = 1.2;
const DEFAULT_LOOK_AHEAD_S = 20;
/** Turned to the right of the wish while in conflict, so that two who mirror each other do not stay so. */
const BIAS_RAD = (2 * Math.PI) / 180;
/** A constraint binds if the velocity is on it. */
const BINDING_MPS = 1e-6;
/** What is missed by less is kept as good as exactly. */
const SMALL_MISS_MPS = 0.05;

export const defaultAirLimits: AirLimits = {
  maxSpeedMps: 15,
  climbMps: 3,
  descentMps: 3,
  accelerationMps2: 3,
};

/** The command of one cycle. The same numbers give the same command, in whatever order the neighbours come. */
export function stepTactically(
  own: TacticalOwn,
  neighbours: readonly NeighbourMotion[],
  options: TacticalOptions,
): TacticalCommand {
  const rules = toRules(options);
  const near = nearest(own, neighbours, rules);
  const solution = solve(own, near, rules, options.memory);
  const modes = new Map(solution.constraints.map(({ id, mode }) => [id, mode]));
  if (solution.missedMps <= SMALL_MISS_MPS) {
    const binding = bindingOf(solution);
    const mode = modeOf(binding);
    return {
      velocity: solution.velocity,
      mode,
      binding: binding.map(({ id }) => id),
      sentence: describeCommand({ own, near, velocity: solution.velocity, mode, binding, rules }),
      missedMps: 0,
      memory: { modes, mvp: undefined },
    };
  }
  return fallBack(own, near, rules, { solution, modes, before: options.memory?.mvp });
}

function toRules({
  minima,
  bufferFactor = DEFAULT_BUFFER,
  lookAheadS = DEFAULT_LOOK_AHEAD_S,
  cycleS = 1,
  limits = defaultAirLimits,
}: TacticalOptions): PairRules {
  const buffered = {
    horizontalM: minima.horizontalM * bufferFactor,
    verticalM: minima.verticalM * bufferFactor,
  };
  return { minima: buffered, lookAheadS, cycleS, limits };
}

interface Reached {
  readonly other: NeighbourMotion;
  readonly motion: RelativeMotion;
  readonly reachS: number;
}

/** Those in conflict first, then those that could be reached first if both flew straight at each other. */
function nearest(
  own: TacticalOwn,
  neighbours: readonly NeighbourMotion[],
  rules: PairRules,
): readonly NeighbourMotion[] {
  const { lookAheadS, limits } = rules;
  const reached: Reached[] = [];
  for (const other of neighbours) {
    if (other.id === own.id) continue;
    const { minima } = rulesFor(other, rules);
    const motion = relativeMotion(own, other);
    const awayM = Math.hypot(motion.eastM, motion.northM) - minima.horizontalM;
    const reachS = awayM / (limits.maxSpeedMps + Math.hypot(other.eastMps, other.northMps));
    const apartM = Math.abs(motion.upM) - minima.verticalM;
    const fastestMps = Math.max(limits.climbMps, limits.descentMps) + Math.abs(other.upMps);
    if (reachS < lookAheadS && apartM < lookAheadS * fastestMps) reached.push({ other, motion, reachS });
  }
  reached.sort((a, b) => a.reachS - b.reachS || (a.other.id < b.other.id ? -1 : 1));
  if (reached.length <= MAX_NEIGHBOURS) return reached.map(({ other }) => other);
  const isInConflict = ({ other, motion }: Reached) =>
    conflictInterval(motion, rulesFor(other, rules).minima, lookAheadS) !== undefined;
  const { true: inConflict = [], false: clear = [] } = Object.groupBy(reached, (one) =>
    isInConflict(one) ? 'true' : 'false',
  );
  return [...inConflict, ...clear].slice(0, MAX_NEIGHBOURS).map(({ other }) => other);
}

function solve(
  own: TacticalOwn,
  near: readonly NeighbourMotion[],
  rules: PairRules,
  memory: TacticalMemory | undefined,
): Solution {
  const constraints = near.map((other) => constrainPair(own, other, rules, memory?.modes.get(other.id)));
  const isInConflict = constraints.some(({ inS }) => inS < Number.POSITIVE_INFINITY);
  const wish = clampVelocity(isInConflict ? turnRight(own.wish) : own.wish, rules.limits);
  const planes = constraints.flatMap(({ plane }) => plane ?? []);
  const { velocity, missedMps } = solveHalfPlanes(planes, wish, rules.limits.maxSpeedMps);
  const { climbMps, descentMps } = rules.limits;
  let [lowest, highest] = [-descentMps, climbMps];
  for (const { mode, boundMps = 0 } of constraints) {
    if (mode === 'above') lowest = Math.max(lowest, boundMps);
    if (mode === 'below') highest = Math.min(highest, boundMps);
  }
  const middle = (lowest + highest) / 2;
  const upMps = lowest > highest ? middle : Math.min(highest, Math.max(lowest, wish.upMps));
  return {
    velocity: clampVelocity({ ...velocity, upMps }, rules.limits),
    constraints,
    missedMps: Math.max(missedMps, (lowest - highest) / 2),
  };
}

function turnRight({ eastMps, northMps, upMps }: AirVelocity): AirVelocity {
  const [sin, cos] = [Math.sin(BIAS_RAD), Math.cos(BIAS_RAD)];
  return { eastMps: eastMps * cos + northMps * sin, northMps: northMps * cos - eastMps * sin, upMps };
}

function bindingOf({ velocity, constraints }: Solution): readonly PairConstraint[] {
  return constraints.filter(({ plane, boundMps }) =>
    plane ? missOf(plane, velocity) >= -BINDING_MPS : velocity.upMps === boundMps,
  );
}

function modeOf(binding: readonly PairConstraint[]): TacticalMode {
  if (binding.length === 0) return 'clear';
  return binding.some(({ mode }) => mode === 'across') ? 'across' : 'vertical';
}

/** Of what is left, the one that keeps the most of the distances if all others go on as they do. */
function fallBack(
  own: TacticalOwn,
  near: readonly NeighbourMotion[],
  rules: PairRules,
  {
    solution,
    modes,
    before,
  }: {
    readonly solution: Solution;
    readonly modes: ReadonlyMap<string, PairMode>;
    readonly before: MvpMemory | undefined;
  },
): TacticalCommand {
  const mvp = resolveByMvp(own, near, rules, before);
  const choices = [
    { mode: 'least-miss' as const, velocity: solution.velocity },
    { mode: 'mvp' as const, velocity: mvp.velocity },
    { mode: 'hover' as const, velocity: { eastMps: 0, northMps: 0, upMps: 0 } },
  ];
  const judged = choices.map((choice) => ({ ...choice, ...judge(own, near, rules, choice.velocity) }));
  const best = judged.reduce((kept, one) => (one.severity > kept.severity + 1e-9 ? one : kept));
  const binding = solution.constraints.filter(({ id }) => id === best.worstId);
  const { velocity, mode } = best;
  return {
    velocity,
    mode,
    binding: binding.map(({ id }) => id),
    sentence: describeCommand({ own, near, velocity, mode, binding, rules }),
    missedMps: solution.missedMps,
    memory: { modes, mvp: mode === 'mvp' ? mvp.memory : undefined },
  };
}

/** The least severity that a velocity leads to, and with whom. */
function judge(
  own: TacticalOwn,
  near: readonly NeighbourMotion[],
  rules: PairRules,
  velocity: AirVelocity,
): { readonly severity: number; readonly worstId: string | undefined } {
  let [severity, worstId]: [number, string | undefined] = [Number.POSITIVE_INFINITY, undefined];
  for (const other of near) {
    const motion = relativeMotion({ ...own, ...velocity }, other);
    const worst = worstApproach(motion, rulesFor(other, rules).minima, rules.lookAheadS).severity;
    if (worst < severity) [severity, worstId] = [worst, other.id];
  }
  return { severity, worstId };
}
