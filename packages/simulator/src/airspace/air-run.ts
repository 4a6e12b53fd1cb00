/** What became of a run, in numbers. */
import {
  type Enu,
  isTrajectoryFault,
  positionAt,
  profileRoute,
  toTrajectory,
  trajectoryEndS,
} from '@skein/core';
import type { ConflictWatch } from './conflict-watch.ts';
import type { AirRunOptions } from './fly-scenario.ts';
import { type AirFlight, planLimits } from './scenario.ts';
import type { LossOfSeparation } from './separation-watch.ts';
import type { AirTracks } from './tracks.ts';

export interface AirRun {
  readonly scenario: string;
  readonly method: string;
  readonly disturbances: readonly string[];
  readonly seed: number;
  readonly flights: number;
  readonly arrivals: number;
  readonly flightHours: number;
  /** Times at which a pair lost separation. */
  readonly losses: number;
  readonly lossesPerFlightHour: number;
  readonly nearCollisions: number;
  /** Of both, those between two strangers: nobody was there to prevent them. */
  readonly strangers: { readonly losses: number; readonly nearCollisions: number };
  /** The least `max(d/D, |dz|/H)` of all losses; null where there is none. */
  readonly severity: number | null;
  /** Pairs that were in conflict within twenty seconds. */
  readonly conflicts: number;
  /** Of conflicts, the part that did not become a loss. */
  readonly preventionRate: number | null;
  /** From seeing a conflict until it is none. */
  readonly resolutionS: number | null;
  /** Vehicles in conflict that came no nearer to their goal for a minute. */
  readonly deadlocks: number;
  /** Of what has arrived, over the straight way; null where nothing has. */
  readonly stretch: number | null;
  /** Of what has arrived, after it would have been there undisturbed. */
  readonly meanDelayS: number | null;
  /** The last arrival; null where not all have arrived. */
  readonly makespanS: number | null;
  readonly straightMakespanS: number;
  /** Of the method, for all vehicles in one second. */
  readonly computeP50Ms: number;
  readonly computeP99Ms: number;
  readonly lossList: readonly LossOfSeparation[];
  readonly tracks?: AirTracks;
}

const STEP_S = 0.1;
const [ARRIVED_M, ARRIVED_UP_M] = [5, 3];

interface Counted {
  readonly arrivedS: readonly (number | undefined)[];
  readonly flownM: Float64Array;
  readonly airborneS: Float64Array;
  readonly losses: readonly LossOfSeparation[];
  readonly conflicts: ConflictWatch;
  readonly costMs: readonly number[];
  readonly isStranger: (at: number) => boolean;
  readonly tracks?: AirTracks;
}

export function summariseRun(
  { scenario, method, disturbances, seed }: AirRunOptions,
  counted: Counted,
): AirRun {
  const { arrivedS, flownM, losses, conflicts, costMs, tracks } = counted;
  const asked = scenario.flights.map(askedFlight);
  const arrived = arrivedS.flatMap((timeS, at) =>
    timeS === undefined
      ? []
      : [{ timeS, ...(asked[at] as ReturnType<typeof askedFlight>), flownM: flownM[at] as number }],
  );
  const flightHours = counted.airborneS.reduce((sum, s) => sum + s, 0) / 3600;
  const amongStrangers = losses.filter(({ pair }) => pair.every(counted.isStranger));
  const isComplete = arrived.length === scenario.flights.length;
  return {
    scenario: scenario.name,
    method,
    disturbances: [...(disturbances ?? [])],
    seed,
    flights: scenario.flights.length,
    arrivals: arrived.length,
    flightHours,
    losses: losses.length,
    lossesPerFlightHour: flightHours > 0 ? losses.length / flightHours : 0,
    nearCollisions: losses.filter(({ isNearCollision }) => isNearCollision).length,
    strangers: {
      losses: amongStrangers.length,
      nearCollisions: amongStrangers.filter(({ isNearCollision }) => isNearCollision).length,
    },
    severity: losses.length > 0 ? Math.min(...losses.map(({ severity }) => severity)) : null,
    conflicts: conflicts.count,
    preventionRate: conflicts.count > 0 ? 1 - losses.length / conflicts.count : null,
    resolutionS: mean(conflicts.lastedS),
    deadlocks: conflicts.deadlocks,
    stretch: mean(arrived.map(({ flownM: flown, lengthM }) => flown / lengthM)),
    meanDelayS: mean(arrived.map(({ timeS, endS }) => timeS - endS)),
    makespanS: isComplete ? Math.max(...arrived.map(({ timeS }) => timeS)) : null,
    straightMakespanS: Math.max(...asked.map(({ endS }) => endS)),
    computeP50Ms: quantile(costMs, 0.5),
    computeP99Ms: quantile(costMs, 0.99),
    lossList: losses,
    ...(tracks && { tracks }),
  };
}

/** Straight there, as undisturbed: how far, and when it has arrived. */
function askedFlight(flight: AirFlight) {
  const profile = profileRoute({ ...flight, afterwards: 'gone' }, planLimits);
  if (isTrajectoryFault(profile)) throw new RangeError(`${flight.id} cannot be flown: ${profile.reason}`);
  const trajectory = toTrajectory(profile);
  let endS = trajectoryEndS(trajectory) - STEP_S;
  for (
    let timeS = endS;
    timeS > flight.startS && hasArrived(flight, positionAt(trajectory, timeS));
    timeS -= STEP_S
  )
    endS = timeS;
  return { lengthM: profile.lengthM, endS };
}

/** Near enough to its goal. */
export function hasArrived({ legs }: AirFlight, place: Enu | undefined): boolean {
  const goal = legs.at(-1);
  if (goal === undefined || place === undefined) return false;
  if (Math.abs(goal.upM - place.upM) > ARRIVED_UP_M) return false;
  return Math.hypot(goal.eastM - place.eastM, goal.northM - place.northM) <= ARRIVED_M;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The smallest value that so large a part of all is no larger than. */
function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
}
