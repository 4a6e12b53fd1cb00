/** What keeps an airspace safe, or does not: told once a second what is known, it tells vehicles what to fly. */
import {
  type AirVelocity,
  type Enu,
  isTrajectoryFault,
  profileRoute,
  type Trajectory,
  toTrajectory,
} from '@skein/core';
import type { PointMass } from './point-mass.ts';
import { type AirFlight, planLimits } from './scenario.ts';

export const METHODS = ['none', 'mvp', 'skein'] as const;
export type MethodName = (typeof METHODS)[number];

/** What the ground believes at a moment; undefined is who is not in the air. */
export interface AirPicture {
  readonly timeS: number;
  readonly states: readonly (PointMass | undefined)[];
  /** Not heard of when it should have been: its state is a guess. */
  readonly isSilent: (at: number) => boolean;
  /** Flies straight, whatever it is told. */
  readonly isStranger: (at: number) => boolean;
}

export interface AirOrders {
  /** Who is cut off hears nothing. */
  readonly reaches: (at: number) => boolean;
  /** A plan to fly from now on, or from its start. */
  readonly fly: (at: number, trajectory: Trajectory) => void;
  /** A velocity for the next second, instead of the plan. */
  readonly steer: (at: number, velocity: AirVelocity) => void;
}

export interface AirMethod {
  /** Flights that ask to start. */
  readonly admit: (flights: readonly number[], timeS: number, orders: AirOrders) => void;
  readonly command: (picture: AirPicture, orders: AirOrders) => void;
}

/** The flight as it was asked for. */
export function straightTrajectory(flight: AirFlight): Trajectory {
  const profile = profileRoute({ ...flight, afterwards: 'gone' }, planLimits);
  if (isTrajectoryFault(profile)) throw new RangeError(`${flight.id} cannot be flown: ${profile.reason}`);
  return toTrajectory(profile);
}

/** Everybody flies as asked for. */
export function createNone(flights: readonly AirFlight[]): AirMethod {
  return {
    admit: (asking, _timeS, { fly }) => {
      for (const at of asking) fly(at, straightTrajectory(flights[at] as AirFlight));
    },
    command: () => undefined,
  };
}

/** At a speed to a place, slowing down before it. */
export function velocityTo(from: Enu, to: Enu, speedMps: number): AirVelocity {
  const [dEast, dNorth, dUp] = [to.eastM - from.eastM, to.northM - from.northM, to.upM - from.upM];
  const awayM = Math.hypot(dEast, dNorth);
  const overGroundMps = Math.min(speedMps, Math.sqrt(2 * planLimits.accelerationMps2 * awayM), awayM);
  const perM = awayM > 0 ? overGroundMps / awayM : 0;
  const inS = Math.max(1, overGroundMps > 0 ? awayM / overGroundMps : 1);
  const verticalMps = Math.min(planLimits.climbMps, Math.abs(dUp) / inS);
  return { eastMps: dEast * perM, northMps: dNorth * perM, upMps: Math.sign(dUp) * verticalMps };
}
