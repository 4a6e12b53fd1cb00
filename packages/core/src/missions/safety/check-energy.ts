import { isRefusal } from '../../errors.ts';
import { judgeReturn, type ReturnVerdict } from '../energy/reachability.ts';
import type { ReturnQuestion } from '../energy/return-question.ts';
import type { FlightPoint } from '../energy/route.ts';
import type { FlightCandidate, SafetyLimits, Verdict } from './flight-candidate.ts';

export interface EnergyCheck {
  readonly verdict: Verdict;
  /** Undefined: it cannot be reckoned. */
  readonly energy: ReturnVerdict | undefined;
}

/** To every point, then home or to the nearest open pad, with the reserve. */
export function checkEnergy(
  candidate: FlightCandidate,
  points: readonly FlightPoint[],
  limits: SafetyLimits,
): EnergyCheck {
  const energy = judgeReturn(toReturnQuestion(candidate, points, limits), limits.energy);
  if (!isRefusal(energy)) return { energy, verdict: toEnergyVerdict(energy) };
  const evidence = `cannot be reckoned: ${energy.details.field ?? energy.message}`;
  return { energy: undefined, verdict: { check: 'ENERGY_RTH', passed: false, code: 'ENERGY_RTH', evidence } };
}

export function toReturnQuestion(
  { batteryPct, model, air, from, pads, returnUpM }: FlightCandidate,
  points: readonly FlightPoint[],
  { cruiseMps }: SafetyLimits,
): ReturnQuestion {
  const route = points.map((point) => ({ ...point, groundSpeedMps: point.groundSpeedMps ?? cruiseMps }));
  return { ...{ batteryPct, model, air, from, route, pads }, ...(returnUpM !== undefined && { returnUpM }) };
}

function toEnergyVerdict(energy: ReturnVerdict): Verdict {
  const { accepted, reason, marginPct, neededPct, batteryAtHomePct, padId } = energy;
  if (accepted)
    return {
      ...{ check: 'ENERGY_RTH', passed: true, margin: marginPct, unit: '%', limit: neededPct },
      evidence: `lands at ${padId ?? 'home'} with ${batteryAtHomePct.toFixed(0)} % expected, ${marginPct.toFixed(1)} % above what is needed`,
    };
  const told: Readonly<Record<ReturnVerdict['reason'], string>> = {
    reachable: '',
    energy: `needs ${neededPct.toFixed(1)} % to fly it and come back with the reserve`,
    wind: 'the wind leaves no way back',
    brown_out: 'the pack cannot give the power that this takes',
    no_open_pad: 'no pad is open to land on afterwards',
  };
  const numbers = Number.isFinite(marginPct) ? { margin: marginPct, limit: neededPct } : {};
  return {
    ...{ check: 'ENERGY_RTH', passed: false, code: 'ENERGY_RTH', unit: '%', ...numbers },
    evidence: told[reason],
  };
}
