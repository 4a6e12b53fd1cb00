import { atOrBelow, type Rule } from './rule.ts';

/** Guide A: battery <= 20 %: come home. */
export const batteryCritical: Rule = {
  type: 'battery_critical',
  holds: ({ batteryPct }, { active, thresholds }) => {
    const limit = thresholds.batteryCriticalPct;
    if (!atOrBelow(batteryPct, limit, thresholds.hysteresisPct, active)) return undefined;
    return {
      type: 'battery_critical',
      severity: 'high',
      description: `Battery at ${batteryPct} %, limit ${limit} %`,
      value: batteryPct,
      threshold: limit,
      action: 'return_to_base',
    };
  },
};
