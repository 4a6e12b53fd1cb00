import { GRAVITY_MPS2 } from '../physics/airframe.ts';
import type { FleetState } from '../physics/fleet-state.ts';
import { DRAG_PER_M } from '../physics/motion.ts';

/**
 * The attitude that the motion implies, since a four-rotor can only push along its own axis: thrust direction from
 * acceleration, gravity and drag, nose by yaw. Axes: forward, left, up (REP-103).
 */

export interface Vector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export interface Attitude {
  readonly forward: Vector;
  readonly left: Vector;
  readonly up: Vector;
  /** What the accelerometer feels in world axes: thrust and drag, not gravity, m/s². */
  readonly specificForce: Vector;
}

export function toAttitude(state: FleetState, i: number): Attitude {
  const airX = (state.vx[i] as number) - (state.windX[i] as number);
  const airY = (state.vy[i] as number) - (state.windY[i] as number);
  const drag = DRAG_PER_M * Math.hypot(airX, airY);
  const ax = state.ax[i] as number;
  const ay = state.ay[i] as number;
  const fz = GRAVITY_MPS2 + (state.az[i] as number);
  const up = unit({ x: ax + drag * airX, y: ay + drag * airY, z: fz });
  const yaw = state.yaw[i] as number;
  const nose = { x: Math.sin(yaw), y: Math.cos(yaw), z: 0 };
  const left = unit(cross(up, nose));
  return { forward: cross(left, up), left, up, specificForce: { x: ax, y: ay, z: fz } };
}

/** A world vector in the body's axes. */
export function toBody({ forward, left, up }: Attitude, v: Vector): Vector {
  return { x: dot(v, forward), y: dot(v, left), z: dot(v, up) };
}

/**
 * Body rates, rad/s: a tilted thrust vector turns as fast as the wanted acceleration changes (jerk over gravity), and
 * yaw about the vertical (clockwise in `yawRate`, counter-clockwise here).
 */
export function toRates(state: FleetState, i: number, attitude: Attitude): Vector {
  const jx = state.jx[i] as number;
  const jy = state.jy[i] as number;
  const world = { x: -jy / GRAVITY_MPS2, y: jx / GRAVITY_MPS2, z: -(state.yawRate[i] as number) };
  return toBody(attitude, world);
}

const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y + a.z * b.z;
const cross = (a: Vector, b: Vector): Vector => ({
  x: a.y * b.z - a.z * b.y,
  y: a.z * b.x - a.x * b.z,
  z: a.x * b.y - a.y * b.x,
});

function unit(v: Vector): Vector {
  const length = Math.sqrt(dot(v, v));
  return { x: v.x / length, y: v.y / length, z: v.z / length };
}
