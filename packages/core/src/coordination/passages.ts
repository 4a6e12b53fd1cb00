/**
 * Ways to fly one leg that cost next to no time: aside at a part of it, and on another level for most of it. Levels change
 * on the way, as gently as the leg allows, so nobody stops to climb.
 */
import type { SeparationMinima } from '../geo/cylinder-conflict.ts';
import type { FlightLeg, FlightRoute } from '../geo/trajectory-route.ts';
import type { Enu } from '../geo/wgs84.ts';

export interface Passage {
  /** To the right of the leg at `part` of its length, to the left below 0. */
  readonly rightM: number;
  readonly part: number;
  /** The altitude that is flown; undefined is straight from one end's to the other's. */
  readonly levelUpM: number | undefined;
  /** Metres up or down in a metre over ground. */
  readonly slope: number;
  /** Of the leg's speed. */
  readonly speedFactor: number;
}

/** What the passages of several flights have in common, so that they fit together. */
export interface PassageSystem {
  readonly levelsUpM: readonly number[];
  readonly slopes: readonly number[];
  readonly speedFactors: readonly number[];
  /** Where all pass each other on the right, it is at this distance; 0 is straight through. */
  readonly roundM: number;
}

/** Of the horizontal minimum. */
const ASIDE = [0.5, 1, 1.5, 2, 3, 4, 6];
const PARTS = [0.5, 0.3, 0.7];
/** Changing levels takes no more of a leg. */
const LONGEST_CHANGE = 0.9;
const SHORTEST_M = 1;

/** The number of the leg that goes furthest over ground; -1 where none does. */
export function longestLeg({ start, legs }: FlightRoute): number {
  let [longest, longestM] = [-1, SHORTEST_M];
  for (const [at, leg] of legs.entries()) {
    const from = at === 0 ? start : (legs[at - 1] as FlightLeg);
    const lengthM = Math.hypot(leg.eastM - from.eastM, leg.northM - from.northM);
    if (lengthM > longestM) [longest, longestM] = [at, lengthM];
  }
  return longest;
}

/** All passages of a system, those at its distance and the direct one first. */
export function listPassages(system: PassageSystem, { horizontalM }: SeparationMinima): readonly Passage[] {
  const { levelsUpM, slopes, speedFactors, roundM } = system;
  const offsets = ASIDE.map((times) => times * horizontalM);
  const asides = [
    { rightM: roundM, part: 0.5 },
    ...offsets.flatMap((offsetM) =>
      PARTS.flatMap((part) => [
        { rightM: roundM + offsetM, part },
        { rightM: roundM - offsetM, part },
      ]),
    ),
  ];
  const heights = [
    { levelUpM: undefined, slope: 0 },
    ...levelsUpM.flatMap((levelUpM) => slopes.map((slope) => ({ levelUpM, slope }))),
  ];
  return asides.flatMap((aside) =>
    heights.flatMap((height) => speedFactors.map((speedFactor) => ({ ...aside, ...height, speedFactor }))),
  );
}

/** The route with a leg flown so; undefined where the leg is too short for it. */
export function takePassage(route: FlightRoute, passage: Passage, at: number): FlightRoute | undefined {
  const to = route.legs[at];
  if (to === undefined) return undefined;
  const from = at === 0 ? route.start : (route.legs[at - 1] as FlightLeg);
  const leg = { from, to, lengthM: Math.hypot(to.eastM - from.eastM, to.northM - from.northM) };
  const { levelUpM, slope, part, rightM, speedFactor } = passage;
  const changesM =
    levelUpM === undefined
      ? ([0, 0] as const)
      : ([Math.abs(levelUpM - from.upM) / slope, Math.abs(levelUpM - to.upM) / slope] as const);
  if (changesM[0] + changesM[1] > LONGEST_CHANGE * leg.lengthM) return undefined;
  const speedMps = to.speedMps * speedFactor;
  const vias = [changesM[0], leg.lengthM - changesM[1], ...(rightM === 0 ? [] : [part * leg.lengthM])]
    .filter((flownM) => flownM > SHORTEST_M && flownM < leg.lengthM - SHORTEST_M)
    .sort((one, other) => one - other)
    .map((flownM) => ({ ...besides(leg, passage, flownM), upM: upAt(leg, passage, flownM), speedMps }));
  return { ...route, legs: route.legs.toSpliced(at, 1, ...vias, { ...to, speedMps }) };
}

interface StraightLeg {
  readonly from: Enu;
  readonly to: Enu;
  readonly lengthM: number;
}

function upAt({ from, to, lengthM }: StraightLeg, { levelUpM, slope }: Passage, flownM: number): number {
  if (levelUpM === undefined) return from.upM + ((to.upM - from.upM) * flownM) / lengthM;
  const [belowM, leftM] = [levelUpM - from.upM, levelUpM - to.upM];
  if (flownM * slope < Math.abs(belowM)) return from.upM + Math.sign(belowM) * flownM * slope;
  const remainingM = lengthM - flownM;
  return remainingM * slope < Math.abs(leftM) ? to.upM + Math.sign(leftM) * remainingM * slope : levelUpM;
}

function besides({ from, to, lengthM }: StraightLeg, { part, rightM }: Passage, flownM: number) {
  const flown = flownM / lengthM;
  const [dEastM, dNorthM] = [to.eastM - from.eastM, to.northM - from.northM];
  const asideM = rightM * (flown < part ? flown / part : (1 - flown) / (1 - part));
  return {
    eastM: from.eastM + dEastM * flown + (dNorthM / lengthM) * asideM,
    northM: from.northM + dNorthM * flown - (dEastM / lengthM) * asideM,
  };
}
