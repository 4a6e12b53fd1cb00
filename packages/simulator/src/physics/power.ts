import { AIR_DENSITY_KGPM3, AIRFRAME, EPOCH_S, GRAVITY_MPS2, STEPS_PER_EPOCH } from './airframe.ts';
import { type FleetState, PHASE } from './fleet-state.ts';
import { DRAG_PER_M } from './motion.ts';

/** The air's motion through the rotors' disc and the thrust they make, m/s and N. */
export interface RotorLoad {
  readonly thrustN: number;
  /** Air speed along the thrust, positive when climbing into it. */
  readonly axialMps: number;
  readonly airspeedMps: number;
}

const DISC = 2 * AIR_DENSITY_KGPM3 * AIRFRAME.discAreaM2;

/**
 * Induced velocity (m/s) by momentum theory in forward flight, Glauert's v·√(V∥² + (V⊥ + v)²) = T/2ρA, by Newton
 * from a first guess; two rounds suffice from the step before, four from hover.
 */
export function inducedVelocity(
  { thrustN, axialMps, airspeedMps }: RotorLoad,
  guess: number,
  rounds: number,
): number {
  const target = thrustN / DISC;
  const inPlane2 = Math.max(0, airspeedMps * airspeedMps - axialMps * axialMps);
  let v = guess;
  for (let round = 0; round < rounds; round++) {
    const through = axialMps + v;
    const flow = Math.sqrt(inPlane2 + through * through) + 1e-9;
    v = Math.max(0.05, v - (v * flow - target) / (flow + (v * through) / flow));
  }
  return v;
}

/** Electrical power (W) at a load with its induced velocity. SCIENCE D1: induced, parasite and climb, profile, losses. */
export function electricalPower({ thrustN, axialMps, airspeedMps }: RotorLoad, inducedMps: number): number {
  const advance = airspeedMps / AIRFRAME.tipSpeedMps;
  const profile = AIRFRAME.profilePowerW * (1 + 4.65 * advance * advance);
  const shaft = AIRFRAME.inducedFactor * thrustN * inducedMps + thrustN * axialMps + profile;
  return Math.max(shaft / AIRFRAME.drivetrainEfficiency + AIRFRAME.avionicsPowerW, DESCENT_FLOOR_W);
}

/** Power (W) of hovering in still air, by momentum theory's closed form (mg)^1.5/√(2ρA). */
export function hoverPowerW(): number {
  const weight = AIRFRAME.massKg * GRAVITY_MPS2;
  const shaft = AIRFRAME.inducedFactor * (weight ** 1.5 / Math.sqrt(DISC)) + AIRFRAME.profilePowerW;
  return shaft / AIRFRAME.drivetrainEfficiency + AIRFRAME.avionicsPowerW;
}

/** Rotors in their own wash save little: a descent costs at least this. SCIENCE D1. */
const DESCENT_FLOOR_W = 0.7 * hoverPowerW();

/** What every airborne drone whose epoch it is draws now, and the energy it has drawn. */
export function drawPower(state: FleetState, step: number): void {
  const { phase, count, powerW, energyJ } = state;
  for (let i = step % STEPS_PER_EPOCH; i < count; i += STEPS_PER_EPOCH) {
    if ((phase[i] as number) < PHASE.takeoff) continue;
    const power =
      (phase[i] as number) === PHASE.falling
        ? AIRFRAME.avionicsPowerW
        : flightPower(state, i) / (0.5 + 0.5 * (state.thrustFactor[i] as number));
    powerW[i] = power;
    energyJ[i] = (energyJ[i] as number) + power * EPOCH_S;
  }
}

function flightPower(state: FleetState, i: number): number {
  const airX = (state.vx[i] as number) - (state.windX[i] as number);
  const airY = (state.vy[i] as number) - (state.windY[i] as number);
  const airZ = (state.vz[i] as number) - (state.windZ[i] as number);
  const airspeedMps = Math.sqrt(airX * airX + airY * airY + airZ * airZ);
  const drag = DRAG_PER_M * airspeedMps;
  const fx = (state.ax[i] as number) + drag * airX;
  const fy = (state.ay[i] as number) + drag * airY;
  const fz = GRAVITY_MPS2 + (state.az[i] as number);
  const force = Math.sqrt(fx * fx + fy * fy + fz * fz);
  const thrustN = AIRFRAME.massKg * force;
  const axialMps = (airX * fx + airY * fy + airZ * fz) / force;
  const load = { thrustN, axialMps, airspeedMps };
  const inducedMps = inducedVelocity(load, (state.inducedMps[i] as number) || Math.sqrt(thrustN / DISC), 2);
  state.inducedMps[i] = inducedMps;
  return electricalPower(load, inducedMps);
}
