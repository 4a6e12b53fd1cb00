import { EPOCH_S, STEPS_PER_EPOCH } from '../physics/airframe.ts';
import type { FleetState } from '../physics/fleet-state.ts';
import { gaussian } from '../physics/random.ts';

/** GNSS position error: a Gauss–Markov wander (1.5 m level, 2.5 m vertical, 60 s) under 0.3 m of white noise. SCIENCE E7. */
export const GNSS = { levelSigmaM: 1.5, verticalSigmaM: 2.5, timeS: 60, whiteM: 0.3 } as const;

const STREAM = { x: 6, y: 7, z: 8 };
const DECAY = Math.exp(-EPOCH_S / GNSS.timeS);
const DRIVE = Math.sqrt(1 - DECAY * DECAY);

/** Starts every drone's error in its stationary distribution. */
export function settleGnss(state: FleetState): void {
  for (let i = 0; i < state.count; i++) {
    const key = state.key[i] as number;
    state.gnssX[i] = GNSS.levelSigmaM * gaussian(key, -1, STREAM.x);
    state.gnssY[i] = GNSS.levelSigmaM * gaussian(key, -1, STREAM.y);
    state.gnssZ[i] = GNSS.verticalSigmaM * gaussian(key, -1, STREAM.z);
  }
}

/** The exact discrete form of the wander, for every drone whose epoch it is. */
export function wander(state: FleetState, step: number): void {
  const { gnssX, gnssY, gnssZ, key, count } = state;
  for (let i = step % STEPS_PER_EPOCH; i < count; i += STEPS_PER_EPOCH) {
    const k = key[i] as number;
    gnssX[i] = DECAY * (gnssX[i] as number) + DRIVE * GNSS.levelSigmaM * gaussian(k, step, STREAM.x);
    gnssY[i] = DECAY * (gnssY[i] as number) + DRIVE * GNSS.levelSigmaM * gaussian(k, step, STREAM.y);
    gnssZ[i] = DECAY * (gnssZ[i] as number) + DRIVE * GNSS.verticalSigmaM * gaussian(k, step, STREAM.z);
  }
}

export interface Origin {
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly altitudeAmslM: number;
}

const SEMI_MAJOR_M = 6_378_137;
const ECCENTRICITY_2 = 6.694_379_990_141_316e-3;

/** Degrees per metre north and east at the origin, from WGS84's radii of curvature; 1e-6 of the distance within 20 km. */
export function createProjection(origin: Origin) {
  const latitudeRad = (origin.latitudeDeg * Math.PI) / 180;
  const w2 = 1 - ECCENTRICITY_2 * Math.sin(latitudeRad) ** 2;
  const meridianM = ((SEMI_MAJOR_M * (1 - ECCENTRICITY_2)) / w2 ** 1.5) * (Math.PI / 180);
  const parallelM = (SEMI_MAJOR_M / Math.sqrt(w2)) * Math.cos(latitudeRad) * (Math.PI / 180);
  return {
    toLatitudeDeg: (northM: number) => origin.latitudeDeg + northM / meridianM,
    toLongitudeDeg: (eastM: number) => origin.longitudeDeg + eastM / parallelM,
    toNorthM: (latitudeDeg: number) => (latitudeDeg - origin.latitudeDeg) * meridianM,
    toEastM: (longitudeDeg: number) => (longitudeDeg - origin.longitudeDeg) * parallelM,
  };
}
export type Projection = ReturnType<typeof createProjection>;
