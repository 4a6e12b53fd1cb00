import { type FleetState, isAirborne } from '../physics/fleet-state.ts';
import { gaussian } from '../physics/random.ts';
import { type Attitude, toBody, toRates, type Vector } from './attitude.ts';

/**
 * Accelerometer and gyroscope as they read: truth in body axes, the turn-on bias of an ADIS16448 (0.196 m/s²,
 * 8.7e-3 rad/s) that stays for a flight, its noise, and in the air the vibration left after the autopilot's filter.
 */

const ACCEL = { biasMps2: 0.196, noiseMps2: 0.02, vibrationMps2: 0.12 };
const GYRO = { biasRadps: 8.7e-3, noiseRadps: 0.002, vibrationRadps: 0.012 };
const STREAM = { accelBias: 20, gyroBias: 23, accel: 26, gyro: 29 };

/** Specific force, m/s²: +9.8 upward at rest, as in guide A's sample. */
export function readAccelerometer(state: FleetState, i: number, attitude: Attitude, step: number): Vector {
  const airborne = isAirborne(state.phase[i] as number);
  const sigma = airborne ? ACCEL.vibrationMps2 : ACCEL.noiseMps2;
  const truth = toBody(attitude, attitude.specificForce);
  return disturb(truth, noise(state.key[i] as number, step, STREAM.accel, sigma), {
    key: state.key[i] as number,
    stream: STREAM.accelBias,
    sigma: ACCEL.biasMps2,
  });
}

export function readGyroscope(state: FleetState, i: number, attitude: Attitude, step: number): Vector {
  const airborne = isAirborne(state.phase[i] as number);
  const sigma = airborne ? GYRO.vibrationRadps : GYRO.noiseRadps;
  const truth = toRates(state, i, attitude);
  return disturb(truth, noise(state.key[i] as number, step, STREAM.gyro, sigma), {
    key: state.key[i] as number,
    stream: STREAM.gyroBias,
    sigma: GYRO.biasRadps,
  });
}

interface Bias {
  readonly key: number;
  readonly stream: number;
  readonly sigma: number;
}

function disturb(truth: Vector, white: Vector, { key, stream, sigma }: Bias): Vector {
  const bias = noise(key, -1, stream, sigma);
  return { x: truth.x + bias.x + white.x, y: truth.y + bias.y + white.y, z: truth.z + bias.z + white.z };
}

/** Three independent draws. */
export function noise(key: number, step: number, stream: number, sigma: number): Vector {
  return {
    x: sigma * gaussian(key, step, stream),
    y: sigma * gaussian(key, step, stream + 1),
    z: sigma * gaussian(key, step, stream + 2),
  };
}
