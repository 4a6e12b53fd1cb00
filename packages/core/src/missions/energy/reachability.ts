import type { Refusal } from '../../errors.ts';
import type { Enu } from '../../geo/wgs84.ts';
import { brownOutSoc, type Discharge, type Pack, socHolding, storedWh, toDischarge } from './battery.ts';
import { type Craft, defaultEnergyPolicy, type EnergyPolicy, toCraft } from './leg.ts';
import { type Pad, type ReturnQuestion, refuseQuestion } from './return-question.ts';
import {
  append,
  atRest,
  type Flight,
  flyRoute,
  hover,
  isRouteBarrier,
  type RouteBarrier,
  type Start,
  stop,
} from './route.ts';

export type ReturnReason = 'reachable' | 'energy' | 'wind' | 'brown_out' | 'no_open_pad';

/** The answer, with its margin, its limit and its evidence. Numbers are NaN where the wind or the pads leave none. */
export interface ReturnVerdict {
  readonly accepted: boolean;
  readonly reason: ReturnReason;
  /** Where it would land: of the pads asked, the one with the most left. */
  readonly padId: string | undefined;
  /** Limit: with so much charge it would just be accepted; above 100 more than the pack holds. */
  readonly neededPct: number;
  /** Charge above the limit; below 0: short by. */
  readonly marginPct: number;
  /** The same as seconds of hovering. */
  readonly marginS: number;
  /** Expected at touch-down; below 0 it would not get there. */
  readonly batteryAtHomePct: number;
  readonly floorPct: number;
  readonly flightS: number;
  /** Of it, the route alone, and its expected energy. */
  readonly routeS: number;
  readonly routeWh: number;
  /** Expected energy of route, return and landing, and its standard deviation. */
  readonly meanWh: number;
  readonly sigmaWh: number;
  readonly neededWh: number;
  readonly availableWh: number;
  /** The leg that the wind bars; past the route's last it is the way home. */
  readonly barrier: RouteBarrier | undefined;
}

/** Pads beyond the nearest so many are not asked: the fifth is hardly ever the one. */
const PADS_ASKED = 4;

/**
 * Accepts where what is stored above the floor covers the mean, the policy's quantile of its error, and the contingency:
 * E_now − E_floor ≥ μ + z·σ + contingency, with (z·σ)² = (z·σ_model·μ)² + (E(worst wind) − μ)².
 */
export function judgeReturn(
  question: ReturnQuestion,
  policy: EnergyPolicy = defaultEnergyPolicy,
): ReturnVerdict | Refusal {
  const refusal = refuseQuestion(question, policy);
  return refusal ?? judgeChecked(toCraft(question.model.airframe, question.air, policy), question);
}

/** The same for a question that has been checked, its craft worked out once. */
export function judgeChecked(craft: Craft, question: ReturnQuestion): ReturnVerdict {
  const { from, route } = question;
  const flown = flyRoute(craft, { from, flown: atRest }, route);
  if (isRouteBarrier(flown)) return barred(craft, flown);
  return judgeHomeward(craft, question, { from: route.at(-1)?.at ?? from, flown });
}

/** From a place and what has been flown before it: home, or the best of the nearest open pads. */
export function judgeHomeward(craft: Craft, question: ReturnQuestion, start: Start): ReturnVerdict {
  let best: ReturnVerdict | undefined;
  for (const pad of nearestPads(question.pads, start.from)) {
    const verdict = judgePad(craft, question, start, pad);
    if (!best || isBetter(verdict, best)) best = verdict;
  }
  return best ?? { ...NOTHING, reason: 'no_open_pad', floorPct: craft.policy.floorPct };
}

const isBetter = (verdict: ReturnVerdict, best: ReturnVerdict): boolean =>
  verdict.accepted === best.accepted
    ? Number.isNaN(best.marginPct) || verdict.marginPct > best.marginPct
    : verdict.accepted;

function nearestPads(pads: readonly Pad[], from: Enu): readonly Pad[] {
  const open = pads.filter((pad) => pad.open);
  if (open.length <= PADS_ASKED) return open;
  const distanceM = ({ at }: Pad): number => Math.hypot(at.eastM - from.eastM, at.northM - from.northM);
  return open.sort((a, b) => distanceM(a) - distanceM(b)).slice(0, PADS_ASKED);
}

const NOTHING: ReturnVerdict = {
  accepted: false,
  reason: 'wind',
  padId: undefined,
  neededPct: Number.NaN,
  marginPct: Number.NaN,
  marginS: Number.NaN,
  batteryAtHomePct: Number.NaN,
  floorPct: Number.NaN,
  flightS: Number.NaN,
  routeS: Number.NaN,
  routeWh: Number.NaN,
  meanWh: Number.NaN,
  sigmaWh: Number.NaN,
  neededWh: Number.NaN,
  availableWh: Number.NaN,
  barrier: undefined,
};

