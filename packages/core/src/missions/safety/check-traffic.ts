import type { TrafficConflict } from '../../geo/trajectory-traffic.ts';
import type { FlightCandidate, SafetyWorld, Verdict } from './flight-candidate.ts';
import type { FlownRoute } from './flown-route.ts';

export interface TrafficVerdict {
  readonly verdict: Verdict;
  readonly conflicts: readonly TrafficConflict[];
}

/** Rounding of seconds since 1970. */
const NOW_S = 1e-3;
/** Whoever moves away is apart by then. */
const PARTED_S = 30;
const TOLD = 16;

/**
 * Too near already, never nearer than now, and apart before long: ASTM F3548-21 lets a pre-existing conflict stand, and
 * nobody could fly out of one otherwise.
 */
function isParting({ lostS, worstS, regainedS }: TrafficConflict, startS: number): boolean {
  return Math.max(lostS, worstS) <= startS + NOW_S && regainedS <= startS + PARTED_S;
}

/** Against every flight that has been committed to, in time and space. */
export function checkTraffic(
  { startS }: FlightCandidate,
  { trajectory }: FlownRoute,
  { traffic, limits: { separation } }: SafetyWorld,
): TrafficVerdict {
  const all = traffic.conflicts(trajectory, separation);
  const conflicts = all
    .flatMap((conflict) => {
      if (!isParting(conflict, startS)) return [conflict];
      // Once apart it counts again.
      const span = [conflict.regainedS + NOW_S, Number.POSITIVE_INFINITY] as const;
      const later = traffic.conflicts(trajectory, separation, { span });
      return later.filter((each) => each.with.id === conflict.with.id);
    })
    .slice(0, TOLD);
  const [first] = conflicts;
  if (first) return { conflicts, verdict: toVerdict(first, { startS, separation, more: all.length - 1 }) };
  const evidence =
    all.length > 0
      ? 'Only moves away from a drone that is too near already'
      : 'No committed flight comes near';
  const limit = separation.horizontalM;
  return { conflicts, verdict: { check: 'TRAFFIC_4D', passed: true, unit: 'm', limit, evidence } };
}

/** The same where one conflict is enough: it costs less to find one than to find all. */
export function checkTrafficBriefly(
  candidate: FlightCandidate,
  route: FlownRoute,
  world: SafetyWorld,
): TrafficVerdict {
  const { separation } = world.limits;
  const { startS } = candidate;
  const first = world.traffic.firstConflict(route.trajectory, separation);
  if (first && isParting(first, startS)) return checkTraffic(candidate, route, world);
  if (first) return { conflicts: [first], verdict: toVerdict(first, { startS, separation, more: 0 }) };
  return checkTraffic(candidate, route, { ...world, traffic: NOBODY });
}

const NOBODY: SafetyWorld['traffic'] = { conflicts: () => [], firstConflict: () => undefined };

interface Told {
  readonly startS: number;
  readonly separation: SafetyWorld['limits']['separation'];
  readonly more: number;
}

function toVerdict(first: TrafficConflict, { startS, separation, more }: Told): Verdict {
  const { horizontalM, verticalM, worstS, place } = first;
  const isHorizontal = horizontalM / separation.horizontalM >= verticalM / separation.verticalM;
  const [margin, limit] = isHorizontal
    ? [horizontalM - separation.horizontalM, separation.horizontalM]
    : [verticalM - separation.verticalM, separation.verticalM];
  const inS = Math.max(0, worstS - startS);
  return {
    ...{ check: 'TRAFFIC_4D', passed: false, code: 'TRAFFIC_4D', margin, unit: 'm', limit },
    evidence: `passes ${first.with.id} in ${inS.toFixed(0)} s at ${horizontalM.toFixed(0)} m across and ${verticalM.toFixed(0)} m up or down; needed are ${separation.horizontalM.toFixed(0)} m or ${separation.verticalM.toFixed(0)} m${more > 0 ? `; and ${more} more` : ''}`,
    at: { place, timeS: worstS },
  };
}
