import type { FenceAction } from '../geo/fence.ts';
import { checkPoint, type FenceViolation } from '../geo/fence-check.ts';
import type { Severity } from '../messages/anomaly.ts';
import type { Rule } from './rule.ts';

const SEVERITY: Readonly<Record<FenceAction, Severity>> = {
  warn: 'medium',
  hold: 'high',
  return_to_base: 'high',
  land: 'critical',
};
/** The weaker first. */
const RANK: Readonly<Record<FenceAction, number>> = { warn: 0, hold: 1, return_to_base: 2, land: 3 };

/**
 * In an exclusion, or outside of what inclusions allow; it ends when the fence's margin is kept again. Without a height only the
 * ground plan counts.
 */
export const geofenceBreach: Rule = {
  type: 'geofence_breach',
  holds: (sample, { active, thresholds: { hysteresisM }, airspace }) => {
    if (!airspace || airspace.fences.sites.length === 0) return undefined;
    const { latitudeDeg, longitudeDeg, altitudeAmslM, timeUs } = sample;
    if (!Number.isFinite(latitudeDeg + longitudeDeg)) return undefined;
    const place = { latitudeDeg, longitudeDeg, altitudeAmslM, timeMs: timeUs / 1000 };
    const margins = { horizontalM: hysteresisM, verticalM: hysteresisM };
    const { homeAmslM, terrain } = airspace;
    const datum = { ...(homeAmslM !== undefined && { homeAmslM }), ...(terrain && { terrain }) };
    const violations = checkPoint(airspace.fences, place, { ...datum, margins });
    const breach = worstOf(
      violations.filter(({ clearanceM }) => (active ? !Number.isNaN(clearanceM) : clearanceM <= 0)),
    );
    return breach && toFinding(breach);
  },
};

function worstOf(violations: readonly FenceViolation[]): FenceViolation | undefined {
  return violations.reduce<FenceViolation | undefined>((worst, each) => {
    if (!worst) return each;
    const rank = RANK[each.fence.action] - RANK[worst.fence.action];
    return rank > 0 || (rank === 0 && each.clearanceM < worst.clearanceM) ? each : worst;
  }, undefined);
}

function toFinding({ fence, clearanceM, dimension }: FenceViolation) {
  const side = fence.kind === 'exclusion' ? 'inside' : 'outside';
  const overM = Math.round(-clearanceM * 10) / 10;
  const how = dimension === 'vertical' ? 'by height ' : '';
  return {
    type: 'geofence_breach',
    severity: SEVERITY[fence.action],
    description: `${overM} m ${how}${side} of ${fence.name} (${fence.id})`,
    value: clearanceM,
    threshold: 0,
    ...(fence.action !== 'warn' && { action: fence.action }),
  };
}
