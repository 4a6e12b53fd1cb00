import { type Refusal, refuse } from '../../errors.ts';
import type { PlanePoint } from '../../geo/segment.ts';
import { refuseNumber } from './camera.ts';
import { planeDistanceM } from './path.ts';
import type { Pass } from './sweep.ts';

/** One of the drones that share an area. */
export interface SharingDrone {
  readonly home: PlanePoint;
  readonly speedMps: number;
}

export interface Share {
  /** Of the drones given. */
  readonly drone: number;
  /** Contiguous in the survey's order; empty where it is best left at home. */
  readonly passes: readonly Pass[];
  /** From home over its passes and back, turns included. */
  readonly timeS: number;
}

export interface SplitOptions {
  readonly passes: readonly Pass[];
  readonly drones: readonly SharingDrone[];
  /** For each change from one pass to the next; 5 s by default. */
  readonly turnTimeS?: number;
}

const MAX_DRONES = 64;

/**
 * Passes cut into one contiguous part a drone, so that the longest flight is as short as possible: exact over all cuts
 * for drones in the order in which their homes lie along the survey, and in the opposite order; the better one is taken.
 */
export function splitPasses({ passes, drones, turnTimeS = 5 }: SplitOptions): readonly Share[] | Refusal {
  if (drones.length === 0 || drones.length > MAX_DRONES)
    return refuse(
      'VALIDATION_ERROR',
      { field: 'drones', expectedType: `1 to ${MAX_DRONES} drones`, reason: 'length' },
      { message: 'Invalid template: drones' },
    );
  const slow = drones.findIndex(
    ({ speedMps, home }) => !(speedMps > 0 && speedMps <= 100) || !Number.isFinite(home.x + home.y),
  );
  if (slow >= 0) return refuseNumber(`drones[${slow}].speedMps`, '> 0, and a home that is a place');
  if (!(turnTimeS >= 0)) return refuseNumber('turnTimeS', '>= 0');
  const order = alongSurvey(passes, drones);
  const forth = cut({ passes, drones, turnTimeS }, order);
  const back = cut({ passes, drones, turnTimeS }, order.toReversed());
  return longestS(back) < longestS(forth) ? back : forth;
}

export const longestS = (shares: readonly Share[]): number => Math.max(...shares.map(({ timeS }) => timeS));

/** Drones by the pass that begins nearest to their home. */
function alongSurvey(passes: readonly Pass[], drones: readonly SharingDrone[]): readonly number[] {
  const nearest = drones.map(({ home }) => {
    const distances = passes.map(({ from, to }) =>
      Math.min(planeDistanceM(home, from), planeDistanceM(home, to)),
    );
    return distances.indexOf(Math.min(...distances));
  });
  return [...drones.keys()].sort((a, b) => (nearest[a] as number) - (nearest[b] as number) || a - b);
}

/** Linear partition by dynamic programme: `best[n]` of the drones so far flying the first n passes. */
function cut(options: Required<SplitOptions>, order: readonly number[]): readonly Share[] {
  const { passes } = options;
  const time = toTimer(options);
  let best = [0, ...passes.map(() => Number.POSITIVE_INFINITY)];
  const cuts: (readonly number[])[] = [];
  for (const drone of order) {
    const cutAt: number[] = [];
    const before = best;
    best = before.map((_none, flown) => {
      const { longest, from } = bestCut(before, flown, (begin) => time(drone, begin, flown));
      cutAt[flown] = from;
      return longest;
    });
    cuts.push(cutAt);
  }
  const shares: Share[] = [];
  let end = passes.length;
  for (const [at, drone] of [...order.entries()].toReversed()) {
    const from = cuts[at]?.[end] ?? end;
    shares.push({ drone, passes: passes.slice(from, end), timeS: time(drone, from, end) });
    end = from;
  }
  return shares.toSorted((a, b) => a.drone - b.drone);
}

/** Where the last of the drones best begins: the longest flight is the longer of its own and of those before. */
function bestCut(before: readonly number[], flown: number, timeFrom: (begin: number) => number) {
  let best = { longest: Number.POSITIVE_INFINITY, from: flown };
  for (let from = 0; from <= flown; from += 1) {
    const longest = Math.max(before[from] as number, timeFrom(from));
    if (longest < best.longest) best = { longest, from };
  }
  return best;
}

/** Seconds of a drone's flight over passes [from, end), from sums over their lengths. */
function toTimer({ passes, drones, turnTimeS }: Required<SplitOptions>) {
  const sumsM = [0];
  for (const [at, pass] of passes.entries()) {
    const before = passes[at - 1];
    const wayM = before ? planeDistanceM(before.to, pass.from) : 0;
    sumsM.push((sumsM[at] as number) + wayM + planeDistanceM(pass.from, pass.to));
  }
  return (drone: number, from: number, end: number): number => {
    const first = passes[from];
    const last = passes[end - 1];
    if (end <= from || !first || !last) return 0;
    const { home, speedMps } = drones[drone] as SharingDrone;
    const before = passes[from - 1];
    const intoFirstM = before ? planeDistanceM(before.to, first.from) : 0;
    const flownM = (sumsM[end] as number) - (sumsM[from] as number) - intoFirstM;
    const homewardM = planeDistanceM(home, first.from) + planeDistanceM(last.to, home);
    return (flownM + homewardM) / speedMps + turnTimeS * (end - from - 1);
  };
}
