/** A lithium-polymer pack: what it holds, what it can give, and what is left of both with age and cold. */
export interface Pack {
  readonly cells: number;
  readonly capacityAh: number;
  /** Of one cell, new, at 25 °C. */
  readonly cellResistanceOhm: number;
  readonly temperatureC: number;
  /** Full charges so far. */
  readonly cycles: number;
  /** 1: the capacity does not depend on the current. Lithium-polymer 1.02 to 1.08. */
  readonly peukertExponent: number;
  /** Below this at load the pack gives out, whatever charge it shows. */
  readonly cutoffCellV: number;
}

/** Six cells of 10 Ah, no longer new: what a drone of unknown make and `unknownAirframe`'s size carries. */
export const unknownPack: Pack = {
  cells: 6,
  capacityAh: 10,
  cellResistanceOhm: 0.003,
  temperatureC: 25,
  cycles: 50,
  peukertExponent: 1.03,
  cutoffCellV: 3,
};

/** Resting voltage of a lithium-polymer cell at every 5 % of charge, as makers of hobby packs print it. */
const OPEN_CELL_V = new Float64Array([
  3.27, 3.61, 3.69, 3.71, 3.73, 3.75, 3.77, 3.79, 3.8, 3.82, 3.84, 3.85, 3.87, 3.91, 3.95, 3.98, 4.02, 4.08,
  4.11, 4.15, 4.2,
]);
const INTERVALS = OPEN_CELL_V.length - 1;
const NOMINAL_CELL_V = 3.7;

/** Per kelvin below 25 °C, and per cycle: a tenth of the capacity and half the resistance more in 500 cycles. */
const COLD_PER_K = 0.008;
const RESISTANCE_PER_CYCLE = 1e-3;
const CAPACITY_PER_CYCLE = 2e-4;
const MIN_CAPACITY_SHARE = 0.3;
const WARMEST_C = 60;

/** Open-circuit voltage of one cell at a state of charge 0 to 1. */
export function openCellV(soc: number): number {
  const place = Math.min(1, Math.max(0, soc)) * INTERVALS;
  const low = Math.min(INTERVALS - 1, Math.floor(place));
  const from = OPEN_CELL_V[low] as number;
  return from + ((OPEN_CELL_V[low + 1] as number) - from) * (place - low);
}

/** Resistance of the whole pack now, Ω. */
export function packResistanceOhm({ cells, cellResistanceOhm, temperatureC, cycles }: Pack): number {
  const cold = 1 + COLD_PER_K * (25 - Math.min(WARMEST_C, temperatureC));
  return cells * cellResistanceOhm * cold * (1 + RESISTANCE_PER_CYCLE * cycles);
}

/** Charge that flows out at a power, Ah: aged, and by Peukert less at more than one capacity an hour; never more. */
export function effectiveCapacityAh(pack: Pack, powerW: number): number {
  const aged = pack.capacityAh * Math.max(MIN_CAPACITY_SHARE, 1 - CAPACITY_PER_CYCLE * pack.cycles);
  const rate = powerW / (pack.cells * NOMINAL_CELL_V * pack.capacityAh);
  return rate > 1 ? aged * rate ** (1 - pack.peukertExponent) : aged;
}

/** Voltage at the terminals of a pack that gives a power; undefined: it cannot (P = (OCV − I·R)·I has no root above cut-off). */
export function loadV(pack: Pack, soc: number, powerW: number): number | undefined {
  const openV = pack.cells * openCellV(soc);
  const inside = openV * openV - 4 * packResistanceOhm(pack) * powerW;
  if (!(inside >= 0)) return undefined;
  const volts = (openV + Math.sqrt(inside)) / 2;
  return volts >= pack.cells * pack.cutoffCellV ? volts : undefined;
}

/** Current (A) at a power; undefined: brown-out. I = (OCV − √(OCV² − 4RP))/2R. */
export function currentA(pack: Pack, soc: number, powerW: number): number | undefined {
  const volts = loadV(pack, soc, powerW);
  return volts === undefined ? undefined : powerW / volts;
}

