import type { Rule } from './rule.ts';

/** Local position and GPS position, both given, lie more than 50 m apart. CONTRACT 1. */
export const positionMismatch: Rule = {
  type: 'position_mismatch',
  holds: (sample, { active, thresholds, frame }) => {
    if (!frame) return undefined;
    const local = frame.toEnu(sample);
    const apartM = Math.hypot(local.eastM - sample.eastM, local.northM - sample.northM);
    const limitM = thresholds.positionMismatchM;
    if (!(apartM > (active ? limitM / 2 : limitM))) return undefined;
    return {
      type: 'position_mismatch',
      severity: 'medium',
      description: `Local and GPS position ${Math.round(apartM)} m apart`,
      value: apartM,
      threshold: limitM,
    };
  },
};
