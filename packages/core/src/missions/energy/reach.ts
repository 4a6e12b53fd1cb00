import type { Refusal } from '../../errors.ts';
import type { Enu } from '../../geo/wgs84.ts';
import { createEnergyBound, payableWh } from './energy-bound.ts';
import { type Craft, defaultEnergyPolicy, type EnergyPolicy, flyLeg, isBarrier, toCraft } from './leg.ts';
import { judgeChecked, judgeHomeward, type ReturnVerdict } from './reachability.ts';
import { type ReturnQuestion, refuseQuestion } from './return-question.ts';
import { append, atRest, type Flight, type FlightPoint, hover, stop, toLeg } from './route.ts';

/** How far one can go: toward a wish, along a route, in every direction. All by bisection on `judgeReturn`'s rule. */

const BISECTIONS = 20;
const SAMPLE_S = 10;
const MAX_SAMPLES = 512;

const between = (from: Enu, to: Enu, share: number): Enu => ({
  eastM: from.eastM + share * (to.eastM - from.eastM),
  northM: from.northM + share * (to.northM - from.northM),
  upM: from.upM + share * (to.upM - from.upM),
});

/** The last share of [0, 1] that passes, to a millionth; 0 is known to pass. */
function lastPassing(passes: (share: number) => boolean): number {
  if (passes(1)) return 1;
  let [low, high] = [0, 1];
  for (let round = 0; round < BISECTIONS; round++) {
    const middle = (low + high) / 2;
    if (passes(middle)) low = middle;
    else high = middle;
  }
  return low;
}

export interface FarthestPoint {
  readonly at: Enu;
  /** Of the last leg. */
  readonly share: number;
  /** Of the route that ends there: accepted. */
  readonly verdict: ReturnVerdict;
}

/** The farthest point of the route's last leg that may be flown to; undefined: not even the leg's beginning. */
export function farthestReachable(
  question: ReturnQuestion,
  policy: EnergyPolicy = defaultEnergyPolicy,
): FarthestPoint | Refusal | undefined {
  const refusal = refuseQuestion(question, policy);
  if (refusal) return refusal;
  const craft = toCraft(question.model.airframe, question.air, policy);
  const wish = question.route.at(-1);
  const begin = question.route.at(-2)?.at ?? question.from;
  const judgeAt = (part: number): ReturnVerdict => {
    const route = wish
      ? [...question.route.slice(0, -1), { ...wish, at: between(begin, wish.at, part) }]
      : [];
    return judgeChecked(craft, { ...question, route });
  };
  if (!judgeAt(0).accepted) return undefined;
  const share = lastPassing((each) => judgeAt(each).accepted);
  return { at: between(begin, wish?.at ?? begin, share), share, verdict: judgeAt(share) };
}

/** Where on a route the way home closes. */
export interface PointOfNoReturn {
  readonly at: Enu;
  /** Index of the route's point that one is on the way to. */
  readonly leg: number;
  /** Flown until there. */
  readonly timeS: number;
}

/**
 * The last place of a route up to which the drone may turn for a pad at any time; undefined: it may all the way. Looked
 * at every ten seconds of flight and at every point, then bisected. Where not even the start passes, it is the start.
 */
export function findPointOfNoReturn(
  question: ReturnQuestion,
  policy: EnergyPolicy = defaultEnergyPolicy,
): PointOfNoReturn | Refusal | undefined {
  const refusal = refuseQuestion(question, policy);
  if (refusal) return refusal;
  const craft = toCraft(question.model.airframe, question.air, policy);
  let { from } = question;
  let flown: Flight = atRest;
  if (!judgeHomeward(craft, question, { from, flown }).accepted) return { at: from, leg: 0, timeS: 0 };
  const samples = Math.max(1, Math.floor(MAX_SAMPLES / Math.max(1, question.route.length)));
  for (const [leg, point] of question.route.entries()) {
    const closes = findOnLeg(craft, question, { from, flown, point, samples });
    if (closes) return { ...closes, leg };
    const reached = append(craft, flown, toLeg(from, point));
    if ('tailMps' in reached) return { at: from, leg, timeS: flown.timeS };
    flown = point.holdS ? hover(craft, stop(craft, reached), point.holdS) : reached;
    from = point.at;
    if (!judgeHomeward(craft, question, { from, flown }).accepted)
      return { at: from, leg, timeS: flown.timeS };
  }
  return undefined;
}

interface LegSearch {
  readonly from: Enu;
  readonly flown: Flight;
  readonly point: FlightPoint;
  readonly samples: number;
}

function findOnLeg(craft: Craft, question: ReturnQuestion, { from, flown, point, samples }: LegSearch) {
  const part = (share: number) =>
    append(craft, flown, toLeg(from, { ...point, at: between(from, point.at, share) }));
  const passes = (share: number): boolean => {
    const reached = part(share);
    return (
      !('tailMps' in reached) &&
      judgeHomeward(craft, question, { from: between(from, point.at, share), flown: reached }).accepted
    );
  };
  const whole = flyLeg(craft, toLeg(from, point));
  if (isBarrier(whole)) return undefined;
  const steps = Math.min(samples, Math.max(1, Math.ceil(whole.timeS / SAMPLE_S)));
  for (let k = 1; k <= steps; k++) {
    if (passes(k / steps)) continue;
    const share = (k - 1 + lastPassing((each) => passes((k - 1 + each) / steps))) / steps;
    const reached = part(share);
    const timeS = 'tailMps' in reached ? flown.timeS : reached.timeS;
    return { at: between(from, point.at, share), timeS };
  }
  return undefined;
}

const BEARINGS = 36;

/** Farther than this there and back not even the cheapest flight comes. */
function mostRangeM(
  { from, pads, batteryPct, model, air }: Omit<ReturnQuestion, 'route'>,
  policy: EnergyPolicy,
) {
  const bound = createEnergyBound(model, air, policy);
  const awayM = pads.reduce(
    (most, { at }) => Math.max(most, Math.hypot(at.eastM - from.eastM, at.northM - from.northM)),
    0,
  );
  const mostWh = payableWh(bound, batteryPct) + bound.homeWhPerM * awayM;
  return Math.max(0, mostWh) / (bound.whPerM + bound.homeWhPerM);
}

/** In one direction, how far the drone may go at its height and still come back. */
export interface Range {
  /** Clockwise from north. */
  readonly bearingDeg: number;
  readonly rangeM: number;
  readonly at: Enu;
}

/** The edge of what can be reached and come back from, every ten degrees; empty where it may not even go home from here. */
export function findMaxRange(
  question: Omit<ReturnQuestion, 'route'>,
  policy: EnergyPolicy = defaultEnergyPolicy,
): readonly Range[] | Refusal {
  const { from } = question;
  const here = { ...question, route: [] };
  const refusal = refuseQuestion(here, policy);
  if (refusal) return refusal;
  const craft = toCraft(question.model.airframe, question.air, policy);
  if (!judgeChecked(craft, here).accepted) return [];
  const rangeM = mostRangeM(question, policy);
  return Array.from({ length: BEARINGS }, (_, k) => {
    const bearingDeg = (360 / BEARINGS) * k;
    const bearingRad = (bearingDeg * Math.PI) / 180;
    const end: Enu = {
      eastM: from.eastM + rangeM * Math.sin(bearingRad),
      northM: from.northM + rangeM * Math.cos(bearingRad),
      upM: from.upM,
    };
    const share = lastPassing(
      (each) => judgeChecked(craft, { ...question, route: [{ at: between(from, end, each) }] }).accepted,
    );
    return { bearingDeg, rangeM: share * rangeM, at: between(from, end, share) };
  });
}