const barred = ({ policy }: Craft, barrier: RouteBarrier): ReturnVerdict => ({
  ...NOTHING,
  floorPct: policy.floorPct,
  barrier,
});

function judgePad(craft: Craft, question: ReturnQuestion, start: Start, pad: Pad): ReturnVerdict {
  const flight = flyToPad(craft, start, pad, question.returnUpM);
  if ('tailMps' in flight)
    return { ...barred(craft, { ...flight, leg: question.route.length }), padId: pad.id };
  const { timeS: routeS, meanWh: routeWh } = start.flown;
  const verdict = weigh(craft, question, hover(craft, flight, craft.policy.landingS));
  return { ...verdict, padId: pad.id, routeS, routeWh };
}

/** Up to the height of returning, over, and down. */
function flyToPad(craft: Craft, { from, flown }: Start, { at }: Pad, returnUpM: number | undefined) {
  const upM = Math.max(from.upM, at.upM, returnUpM ?? Number.NEGATIVE_INFINITY);
  const top: Enu = { eastM: from.eastM, northM: from.northM, upM };
  const over: Enu = { eastM: at.eastM, northM: at.northM, upM };
  const speed = craft.airframe.returnGroundSpeedMps;
  const atSpeed = speed === undefined ? {} : { groundSpeedMps: speed };
  const up = upM > from.upM ? append(craft, flown, { from, to: top, homeward: true }) : flown;
  if ('tailMps' in up) return up;
  const across = append(craft, up, { from: top, to: over, homeward: true, ...atSpeed });
  if ('tailMps' in across) return across;
  return append(craft, stop(craft, across), { from: over, to: at, homeward: true });
}

/** A whole flight against the pack. */
function weigh(craft: Craft, { batteryPct, model }: ReturnQuestion, flight: Flight): ReturnVerdict {
  const { policy, hoverW } = craft;
  const { timeS: flightS, meanWh, adverseWh } = flight;
  const doubtWh = Math.hypot(policy.quantileZ * model.relativeSigma * meanWh, adverseWh - meanWh);
  const neededWh = meanWh + doubtWh + (hoverW * policy.contingencyS) / J_PER_WH;
  const sigmaWh = policy.quantileZ > 0 ? doubtWh / policy.quantileZ : 0;
  const reckoned = { flightS, meanWh, sigmaWh, neededWh };
  const store = toStore(model.pack, craft, flight, doubtWh);
  if (!store) return { ...NOTHING, reason: 'brown_out', floorPct: policy.floorPct, ...reckoned };
  const { floorSoc, discharge, expected } = store;
  const soc = batteryPct / 100;
  const floorWh = storedWh(discharge, floorSoc);
  const availableWh = storedWh(discharge, soc) - floorWh;
  const neededPct = 100 * socHolding(discharge, floorWh + neededWh);
  const accepted = availableWh >= neededWh;
  return {
    ...NOTHING,
    ...reckoned,
    accepted,
    reason: accepted ? 'reachable' : 'energy',
    neededPct,
    marginPct: batteryPct - neededPct,
    marginS: ((availableWh - neededWh) * J_PER_WH) / hoverW,
    batteryAtHomePct: 100 * socHolding(expected, storedWh(expected, soc) - meanWh),
    floorPct: 100 * floorSoc,
    availableWh,
  };
}

const J_PER_WH = 3600;

interface EnergyStore {
  /** At the power of the worst that is reckoned with. */
  readonly discharge: Discharge;
  /** At the mean power. */
  readonly expected: Discharge;
  readonly floorSoc: number;
}

/** Undefined: this pack cannot give the peak power at all. The floor rises to where it still can. */
function toStore(pack: Pack, craft: Craft, flight: Flight, doubtWh: number): EnergyStore | undefined {
  const { timeS, meanWh, peakW } = flight;
  const meanW = timeS > 0 ? (meanWh * J_PER_WH) / timeS : craft.hoverW;
  const worstW = timeS > 0 ? ((meanWh + doubtWh) * J_PER_WH) / timeS : craft.hoverW;
  const empty = brownOutSoc(pack, Math.max(peakW, worstW, craft.hoverW));
  const discharge = toDischarge(pack, worstW);
  const expected = toDischarge(pack, meanW);
  if (empty === undefined || !discharge || !expected) return undefined;
  return { discharge, expected, floorSoc: Math.max(craft.policy.floorPct / 100, empty) };
}
