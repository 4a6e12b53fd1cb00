/** Skies for tests: the same from the same seed. */
import type { Trajectory } from '../../geo/trajectory.ts';
import { AIRCRAFT_KINDS } from './aircraft-kinds.ts';
import { createSky, type Sky } from './sky.ts';

export const NOW_S = 1_790_000_000;

/** mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface RandomSkyOptions {
  readonly rows: number;
  readonly seed: number;
  readonly sideM: number;
  /** Parts of all rows. */
  readonly planned?: number;
  readonly silent?: number;
  readonly external?: number;
  /** Drones of the fleet on a grid of so many metres, where edges and equal places are common. */
  readonly gridM?: number;
  /** Where the middle of it is. */
  readonly awayM?: number;
}

/** Drones of all sorts, some of them on the ground. */
export function randomSky(options: RandomSkyOptions): Sky {
  const { rows, seed, sideM, planned = 0, silent = 0, external = 0, gridM = 0, awayM = 0 } = options;
  const random = createRandom(seed);
  const sky = createSky(rows);
  const place = (atM: number) => awayM + (gridM > 0 ? Math.round(atM / gridM) * gridM : atM);
  for (let row = 0; row < rows; row += 1) {
    const headingRad = random() * 2 * Math.PI;
    const speedMps = random() < 0.1 ? 0 : 15 * random();
    sky.eastM[row] = place(random() * sideM);
    sky.northM[row] = place(random() * sideM);
    sky.upM[row] = gridM > 0 ? 15 * Math.floor(random() * 6) : 30 + 90 * random();
    sky.eastMps[row] = speedMps * Math.sin(headingRad);
    sky.northMps[row] = speedMps * Math.cos(headingRad);
    sky.ageS[row] = random() < silent ? 20 * random() : random();
    sky.kind[row] = random() < 0.05 ? AIRCRAFT_KINDS.absent : kindOf(random(), external);
    sky.upMps[row] = climbOf(random(), sky.kind[row] as number);
    if (random() < planned) sky.plans[row] = randomPlan(sky, row, random);
    if (random() < planned / 2) sky.contingencies[row] = randomPlan(sky, row, random);
  }
  return sky;
}

function climbOf(chance: number, kind: number): number {
  if (chance < 0.3) return -1.5 + 15 * chance;
  return kind === AIRCRAFT_KINDS.stranger && chance < 0.6 ? Number.NaN : 0;
}

function kindOf(chance: number, external: number): number {
  if (chance < external) return chance < external / 3 ? AIRCRAFT_KINDS.manned : AIRCRAFT_KINDS.stranger;
  return chance > 0.9 ? AIRCRAFT_KINDS.tight : AIRCRAFT_KINDS.fleet;
}

/** One that the drone keeps to, or is off by some metres; with a turn before long. */
function randomPlan(sky: Sky, row: number, random: () => number): Trajectory {
  const offM = random() < 0.5 ? 0 : 60 * random();
  const flownS = 1 + 10 * random();
  const [east, north, up] = [sky.eastM[row] as number, sky.northM[row] as number, sky.upM[row] as number];
  const [eastMps, northMps] = [sky.eastMps[row] as number, sky.northMps[row] as number];
  const heardS = NOW_S - (sky.ageS[row] as number);
  const knots: number[] = [0, east + offM - eastMps * flownS, north - northMps * flownS, up];
  let [timeS, eastM, northM] = [0, knots[1] as number, knots[2] as number];
  for (let leg = 0; leg < 4; leg += 1) {
    const legS = flownS + 5 + 20 * random();
    const headingRad = random() * 2 * Math.PI;
    timeS += legS;
    eastM += (leg === 0 ? eastMps : 10 * Math.sin(headingRad)) * legS;
    northM += (leg === 0 ? northMps : 10 * Math.cos(headingRad)) * legS;
    knots.push(timeS, eastM, northM, up + (leg === 0 ? 0 : 10 * random()));
  }
  const afterwards = random() < 0.5 ? 'gone' : 'hovering';
  return { id: `P-${row}`, startS: heardS - flownS, knots: Float64Array.from(knots), afterwards };
}
