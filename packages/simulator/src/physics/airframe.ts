/** The vehicle every simulated drone is: a four-rotor of 3.7 kg with a six-cell pack. SCIENCE D1, D2, E1. */
export const AIRFRAME = {
  massKg: 3.71,
  /** Four rotors of 0.175 m radius. */
  discAreaM2: 4 * Math.PI * 0.175 ** 2,
  dragAreaM2: 0.045,
  /** Induced-power factor κ. */
  inducedFactor: 1.15,
  profilePowerW: 71,
  tipSpeedMps: 70,
  drivetrainEfficiency: 0.7,
  avionicsPowerW: 15,
  maxTiltTan: Math.tan((35 * Math.PI) / 180),
  /** PX4's defaults but for the cruise speed. */
  maxAccelMps2: 3,
  maxJerkMps3: 4,
  maxSpeedMps: 15,
  cruiseMps: 10,
  climbMps: 3,
  descentMps: 1.5,
  touchdownMps: 0.5,
  yawRateRadps: Math.PI / 4,
  cells: 6,
  capacityAh: 10,
  cellResistanceOhm: 0.003,
} as const;

export const GRAVITY_MPS2 = 9.80665;
/** ISA at sea level. */
export const AIR_DENSITY_KGPM3 = 1.225;

/** Every simulation runs at this step, whatever it is asked to advance by. */
export const STEP_S = 0.05;
/** Wind and GNSS change at 5 Hz. */
export const STEPS_PER_EPOCH = 4;
export const EPOCH_S = STEP_S * STEPS_PER_EPOCH;
