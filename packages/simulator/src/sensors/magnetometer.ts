import geomagnetism from 'geomagnetism';
import type { FleetState } from '../physics/fleet-state.ts';
import { type Attitude, toBody, type Vector } from './attitude.ts';
import { noise } from './inertial.ts';

const NOISE_UT = 0.6;
const HARD_IRON_UT = 2;
const UT_PER_AMPERE = 0.05;
const STREAM = { hardIron: 32, white: 35 };

/** Earth's field (µT; east, north, up) at a place and time, by the World Magnetic Model. */
export function earthField(
  place: { latitudeDeg: number; longitudeDeg: number; altitudeAmslM: number },
  timeMs: number,
): Vector {
  const model = geomagnetism.model(new Date(timeMs), { allowOutOfBoundsModel: true });
  const { x, y, z } = model.point([place.latitudeDeg, place.longitudeDeg, place.altitudeAmslM / 1000]);
  return { x: y / 1000, y: x / 1000, z: -z / 1000 };
}

/** The field in body axes (forward, left, up), µT, with hard iron, the motors' current and noise. */
export function readMagnetometer(
  state: FleetState,
  i: number,
  body: { attitude: Attitude; field: Vector },
  step: number,
): Vector {
  const key = state.key[i] as number;
  const truth = toBody(body.attitude, body.field);
  const iron = noise(key, -1, STREAM.hardIron, HARD_IRON_UT);
  const white = noise(key, step, STREAM.white, NOISE_UT);
  const motors = UT_PER_AMPERE * Math.max(0, state.currentA[i] as number);
  return {
    x: truth.x + iron.x + white.x,
    y: truth.y + iron.y + white.y,
    z: truth.z + iron.z + white.z + motors,
  };
}
