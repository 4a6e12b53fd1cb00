/** What is done about a conflict, in words. */
import type { Manoeuvre } from '../manoeuvres.ts';
import type { PredictedSeparation } from './predicted-separation.ts';
import type { ClusterMove } from './replan-cluster.ts';
import type { WayRule } from './right-of-way.ts';

/**
 * `shared`: each does half; `other-cannot`: whoever it is for does not keep the rules; `no-other-way`: the right of way is its
 * own, but the other finds no way around it.
 */
export type MoveRule = WayRule | 'shared' | 'other-cannot' | 'no-other-way';

const REASONS: Readonly<Record<MoveRule, string>> = {
  priority: 'has the higher priority',
  'less-slack': 'has less battery to spare',
  'right-hand': 'comes from the right',
  'nearer-goal': 'is nearer to its goal',
  id: 'has the lower name',
  shared: 'does its half',
  'other-cannot': 'does not keep the rules',
  'no-other-way': 'finds no way around it',
};

interface Told {
  readonly id: string;
  readonly forId: string;
  readonly rule: MoveRule;
  readonly sentence: string;
}

/** Moves that are told one by one. */
const MAX_TOLD = 3;

/** Who does what and why, and what comes of it. */
export function describeResolution(
  moves: readonly Told[],
  before: PredictedSeparation | undefined,
  after: PredictedSeparation | undefined,
): string {
  if (moves.length === 0)
    return before === after
      ? 'nothing better was found than to fly on'
      : 'nothing has to be done yet: each keeps clear by itself';
  const told = moves
    .slice(0, MAX_TOLD)
    .map(({ id, forId, rule, sentence }) => `${id} ${sentence}: ${forId} ${REASONS[rule]}`);
  if (moves.length > MAX_TOLD) told.push(`${moves.length - MAX_TOLD} others move too`);
  return `${told.join('; ')} (${describeApart(before)} becomes ${describeApart(after)})`;
}

function describeApart(separation: PredictedSeparation | undefined): string {
  if (separation === undefined) return 'far apart';
  const { horizontalM, verticalM } = separation;
  return `${horizontalM.toFixed(0)} m across and ${verticalM.toFixed(0)} m in height`;
}

/** What a plan changes of a flight. */
export function describeMove({ kind, trajectory, manoeuvre, brakes = false }: ClusterMove): string {
  if (kind === 'keeps') return 'flies on as planned';
  if (kind === 'holds') return trajectory ? 'stops and hovers' : 'stays on the ground';
  const parts = [...(brakes ? ['stops'] : []), ...(manoeuvre ? describeManoeuvre(manoeuvre) : [])];
  if (parts.length === 0) return 'flies its route anew';
  return brakes && parts.length === 1 ? 'stops and flies on' : parts.join(' and ');
}

function describeManoeuvre({ delayS, speedFactor, upM, rightM }: Manoeuvre): readonly string[] {
  const parts: string[] = [];
  if (delayS > 0) parts.push(`waits ${delayS.toFixed(0)} s`);
  if (speedFactor !== 1) parts.push(`flies at ${(100 * speedFactor).toFixed(0)} % of its speed`);
  if (upM !== 0) parts.push(`flies ${Math.abs(upM)} m ${upM > 0 ? 'higher' : 'lower'}`);
  if (rightM !== 0) parts.push(`turns aside ${Math.abs(rightM)} m to the ${rightM > 0 ? 'right' : 'left'}`);
  return parts;
}
