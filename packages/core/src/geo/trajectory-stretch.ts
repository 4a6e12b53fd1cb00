/**
 * Speeds along straight stretches, as a vehicle is able to fly them. What straight knots leave out of the real flight stays
 * within the allowance: the curve of a ramp against its chord (a·t²/8), the jerk-limited ends of a ramp (a³/24j², a moving
 * average of the constant acceleration), the arc at a corner.
 */
import type { Enu } from './wgs84.ts';

export interface FlightLimits {
  readonly accelerationMps2: number;
  readonly jerkMps3: number;
  readonly climbMps: number;
  readonly descentMps: number;
  /** How far the vehicle may be from its trajectory. */
  readonly allowanceM: number;
}

/** Acceleration, jerk, climb and descent are PX4's defaults for multirotors (MPC_ACC_HOR, MPC_JERK_AUTO, MPC_Z_V_AUTO_*). */
export const defaultFlightLimits: FlightLimits = {
  accelerationMps2: 3,
  jerkMps3: 4,
  climbMps: 3,
  descentMps: 1.5,
  allowanceM: 0.3,
};

/** Straight from a point to a point: speeds at both ends and between them. A hold has no length. */
export interface Stretch {
  readonly from: Enu;
  readonly to: Enu;
  readonly lengthM: number;
  readonly cruiseMps: number;
  entryMps: number;
  exitMps: number;
  holdS: number;
}

/** From one speed to another, or along at one: what a part of a stretch adds to time and distance. */
export interface Phase {
  readonly fromMps: number;
  readonly toMps: number;
  readonly durationS: number;
}

/** What takes less is left out: a double has no finer steps in a plan of a month. */
export const SHORTEST_S = 1e-6;
/** Below, a difference of rounded numbers has no sign. */
const STRAIGHT = 1e-15;
/** The part of the shared allowance that is for corners; the rest is for chords. */
const CORNERS = 0.4;
/** Of any vehicle in any direction; both together stay below `MAX_SPEED_MPS`. */
export const FASTEST_MPS = 200;

/** Speeds at the corners: no faster than the corner allows, than can be reached by then, than can be slowed down from. */
export function limitCorners(stretches: Stretch[], limits: FlightLimits, startSpeedMps: number): void {
  const { accelerationMps2 } = limits;
  const cutM = CORNERS * sharedAllowanceM(limits);
  let entryMps = startSpeedMps;
  for (const [at, stretch] of stretches.entries()) {
    const next = stretches[at + 1];
    stretch.entryMps = entryMps;
    const reachedMps = Math.sqrt(entryMps * entryMps + 2 * accelerationMps2 * stretch.lengthM);
    stretch.exitMps =
      next === undefined || stretch.holdS > 0
        ? 0
        : Math.min(
            reachedMps,
            stretch.cruiseMps,
            next.cruiseMps,
            cornerMps(stretch, next, accelerationMps2, cutM),
          );
    entryMps = stretch.exitMps;
  }
  for (let at = stretches.length - 1; at >= 0; at -= 1) {
    const stretch = stretches[at] as Stretch;
    const { exitMps, lengthM } = stretch;
    stretch.entryMps = Math.min(
      stretch.entryMps,
      Math.sqrt(exitMps * exitMps + 2 * accelerationMps2 * lengthM),
    );
    const before = stretches[at - 1];
    if (before !== undefined) before.exitMps = Math.min(before.exitMps, stretch.entryMps);
  }
}

/**
 * The speed of an arc that touches both legs. It cuts the corner by r(1/cos(θ/2) − 1), and is shorter than the corner by
 * r(2tan(θ/2) − θ), half of it before and half behind; it takes no more than half of either leg, r·tan(θ/2).
 */
function cornerMps(before: Stretch, after: Stretch, accelerationMps2: number, cutM: number): number {
  const turnRad = angleRad(before, after);
  const tangent = Math.tan(turnRad / 2);
  const radiusM = Math.min(
    cutM / Math.max(1 / Math.cos(turnRad / 2) - 1, STRAIGHT),
    (2 * cutM) / Math.max(2 * tangent - turnRad, STRAIGHT),
    Math.min(before.lengthM, after.lengthM) / 2 / tangent,
  );
  return Math.sqrt(accelerationMps2 * radiusM);
}

function angleRad(before: Stretch, after: Stretch): number {
  const ax = before.to.eastM - before.from.eastM;
  const ay = before.to.northM - before.from.northM;
  const az = before.to.upM - before.from.upM;
  const bx = after.to.eastM - after.from.eastM;
  const by = after.to.northM - after.from.northM;
  const bz = after.to.upM - after.from.upM;
  const [cx, cy, cz] = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
  return Math.atan2(Math.sqrt(cx * cx + cy * cy + cz * cz), ax * bx + ay * by + az * bz);
}

/** From the entry's speed to the peak, along at the peak, down to the exit's speed. */
export interface Ramps {
  readonly peakMps: number;
  readonly toPeakS: number;
  readonly cruiseS: number;
  readonly toExitS: number;
}

export function rampsOf({ lengthM, cruiseMps, entryMps, exitMps }: Stretch, limits: FlightLimits): Ramps {
  const { accelerationMps2: a } = limits;
  if (lengthM === 0) return { peakMps: 0, toPeakS: 0, cruiseS: 0, toExitS: 0 };
  const peakMps = Math.min(cruiseMps, Math.sqrt((entryMps * entryMps + exitMps * exitMps) / 2 + a * lengthM));
  const rampsM =
    (Math.abs(peakMps * peakMps - entryMps * entryMps) + peakMps * peakMps - exitMps * exitMps) / (2 * a);
  return {
    peakMps,
    toPeakS: Math.abs(peakMps - entryMps) / a,
    cruiseS: Math.max(0, lengthM - rampsM) / peakMps,
    toExitS: (peakMps - exitMps) / a,
  };
}

/** The ramps, each only where it takes time. */
export function phasesOf(stretch: Stretch, limits: FlightLimits): readonly Phase[] {
  const { peakMps, toPeakS, cruiseS, toExitS } = rampsOf(stretch, limits);
  const phases = [
    { fromMps: stretch.entryMps, toMps: peakMps, durationS: toPeakS },
    { fromMps: peakMps, toMps: peakMps, durationS: cruiseS },
    { fromMps: peakMps, toMps: stretch.exitMps, durationS: toExitS },
  ];
  return phases.filter(({ durationS }) => durationS > SHORTEST_S);
}

export function chordsOf({ fromMps, toMps, durationS }: Phase, chordS: number): number {
  return fromMps === toMps ? 1 : Math.ceil(durationS / chordS);
}

/** What the jerk-limited ends of the ramps leave of the allowance. */
export function sharedAllowanceM({ accelerationMps2: a, jerkMps3, allowanceM }: FlightLimits): number {
  return allowanceM - a ** 3 / (24 * jerkMps3 ** 2);
}

/** The longest time between knots of a ramp: its chord stays within what the corners leave of the allowance. */
export function longestChordS(limits: FlightLimits): number {
  return Math.sqrt((8 * (1 - CORNERS) * sharedAllowanceM(limits)) / limits.accelerationMps2);
}
