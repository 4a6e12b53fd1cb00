import { currentA, effectiveCapacityAh, terminalPowerW } from './battery.ts';
import type { EnergyModel } from './energy-model.ts';
import { leastPowerW, liftShaftW, type PowerModel, toPowerModel } from './power.ts';

/** What telemetry says of a moment of flight. An absent number is NaN. */
export interface FlightSample {
  readonly timeUs: number;
  readonly airborne: boolean;
  readonly batteryPct: number;
  readonly voltageV: number;
  readonly currentA: number;
  /** Over ground. */
  readonly eastMps: number;
  readonly northMps: number;
  readonly upMps: number;
  /** The wind as estimated, where the air moves to. */
  readonly windEastMps: number;
  readonly windNorthMps: number;
  readonly densityKgpm3: number;
}

/**
 * A stretch of flight as one equation: mean power = avionics + θ₁·lift + θ₂·speed³, with lift the shaft power apart from
 * drag and θ₁ = 1/η, θ₂ = C_dA/η.
 */
export interface PowerReading {
  readonly powerW: number;
  /** One standard deviation of what was read. */
  readonly sigmaW: number;
  readonly liftW: number;
  /** ½ρV³, W/m². */
  readonly dragWpm2: number;
  readonly seconds: number;
}

/** A stretch that is being gathered. Mutable: the drone's telemetry is its one writer. */
export interface PowerWindow {
  lastTimeUs: number;
  /** The last few readings: their median stands for the charge, so that one wrong reading says nothing. */
  readonly recentPct: number[];
  startPct: number;
  seconds: number;
  electricalS: number;
  electricalJ: number;
  liftJ: number;
  dragJpm2: number;
}

export const createPowerWindow = (): PowerWindow => ({
  lastTimeUs: Number.NEGATIVE_INFINITY,
  recentPct: [],
  startPct: Number.NaN,
  seconds: 0,
  electricalS: 0,
  electricalJ: 0,
  liftJ: 0,
  dragJpm2: 0,
});

const MEDIAN_OF = 5;
const MAX_GAP_S = 10;
const MIN_WINDOW_S = 30;
const MAX_WINDOW_S = 600;
/** A drop of the battery's reading that outweighs its noise. */
const MIN_DROP_PCT = 3;
/** Of one median of readings: whole per cents are off by 0.29 each, and most packs' gauges by more. */
const READING_SIGMA_PCT = 0.4;
/** Of a shunt and a divider, and of what the model does not know of a stretch of flight. */
const MODEL_SIGMA = 0.05;
const ELECTRICAL_SHARE = 0.9;

/** Takes a sample in; a reading whenever a stretch is long enough. Late, broken and grounded samples end the stretch. */
export function gather(
  window: PowerWindow,
  sample: FlightSample,
  model: EnergyModel,
): PowerReading | undefined {
  const dtS = (sample.timeUs - window.lastTimeUs) / 1e6;
  if (!(dtS > 0 && Number.isFinite(sample.timeUs))) return undefined;
  window.lastTimeUs = sample.timeUs;
  if (!isUsable(sample) || dtS > MAX_GAP_S) {
    reset(window);
    if (!isUsable(sample)) return undefined;
  }
  window.recentPct.push(sample.batteryPct);
  if (window.recentPct.length > MEDIAN_OF) window.recentPct.shift();
  if (window.recentPct.length < MEDIAN_OF) return undefined;
  const pct = median(window.recentPct);
  if (Number.isNaN(window.startPct)) {
    begin(window, pct);
    return undefined;
  }
  add(window, sample, model, dtS);
  return close(window, pct, model);
}

function isUsable(sample: FlightSample): boolean {
  const { airborne, batteryPct, eastMps, northMps, upMps, windEastMps, windNorthMps, densityKgpm3 } = sample;
  const sum = batteryPct + eastMps + northMps + upMps + windEastMps + windNorthMps + densityKgpm3;
  return airborne && Number.isFinite(sum) && batteryPct >= 0 && batteryPct <= 100;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] as number;

function reset(window: PowerWindow): void {
  window.recentPct.length = 0;
  begin(window, Number.NaN);
}

function begin(window: PowerWindow, startPct: number): void {
  window.startPct = startPct;
  window.seconds = 0;
  window.electricalS = 0;
  window.electricalJ = 0;
  window.liftJ = 0;
  window.dragJpm2 = 0;
}

function add(window: PowerWindow, sample: FlightSample, { airframe }: EnergyModel, dtS: number): void {
  const power = toPowerModel(airframe, sample.densityKgpm3);
  const airspeedMps = Math.hypot(sample.eastMps - sample.windEastMps, sample.northMps - sample.windNorthMps);
  const climbMps = Math.max(-airframe.descentMps, Math.min(airframe.climbMps, sample.upMps));
  window.seconds += dtS;
  window.liftJ += Math.max(liftShaftW(power, airspeedMps, climbMps), leastShaftW(power)) * dtS;
  window.dragJpm2 += 0.5 * sample.densityKgpm3 * airspeedMps ** 3 * dtS;
  const electricalW = sample.voltageV * sample.currentA;
  if (!(electricalW > 0 && electricalW < Number.POSITIVE_INFINITY)) return;
  window.electricalS += dtS;
  window.electricalJ += electricalW * dtS;
}

const leastShaftW = (power: PowerModel): number =>
  (leastPowerW(power) - power.airframe.avionicsPowerW) * power.airframe.drivetrainEfficiency;

function close(window: PowerWindow, pct: number, model: EnergyModel): PowerReading | undefined {
  const { seconds } = window;
  if (seconds < MIN_WINDOW_S) return undefined;
  const isElectrical = window.electricalS >= ELECTRICAL_SHARE * seconds;
  const dropPct = window.startPct - pct;
  if (!isElectrical && dropPct < MIN_DROP_PCT && seconds < MAX_WINDOW_S) return undefined;
  const read = isElectrical
    ? readElectrical(window)
    : readCharge(model, { dropPct, seconds, soc: (window.startPct + pct) / 200 });
  const reading = read && {
    ...read,
    liftW: window.liftJ / seconds,
    dragWpm2: window.dragJpm2 / seconds,
    seconds,
  };
  begin(window, pct);
  return reading;
}

function readElectrical({ electricalJ, electricalS }: PowerWindow) {
  const powerW = electricalJ / electricalS;
  return { powerW, sigmaW: MODEL_SIGMA * powerW };
}

/** The power that lowers the charge so fast: the pack's model read backwards. */
function readCharge(
  { pack }: EnergyModel,
  { dropPct, seconds, soc }: { readonly dropPct: number; readonly seconds: number; readonly soc: number },
) {
  if (!(dropPct > 0)) return undefined;
  let powerW = 0;
  let capacityAh = pack.capacityAh;
  // The capacity depends on the power by Peukert's small exponent: three rounds settle it.
  for (let round = 0; round < 3; round++) {
    const amperes = (dropPct / 100) * capacityAh * (3600 / seconds);
    powerW = terminalPowerW(pack, soc, amperes);
    if (currentA(pack, soc, powerW) === undefined || powerW <= 0) return undefined;
    capacityAh = effectiveCapacityAh(pack, powerW);
  }
  const noiseW = (powerW * READING_SIGMA_PCT * Math.SQRT2) / dropPct;
  return { powerW, sigmaW: Math.hypot(noiseW, MODEL_SIGMA * powerW) };
}
