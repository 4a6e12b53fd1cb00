import { atOrBelow, type Rule } from './rule.ts';

/** Guide A: signal <= 30 %. */
export const signalCritical: Rule = {
  type: 'signal_critical',
  holds: ({ signalPct }, { active, thresholds }) => {
    const limit = thresholds.signalCriticalPct;
    if (!atOrBelow(signalPct, limit, thresholds.hysteresisPct, active)) return undefined;
    return {
      type: 'signal_critical',
      severity: 'high',
      description: `Signal at ${signalPct} %, limit ${limit} %`,
      value: signalPct,
      threshold: limit,
    };
  },
};
