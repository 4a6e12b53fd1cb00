/**
 * What the power model knows of a multirotor. Lengths of a rotor blade count once a rotor: four rotors of radius r have
 * `discAreaM2` 4πr².
 */
export interface Airframe {
  /** As it takes off: frame, pack and payload. */
  readonly massKg: number;
  readonly discAreaM2: number;
  /** Drag area C_d·A. */
  readonly dragAreaM2: number;
  /** κ: what real inflow costs more than the ideal one. */
  readonly inducedFactor: number;
  /** Ideal over shaft power in hover; below 1/κ, for the rest of it is the blades' own drag. */
  readonly figureOfMerit: number;
  /** Shaft over battery power. The one number that calibration turns first. */
  readonly drivetrainEfficiency: number;
  readonly tipSpeedMps: number;
  readonly avionicsPowerW: number;
  /** What the tilt limit allows in still air. */
  readonly airspeedMaxMps: number;
  readonly groundSpeedMaxMps: number;
  readonly climbMps: number;
  readonly descentMps: number;
  /** What a change of velocity is flown with, jerk included. */
  readonly accelMps2: number;
  /** The speed over ground the autopilot returns with when nobody says another; absent: the cheapest is ordered. */
  readonly returnGroundSpeedMps?: number;
}

/**
 * A drone of which nothing is known: DJI Matrice 100 class, 3.7 kg on four 0.35 m rotors. Mass, disc and drag follow
 * Rodrigues et al., Scientific Data 8:155 (2021); κ 1.15 and the figure of merit of small rotors Leishman, Principles of
 * Helicopter Aerodynamics, 2nd ed., ch. 2. Speeds are the autopilots' usual limits (PX4: +3/−1.5 m/s). Published models of
 * energy per metre differ by a factor of 3 to 5, so these numbers only begin a calibration, and go with
 * `unknownModel`'s wide `relativeSigma`.
 */
export const unknownAirframe: Airframe = {
  massKg: 3.71,
  discAreaM2: 4 * Math.PI * 0.175 ** 2,
  dragAreaM2: 0.045,
  inducedFactor: 1.15,
  figureOfMerit: 0.65,
  drivetrainEfficiency: 0.7,
  tipSpeedMps: 70,
  avionicsPowerW: 20,
  airspeedMaxMps: 18,
  groundSpeedMaxMps: 18,
  climbMps: 3,
  descentMps: 1.5,
  accelMps2: 2,
};
