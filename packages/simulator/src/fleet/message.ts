import type { TelemetryMessage } from '@skein/core';
import { type FleetState, isAirborne, PHASE } from '../physics/fleet-state.ts';
import { gaussian } from '../physics/random.ts';
import { toAttitude, type Vector } from '../sensors/attitude.ts';
import { GNSS, type Origin, type Projection } from '../sensors/gnss.ts';
import { readAccelerometer, readGyroscope } from '../sensors/inertial.ts';
import { readSignal } from '../sensors/link.ts';
import { readMagnetometer } from '../sensors/magnetometer.ts';
import type { Fault } from './faults.ts';
import { type FlightPlan, toMissionView } from './flight-plan.ts';
import { round, spoil } from './spoil.ts';

/** Guide A's message, read off the sensors at the moment a frame is due; and what faults make of it. */

export interface FrameSource {
  readonly state: FleetState;
  readonly plan: FlightPlan;
  readonly origin: Origin;
  readonly projection: Projection;
  /** Earth's field at the origin, µT, east north up. */
  readonly field: Vector;
  readonly transmissionMethod: string;
}

export interface FrameRequest {
  readonly i: number;
  readonly step: number;
  readonly droneId: string;
  readonly sessionId: string;
  readonly seq: number;
  readonly timeMs: number;
  readonly faults: readonly Fault[] | undefined;
}

const STREAM = { white: 44, baro: 47, temperature: 48 };
const BARO_NOISE_M = 0.08;

const STATUS = [
  'ready',
  'charging',
  'landed',
  'takeoff',
  'mission',
  'flying',
  'hold',
  'flying',
  'returning',
  'landing',
  'emergency_landing',
  'emergency',
] as const;

export function toFrame(source: FrameSource, request: FrameRequest): TelemetryMessage {
  const { state, plan } = source;
  const { i, droneId } = request;
  const phase = state.phase[i] as number;
  const { transmissionMethod } = source;
  const message: TelemetryMessage = {
    sessionId: request.sessionId,
    timestamp: new Date(request.timeMs).toISOString(),
    seq: request.seq,
    drone: {
      id: droneId,
      name: `Simulated ${droneId}`,
      model: 'SKN-Q4',
      status: STATUS[phase] as (typeof STATUS)[number],
      armed: phase === PHASE.falling ? false : isAirborne(phase) || plan.armed[i] === 1,
    },
    position: toPosition(source, request),
    telemetry: toReadings(state, i, request.step),
    sensors: toSensors(source, request),
    ...(plan.engaged[i] === 1 && { mission: toMissionView(state, plan, i, droneId) }),
    metadata: { transmissionMethod, dataVersion: '1.0', compression: false },
  };
  return request.faults ? spoil(message, request.faults, source.projection, request.step) : message;
}

function toPosition(
  { state, origin, projection }: FrameSource,
  { i, step }: FrameRequest,
): TelemetryMessage['position'] {
  const key = state.key[i] as number;
  const x = (state.x[i] as number) + (state.gnssX[i] as number);
  const y = (state.y[i] as number) + (state.gnssY[i] as number);
  const z = state.z[i] as number;
  const white = (stream: number): number => GNSS.whiteM * gaussian(key, step, stream);
  return {
    x: round(x, 2),
    y: round(y, 2),
    z: round(z + BARO_NOISE_M * gaussian(key, step, STREAM.baro), 2),
    gps: {
      latitude: round(projection.toLatitudeDeg(y + white(STREAM.white)), 7),
      longitude: round(projection.toLongitudeDeg(x + white(STREAM.white + 1)), 7),
      altitude: round(origin.altitudeAmslM + z + (state.gnssZ[i] as number) + white(STREAM.white + 2), 2),
    },
  };
}

function toReadings(state: FleetState, i: number, step: number): TelemetryMessage['telemetry'] {
  const key = state.key[i] as number;
  const fromHome = Math.hypot(
    (state.x[i] as number) - (state.homeX[i] as number),
    (state.y[i] as number) - (state.homeY[i] as number),
    state.z[i] as number,
  );
  const headingDeg = round(((state.yaw[i] as number) * 180) / Math.PI, 1);
  return {
    battery: round(100 * (state.soc[i] as number), 2),
    signal: round(readSignal(fromHome, key, step), 1),
    temperature: round((state.packC[i] as number) + 0.1 * gaussian(key, step, STREAM.temperature), 1),
    speed: round(Math.hypot(state.vx[i] as number, state.vy[i] as number), 2),
    heading: headingDeg >= 360 ? 0 : headingDeg,
  };
}

function toSensors(
  { state, field }: FrameSource,
  { i, step }: FrameRequest,
): NonNullable<TelemetryMessage['sensors']> {
  const attitude = toAttitude(state, i);
  return {
    accelerometer: rounded(readAccelerometer(state, i, attitude, step), 3),
    gyroscope: rounded(readGyroscope(state, i, attitude, step), 4),
    magnetometer: rounded(readMagnetometer(state, i, { attitude, field }, step), 2),
  };
}

const rounded = (v: Vector, digits: number) => ({
  x: round(v.x, digits),
  y: round(v.y, digits),
  z: round(v.z, digits),
});
