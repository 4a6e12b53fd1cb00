import { CALIBRATED_SIGMA, type EnergyModel } from './energy-model.ts';
import { flightPowerW, liftShaftW, toPowerModel } from './power.ts';
import {
  createPowerWindow,
  type FlightSample,
  gather,
  type PowerReading,
  type PowerWindow,
} from './power-window.ts';

/**
 * One drone's model fitted to its own telemetry: recursive least squares for θ₁ = 1/η and θ₂ = C_dA/η, with forgetting
 * that flattens knowledge toward what was known at first (Kulhavý & Zarrop 1993, "On a general concept of forgetting"):
 * a direction that a flight does not show, drag while hovering, keeps its estimate and never becomes less sure than it
 * began. Residuals beyond Huber's bound count less, wild ones not at all. Mutable: the telemetry is its one writer.
 */
export interface Calibration {
  readonly prior: EnergyModel;
  readonly window: PowerWindow;
  theta1: number;
  theta2: number;
  /** Information (inverse covariance) of θ, and of what was known at first. */
  i11: number;
  i12: number;
  i22: number;
  readonly prior11: number;
  readonly prior22: number;
  readonly readings: { taken: number; doubted: number; rejected: number };
  /** Wild readings in a row: many are not errors but another drone. */
  wildInRow: number;
}

/** A minute of flight keeps so much of what was known: half is forgotten after 2.3 hours. */
const KEPT_PER_MINUTE = 0.995;
const HUBER_SIGMAS = 2;
const WILD_SIGMAS = 6;
const WILD_IN_ROW = 5;
/** Drag is known worse than hovering. */
const DRAG_DOUBT = 2;
const MIN_DRAG_SIGMA_M2 = 0.01;
const EFFICIENCY = { least: 0.1, most: 1.5 };
const MAX_DRAG_AREA_M2 = 2;

/** Begins from a model, trusted by its `relativeSigma`. */
export function createCalibration(prior: EnergyModel): Calibration {
  const { drivetrainEfficiency, dragAreaM2 } = prior.airframe;
  const theta1 = 1 / drivetrainEfficiency;
  const theta2 = dragAreaM2 * theta1;
  const sigma1 = Math.max(0.01, prior.relativeSigma) * theta1;
  const sigma2 = DRAG_DOUBT * Math.max(0.01, prior.relativeSigma) * Math.max(theta2, MIN_DRAG_SIGMA_M2);
  const prior11 = 1 / (sigma1 * sigma1);
  const prior22 = 1 / (sigma2 * sigma2);
  return {
    prior,
    window: createPowerWindow(),
    theta1,
    theta2,
    i11: prior11,
    i12: 0,
    i22: prior22,
    prior11,
    prior22,
    readings: { taken: 0, doubted: 0, rejected: 0 },
    wildInRow: 0,
  };
}

/** Takes a telemetry sample in; true when it changed the estimate. */
export function calibrate(calibration: Calibration, sample: FlightSample): boolean {
  const reading = gather(calibration.window, sample, toFitted(calibration));
  return reading !== undefined && learn(calibration, reading);
}

/** Takes a reading in; false when it was too wild to count. */
export function learn(calibration: Calibration, reading: PowerReading): boolean {
  forget(calibration, reading.seconds);
  const { liftW, dragWpm2 } = reading;
  const residual =
    reading.powerW -
    calibration.prior.airframe.avionicsPowerW -
    (calibration.theta1 * liftW + calibration.theta2 * dragWpm2);
  const expected2 = variance(calibration, liftW, dragWpm2) + reading.sigmaW ** 2;
  const sigmas = Math.abs(residual) / Math.sqrt(expected2);
  if (!(sigmas < WILD_SIGMAS)) {
    reject(calibration);
    return false;
  }
  calibration.wildInRow = 0;
  calibration.readings.taken += 1;
  if (sigmas > HUBER_SIGMAS) calibration.readings.doubted += 1;
  const weight = Math.min(1, HUBER_SIGMAS / sigmas) / reading.sigmaW ** 2;
  calibration.i11 += weight * liftW * liftW;
  calibration.i12 += weight * liftW * dragWpm2;
  calibration.i22 += weight * dragWpm2 * dragWpm2;
  // θ += I⁻¹·φ·w·r, with the information that has the reading in it.
  const { i11, i12, i22 } = calibration;
  const determinant = i11 * i22 - i12 * i12;
  const gain1 = (i22 * liftW - i12 * dragWpm2) / determinant;
  const gain2 = (i11 * dragWpm2 - i12 * liftW) / determinant;
  settle(
    calibration,
    calibration.theta1 + gain1 * weight * residual,
    calibration.theta2 + gain2 * weight * residual,
  );
  return true;
}

function settle(calibration: Calibration, theta1: number, theta2: number): void {
  calibration.theta1 = Math.min(1 / EFFICIENCY.least, Math.max(1 / EFFICIENCY.most, theta1));
  calibration.theta2 = Math.min(MAX_DRAG_AREA_M2 * calibration.theta1, Math.max(0, theta2));
}

function forget(calibration: Calibration, seconds: number): void {
  const kept = KEPT_PER_MINUTE ** (seconds / 60);
  calibration.i11 = kept * calibration.i11 + (1 - kept) * calibration.prior11;
  calibration.i12 *= kept;
  calibration.i22 = kept * calibration.i22 + (1 - kept) * calibration.prior22;
}

/** One wild reading is an error; five in a row are other rotors, another pack: what was learned no longer holds. */
function reject(calibration: Calibration): void {
  calibration.readings.rejected += 1;
  calibration.wildInRow += 1;
  if (calibration.wildInRow < WILD_IN_ROW) return;
  calibration.wildInRow = 0;
  const doubt = 1 / 16;
  calibration.i11 = calibration.prior11 * doubt;
  calibration.i12 = 0;
  calibration.i22 = calibration.prior22 * doubt;
}

/** Of the power at the features, W². */
function variance({ i11, i12, i22 }: Calibration, liftW: number, dragWpm2: number): number {
  return (
    (i22 * liftW * liftW - 2 * i12 * liftW * dragWpm2 + i11 * dragWpm2 * dragWpm2) / (i11 * i22 - i12 * i12)
  );
}

function toFitted({ prior, theta1, theta2 }: Calibration): EnergyModel {
  return {
    ...prior,
    airframe: { ...prior.airframe, drivetrainEfficiency: 1 / theta1, dragAreaM2: theta2 / theta1 },
  };
}

const SEA_LEVEL_KGPM3 = 1.225;
/** Where the doubt is asked: hovering, and the speeds that legs are flown at. */
const ASKED_SHARES = [0, 0.4, 0.7];

/** The drone's model now: efficiency and drag as learned, and how sure that is at the speeds flights are flown at. */
export function toEnergyModel(calibration: Calibration): EnergyModel {
  const fitted = toFitted(calibration);
  const power = toPowerModel(fitted.airframe, SEA_LEVEL_KGPM3);
  const doubts = ASKED_SHARES.map((share) => {
    const airspeedMps = share * fitted.airframe.airspeedMaxMps;
    const dragWpm2 = 0.5 * SEA_LEVEL_KGPM3 * airspeedMps ** 3;
    const sigmaW = Math.sqrt(variance(calibration, liftShaftW(power, airspeedMps, 0), dragWpm2));
    return sigmaW / flightPowerW(power, airspeedMps, 0);
  });
  return { ...fitted, relativeSigma: Math.hypot(CALIBRATED_SIGMA, Math.max(...doubts)) };
}
