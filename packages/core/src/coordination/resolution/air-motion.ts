/** What is known of a vehicle in the air, and of what it can do. */
import type { RelativeMotion } from '../../geo/cylinder-conflict.ts';
import type { PlaneVelocity } from './half-planes.ts';

export interface AirVelocity extends PlaneVelocity {
  readonly upMps: number;
}

/** Metres and metres a second, east, north and up. */
export interface AirMotion extends RelativeMotion {
  readonly id: string;
}

export interface NeighbourMotion extends AirMotion {
  /** Keeps clear by the same rules, on the same numbers; true if absent. */
  readonly isCooperative?: boolean;
}

/** What a velocity may be. */
export interface AirLimits {
  readonly maxSpeedMps: number;
  readonly climbMps: number;
  readonly descentMps: number;
  readonly accelerationMps2: number;
}

/** First seen from second. */
export function relativeMotion(first: RelativeMotion, second: RelativeMotion): RelativeMotion {
  return {
    eastM: first.eastM - second.eastM,
    northM: first.northM - second.northM,
    upM: first.upM - second.upM,
    eastMps: first.eastMps - second.eastMps,
    northMps: first.northMps - second.northMps,
    upMps: first.upMps - second.upMps,
  };
}

/** The nearest that a vehicle can fly. */
export function clampVelocity(
  { eastMps, northMps, upMps }: AirVelocity,
  { maxSpeedMps, climbMps, descentMps }: AirLimits,
): AirVelocity {
  const speedMps = Math.hypot(eastMps, northMps);
  const scale = speedMps > maxSpeedMps ? maxSpeedMps / speedMps : 1;
  return {
    eastMps: eastMps * scale,
    northMps: northMps * scale,
    upMps: Math.min(climbMps, Math.max(-descentMps, upMps)),
  };
}
