import type { TelemetryMessage } from './telemetry-schema.ts';

const KNOWN: Readonly<Record<string, ReadonlySet<string>>> = {
  '': new Set([
    ...['type', 'sessionId', 'timestamp', 'seq', 'drone', 'position', 'telemetry'],
    ...['sensors', 'mission', 'metadata'],
  ]),
  drone: new Set(['id', 'name', 'model', 'status', 'armed']),
  position: new Set(['x', 'y', 'z', 'gps']),
  telemetry: new Set(['battery', 'signal', 'temperature', 'speed', 'heading']),
  sensors: new Set(['accelerometer', 'gyroscope', 'magnetometer']),
  mission: new Set(['id', 'waypoint', 'totalWaypoints', 'missionType']),
  metadata: new Set(['transmissionMethod', 'dataVersion', 'compression']),
};
const VECTOR = new Set(['x', 'y', 'z']);
const GPS = new Set(['latitude', 'longitude', 'altitude']);

/** The first field the contract does not know, by its path. */
export function firstUnknownField(message: TelemetryMessage): string | undefined {
  const { gps } = message.position;
  const parts: readonly (readonly [string, object | null | undefined, ReadonlySet<string>])[] = [
    ...Object.entries(KNOWN).map(
      ([name, known]) =>
        [name, name === '' ? message : (message as unknown as Record<string, object>)[name], known] as const,
    ),
    ['position.gps', gps, GPS],
    ...(['accelerometer', 'gyroscope', 'magnetometer'] as const).map(
      (name) => [`sensors.${name}`, message.sensors?.[name], VECTOR] as const,
    ),
  ];
  for (const [name, part, known] of parts)
    for (const key in part) if (!known.has(key)) return name === '' ? key : `${name}.${key}`;
  return undefined;
}

/** Hot: no arrays, no sets; a message with fields of its own takes the slow walk. */
export function hasOnlyKnownFields(message: TelemetryMessage): boolean {
  const { drone, position, telemetry, sensors, mission, metadata, seq, type } = message;
  const optional = given(sensors) + given(mission) + given(metadata) + given(seq) + given(type);
  return (
    countFields(message) === 5 + optional &&
    countFields(drone) ===
      1 + given(drone.name) + given(drone.model) + given(drone.status) + given(drone.armed) &&
    hasKnownPosition(position) &&
    countFields(telemetry) === 1 + given(telemetry.signal) + hasKnownAir(telemetry) &&
    (!sensors || hasKnownSensors(sensors)) &&
    (!mission || hasKnownMission(mission)) &&
    (!metadata || hasKnownMetadata(metadata))
  );
}

type Part<Name extends keyof TelemetryMessage> = NonNullable<TelemetryMessage[Name]>;

const given = (value: unknown): number => (value === undefined ? 0 : 1);

function countFields(part: object): number {
  let count = 0;
  for (const _name in part) count += 1;
  return count;
}

const hasKnownAir = ({ temperature, speed, heading }: Part<'telemetry'>): number =>
  given(temperature) + given(speed) + given(heading);

function hasKnownPosition(position: Part<'position'>): boolean {
  const { x, y, z, gps } = position;
  if (countFields(position) !== given(x) + given(y) + given(z) + given(gps)) return false;
  return !gps || countFields(gps) === 2 + given(gps.altitude);
}

function hasKnownSensors(sensors: Part<'sensors'>): boolean {
  const { accelerometer, gyroscope, magnetometer } = sensors;
  return (
    countFields(sensors) === given(accelerometer) + given(gyroscope) + given(magnetometer) &&
    isBareVector(accelerometer) &&
    isBareVector(gyroscope) &&
    isBareVector(magnetometer)
  );
}

const isBareVector = (axes: object | null | undefined): boolean => !axes || countFields(axes) === 3;

function hasKnownMission(mission: Part<'mission'>): boolean {
  const { id, waypoint, totalWaypoints, missionType } = mission;
  return countFields(mission) === given(id) + given(waypoint) + given(totalWaypoints) + given(missionType);
}

function hasKnownMetadata(metadata: Part<'metadata'>): boolean {
  const { transmissionMethod, dataVersion, compression } = metadata;
  return countFields(metadata) === given(transmissionMethod) + given(dataVersion) + given(compression);
}
