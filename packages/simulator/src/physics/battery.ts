import { AIRFRAME, EPOCH_S, STEPS_PER_EPOCH } from './airframe.ts';
import { type FleetState, PHASE } from './fleet-state.ts';

/**
 * Open-circuit voltage of one lithium-polymer cell at every 5 % of charge, V: a typical 25 °C discharge at C/20, flat
 * in the middle and steep below 10 %.
 */
const OCV_V = new Float64Array([
  3.27, 3.55, 3.66, 3.7, 3.725, 3.745, 3.76, 3.772, 3.785, 3.8, 3.818, 3.84, 3.865, 3.895, 3.93, 3.965, 4.0,
  4.04, 4.085, 4.135, 4.2,
]);
const INTERVALS = OCV_V.length - 1;

/** Open-circuit voltage of a cell (V) at a state of charge 0–1, straight between the table's points. */
export function openCircuitV(soc: number): number {
  const place = Math.min(INTERVALS - 1e-9, Math.max(0, soc * INTERVALS));
  const low = Math.floor(place);
  const from = OCV_V[low] as number;
  return from + ((OCV_V[low + 1] as number) - from) * (place - low);
}

/** Resistance rises in the cold: per kelvin below 25 °C. */
const COLD_PER_K = 0.008;
/** Thermal: half a kilogram of cells, cooled by the rotors' air. */
const HEAT_CAPACITY_JPK = 1100;
const COOLING_WPK = 1.2;

export interface Climate {
  readonly ambientC: number;
  /** Charging current as a multiple of the capacity per hour. */
  readonly chargeRateC: number;
}

/** Drains the airborne, charges the charging; what stands still loses nothing but heat. SCIENCE D2, D5. */
export function drain(state: FleetState, climate: Climate, step: number): void {
  const { phase, count } = state;
  for (let i = step % STEPS_PER_EPOCH; i < count; i += STEPS_PER_EPOCH) {
    const now = phase[i] as number;
    if (now >= PHASE.takeoff) discharge(state, i, climate.ambientC);
    else if (now === PHASE.charging) charge(state, i, climate);
  }
}

/** Solves P = (OCV − I·R)·I for the current; a pack that cannot give P gives its maximum (brown-out). */
function discharge(state: FleetState, i: number, ambientC: number): void {
  const soc = state.soc[i] as number;
  const packC = state.packC[i] as number;
  const open = AIRFRAME.cells * openCircuitV(soc);
  const cold = 1 + COLD_PER_K * (25 - packC);
  const resistance =
    AIRFRAME.cells * AIRFRAME.cellResistanceOhm * cold * (state.resistanceFactor[i] as number);
  const inside = Math.max(0, open * open - 4 * resistance * (state.powerW[i] as number));
  const current = (open - Math.sqrt(inside)) / (2 * resistance);
  state.currentA[i] = current;
  state.voltageV[i] = open - current * resistance;
  const capacityAs = AIRFRAME.capacityAh * 3600 * (state.capacityFactor[i] as number);
  state.soc[i] = Math.max(0, soc - (current * EPOCH_S) / capacityAs);
  const heatW = current * current * resistance - COOLING_WPK * (packC - ambientC);
  state.packC[i] = packC + (heatW * EPOCH_S) / HEAT_CAPACITY_JPK;
}

const CONSTANT_VOLTAGE_FROM = 0.8;

/** Constant current up to 80 %, then the current falls with what is missing. */
function charge(state: FleetState, i: number, { ambientC, chargeRateC }: Climate): void {
  const soc = state.soc[i] as number;
  const taper = soc < CONSTANT_VOLTAGE_FROM ? 1 : (1.02 - soc) / (1.02 - CONSTANT_VOLTAGE_FROM);
  const rate = chargeRateC * taper;
  state.soc[i] = Math.min(1, soc + (rate * EPOCH_S) / 3600);
  state.currentA[i] = -rate * AIRFRAME.capacityAh;
  state.voltageV[i] = AIRFRAME.cells * Math.min(4.2, openCircuitV(soc) + 0.02 * rate);
  const packC = state.packC[i] as number;
  state.packC[i] = packC + ((ambientC - packC) * EPOCH_S * COOLING_WPK) / HEAT_CAPACITY_JPK;
}
