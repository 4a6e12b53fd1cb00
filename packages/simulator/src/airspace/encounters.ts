/** Pairs that meet, each far from all others. Where they would pass, they would miss each other by up to 45 m. */
import { toKey, uniform } from '../physics/random.ts';
import { type AirFlight, CRUISE_MPS, straightFlight } from './scenario.ts';

export const ENCOUNTERS = ['head-on', 'cross', 'overtake', 'any', 'climb'] as const;
export type Encounter = (typeof ENCOUNTERS)[number];

/** From one pair to the next. */
const APART_M = 3000;
const MISS_M = 45;
const UP_M = 60;

export function encounters(kind: Encounter, pairs: number, seed: number): readonly AirFlight[] {
  const columns = Math.ceil(Math.sqrt(pairs));
  return Array.from({ length: pairs }, (_, pair) => {
    const key = toKey(seed, pair);
    const middle = [
      (pair % columns) * APART_M - (columns * APART_M) / 2,
      Math.floor(pair / columns) * APART_M - (columns * APART_M) / 2,
    ] as const;
    return meet(kind, { key, at: 2 * pair, middle });
  }).flat();
}

interface Meeting {
  readonly key: number;
  readonly at: number;
  readonly middle: readonly [number, number];
}

function meet(kind: Encounter, { key, at, middle }: Meeting): readonly AirFlight[] {
  const course = 2 * Math.PI * uniform(key, 0, 1);
  const missM = MISS_M * (2 * uniform(key, 0, 2) - 1);
  const turn = turnOf(kind, uniform(key, 0, 3));
  const slowMps = kind === 'overtake' ? 6 : CRUISE_MPS;
  const climbM = kind === 'climb' ? 40 : 0;
  // Both are at the middle after the same time.
  const meetS = 40;
  const line = (angle: number, speedMps: number, sideM: number) => {
    const [east, north] = [Math.sin(angle), Math.cos(angle)];
    const [atEastM, atNorthM] = [middle[0] + north * sideM, middle[1] - east * sideM];
    const lengthM = speedMps * meetS;
    return (sign: number, upM: number) =>
      [atEastM + sign * east * lengthM, atNorthM + sign * north * lengthM, upM] as const;
  };
  const own = line(course, CRUISE_MPS, 0);
  const other = line(course + turn, slowMps, missM);
  return [
    straightFlight(at, own(-1, UP_M), own(1, UP_M)),
    straightFlight(at + 1, other(-1, UP_M - climbM), other(1, UP_M + climbM), slowMps),
  ];
}

function turnOf(kind: Encounter, part: number): number {
  switch (kind) {
    case 'head-on':
      return Math.PI;
    case 'cross':
      return part < 0.5 ? Math.PI / 2 : -Math.PI / 2;
    case 'overtake':
      return 0;
    case 'any':
    case 'climb':
      return Math.PI / 6 + part * ((5 * Math.PI) / 3);
  }
}
