import { positionAt, trajectoryDurationS } from '../../geo/trajectory.ts';
import { toCraft } from '../energy/leg.ts';
import { append, atRest, type Flight, toLeg } from '../energy/route.ts';
import { toReturnQuestion } from './check-energy.ts';
import { datumOf } from './fenced-legs.ts';
import type { FlightCandidate, SafetyWorld, Verdict } from './flight-candidate.ts';
import type { FlownLeg, FlownRoute } from './flown-route.ts';
import {
  findWayHome,
  type HomeSearch,
  hoverThere,
  type NoWayHome,
  type Turn,
  type WayHome,
} from './way-home.ts';

const EVERY_S = 10;
/** An hour of flight at every ten seconds; what is longer is looked at as often, and at the end of every leg. */
const MAX_SAMPLES = 360;
/** A search for a way around fences costs more than everything else; mostly the way it came is one. */
const MAX_DETOURS = 1;

/**
 * From every ten seconds of the flight, and from every turning point, one and the same way leads to a pad: over high enough
 * ground, through no fence, with the reserve. Asked only of what can be reckoned (`judgeReturn` has not refused it).
 */
export function checkContingency(candidate: FlightCandidate, route: FlownRoute, world: SafetyWorld): Verdict {
  const search = toSearch(candidate, route.points, world);
  let before: WayHome | undefined;
  let least = { marginS: Number.POSITIVE_INFINITY, turn: undefined as Turn | undefined };
  for (const turn of turnsOf(candidate, route, search)) {
    const way = turn === 'barred' ? 'energy' : findWayHome(search, turn, before);
    if (turn === 'barred' || typeof way === 'string')
      return toTrapped(turn === 'barred' ? undefined : turn, way as NoWayHome, candidate.startS);
    if (way.verdict.marginS < least.marginS) least = { marginS: way.verdict.marginS, turn };
    before = way;
  }
  return {
    ...{ check: 'CONTINGENCY', passed: true, margin: least.marginS, unit: 's', limit: 0 },
    evidence: `a pad can be returned to from everywhere on the way, with ${least.marginS.toFixed(0)} s of hovering to spare at least`,
    ...(least.turn && { at: { place: least.turn.place, timeS: least.turn.timeS } }),
  };
}

/** Whether there is a way home from where the flight begins: without one, no flight that begins there has all its ways. */
export function canTurnBackAtOnce(candidate: FlightCandidate, world: SafetyWorld): boolean {
  const search = toSearch(candidate, candidate.points, world);
  const { from: place, startS: timeS } = candidate;
  return typeof findWayHome(search, { place, timeS, flown: atRest }, undefined) !== 'string';
}

function toSearch(candidate: FlightCandidate, points: FlownRoute['points'], world: SafetyWorld): HomeSearch {
  return {
    world,
    craft: toCraft(candidate.model.airframe, candidate.air, world.limits.energy),
    question: toReturnQuestion(candidate, points, world.limits),
    datum: datumOf(candidate, world),
    detoursLeft: MAX_DETOURS,
    shut: new Map(),
  };
}

const REASONS: Readonly<Record<NoWayHome, string>> = {
  energy: 'it could not come back to any pad with the reserve',
  fences: 'every way to a pad that it has the charge for leads through a fence',
  terrain: 'the ground on the way to a pad is unknown or too high',
};

function toTrapped(turn: Turn | undefined, why: NoWayHome, startS: number): Verdict {
  const from = turn ? `${(turn.timeS - startS).toFixed(0)} s into the flight` : 'on the way';
  return {
    ...{ check: 'CONTINGENCY', passed: false, code: 'CONTINGENCY', evidence: `${from} ${REASONS[why]}` },
    ...(turn && { at: { place: turn.place, timeS: turn.timeS } }),
  };
}

/** Where one might have to turn back, in order; `barred` where the wind lets nobody on. */
function* turnsOf(
  { from, startS, afterwards }: FlightCandidate,
  { legs: all, trajectory }: FlownRoute,
  { craft }: HomeSearch,
): Generator<Turn | 'barred'> {
  // From the hover at the very end it turns when its charge says so.
  const legs = afterwards === 'hovering' ? all.slice(0, -1) : all;
  const everyS = Math.max(EVERY_S, trajectoryDurationS(trajectory) / MAX_SAMPLES);
  let flown: Flight = atRest;
  yield { place: from, timeS: startS, flown };
  for (const leg of legs) {
    const begun = flown;
    const reach = (place: FlownLeg['to'], timeS: number): Flight | undefined => {
      if (leg.kind === 'hold') return hoverThere(craft, begun, timeS - leg.fromS);
      const next = append(craft, begun, toLeg(leg.from, { at: place, groundSpeedMps: leg.groundSpeedMps }));
      return 'tailMps' in next ? undefined : next;
    };
    for (let timeS = leg.fromS + everyS; timeS < leg.toS; timeS += everyS) {
      const place = positionAt(trajectory, timeS) ?? leg.to;
      const reached = reach(place, timeS);
      yield reached ? { place, timeS, flown: reached } : 'barred';
    }
    const reached = reach(leg.to, leg.toS);
    yield reached ? { place: leg.to, timeS: leg.toS, flown: reached } : 'barred';
    flown = reached ?? flown;
  }
}
