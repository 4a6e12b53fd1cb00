import { atOrBelow, type Rule } from './rule.ts';

/** Guide A's warning: battery <= 40 %; while the critical rule holds, it speaks alone. */
export const batteryLow: Rule = {
  type: 'battery_low',
  supersededBy: 'battery_critical',
  holds: ({ batteryPct }, { active, thresholds }) => {
    const limit = thresholds.batteryLowPct;
    if (!atOrBelow(batteryPct, limit, thresholds.hysteresisPct, active)) return undefined;
    return {
      type: 'battery_low',
      severity: 'medium',
      description: `Battery at ${batteryPct} %, limit ${limit} %`,
      value: batteryPct,
      threshold: limit,
    };
  },
};
