/** What is known of a vehicle in the air, and of what it can do. */
import type { RelativeMotion, SeparationMinima } from '../../geo/cylinder-conflict.ts';
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
  /** To be kept from it in place of the usual: of a stranger, or of one whose place is not known well. */
  readonly minima?: SeparationMinima;
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

/** A moment later, of a vehicle that goes over to a velocity as fast as it can. */
export function moveTowards<M extends RelativeMotion>(
  motion: M,
  { eastMps, northMps, upMps }: AirVelocity,
  { accelerationMps2 }: AirLimits,
  stepS: number,
): M {
  const most = accelerationMps2 * stepS;
  const [dEast, dNorth] = [eastMps - motion.eastMps, northMps - motion.northMps];
  const change = Math.hypot(dEast, dNorth);
  const part = change > most ? most / change : 1;
  const next = {
    eastMps: motion.eastMps + dEast * part,
    northMps: motion.northMps + dNorth * part,
    upMps: motion.upMps + Math.max(-most, Math.min(most, upMps - motion.upMps)),
  };
  return {
    ...motion,
    ...next,
    eastM: motion.eastM + ((motion.eastMps + next.eastMps) / 2) * stepS,
    northM: motion.northM + ((motion.northMps + next.northMps) / 2) * stepS,
    upM: motion.upM + ((motion.upMps + next.upMps) / 2) * stepS,
  };
}
