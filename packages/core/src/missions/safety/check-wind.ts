import type { ReturnVerdict } from '../energy/reachability.ts';
import type { FlightCandidate, SafetyLimits, Verdict } from './flight-candidate.ts';
import type { FlownLeg, FlownRoute } from './flown-route.ts';

/** Sums of rounded numbers. */
const NOISE_MPS = 1e-6;

/**
 * The speeds that are planned take no more airspeed than plans may count on, on every leg and where it holds its place; and
 * the wind, wrong as far as it may be, bars no leg and no way home (`barrier`).
 */
export function checkWind(
  { air, points: asked, model: { airframe } }: FlightCandidate,
  { legs, points }: FlownRoute,
  { energy, limits }: { readonly energy: ReturnVerdict | undefined; readonly limits: SafetyLimits },
): Verdict {
  if (!energy)
    return { ...FAILED, evidence: 'cannot be reckoned: a number it depends on is none, or no drone’s' };
  if (energy.reason === 'wind') return toBarred(energy);
  const limit = limits.energy.airspeedShare * airframe.airspeedMaxMps;
  let most = { airspeedMps: Number.NEGATIVE_INFINITY, leg: legs[0] as FlownLeg };
  for (const [at, leg] of legs.entries()) {
    // Nobody plans the speed it has to stop from.
    if (at === 0 && points !== asked) continue;
    const airspeedMps = airspeedOn(leg, air);
    if (!(airspeedMps <= most.airspeedMps)) most = { airspeedMps, leg };
  }
  const { airspeedMps, leg } = most;
  const passed = airspeedMps <= limit + NOISE_MPS;
  return {
    ...{ check: 'WIND', passed, margin: limit - airspeedMps, unit: 'm/s', limit },
    ...(!passed && { code: 'WIND', at: { place: leg.from, timeS: leg.fromS } }),
    evidence: `needs up to ${airspeedMps.toFixed(1)} m/s through the air; ${limit.toFixed(1)} m/s may be planned with`,
  };
}

const FAILED = { check: 'WIND', passed: false, code: 'WIND' } as const;

type Wind = FlightCandidate['air'];

function airspeedOn({ from, to, groundSpeedMps }: FlownLeg, { windEastMps, windNorthMps }: Wind): number {
  const [eastM, northM] = [to.eastM - from.eastM, to.northM - from.northM];
  const perM = groundSpeedMps / (Math.hypot(eastM, northM) || 1);
  return Math.hypot(eastM * perM - windEastMps, northM * perM - windNorthMps);
}

function toBarred({ barrier }: ReturnVerdict): Verdict {
  if (!barrier) return { ...FAILED, evidence: 'the wind leaves no way' };
  const { tailMps, crossMps, airspeedMaxMps, leg } = barrier;
  return {
    ...{
      ...FAILED,
      margin: airspeedMaxMps - Math.hypot(tailMps, crossMps),
      unit: 'm/s',
      limit: airspeedMaxMps,
    },
    evidence: `on leg ${leg + 1} the wind is ${tailMps.toFixed(1)} m/s along and ${Math.abs(crossMps).toFixed(1)} m/s across`,
  };
}
