import type { Sample } from '../messages/sample.ts';
import { rules } from './index.ts';
import type { Finding, RuleContext } from './rule.ts';

/** Which rules hold after a sample, one bit each, and what began to hold with it. */
export interface Judgement {
  readonly active: number;
  readonly raised: readonly Finding[];
  readonly cleared: readonly string[];
}

type Asking = Omit<RuleContext, 'active'> & { active?: boolean };

const bitOf: ReadonlyMap<string, number> = new Map(rules.map(({ type }, at) => [type, 1 << at]));
const NO_FINDINGS: readonly Finding[] = [];
const NO_TYPES: readonly string[] = [];

/**
 * Asks every rule. A condition that goes on raises nothing again. `before` = the bits of the sample before; `active` of the
 * context is set anew for each rule.
 */
export function judge(sample: Sample, before: number, context: Asking): Judgement {
  let active = before;
  let raised = NO_FINDINGS;
  let cleared = NO_TYPES;
  for (let at = 0; at < rules.length; at += 1) {
    const rule = rules[at] as (typeof rules)[number];
    if (rule.supersededBy !== undefined && (active & (bitOf.get(rule.supersededBy) as number)) !== 0)
      continue;
    const bit = 1 << at;
    const was = (before & bit) !== 0;
    context.active = was;
    const finding = rule.holds(sample, context as RuleContext);
    if (finding && !was) {
      active |= bit;
      raised = [...raised, finding];
    } else if (!finding && was) {
      active &= ~bit;
      cleared = [...cleared, rule.type];
    }
  }
  return { active, raised, cleared };
}

/** The types of the rules whose bits are set. */
export function activeTypes(active: number): readonly string[] {
  return rules.filter((_rule, at) => (active & (1 << at)) !== 0).map(({ type }) => type);
}
