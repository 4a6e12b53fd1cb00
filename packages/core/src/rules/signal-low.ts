import { atOrBelow, type Rule } from './rule.ts';

/** Guide A's warning: signal <= 60 %; while the critical rule holds, it speaks alone. */
export const signalLow: Rule = {
  type: 'signal_low',
  supersededBy: 'signal_critical',
  holds: ({ signalPct }, { active, thresholds }) => {
    const limit = thresholds.signalLowPct;
    if (!atOrBelow(signalPct, limit, thresholds.hysteresisPct, active)) return undefined;
    return {
      type: 'signal_low',
      severity: 'medium',
      description: `Signal at ${signalPct} %, limit ${limit} %`,
      value: signalPct,
      threshold: limit,
    };
  },
};
