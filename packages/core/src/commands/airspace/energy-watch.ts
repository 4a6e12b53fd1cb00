import type { DroneState } from '../../fleet/drone-state.ts';
import { isArmed, isOnGround } from '../../fleet/ground.ts';
import type { Reading } from '../../messages/sample.ts';
import { type Calibration, calibrate } from '../../missions/energy/calibration.ts';
import type { EnergyModel } from '../../missions/energy/energy-model.ts';
import type { AirState } from '../../missions/energy/leg.ts';
import { flightPowerW, toPowerModel } from '../../missions/energy/power.ts';
import type { FlightSample } from '../../missions/energy/power-window.ts';
import { createPowerTrend, observePower, type PowerTrend } from '../../missions/energy/remaining-time.ts';
import { toKnownModel } from './energy-model-record.ts';
import {
  createWindEstimate,
  observeWind,
  readWind,
  toAir,
  toDensityKgpm3,
  type WindEstimate,
} from './wind.ts';

/** One drone's energy as its telemetry shows it. Mutable: the energy book is its one writer. */
export interface EnergyWatch {
  readonly calibration: Calibration;
  readonly wind: WindEstimate;
  trend: PowerTrend;
  model: EnergyModel;
  lastTimeUs: number;
  lastHeightM: number;
  /** Where it last stood, above the site and above the sea; NaN: it has not been seen standing. */
  groundUpM: number;
  groundAmslM: number;
}

/** Where a drone stands: above the site and above the sea. NaN: not said. */
export interface Stand {
  readonly upM: number;
  readonly altitudeAmslM: number;
}

export function createEnergyWatch(calibration: Calibration, stand: Stand | undefined): EnergyWatch {
  return {
    calibration,
    wind: createWindEstimate(),
    trend: createPowerTrend(),
    model: toKnownModel(calibration),
    lastTimeUs: Number.NEGATIVE_INFINITY,
    lastHeightM: Number.NaN,
    groundUpM: stand?.upM ?? Number.NaN,
    groundAmslM: stand?.altitudeAmslM ?? Number.NaN,
  };
}

/** Lower than this rotors may turn without lifting. */
const AIRBORNE_M = 3;
const AIRBORNE_MPS = 2;
/** Words that a drone has only off the ground; asked where its pad is not known. */
const IN_THE_AIR: ReadonlySet<string> = new Set([
  ...['flying', 'in_flight', 'hover', 'hovering', 'loiter', 'returning', 'return_to_base', 'rtl'],
]);
/** Below it the nose says nothing about where to. */
const STILL_MPS = 0.5;
const MAX_GAP_S = 10;

/** Takes the drone's newest sample in, if it is new; true when the model changed by it. */
export function observeEnergy(watch: EnergyWatch, drone: DroneState, nowMs: number): boolean {
  const { latest } = drone;
  if (!latest || !(latest.timeUs > watch.lastTimeUs)) return false;
  const seconds = (latest.timeUs - watch.lastTimeUs) / 1e6;
  const wind = drone.latestMessage && readWind(drone.latestMessage);
  if (wind) observeWind(watch.wind, wind, nowMs);
  const heightM = Number.isFinite(latest.upM) ? latest.upM : latest.altitudeAmslM;
  const upMps = seconds <= MAX_GAP_S ? (heightM - watch.lastHeightM) / seconds : Number.NaN;
  watch.lastTimeUs = latest.timeUs;
  watch.lastHeightM = heightM;
  if (isOnGround(drone)) setGround(watch, latest);
  const airborne = isAirborne(watch, drone, latest);
  if (!airborne && watch.trend.seconds > 0) watch.trend = createPowerTrend();
  const air = toAir(watch.wind, nowMs, toDensityKgpm3(latest.altitudeAmslM));
  const sample = toFlightSample(latest, air, { airborne, upMps });
  if (airborne && seconds <= MAX_GAP_S) observePower(watch.trend, toPowerW(watch.model, sample), seconds);
  if (!calibrate(watch.calibration, sample)) return false;
  watch.model = toKnownModel(watch.calibration);
  return true;
}

function setGround(watch: EnergyWatch, { upM, altitudeAmslM }: Reading): void {
  watch.groundUpM = upM;
  watch.groundAmslM = altitudeAmslM;
}

/** Surely in the air: an armed drone on its pad draws little, and what is learned from it would promise too much. */
function isAirborne({ groundUpM, groundAmslM }: EnergyWatch, drone: DroneState, latest: Reading): boolean {
  if (isOnGround(drone) || !isArmed(drone)) return false;
  const overPadM = [latest.upM - groundUpM, latest.altitudeAmslM - groundAmslM].find(Number.isFinite);
  if (overPadM !== undefined) return overPadM > AIRBORNE_M;
  return latest.groundSpeedMps > AIRBORNE_MPS || IN_THE_AIR.has(latest.status ?? '');
}

/**
 * Of the battery only the charge is read: voltage and current would tell watts, but how many watt-hours a pack of unknown
 * make holds only the charge's own fall shows.
 */
function toFlightSample(
  { timeUs, batteryPct, groundSpeedMps, headingDeg }: Reading,
  { windEastMps, windNorthMps, densityKgpm3 }: AirState,
  { airborne, upMps }: { readonly airborne: boolean; readonly upMps: number },
): FlightSample {
  const course = (headingDeg * Math.PI) / 180;
  const isStill = groundSpeedMps <= STILL_MPS;
  return {
    ...{ timeUs, airborne, batteryPct, voltageV: Number.NaN, currentA: Number.NaN },
    eastMps: isStill ? 0 : groundSpeedMps * Math.sin(course),
    northMps: isStill ? 0 : groundSpeedMps * Math.cos(course),
    ...{ upMps, windEastMps, windNorthMps, densityKgpm3 },
  };
}

function toPowerW({ airframe }: EnergyModel, sample: FlightSample): number {
  const { eastMps, northMps, upMps, windEastMps, windNorthMps, densityKgpm3 } = sample;
  const airspeedMps = Math.hypot(eastMps - windEastMps, northMps - windNorthMps);
  const climbMps = Math.max(-airframe.descentMps, Math.min(airframe.climbMps, upMps));
  return flightPowerW(toPowerModel(airframe, densityKgpm3), airspeedMps, climbMps);
}