/** What power (W) a current means at a state of charge: the inverse of `currentA`. */
export function terminalPowerW(pack: Pack, soc: number, amperes: number): number {
  return amperes * (pack.cells * openCellV(soc) - amperes * packResistanceOhm(pack));
}

/** The lowest state of charge (0 to 1) from which the pack still gives a power; undefined: not even when full. */
export function brownOutSoc(pack: Pack, powerW: number): number | undefined {
  if (loadV(pack, 1, powerW) === undefined) return undefined;
  let [low, high] = [0, 1];
  if (loadV(pack, low, powerW) !== undefined) return low;
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2;
    if (loadV(pack, middle, powerW) === undefined) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * What a pack delivers at its terminals at one power: energy over state of charge, C·∫V ds. V at the table's points is
 * exact and straight between them, so the energy is a parabola a piece and its inverse closed.
 */
export interface Discharge {
  /** Energy of the whole charge below each point, Wh. */
  readonly belowWh: Float64Array;
  /** Energy a unit of charge at each point, Wh. */
  readonly slopeWh: Float64Array;
  /** Below this nothing comes out. */
  readonly emptySoc: number;
}

/** Undefined: the pack cannot give this power at all. */
export function toDischarge(pack: Pack, powerW: number): Discharge | undefined {
  const emptySoc = brownOutSoc(pack, powerW);
  if (emptySoc === undefined) return undefined;
  const capacityAh = effectiveCapacityAh(pack, powerW);
  const resistance = packResistanceOhm(pack);
  const slopeWh = new Float64Array(INTERVALS + 1);
  const belowWh = new Float64Array(INTERVALS + 1);
  for (let k = 0; k <= INTERVALS; k++) {
    const openV = pack.cells * (OPEN_CELL_V[k] as number);
    slopeWh[k] = (capacityAh * (openV + Math.sqrt(Math.max(0, openV * openV - 4 * resistance * powerW)))) / 2;
    if (k > 0)
      belowWh[k] =
        (belowWh[k - 1] as number) + ((slopeWh[k - 1] as number) + (slopeWh[k] as number)) / (2 * INTERVALS);
  }
  return { belowWh, slopeWh, emptySoc };
}

/** Energy (Wh) that comes out from a state of charge (0 to 1) down to nothing. */
export function storedWh({ belowWh, slopeWh }: Discharge, soc: number): number {
  const place = Math.min(1, Math.max(0, soc)) * INTERVALS;
  const k = Math.min(INTERVALS - 1, Math.floor(place));
  const share = place - k;
  const from = slopeWh[k] as number;
  const to = slopeWh[k + 1] as number;
  return (belowWh[k] as number) + (share * (from + (share * (to - from)) / 2)) / INTERVALS;
}

/**
 * The state of charge that holds so much energy: the inverse of `storedWh`. Beyond the pack's ends it goes on straight,
 * so that one sees by how much a pack is too small: below 0 and above 1 mean "more than there is".
 */
export function socHolding({ belowWh, slopeWh }: Discharge, energyWh: number): number {
  const fullWh = belowWh[INTERVALS] as number;
  if (energyWh <= 0) return energyWh / (slopeWh[0] as number);
  if (energyWh >= fullWh) return 1 + (energyWh - fullWh) / (slopeWh[INTERVALS] as number);
  let k = 0;
  while ((belowWh[k + 1] as number) < energyWh) k++;
  const from = slopeWh[k] as number;
  const rise = (slopeWh[k + 1] as number) - from;
  const restWh = (energyWh - (belowWh[k] as number)) * INTERVALS;
  // The stable form of the quadratic formula: also right where the slope is flat.
  const share = (2 * restWh) / (from + Math.sqrt(Math.max(0, from * from + 2 * rise * restWh)));
  return (k + share) / INTERVALS;
}
