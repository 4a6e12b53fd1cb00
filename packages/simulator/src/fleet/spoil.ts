import type { TelemetryMessage } from '@skein/core';
import { STEP_S } from '../physics/airframe.ts';
import type { Projection } from '../sensors/gnss.ts';
import type { Fault, Sensor } from './faults.ts';

/** What a fault makes of a frame. A spoofed receiver moves `gps` alone: the drone's own estimate (x, y, z) stays true. */

const JUMP_M = 250;
const DRIFT_MPS = 1.5;
const COMPASS_BIAS_DEG = 40;

export function spoil(
  message: TelemetryMessage,
  faults: readonly Fault[],
  projection: Projection,
  step: number,
): TelemetryMessage {
  let spoiled = message;
  for (const fault of faults) {
    const agedS = (step - fault.fromStep) * STEP_S;
    if (fault.type === 'sensor_stuck') spoiled = stick(spoiled, fault);
    else if (fault.type === 'sensor_off') spoiled = put(spoiled, fault.sensor as Sensor, undefined);
    else if (fault.type === 'gnss_drift')
      spoiled = shift(spoiled, fault.angleRad, DRIFT_MPS * agedS, projection);
    else if (fault.type === 'gps_jump') spoiled = shift(spoiled, fault.angleRad, JUMP_M, projection);
    else if (fault.type === 'compass_bias') spoiled = bend(spoiled);
  }
  return spoiled;
}

/** A stuck sensor goes on showing what it showed in the first frame of the fault. */
function stick(message: TelemetryMessage, fault: Fault): TelemetryMessage {
  const sensor = fault.sensor as Sensor;
  fault.frozen ??= take(message, sensor);
  return put(message, sensor, fault.frozen);
}

function take({ position, telemetry, sensors }: TelemetryMessage, sensor: Sensor): unknown {
  if (sensor === 'gnss') return position.gps;
  if (sensor === 'barometer') return position.z;
  if (sensor === 'temperature') return telemetry.temperature;
  return sensors?.[sensor];
}

/** The message with another reading in one place; undefined leaves the field out (a barometer's z is kept at 0). */
function put(message: TelemetryMessage, sensor: Sensor, reading: unknown): TelemetryMessage {
  const { position, telemetry } = message;
  if (sensor === 'gnss') return { ...message, position: withField(position, 'gps', reading) };
  if (sensor === 'barometer')
    return { ...message, position: { ...position, z: (reading as number | undefined) ?? 0 } };
  if (sensor === 'temperature')
    return { ...message, telemetry: withField(telemetry, 'temperature', reading) };
  return { ...message, sensors: withField(message.sensors ?? {}, sensor, reading) };
}

function withField<T extends object>(part: T, field: string, value: unknown): T {
  const { [field as keyof T]: _, ...rest } = part;
  return (value === undefined ? rest : { ...rest, [field]: value }) as T;
}

function shift(
  message: TelemetryMessage,
  angleRad: number,
  distanceM: number,
  projection: Projection,
): TelemetryMessage {
  const { gps } = message.position;
  if (!gps) return message;
  const northM = projection.toNorthM(gps.latitude) + distanceM * Math.cos(angleRad);
  const eastM = projection.toEastM(gps.longitude) + distanceM * Math.sin(angleRad);
  const moved = {
    ...gps,
    latitude: round(projection.toLatitudeDeg(northM), 7),
    longitude: round(projection.toLongitudeDeg(eastM), 7),
  };
  return { ...message, position: { ...message.position, gps: moved } };
}

/** A biased compass: the heading is off, and the level field is turned with it. */
function bend(message: TelemetryMessage): TelemetryMessage {
  const angle = (COMPASS_BIAS_DEG * Math.PI) / 180;
  const heading = round(((message.telemetry.heading ?? 0) + COMPASS_BIAS_DEG) % 360, 1);
  const field = message.sensors?.magnetometer;
  const bent = { ...message, telemetry: { ...message.telemetry, heading } };
  if (!field) return bent;
  const magnetometer = {
    x: round(field.x * Math.cos(angle) - field.y * Math.sin(angle), 2),
    y: round(field.x * Math.sin(angle) + field.y * Math.cos(angle), 2),
    z: field.z,
  };
  return { ...bent, sensors: { ...message.sensors, magnetometer } };
}

export function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
