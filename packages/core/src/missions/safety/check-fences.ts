import type { FenceRules } from '../../geo/fence-check.ts';
import { changesWithin } from './fence-times.ts';
import {
  datumOf,
  fencesOn,
  type LegViolation,
  NO_MARGINS,
  type TimedLeg,
  toTimedLegs,
} from './fenced-legs.ts';
import type { FlightCandidate, SafetyWorld, Verdict } from './flight-candidate.ts';
import type { FlownLeg, FlownRoute } from './flown-route.ts';
import { placeAlong } from './leg-parts.ts';

/** What the fences say: of where it flies, and of where it would come if it stopped too late. */
export interface FenceVerdicts {
  /** FENCE_IN, FENCE_OUT, FENCE_MARGIN. */
  readonly verdicts: readonly Verdict[];
  /** Of KINEMATICS, where a leg ends too near before a fence for its speed. */
  readonly stopping: Verdict | undefined;
}

/** Every leg against every fence that counts at its time and height: inside, outside, and with the margin to both. */
export function checkFences(
  candidate: FlightCandidate,
  route: FlownRoute,
  world: SafetyWorld,
): FenceVerdicts {
  const datum = datumOf(candidate, world);
  const strictly = { ...datum, margins: NO_MARGINS };
  const widely = { ...datum, margins: world.limits.fences };
  const strict: LegViolation[] = [];
  const wide: LegViolation[] = [];
  let stopping: Verdict | undefined;
  for (const leg of world.fences.sites.length > 0 ? route.legs : []) {
    // Most legs, with all they may overshoot, are far from any fence: then nothing else has to be asked.
    if (isClear(leg, world, widely)) continue;
    for (const timed of toTimedLegs(leg, route.trajectory, world.fences)) {
      const near = fencesOn(timed, world, widely);
      wide.push(...near);
      if (near.length > 0) strict.push(...fencesOn(timed, world, strictly));
    }
    stopping ??= checkStopping(leg, world, strictly);
  }
  const crossed = new Set(strict.map(({ violation }) => violation.fence.id));
  const ofKind = (kind: 'inclusion' | 'exclusion') =>
    strict.filter(({ violation }) => violation.fence.kind === kind);
  const near = wide.filter(({ violation }) => !crossed.has(violation.fence.id));
  return {
    verdicts: [
      toVerdict('FENCE_IN', ofKind('inclusion'), 0),
      toVerdict('FENCE_OUT', ofKind('exclusion'), 0),
      toVerdict('FENCE_MARGIN', near, world.limits.fences.horizontalM),
    ],
    stopping,
  };
}

function isClear(leg: FlownLeg, world: SafetyWorld, rules: FenceRules): boolean {
  const past = pastEnd(leg);
  if (changesWithin(world.fences, leg.fromS, past.toS)) return false;
  return fencesOn({ ...leg, to: past.to }, world, rules).length === 0;
}

/** On beyond the leg's end, as far as it would come. */
function pastEnd(leg: FlownLeg): TimedLeg {
  const { from, to, toS, overshootM } = leg;
  const lengthM = Math.hypot(to.eastM - from.eastM, to.northM - from.northM, to.upM - from.upM);
  // Who comes down late is on the ground.
  if (!(lengthM > 0 && overshootM > 0) || leg.kind === 'landing') return { ...leg, from: to, fromS: toS };
  const end = placeAlong(leg, 1 + overshootM / lengthM);
  return { from: to, to: end, fromS: toS, toS: toS + STOPPING_S, kind: leg.kind };
}

/** About as long as it takes. */
const STOPPING_S = 2;

function checkStopping(leg: FlownLeg, world: SafetyWorld, rules: FenceRules): Verdict | undefined {
  if (!(leg.overshootM > 0) || leg.kind === 'landing') return undefined;
  const [first] = fencesOn(pastEnd(leg), world, rules);
  // Who flies into it anyway need not be told that it cannot stop before it.
  if (!first || fencesOn({ ...leg, from: leg.to, fromS: leg.toS }, world, rules).length > 0) return undefined;
  const { place, violation, timeS } = first;
  const { to, overshootM } = leg;
  const freeM = Math.hypot(place.eastM - to.eastM, place.northM - to.northM, place.upM - to.upM);
  return {
    ...{ check: 'KINEMATICS', passed: false, code: 'KINEMATICS', unit: 'm', limit: overshootM },
    margin: freeM - overshootM,
    evidence: `${freeM.toFixed(1)} m before ${violation.fence.kind} ${nameOf(violation)}; at its speed it needs ${overshootM.toFixed(1)} m to react and stop`,
    at: { place, timeS },
  };
}

type FenceCheck = 'FENCE_IN' | 'FENCE_OUT' | 'FENCE_MARGIN';

const SENTENCES: Readonly<Record<FenceCheck, string>> = {
  FENCE_IN: 'leaves',
  FENCE_OUT: 'enters',
  FENCE_MARGIN: 'comes too near to the edge of',
};

function toVerdict(check: FenceCheck, violations: readonly LegViolation[], limitM: number): Verdict {
  if (violations.length === 0)
    return { check, passed: true, unit: 'm', limit: limitM, evidence: 'Keeps to every fence that counts' };
  const worst = violations.reduce((a, b) => (shortM(b) > shortM(a) ? b : a));
  const { violation, place, timeS } = worst;
  const { fence, clearanceM, limitM: limit, heightUnknown } = violation;
  const others = new Set(violations.map((each) => each.violation.fence.id)).size - 1;
  return {
    ...{ check, passed: false, unit: 'm', limit, code: check },
    ...(Number.isFinite(clearanceM) && { margin: clearanceM - limit }),
    evidence: [
      `${SENTENCES[check]} ${fence.kind} ${nameOf(violation)}`,
      ...(Number.isFinite(clearanceM) ? [`clearance ${clearanceM.toFixed(1)} m`] : []),
      ...(heightUnknown ? ['a height it depends on is unknown'] : []),
      ...(others > 0 ? [`and ${others} more`] : []),
    ].join(', '),
    at: { place, timeS },
  };
}

const nameOf = ({ fence: { id, name } }: LegViolation['violation']): string =>
  name === '' ? id : `${name} (${id})`;

const shortM = ({ violation: { limitM, clearanceM } }: LegViolation): number =>
  Number.isNaN(clearanceM) ? Number.POSITIVE_INFINITY : limitM - clearanceM;
