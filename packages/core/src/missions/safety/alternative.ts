import type { Enu } from '../../geo/wgs84.ts';
import type { FlightPoint } from '../energy/route.ts';
import { changesWithin } from './fence-times.ts';
import type { FlightCandidate, SafetyWorld } from './flight-candidate.ts';
import { levelDistanceM } from './leg-parts.ts';
import { acceptFlight, type FlightVerdict } from './validate-flight.ts';

/** Another flight that does nearly what was wished, and has passed every check as it stands here. */
export interface Alternative {
  /** One sentence: what is different. */
  readonly text: string;
  /** By how much, or to what: alt_m, east_m, north_m, delay_s, via, speed_mps, charge_pct, drone_id. */
  readonly changes: Readonly<Record<string, number | string>>;
  readonly at: Enu;
  /** Points to fly through before. */
  readonly via: readonly Enu[];
  /** Wait so long before setting out. */
  readonly delayS: number;
  /** Beyond the wish. */
  readonly cost: { readonly timeS: number; readonly energyPct: number };
  /** Codes of the violations that it avoids. */
  readonly clears: readonly string[];
  readonly score: number;
  readonly validUntilS: number;
  readonly candidate: FlightCandidate;
  readonly verdict: FlightVerdict;
}

/** What was wished for and refused. */
export interface Wish {
  readonly candidate: FlightCandidate;
  /** Of the point that alternatives are sought for: the last changed one. */
  readonly index: number;
  readonly point: FlightPoint;
  /** Where the leg to it begins. */
  readonly before: Enu;
  readonly refused: FlightVerdict;
  readonly codes: ReadonlySet<string>;
}

/** Something to try. */
export interface Trial {
  readonly text: string;
  readonly changes: Alternative['changes'];
  readonly candidate: FlightCandidate;
  readonly at: Enu;
  readonly via?: readonly Enu[];
  readonly delayS?: number;
}

export interface AlternativeSearch {
  readonly wish: Wish;
  /** Its traffic is remembered (`rememberTraffic`). */
  readonly world: SafetyWorld;
  readonly found: Alternative[];
  triesLeft: number;
}

/** Validates a trial whole; undefined where it does not pass, or enough has been tried. */
export function validateTrial(search: AlternativeSearch, trial: Trial): Alternative | undefined {
  if (search.triesLeft <= 0) return undefined;
  search.triesLeft -= 1;
  const verdict = acceptFlight(trial.candidate, search.world);
  return verdict && toAlternative(search, trial, verdict);
}

/** The same, and what passes is kept. */
export function tryAlternative(search: AlternativeSearch, trial: Trial): Alternative | undefined {
  const alternative = validateTrial(search, trial);
  if (alternative) search.found.push(alternative);
  return alternative;
}

function toAlternative(
  { wish }: AlternativeSearch,
  { text, changes, candidate, at, via = [], delayS = 0 }: Trial,
  verdict: FlightVerdict,
): Alternative {
  const { refused } = wish;
  const wishS = Number.isFinite(refused.durationS) ? refused.durationS : verdict.durationS;
  const startedLateS = candidate.startS - wish.candidate.startS;
  const timeS = startedLateS + verdict.durationS - wishS;
  const cost = {
    timeS,
    energyPct: beyond(verdict.energy?.neededPct, refused.energy?.neededPct),
  };
  const hoverS = beyond(refused.energy?.marginS, verdict.energy?.marginS);
  const score =
    distanceM(at, wish.point.at) / 10 +
    Math.max(0, timeS) +
    0.3 * Math.max(0, hoverS) +
    5 * countDimensions(changes);
  return {
    ...{ text, changes, at, via, delayS, cost, score, candidate, verdict },
    clears: [...wish.codes],
    validUntilS: wish.candidate.startS + MOVING_S,
  };
}

/** What cannot be compared costs nothing more. */
function beyond(value = Number.NaN, than = Number.NaN): number {
  return Number.isFinite(value - than) ? value - than : 0;
}

/** East and north are one: the place. */
function countDimensions(changes: Alternative['changes']): number {
  return new Set(Object.keys(changes).map((key) => (key === 'north_m' ? 'east_m' : key))).size;
}

const distanceM = (a: Enu, b: Enu): number => Math.hypot(levelDistanceM(a, b), b.upM - a.upM);

/** Who moves is soon elsewhere. */
const MOVING_S = 2;
const STANDING_S = [30, 10, 5] as const;
const SLOW_MPS = 0.5;

/** With how much later it may begin and still meet nobody, and no fence that has begun to count. */
export function withValidity(alternative: Alternative, wish: Wish, world: SafetyWorld): Alternative {
  const { candidate, verdict } = alternative;
  const { trajectory, durationS } = verdict;
  const { startS, fromSpeedMps } = candidate;
  if (!trajectory || fromSpeedMps > SLOW_MPS) return alternative;
  const validForS = STANDING_S.find(
    (lateS) =>
      !changesWithin(world.fences, startS, startS + durationS + lateS) &&
      !world.traffic.firstConflict(
        { ...trajectory, startS: trajectory.startS + lateS },
        world.limits.separation,
      ),
  );
  return { ...alternative, validUntilS: wish.candidate.startS + (validForS ?? MOVING_S) };
}

/** None that is no better in anything than another: in place, in time, in energy. Ranked by score, the least first. */
export function rankAlternatives(found: readonly Alternative[], wish: Wish): readonly Alternative[] {
  const costs = found.map(({ at, cost }) => [distanceM(at, wish.point.at), cost.timeS, cost.energyPct]);
  const kept = found.filter((_, own) => {
    const mine = costs[own] as number[];
    return !costs.some((theirs, other) => {
      if (other === own) return false;
      if (!theirs.every((value, axis) => value <= (mine[axis] as number) + SAME)) return false;
      // Of two that cost the same the first is kept.
      return other < own || theirs.some((value, axis) => value < (mine[axis] as number) - SAME);
    });
  });
  return kept.sort((a, b) => a.score - b.score);
}

const SAME = 1e-6;
