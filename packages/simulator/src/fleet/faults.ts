import { STEP_S } from '../physics/airframe.ts';
import type { FleetState } from '../physics/fleet-state.ts';
import { bits, toKey, uniform } from '../physics/random.ts';

/** Faults on demand, with the truth about them, so that what detects anomalies can be scored. SCIENCE E8. */

export const FAULT_TYPES = [
  ...['sensor_stuck', 'sensor_off', 'motor_degraded', 'battery_cell_drop', 'gnss_drift'],
  ...['gps_jump', 'compass_bias', 'link_loss', 'latency'],
] as const;
export type FaultType =
  | 'sensor_stuck'
  | 'sensor_off'
  | 'motor_degraded'
  | 'battery_cell_drop'
  | 'gnss_drift'
  | 'gps_jump'
  | 'compass_bias'
  | 'link_loss'
  | 'latency';

export const SENSORS = [
  'accelerometer',
  'gyroscope',
  'magnetometer',
  'barometer',
  'gnss',
  'temperature',
] as const;
export type Sensor = (typeof SENSORS)[number];

export interface FaultRequest {
  /** The drone's number from 0, or its id. */
  readonly drone: number | string;
  readonly type: FaultType;
  /** Seconds from the simulation's start. */
  readonly atS: number;
  readonly durationS: number;
  /** Which sensor sticks or is off. Default: gnss. */
  readonly sensor?: Sensor;
}

export interface RandomFaults {
  /** Faults per drone and hour. */
  readonly perDroneHour: number;
  readonly types?: readonly FaultType[];
  /** Default 30 s. */
  readonly meanDurationS?: number;
  /** How far ahead they are drawn. Default 3600 s. */
  readonly horizonS?: number;
}

export interface Fault {
  readonly drone: number;
  readonly type: FaultType;
  readonly sensor: Sensor | undefined;
  readonly fromStep: number;
  readonly toStep: number;
  /** Direction of a drift, a jump or a bias, radians. */
  readonly angleRad: number;
  /** What a stuck sensor showed first. */
  frozen: unknown;
}

const MAX_FAULTS = 1_000_000;

/** Random faults as requests: exponential gaps and durations, from the seed alone. */
export function drawFaults(random: RandomFaults, count: number, seed: number): FaultRequest[] {
  const types = random.types ?? FAULT_TYPES;
  const horizonS = random.horizonS ?? 3600;
  const requests: FaultRequest[] = [];
  for (let drone = 0; drone < count; drone++) {
    const key = toKey(seed, drone);
    let atS = 0;
    for (let k = 0; random.perDroneHour > 0; k++) {
      atS += (-Math.log(1 - uniform(key, k, 0x5000)) * 3600) / random.perDroneHour;
      if (atS >= horizonS || requests.length >= MAX_FAULTS) break;
      const durationS = Math.max(1, -Math.log(1 - uniform(key, k, 0x5001)) * (random.meanDurationS ?? 30));
      const type = types[(bits(key, k, 0x5002) >>> 8) % types.length] as FaultType;
      const sensor = SENSORS[(bits(key, k, 0x5003) >>> 8) % SENSORS.length] as Sensor;
      requests.push({ drone, type, atS, durationS, sensor });
    }
  }
  return requests;
}

export interface FaultSchedule {
  readonly faults: readonly Fault[];
  /** The faults now in force, by drone. */
  readonly active: Map<number, Fault[]>;
  apply(state: FleetState, step: number): void;
}

export function createFaultSchedule(faults: readonly Fault[]): FaultSchedule {
  const starts = [...faults].sort((a, b) => a.fromStep - b.fromStep);
  const ends = [...faults].sort((a, b) => a.toStep - b.toStep);
  const active = new Map<number, Fault[]>();
  let started = 0;
  let ended = 0;
  const apply = (state: FleetState, step: number): void => {
    for (let fault = starts[started]; fault && fault.fromStep <= step; fault = starts[++started]) {
      active.set(fault.drone, [...(active.get(fault.drone) ?? []), fault]);
      begin(state, fault);
    }
    for (let fault = ends[ended]; fault && fault.toStep <= step; fault = ends[++ended]) {
      const over = fault;
      const left = (active.get(fault.drone) ?? []).filter((other) => other !== over);
      if (left.length > 0) active.set(fault.drone, left);
      else active.delete(fault.drone);
      if (fault.type === 'motor_degraded') state.thrustFactor[fault.drone] = 1;
    }
  };
  return { faults: starts, active, apply };
}

/** One rotor at −30 % costs the whole that much of its margin; a shorted cell takes its sixth of the charge at once. */
function begin(state: FleetState, { drone, type }: Fault): void {
  if (type === 'motor_degraded') state.thrustFactor[drone] = 0.7;
  if (type !== 'battery_cell_drop') return;
  state.soc[drone] = Math.max(0, (state.soc[drone] as number) - 1 / 6);
  state.resistanceFactor[drone] = 2;
}

/** A request made definite. Throws a RangeError that names what is wrong. */
export function toFault(request: FaultRequest, drone: number, key: number): Fault {
  const { type, atS, durationS } = request;
  if (!FAULT_TYPES.includes(type))
    throw new RangeError(`fault type "${type}": expected one of ${FAULT_TYPES.join(', ')}`);
  if (!(atS >= 0 && durationS > 0))
    throw new RangeError(`fault ${type}: atS must be at least 0 and durationS more than 0`);
  const needsSensor = type === 'sensor_stuck' || type === 'sensor_off';
  const fromStep = Math.round(atS / STEP_S);
  return {
    drone,
    type,
    sensor: needsSensor ? (request.sensor ?? 'gnss') : undefined,
    fromStep,
    toStep: fromStep + Math.max(1, Math.round(durationS / STEP_S)),
    angleRad: 2 * Math.PI * uniform(key, fromStep, 0x5004),
    frozen: undefined,
  };
}
