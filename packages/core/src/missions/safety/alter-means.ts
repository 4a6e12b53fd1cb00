import { isRefusal } from '../../errors.ts';
import { chargingS, defaultPlug } from '../energy/charging.ts';
import { judgeReturn } from '../energy/reachability.ts';
import type { Pad } from '../energy/return-question.ts';
import { type AlternativeSearch, tryAlternative, type Wish } from './alternative.ts';
import { toReturnQuestion } from './check-energy.ts';
import { terrainLimitM } from './check-terrain.ts';
import type { FlightCandidate, SafetyWorld } from './flight-candidate.ts';
import { climbsFirst, isOnGround } from './wished-flight.ts';

/** The same flight with more charge, or by another drone. */

/** A plug fills the last per cents only slowly. */
const FULL_PCT = 98;
const SPARE_PCT = 1;

/** Home first, charge to what is needed, and then from the pad. */
export function tryCharged(search: AlternativeSearch): void {
  const { wish, world } = search;
  const pad = wish.candidate.pads.find(({ open }) => open);
  const neededPct = wish.refused.energy?.neededPct ?? Number.NaN;
  const arrival = pad && arriveAt(wish, pad, world);
  if (!pad || !arrival) return;
  const targets = [Math.ceil(neededPct + SPARE_PCT), FULL_PCT];
  for (const targetPct of targets) {
    if (!(targetPct <= FULL_PCT && targetPct > arrival.batteryPct)) continue;
    const chargeS = chargingS(defaultPlug, arrival.batteryPct / 100, targetPct / 100);
    const delayS = Math.ceil(arrival.flightS + chargeS);
    const trial = {
      text: `same place after charging to ${targetPct} % at ${pad.id}, in about ${Math.ceil(delayS / 60)} min`,
      changes: { charge_pct: targetPct, delay_s: delayS },
      at: wish.point.at,
      delayS,
      candidate: fromPad(wish, pad, { world, targetPct, delayS }),
    };
    if (tryAlternative(search, trial)) return;
  }
}

/** When it is there, and with how much left; undefined: it does not come so far. */
function arriveAt(wish: Wish, pad: Pad, world: SafetyWorld) {
  const { candidate } = wish;
  if (isOnGround(wish, world)) return { flightS: 0, batteryPct: candidate.batteryPct };
  const question = toReturnQuestion({ ...candidate, pads: [pad] }, [], world.limits);
  const verdict = judgeReturn(question, world.limits.energy);
  if (isRefusal(verdict) || !(verdict.batteryAtHomePct >= 0)) return undefined;
  return { flightS: verdict.flightS, batteryPct: verdict.batteryAtHomePct };
}

interface Charged {
  readonly world: SafetyWorld;
  readonly targetPct: number;
  readonly delayS: number;
}

function fromPad({ candidate }: Wish, pad: Pad, { world, targetPct, delayS }: Charged): FlightCandidate {
  const { velocity: _still, ...still } = candidate;
  const skipped = climbsFirst(candidate) ? 1 : 0;
  const wished = candidate.points.slice(skipped);
  const firstUpM = wished[0]?.at.upM ?? pad.at.upM;
  const upM = Math.max(firstUpM, pad.at.upM + terrainLimitM(world.limits));
  return {
    ...{ ...still, from: pad.at, fromSpeedMps: 0, batteryPct: targetPct },
    startS: candidate.startS + delayS,
    points: [{ at: { ...pad.at, upM } }, ...wished],
    changed: candidate.changed.map((each) => each - skipped + 1),
  };
}

const OTHERS_TRIED = 4;

/** Whoever else could do it. */
export function tryOthers(search: AlternativeSearch): void {
  const { wish, world } = search;
  for (const { droneId, candidate } of world.others?.(wish.candidate).slice(0, OTHERS_TRIED) ?? []) {
    const text = `same place, flown by ${droneId}`;
    tryAlternative(search, { text, changes: { drone_id: droneId }, at: wish.point.at, candidate });
  }
}
