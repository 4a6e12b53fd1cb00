import { isTrajectoryFault, type Trajectory, trajectoryDurationS } from '../../geo/trajectory.ts';
import type { TrafficConflict } from '../../geo/trajectory-traffic.ts';
import type { ReturnVerdict } from '../energy/reachability.ts';
import { checkContingency } from './check-contingency.ts';
import { checkEnergy } from './check-energy.ts';
import { checkFences } from './check-fences.ts';
import { checkKinematics } from './check-kinematics.ts';
import { checkAltitude, checkDistance, checkFormat } from './check-places.ts';
import { checkTerrain } from './check-terrain.ts';
import { checkTraffic, checkTrafficBriefly } from './check-traffic.ts';
import { checkWind } from './check-wind.ts';
import {
  type FlightCandidate,
  SAFETY_CHECKS,
  type SafetyCheck,
  type SafetyWorld,
  type Verdict,
} from './flight-candidate.ts';
import { type FlownRoute, flyCandidate } from './flown-route.ts';

/** What all checks together say. Accepted: every one passed, and `trajectory` is what may be committed to. */
export interface FlightVerdict {
  readonly accepted: boolean;
  /** In the order of SAFETY_CHECKS, every one. */
  readonly verdicts: readonly Verdict[];
  readonly violations: readonly Verdict[];
  readonly trajectory: Trajectory | undefined;
  readonly durationS: number;
  readonly lengthM: number;
  readonly energy: ReturnVerdict | undefined;
  readonly conflicts: readonly TrafficConflict[];
}

/** Runs all checks; none is skipped because another has failed, but those that need a flight where there is none. */
export function validateFlight(candidate: FlightCandidate, world: SafetyWorld): FlightVerdict {
  return runChecks(candidate, world, false);
}

/** The same, given up at the first check that fails, the cheap ones first: undefined where it is not accepted. */
export function acceptFlight(candidate: FlightCandidate, world: SafetyWorld): FlightVerdict | undefined {
  const verdict = runChecks(candidate, world, true);
  return verdict.accepted ? verdict : undefined;
}

interface Found {
  readonly energy?: ReturnVerdict | undefined;
  readonly conflicts?: readonly TrafficConflict[];
  readonly route?: FlownRoute;
}

/** Cheapest first; what was not looked at has not passed. */
function runChecks(candidate: FlightCandidate, world: SafetyWorld, untilFailed: boolean): FlightVerdict {
  const goesOn = (verdicts: readonly Verdict[]) => !untilFailed || verdicts.every(({ passed }) => passed);
  const format = checkFormat(candidate);
  const known = [format, checkAuthorization(candidate)];
  if (!format.passed) return toVerdict(known, {}, 'the points have no place');
  known.push(checkDistance(candidate, world), checkAltitude(candidate, world));
  if (!goesOn(known)) return toVerdict(known, {}, GIVEN_UP);
  const route = flyCandidate(candidate, world.limits);
  if (isTrajectoryFault(route)) {
    const { verdict, energy } = checkEnergy(candidate, candidate.points, world.limits);
    known.push(checkKinematics(candidate, route, undefined), verdict);
    return toVerdict(known, { energy }, 'it cannot be flown');
  }
  const { verdicts: fences, stopping } = checkFences(candidate, route, world);
  known.push(...fences, checkKinematics(candidate, route, stopping));
  if (!goesOn(known)) return toVerdict(known, { route }, GIVEN_UP);
  const { verdict, energy } = checkEnergy(candidate, route.points, world.limits);
  known.push(verdict, checkWind(candidate, route, { energy, limits: world.limits }));
  const { terrain, ceiling } = checkTerrain(route, world);
  known.push(terrain);
  if (ceiling && known[ALTITUDE_AT]?.passed) known[ALTITUDE_AT] = ceiling;
  if (!goesOn(known)) return toVerdict(known, { route, energy }, GIVEN_UP);
  const check = untilFailed ? checkTrafficBriefly : checkTraffic;
  const { verdict: traffic, conflicts } = check(candidate, route, world);
  known.push(traffic);
  if (!goesOn(known)) return toVerdict(known, { route, energy, conflicts }, GIVEN_UP);
  if (energy) known.push(checkContingency(candidate, route, world));
  return toVerdict(known, { route, energy, conflicts }, 'its energy cannot be reckoned');
}

const GIVEN_UP = 'another check has failed';
/** Of the altitude's verdict in what is known. */
const ALTITUDE_AT = 3;

function checkAuthorization({ objection }: FlightCandidate): Verdict {
  return objection === undefined
    ? { check: 'AUTHZ', passed: true, evidence: 'Permitted, and nothing greater stands' }
    : { check: 'AUTHZ', passed: false, code: 'AUTHZ', evidence: objection };
}

function toVerdict(
  known: readonly Verdict[],
  { energy, conflicts = [], route }: Found,
  why: string,
): FlightVerdict {
  const done = new Map<SafetyCheck, Verdict>(known.map((verdict) => [verdict.check, verdict]));
  const verdicts = SAFETY_CHECKS.map(
    (check): Verdict =>
      done.get(check) ?? { check, passed: false, code: check, evidence: `not checked: ${why}` },
  );
  const violations = verdicts.filter(({ passed }) => !passed);
  return {
    ...{ accepted: violations.length === 0, verdicts, violations, energy, conflicts },
    trajectory: route?.trajectory,
    durationS: route ? trajectoryDurationS(route.trajectory) : Number.NaN,
    lengthM: route?.lengthM ?? Number.NaN,
  };
}
