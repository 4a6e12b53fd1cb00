import type { Trajectory } from '../../geo/trajectory.ts';
import { firstConflict } from '../../geo/trajectory-conflict.ts';
import type { FlightPoint } from '../energy/route.ts';
import {
  type Alternative,
  type AlternativeSearch,
  type Trial,
  tryAlternative,
  type Wish,
} from './alternative.ts';
import { fenceEdges } from './fence-times.ts';
import type { FlightCandidate, SafetyLimits, SafetyWorld } from './flight-candidate.ts';
import { isOnGround } from './wished-flight.ts';

/** The same flight later, and the same flight slower. */

const MAX_DELAY_S = 900;
const MAX_WAITS = 6;
const FIRST_STEP_S = 2;
const RESOLUTION_S = 0.25;
const MAX_EDGES = 4;

/** Later by as long as those in the way need, or the fences in the way count. */
export function tryLater(search: AlternativeSearch): void {
  const { wish, world } = search;
  const { trajectory } = wish.refused;
  if (!trajectory) return;
  let delayS = 0;
  for (let wait = 0; wait < MAX_WAITS; wait += 1) {
    const conflict = world.traffic.firstConflict(
      { ...trajectory, startS: trajectory.startS + delayS },
      world.limits.separation,
    );
    if (!conflict) break;
    const freeS = freeDelayS(trajectory, conflict.with, { fromS: delayS, limits: world.limits });
    if (freeS === undefined) return;
    delayS = freeS;
  }
  if (delayS > 0 && tryDelay(search, delayS)) return;
  for (const edgeS of edgesBehind(wish, world)) if (tryDelay(search, edgeS)) return;
}

/** Leaps that double until the other is out of the way, then back to where it has just been; undefined: too long. */
function freeDelayS(
  own: Trajectory,
  other: Trajectory,
  { fromS, limits }: { readonly fromS: number; readonly limits: SafetyLimits },
): number | undefined {
  const isFree = (delayS: number) =>
    firstConflict({ ...own, startS: own.startS + delayS }, other, limits.separation) === undefined;
  let blocked = fromS;
  let free = fromS;
  for (let step = FIRST_STEP_S; !isFree(free); step *= 2) {
    blocked = free;
    free += step;
    if (free > MAX_DELAY_S) return undefined;
  }
  while (free - blocked > RESOLUTION_S) {
    const middle = (free + blocked) / 2;
    if (isFree(middle)) free = middle;
    else blocked = middle;
  }
  return free;
}

/** When fences cease to count, so that what was too early there is not. */
function edgesBehind({ candidate, refused }: Wish, { fences }: SafetyWorld): readonly number[] {
  const fenced = refused.violations.find(({ check }) => check.startsWith('FENCE'));
  if (!fenced) return [];
  const breachS = fenced.at?.timeS ?? candidate.startS;
  const delays = [...fenceEdges(fences)].map((edgeS) => edgeS - breachS + 1);
  const least = delays.filter((delayS) => delayS > 0 && delayS <= MAX_DELAY_S).slice(0, MAX_EDGES);
  return least.map((delayS) => Math.ceil(delayS));
}

export function tryDelay(search: AlternativeSearch, exactS: number): Alternative | undefined {
  const delayS = Math.ceil(exactS * 10) / 10;
  return tryAlternative(search, toDelayed(search.wish, search.world, delayS));
}

/** On the ground it starts later; in the air it holds where it is. */
function toDelayed(wish: Wish, world: SafetyWorld, delayS: number): Trial {
  const { candidate, point } = wish;
  const waiting: FlightCandidate = isOnGround(wish, world)
    ? { ...candidate, startS: candidate.startS + delayS }
    : {
        ...candidate,
        points: [{ at: candidate.from, holdS: delayS }, ...candidate.points],
        changed: candidate.changed.map((each) => each + 1),
      };
  return {
    text: `same place, ${delayS.toFixed(0)} s later`,
    ...{ changes: { delay_s: delayS }, candidate: waiting, at: point.at, delayS },
  };
}

const SPEEDS_MPS = [12, 9, 6, 3] as const;

/** No leg faster than it needs to be: for the wind, for what is in the way, for a fence behind the end. */
export function trySlower(search: AlternativeSearch): void {
  const { wish, world } = search;
  const { candidate, point } = wish;
  const speedOf = ({ groundSpeedMps = world.limits.cruiseMps }: FlightPoint) => groundSpeedMps;
  const fastest = Math.max(...candidate.points.map(speedOf));
  for (const speedMps of SPEEDS_MPS) {
    if (speedMps >= fastest) continue;
    const points = candidate.points.map((each) => ({
      ...each,
      groundSpeedMps: Math.min(speedMps, speedOf(each)),
    }));
    const text = `same place, at ${speedMps} m/s`;
    const trial = {
      text,
      changes: { speed_mps: speedMps },
      at: point.at,
      candidate: { ...candidate, points },
    };
    if (tryAlternative(search, trial)) return;
  }
}
