import type { Rule } from './rule.ts';

/** The drone's clock is off by more than 5 s (median over its last samples): flagged, never refused. RELIABILITY T7. */
export const clockSkew: Rule = {
  type: 'clock_skew',
  holds: (_sample, { active, thresholds, clockSkewMs }) => {
    const limitMs = thresholds.clockSkewMs;
    if (Math.abs(clockSkewMs) <= (active ? limitMs / 2 : limitMs)) return undefined;
    return {
      type: 'clock_skew',
      severity: 'low',
      description: `Clock ${clockSkewMs > 0 ? 'behind' : 'ahead'} by ${Math.abs(clockSkewMs) / 1000} s`,
      value: clockSkewMs,
      threshold: limitMs,
    };
  },
};
