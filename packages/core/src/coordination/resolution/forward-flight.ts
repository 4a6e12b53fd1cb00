/** Where vehicles will be that are told each cycle how to keep clear: simulated with what they are able to do. */
import { KNOT_SIZE, positionAt, type Trajectory } from '../../geo/trajectory.ts';
import {
  type AirLimits,
  type AirVelocity,
  clampVelocity,
  moveTowards,
  type NeighbourMotion,
} from './air-motion.ts';
import {
  defaultAirLimits,
  stepTactically,
  type TacticalMemory,
  type TacticalOptions,
} from './tactical-step.ts';

/** Somebody in the sky around a conflict. */
export interface SkyUser {
  readonly motion: NeighbourMotion;
  /** What it is believed to fly; straight on if absent. */
  readonly intent?: Trajectory | undefined;
}

export interface ForwardOptions {
  readonly nowS: number;
  readonly forS: number;
  readonly tactical: Omit<TacticalOptions, 'memory'>;
  readonly memories: ReadonlyMap<string, TacticalMemory>;
}

const STEPS_A_CYCLE = 4;
/** A wish leads to where the plan will be then. */
const CATCH_UP_S = 3;

/** Straight on for a time. */
export function straightTrack({ id, ...motion }: NeighbourMotion, nowS: number, forS: number): Trajectory {
  const { eastM, northM, upM, eastMps, northMps, upMps } = motion;
  const end = [eastM + eastMps * forS, northM + northMps * forS, upM + upMps * forS];
  return {
    id,
    startS: nowS,
    knots: Float64Array.of(0, eastM, northM, upM, forS, ...end),
    afterwards: 'gone',
  };
}

/** The velocity that leads back to the plan, or on as before where there is none. */
export function wishOf({ motion, intent }: SkyUser, timeS: number, limits: AirLimits): AirVelocity {
  const { eastMps, northMps, upMps } = motion;
  if (intent === undefined) return clampVelocity({ eastMps, northMps, upMps }, limits);
  const there = positionAt(intent, timeS + CATCH_UP_S) ?? lastPlace(intent);
  return clampVelocity(
    {
      eastMps: (there.eastM - motion.eastM) / CATCH_UP_S,
      northMps: (there.northM - motion.northM) / CATCH_UP_S,
      upMps: (there.upM - motion.upM) / CATCH_UP_S,
    },
    limits,
  );
}

function lastPlace({ knots }: Trajectory) {
  const [eastM, northM, upM] = knots.slice(1 - KNOT_SIZE) as unknown as [number, number, number];
  return { eastM, northM, upM };
}

/** The tracks of all, each cooperative one told by the tactical step; the others fly what they are believed to. */
export function flyTactically(users: readonly SkyUser[], options: ForwardOptions): readonly Trajectory[] {
  const { nowS, forS, tactical } = options;
  const { cycleS = 1, limits = defaultAirLimits } = tactical;
  const memories = new Map(options.memories);
  const stepS = cycleS / STEPS_A_CYCLE;
  const tracks = users.map(({ motion }) => [0, motion.eastM, motion.northM, motion.upM]);
  let now = users;
  for (let cycle = 0; cycle * cycleS < forS; cycle += 1) {
    const timeS = cycle * cycleS;
    const told = now.map((user) => commandOf(user, now, { ...options, nowS: nowS + timeS }, memories));
    for (let step = 1; step <= STEPS_A_CYCLE; step += 1) {
      now = now.map((user, at) => ({
        ...user,
        motion: moveTowards(user.motion, told[at] as AirVelocity, limits, stepS),
      }));
      for (const [at, { motion }] of now.entries())
        tracks[at]?.push(timeS + step * stepS, motion.eastM, motion.northM, motion.upM);
    }
  }
  return users.map(({ motion, intent }, at) =>
    motion.isCooperative === false
      ? (intent ?? straightTrack(motion, nowS, forS))
      : { id: motion.id, startS: nowS, knots: Float64Array.from(tracks[at] as number[]), afterwards: 'gone' },
  );
}

function commandOf(
  user: SkyUser,
  all: readonly SkyUser[],
  { nowS, tactical }: ForwardOptions,
  memories: Map<string, TacticalMemory>,
): AirVelocity {
  const { motion } = user;
  const wish = wishOf(user, nowS, tactical.limits ?? defaultAirLimits);
  if (motion.isCooperative === false) return wish;
  const memory = memories.get(motion.id);
  const others = all.map((other) => other.motion);
  const command = stepTactically({ ...motion, wish }, others, { ...tactical, ...(memory && { memory }) });
  memories.set(motion.id, command.memory);
  return command.velocity;
}

/** The track of a stop as soon as possible, and a hover. */
export function stopTrack({ id, ...motion }: NeighbourMotion, nowS: number, limits: AirLimits): Trajectory {
  const speedMps = Math.hypot(motion.eastMps, motion.northMps);
  const afterS = Math.max(speedMps, Math.abs(motion.upMps)) / limits.accelerationMps2;
  const { eastM, northM, upM, eastMps, northMps, upMps } = motion;
  const knots = [0, eastM, northM, upM];
  // Straight between knots, so the ramp is cut up; it is braked alike in all directions.
  for (let part = 1; part <= STOP_PARTS && afterS > 0; part += 1) {
    const sinceS = (afterS * part) / STOP_PARTS;
    const flownS = sinceS - (sinceS * sinceS) / (2 * afterS);
    knots.push(sinceS, eastM + eastMps * flownS, northM + northMps * flownS, upM + upMps * flownS);
  }
  return { id, startS: nowS, knots: Float64Array.from(knots), afterwards: 'hovering' };
}

const STOP_PARTS = 6;
