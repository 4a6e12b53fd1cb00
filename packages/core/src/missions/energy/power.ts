import type { Airframe } from './airframe.ts';

const GRAVITY_MPS2 = 9.80665;
const GAS_CONSTANT_JPKGK = 287.052_87;
const ZERO_C_K = 273.15;
/** A rotor in its own wash saves little: a descent costs at least this share of hovering. */
const LEAST_SHARE = 0.7;
/** Growth of the blades' profile power with the square of the advance ratio. Leishman, eq. 5.25 ff. */
const PROFILE_GROWTH = 4.65;
const MAX_ROUNDS = 16;
const CONVERGED_MPS = 1e-9;

/**
 * Density (kg/m³) of dry air by the standard atmosphere (ISO 2533, below 11 km). A measured temperature replaces the
 * standard one: hot air is thin.
 */
export function airDensityKgpm3(altitudeAmslM: number, temperatureC = 15 - 0.0065 * altitudeAmslM): number {
  const pressurePa = 101_325 * (1 - 2.255_77e-5 * altitudeAmslM) ** 5.255_88;
  return pressurePa / (GAS_CONSTANT_JPKGK * (temperatureC + ZERO_C_K));
}

/** An airframe in air of a density, with what every reading of its power needs worked out once. */
export interface PowerModel {
  readonly airframe: Airframe;
  readonly weightN: number;
  /** ½ρ·C_dA, N per (m/s)². */
  readonly dragNpMps2: number;
  /** 2ρA, kg/m. */
  readonly discKgpm: number;
  /** Blade drag at hover. */
  readonly profileW: number;
  readonly hoverW: number;
}

/** Sources: momentum theory (Leishman, ch. 2); the blades' own drag is what the figure of merit leaves, and grows as T^1.5. */
export function toPowerModel(airframe: Airframe, densityKgpm3: number): PowerModel {
  const weightN = airframe.massKg * GRAVITY_MPS2;
  const discKgpm = 2 * densityKgpm3 * airframe.discAreaM2;
  const idealW = weightN ** 1.5 / Math.sqrt(discKgpm);
  return {
    airframe,
    weightN,
    discKgpm,
    dragNpMps2: 0.5 * densityKgpm3 * airframe.dragAreaM2,
    profileW: idealW * Math.max(0, 1 / airframe.figureOfMerit - airframe.inducedFactor),
    hoverW:
      (idealW * Math.max(1 / airframe.figureOfMerit, airframe.inducedFactor)) /
        airframe.drivetrainEfficiency +
      airframe.avionicsPowerW,
  };
}

/** Ideal over battery power in hover, (mg)^1.5/√(2ρA)/P: the one number that compares drones of all makes. */
export function totalEfficiency({ weightN, discKgpm, hoverW }: PowerModel): number {
  return weightN ** 1.5 / Math.sqrt(discKgpm) / hoverW;
}

/** The airframe whose hover draws what was read (W), all else equal. */
export function calibrateHover(airframe: Airframe, densityKgpm3: number, hoverW: number): Airframe {
  const shaftW =
    (toPowerModel(airframe, densityKgpm3).hoverW - airframe.avionicsPowerW) * airframe.drivetrainEfficiency;
  return { ...airframe, drivetrainEfficiency: shaftW / (hoverW - airframe.avionicsPowerW) };
}

/**
 * Induced velocity (m/s) by momentum theory in forward flight, Glauert's v·√(U² + (a + v)²) = T/2ρA, by Newton from the
 * closed form of a flow without its axial part.
 */
export function inducedVelocityMps(hoverInducedMps: number, acrossMps: number, axialMps: number): number {
  const target = hoverInducedMps * hoverInducedMps;
  const across2 = acrossMps * acrossMps;
  const half = (across2 + axialMps * axialMps) / 2;
  let v = target / Math.sqrt(half + Math.sqrt(half * half + target * target)) + Math.max(0, -axialMps);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const through = axialMps + v;
    const flow = Math.sqrt(across2 + through * through);
    const step = (v * flow - target) / (flow + (v * through) / flow);
    v -= step;
    if (Math.abs(step) < CONVERGED_MPS) break;
  }
  return v;
}

/**
 * Shaft power (W) without what drag itself takes: induced, climb and profile. The drag's share is `dragNpMps2`·V³; the
 * sum is what the rotors need. `airspeedMps` is level, `climbMps` positive upward.
 */
export function liftShaftW(model: PowerModel, airspeedMps: number, climbMps: number): number {
  const { airframe, weightN, discKgpm, profileW } = model;
  const dragN = model.dragNpMps2 * airspeedMps * airspeedMps;
  const thrustN = Math.sqrt(weightN * weightN + dragN * dragN);
  const sin = dragN / thrustN;
  const cos = weightN / thrustN;
  const induced = inducedVelocityMps(
    Math.sqrt(thrustN / discKgpm),
    airspeedMps * cos,
    airspeedMps * sin + climbMps * cos,
  );
  const advance = airspeedMps / airframe.tipSpeedMps;
  return (
    airframe.inducedFactor * thrustN * induced +
    weightN * climbMps +
    profileW * (1 + PROFILE_GROWTH * advance * advance)
  );
}

/** Battery power (W) of steady flight at a level airspeed and a climb rate. */
export function flightPowerW(model: PowerModel, airspeedMps: number, climbMps: number): number {
  const { airframe } = model;
  const shaftW = liftShaftW(model, airspeedMps, climbMps) + model.dragNpMps2 * airspeedMps ** 3;
  return Math.max(
    shaftW / airframe.drivetrainEfficiency + airframe.avionicsPowerW,
    LEAST_SHARE * model.hoverW,
  );
}

/** What no state of flight costs less than, W. */
export const leastPowerW = (model: PowerModel): number => LEAST_SHARE * model.hoverW;
