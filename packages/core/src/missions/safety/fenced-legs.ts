import type { FenceMargins } from '../../geo/fence.ts';
import { checkLeg, type FenceRules, type FenceViolation } from '../../geo/fence-check.ts';
import type { FenceSet } from '../../geo/fence-set.ts';
import { groundHeightAmslM } from '../../geo/terrain.ts';
import { KNOT_SIZE, type Trajectory } from '../../geo/trajectory.ts';
import type { Enu } from '../../geo/wgs84.ts';
import { changesWithin, toPadFences } from './fence-times.ts';
import type { FlightCandidate, SafetyWorld } from './flight-candidate.ts';
import type { FlownLeg } from './flown-route.ts';
import { cutsOf, placeAlong } from './leg-parts.ts';

/** What of a leg is asked of the fences. */
export type TimedLeg = Pick<FlownLeg, 'from' | 'to' | 'fromS' | 'toS' | 'kind'>;

export interface LegViolation {
  readonly violation: FenceViolation;
  readonly leg: TimedLeg;
  /** Where it begins, and when. */
  readonly place: Enu;
  readonly timeS: number;
}

/** What heights are measured from, for one candidate. */
export type FenceDatum = Pick<FenceRules, 'terrain' | 'homeAmslM'>;

export const NO_MARGINS: FenceMargins = { horizontalM: 0, verticalM: 0 };

export function datumOf({ pads, from }: FlightCandidate, { frame, terrain }: SafetyWorld): FenceDatum {
  const [home] = pads;
  if (home) return { terrain, homeAmslM: frame.toGeo(home.at).altitudeAmslM };
  const { latitudeDeg, longitudeDeg } = frame.toGeo(from);
  return { terrain, homeAmslM: groundHeightAmslM(terrain, latitudeDeg, longitudeDeg) };
}

/** Every fence that the leg does not keep to, part by part. */
export function fencesOn(
  leg: TimedLeg,
  { frame, fences }: SafetyWorld,
  rules: FenceRules,
): readonly LegViolation[] {
  if (fences.sites.length === 0) return [];
  const set = countingFor(leg, fences);
  const found: LegViolation[] = [];
  const cuts = cutsOf(leg);
  const partS = (leg.toS - leg.fromS) / (cuts.length - 1);
  for (let at = 0; at + 1 < cuts.length; at += 1) {
    const part = {
      from: placeAlong(leg, cuts[at] as number),
      to: placeAlong(leg, cuts[at + 1] as number),
      fromS: leg.fromS + at * partS,
      toS: leg.fromS + (at + 1) * partS,
    };
    const from = { ...frame.toGeo(part.from), timeMs: part.fromS * 1000 };
    const to = { ...frame.toGeo(part.to), timeMs: Math.max(part.fromS, part.toS) * 1000 };
    for (const violation of checkLeg(set, { from, to }, rules))
      found.push({
        ...{ violation, leg, place: placeAlong(part, violation.fromFraction) },
        timeS: part.fromS + (part.toS - part.fromS) * violation.fromFraction,
      });
  }
  return found;
}

const countingFor = ({ kind }: TimedLeg, fences: FenceSet): FenceSet =>
  kind === 'take_off' || kind === 'landing' ? toPadFences(fences) : fences;

/**
 * The leg as the fences must see it: as one where no fence begins or ceases to count meanwhile, for then only its line
 * matters; else knot by knot, for along a leg the speed is not even.
 */
export function toTimedLegs(leg: FlownLeg, trajectory: Trajectory, fences: FenceSet): readonly TimedLeg[] {
  if (leg.kind === 'hold' || !changesWithin(fences, leg.fromS, leg.toS)) return [leg];
  const { startS, knots } = trajectory;
  const legs: TimedLeg[] = [];
  let begin = { place: leg.from, timeS: leg.fromS };
  for (let at = 0; at < knots.length; at += KNOT_SIZE) {
    const timeS = startS + (knots[at] as number);
    if (timeS <= leg.fromS + ROUNDING_S || timeS >= leg.toS - ROUNDING_S) continue;
    const place = {
      eastM: knots[at + 1] as number,
      northM: knots[at + 2] as number,
      upM: knots[at + 3] as number,
    };
    legs.push({ from: begin.place, to: place, fromS: begin.timeS, toS: timeS, kind: leg.kind });
    begin = { place, timeS };
  }
  return [...legs, { from: begin.place, to: leg.to, fromS: begin.timeS, toS: leg.toS, kind: leg.kind }];
}

const ROUNDING_S = 1e-5;
