import { AIRFRAME } from './airframe.ts';
import { toKey, uniform } from './random.ts';

/**
 * What a drone is doing. The order counts: everything from `takeoff` on is in the air.
 * ready → takeoff → mission → returning → landing → charging → ready; orders add goto, hold, avoid, emergency, grounded and,
 * rotors off, falling.
 */
export const PHASES = [
  ...[
    'ready',
    'charging',
    'grounded',
    'takeoff',
    'mission',
    'goto',
    'hold',
    'avoid',
    'returning',
    'landing',
    'emergency',
    'falling',
  ],
] as const;
export const PHASE = {
  ready: 0,
  charging: 1,
  grounded: 2,
  takeoff: 3,
  mission: 4,
  goto: 5,
  hold: 6,
  avoid: 7,
  returning: 8,
  landing: 9,
  emergency: 10,
  falling: 11,
} as const;

export const isAirborne = (phase: number): boolean => phase >= PHASE.takeoff;

const FIELDS = [
  // Truth: metres east, north, up of the origin; motion; the commanded acceleration and its rate.
  ...['x', 'y', 'z', 'vx', 'vy', 'vz', 'ax', 'ay', 'az', 'jx', 'jy', 'jz', 'yaw', 'yawRate'],
  // Where guidance goes, how fast it may, and how far it still is.
  ...['targetX', 'targetY', 'targetZ', 'speedLimit', 'remainingM', 'homeX', 'homeY', 'layerZ'],
  // Where the nose is to point, clockwise from north; NaN: along the way.
  'headingRad',
  // Gusts (Dryden: one state along the wind, two across and two vertical), the wind felt and the wind believed.
  ...['gustU', 'gustV1', 'gustV2', 'gustW1', 'gustW2', 'windX', 'windY', 'windZ', 'beliefX', 'beliefY'],
  // Energy.
  ...['inducedMps', 'powerW', 'energyJ', 'soc', 'voltageV', 'currentA', 'packC'],
  // Faults act through these.
  ...['thrustFactor', 'resistanceFactor', 'capacityFactor'],
  // GNSS error that wanders.
  ...['gnssX', 'gnssY', 'gnssZ'],
] as const;
type Field = (typeof FIELDS)[number];

/** All drones, one typed array a quantity: the passes over them stay in cache and allocate nothing. */
export type FleetState = { readonly [F in Field]: Float64Array } & {
  readonly count: number;
  readonly key: Int32Array;
  readonly phase: Uint8Array;
};

/** Every drone at zero, on the ground, with a full, healthy pack. */
export function createFleetState(count: number, seed: number): FleetState {
  const arrays = Object.fromEntries(FIELDS.map((field) => [field, new Float64Array(count)]));
  const state = {
    ...arrays,
    count,
    key: new Int32Array(count),
    phase: new Uint8Array(count),
  } as unknown as FleetState;
  for (let i = 0; i < count; i++) state.key[i] = toKey(seed, i);
  state.speedLimit.fill(AIRFRAME.cruiseMps);
  for (const field of ['soc', 'thrustFactor', 'resistanceFactor', 'capacityFactor'] as const)
    state[field].fill(1);
  state.packC.fill(25);
  state.headingRad.fill(Number.NaN);
  for (let i = 0; i < count; i++) state.yaw[i] = uniform(state.key[i] as number, 0, 90) * 2 * Math.PI;
  return state;
}

/** Sets where a drone is to go, metres east, north and up, and how far that is; the nose follows the way. */
export function aim(state: FleetState, i: number, { x, y, z }: { x: number; y: number; z: number }): void {
  state.targetX[i] = x;
  state.targetY[i] = y;
  state.targetZ[i] = z;
  state.headingRad[i] = Number.NaN;
  state.remainingM[i] = Math.hypot(x - (state.x[i] as number), y - (state.y[i] as number));
}
