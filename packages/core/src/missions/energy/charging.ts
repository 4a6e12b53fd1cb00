/** What fills a pack: constant current, then constant voltage; or hands that swap it. States of charge are 0 to 1. */
export interface PlugCharger {
  readonly kind: 'plug';
  /** Current as a multiple of the capacity an hour. */
  readonly rateC: number;
  /** Where the current begins to fall. */
  readonly voltageFromSoc: number;
  /** Time constant of its fall. */
  readonly tauS: number;
}

export interface SwapStation {
  readonly kind: 'swap';
  readonly swapS: number;
}

export type Charger = PlugCharger | SwapStation;

/** One capacity an hour up to 80 %, then falling with a quarter of an hour: a lithium pack on its usual charger. */
export const defaultPlug: PlugCharger = { kind: 'plug', rateC: 1, voltageFromSoc: 0.8, tauS: 900 };
export const defaultSwap: SwapStation = { kind: 'swap', swapS: 180 };

const S_PER_H = 3600;
const S_PER_MIN = 60;

/** State of charge after so many seconds: s + r·t up to the knee, then 1 − (1 − s)·e^(−t/τ). */
export function chargeAfter(charger: Charger, soc: number, seconds: number): number {
  if (charger.kind === 'swap') return seconds >= charger.swapS ? 1 : soc;
  const { voltageFromSoc, tauS } = charger;
  const currentS = constantCurrentS(charger, soc, voltageFromSoc);
  if (seconds < currentS) return soc + (charger.rateC * seconds) / S_PER_H;
  const fromSoc = Math.max(soc, voltageFromSoc);
  return 1 - (1 - fromSoc) * Math.exp(-(seconds - currentS) / tauS);
}

/** Seconds until a state of charge: the exact inverse of `chargeAfter`. Infinite for a plug and 1: it only comes near. */
export function chargingS(charger: Charger, soc: number, targetSoc: number): number {
  if (targetSoc <= soc) return 0;
  if (charger.kind === 'swap') return charger.swapS;
  const { voltageFromSoc, tauS } = charger;
  const currentS = constantCurrentS(charger, soc, Math.min(targetSoc, voltageFromSoc));
  if (targetSoc <= voltageFromSoc) return currentS;
  const fromSoc = Math.max(soc, voltageFromSoc);
  return targetSoc >= 1
    ? Number.POSITIVE_INFINITY
    : currentS + tauS * Math.log((1 - fromSoc) / (1 - targetSoc));
}

const constantCurrentS = ({ rateC }: PlugCharger, soc: number, untilSoc: number): number =>
  (Math.max(0, untilSoc - soc) * S_PER_H) / rateC;

/** How fast a pack fills now, per cent a minute; of a swap, all that is missing over its time. */
export function chargeRatePctPerMin(charger: Charger, soc: number): number {
  if (charger.kind === 'swap') return (100 * (1 - soc) * S_PER_MIN) / charger.swapS;
  const perS = soc < charger.voltageFromSoc ? charger.rateC / S_PER_H : (1 - soc) / charger.tauS;
  return 100 * perS * S_PER_MIN;
}

/** A drone that could be charged, and what a per cent more would be worth to the fleet: its matching's dual, in seconds. */
export interface ChargeCandidate {
  readonly droneId: string;
  readonly soc: number;
  readonly valueSPerPct: number;
}

/** Worth of a minute on the charger, seconds of mission cost a minute. */
const minuteValueS = (charger: Charger, { soc, valueSPerPct }: ChargeCandidate): number =>
  valueSPerPct * chargeRatePctPerMin(charger, soc);

/** Who should have the charger: the best value a minute first, by id among equals. */
export function rankForCharging(
  charger: Charger,
  candidates: readonly ChargeCandidate[],
): readonly (ChargeCandidate & { readonly minuteValueS: number })[] {
  return candidates
    .map((candidate) => ({ ...candidate, minuteValueS: minuteValueS(charger, candidate) }))
    .sort((a, b) => b.minuteValueS - a.minuteValueS || (a.droneId < b.droneId ? -1 : 1));
}
