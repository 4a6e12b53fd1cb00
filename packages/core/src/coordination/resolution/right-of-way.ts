/** Who gives way to whom, and by which rule. */
import type { RelativeMotion } from '../../geo/cylinder-conflict.ts';

export interface Claim {
  readonly id: string;
  /** The higher goes first. */
  readonly priority: number;
  /** Flight time left beyond what the flight needs. */
  readonly batterySlackS: number;
  /** Of flight until the goal. */
  readonly toGoalS: number;
  /** Where it is, in the air. */
  readonly motion?: RelativeMotion | undefined;
}

export type WayRule = 'priority' | 'less-slack' | 'right-hand' | 'nearer-goal' | 'id';

interface Precedence {
  readonly rule: WayRule;
  /** Of the first of the two. */
  readonly isFirst: boolean;
}

/** Less of a difference in what batteries have left is none. */
const SLACK_STEP_S = 60;
/** Sine of 20 degrees: what is less is head-on, or from behind. */
const CROSSING = 0.342;

/** The first gives way to nobody, each other to those before it. Of just two, sides matter too. */
export function inRightOfWay<C extends Claim>(claims: readonly C[]): readonly C[] {
  const isPair = claims.length === 2;
  return claims.toSorted((one, other) => (precedenceOf(one, other, isPair).isFirst ? -1 : 1));
}

/** By which rule one goes before the other, or after it. Sides are asked only of pairs: of three, each can be on the right of the next. */
export function precedenceOf(one: Claim, other: Claim, isPair: boolean): Precedence {
  if (one.priority !== other.priority) return { rule: 'priority', isFirst: one.priority > other.priority };
  const [slack, otherSlack] = [slackOf(one), slackOf(other)];
  if (slack !== otherSlack) return { rule: 'less-slack', isFirst: slack < otherSlack };
  const hasRight = isPair ? hasOnRight(one, other) : undefined;
  if (hasRight !== undefined) return { rule: 'right-hand', isFirst: !hasRight };
  if (one.toGoalS !== other.toGoalS) return { rule: 'nearer-goal', isFirst: one.toGoalS < other.toGoalS };
  return { rule: 'id', isFirst: one.id < other.id };
}

/** Where they cross, whether the other comes from the right: it has the way then (ICAO Annex 2, 3.2.2.3). */
function hasOnRight({ motion: own }: Claim, { motion: other }: Claim): boolean | undefined {
  if (own === undefined || other === undefined) return undefined;
  const cross = own.eastMps * other.northMps - own.northMps * other.eastMps;
  const speeds = Math.hypot(own.eastMps, own.northMps) * Math.hypot(other.eastMps, other.northMps);
  // Who comes from the right flies to the left.
  return Math.abs(cross) <= CROSSING * speeds ? undefined : cross > 0;
}

function slackOf({ batterySlackS }: Claim): number {
  return Math.floor(batterySlackS / SLACK_STEP_S);
}
