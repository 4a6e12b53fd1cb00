import Type, { type Static } from 'typebox';
import type { Enu, GeoPoint, LocalFrame } from '../geo/wgs84.ts';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import { checked } from './checked.ts';
import type { Channel } from './channel.ts';
import { toCamelFields } from './spelling.ts';
import { Id, maybe, requiredText, SessionId, safeText, Timestamp } from './text.ts';
import { MAX_AHEAD_MS, OLDEST_EVENT_US, parseTimestampUs } from './timestamp.ts';
import { refuseUnsafe } from './unknown-fields.ts';

/** A telemetry report as a drone sends it. CONTRACT 2.1; the structure is guide A's. */

export const DRONE_STATUSES = [
  ...['active', 'inactive', 'idle', 'ready', 'standby', 'offline', 'online', 'connected', 'disconnected', 'lost'],
  ...['armed', 'disarmed', 'preflight', 'takeoff', 'taking_off', 'flying', 'in_flight', 'hover', 'hovering'],
  ...['hold', 'holding', 'loiter', 'mission', 'paused', 'returning', 'return_to_base', 'rtl', 'landing', 'landed'],
  ...['emergency', 'emergency_landing', 'charging', 'maintenance', 'error', 'warning', 'critical', 'unknown'],
] as const;

const M_LIMIT = 1_000_000;
const number = (minimum: number, maximum: number, description: string) =>
  Type.Number({ minimum, maximum, description });
const vector = (description: string) =>
  Type.Object(
    { x: number(-M_LIMIT, M_LIMIT, 'x'), y: number(-M_LIMIT, M_LIMIT, 'y'), z: number(-M_LIMIT, M_LIMIT, 'z') },
    { description },
  );

export const DroneRef = Type.Object({
  id: Id('Opaque, never rewritten.'),
  name: maybe(safeText(255)),
  model: maybe(safeText(255)),
  status: maybe(Type.Enum([...DRONE_STATUSES])),
  armed: maybe(Type.Boolean()),
});

export const Gps = Type.Object({
  latitude: number(-90, 90, 'WGS84 degrees'),
  longitude: number(-180, 180, 'WGS84 degrees'),
  altitude: maybe(number(-1000, 100_000, 'metres above mean sea level')),
});

export const Position = Type.Object({
  x: Type.Optional(number(-M_LIMIT, M_LIMIT, 'metres east of the site’s origin')),
  y: Type.Optional(number(-M_LIMIT, M_LIMIT, 'metres north of the site’s origin')),
  z: Type.Optional(number(-M_LIMIT, M_LIMIT, 'metres above the site’s origin')),
  gps: maybe(Gps),
});

const waypointCount = Type.Integer({ minimum: 0, maximum: 1_000_000 });

export const TelemetryMessage = Type.Object(
  {
    type: Type.Optional(Type.Literal('telemetry')),
    sessionId: SessionId,
    timestamp: Timestamp,
    seq: maybe(
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Counts up within a session.' }),
    ),
    drone: DroneRef,
    position: Position,
    telemetry: Type.Object({
      battery: number(0, 100, 'percent'),
      signal: maybe(number(0, 100, 'percent')),
      temperature: maybe(number(-273.15, 1000, '°C')),
      speed: maybe(number(0, 1000, 'm/s over ground')),
      heading: maybe(number(0, 360, 'degrees clockwise from north')),
    }),
    sensors: maybe(
      Type.Object({
        accelerometer: maybe(vector('m/s², specific force')),
        gyroscope: maybe(vector('rad/s')),
        magnetometer: maybe(vector('µT')),
      }),
    ),
    mission: maybe(
      Type.Object({
        id: maybe(requiredText(128)),
        waypoint: maybe(waypointCount),
        totalWaypoints: maybe(waypointCount),
        missionType: maybe(safeText(64)),
      }),
    ),
    metadata: maybe(
      Type.Object({
        transmissionMethod: maybe(safeText(64)),
        dataVersion: maybe(safeText(64)),
        compression: maybe(Type.Boolean()),
      }),
    ),
  },
  { $id: 'TelemetryMessage', description: 'One telemetry report of one drone.' },
);
export type TelemetryMessage = Static<typeof TelemetryMessage>;

/**
 * One telemetry report inside the system: flat, SI, units in names; a view on the message, so that a sample costs one
 * small object. An absent number is NaN.
 */
export class Sample {
  readonly tenant: string;
  readonly channel: Channel;
  readonly receivedAtMs: number;
  readonly timeUs: number;
  /** The message itself, so that unknown fields are given back. */
  readonly message: TelemetryMessage;
  readonly #derived: DerivedPosition | undefined;

  constructor(message: TelemetryMessage, timeUs: number, origin: Origin, derived?: DerivedPosition) {
    this.tenant = origin.tenant;
    this.channel = origin.channel;
    this.receivedAtMs = origin.receivedAtMs;
    this.timeUs = timeUs;
    this.message = message;
    this.#derived = derived;
  }

  get droneId(): string {
    return this.message.drone.id;
  }

  get sessionId(): string {
    return this.message.sessionId;
  }

  /** Absent: -1; then the time is the sample's identity within its session. */
  get seq(): number {
    return this.message.seq ?? -1;
  }

  get eastM(): number {
    return this.message.position.x ?? this.#derived?.eastM ?? Number.NaN;
  }

  get northM(): number {
    return this.message.position.y ?? this.#derived?.northM ?? Number.NaN;
  }

  get upM(): number {
    return this.message.position.z ?? this.#derived?.upM ?? Number.NaN;
  }

  get latitudeDeg(): number {
    return this.message.position.gps?.latitude ?? this.#derived?.latitudeDeg ?? Number.NaN;
  }

  get longitudeDeg(): number {
    return this.message.position.gps?.longitude ?? this.#derived?.longitudeDeg ?? Number.NaN;
  }

  get altitudeAmslM(): number {
    return this.message.position.gps?.altitude ?? this.#derived?.altitudeAmslM ?? Number.NaN;
  }

  get batteryPct(): number {
    return this.message.telemetry.battery;
  }

  get signalPct(): number {
    return this.message.telemetry.signal ?? Number.NaN;
  }

  get temperatureC(): number {
    return this.message.telemetry.temperature ?? Number.NaN;
  }

  get groundSpeedMps(): number {
    return this.message.telemetry.speed ?? Number.NaN;
  }

  /** 360 is 0. */
  get headingDeg(): number {
    const { heading } = this.message.telemetry;
    return heading === 360 ? 0 : (heading ?? Number.NaN);
  }

  get status(): string | undefined {
    return this.message.drone.status ?? undefined;
  }

  get armed(): boolean | undefined {
    return this.message.drone.armed ?? undefined;
  }
}

/** Of local position and GPS position, the one that was not given, derived from the other. */
type DerivedPosition = Partial<Enu & GeoPoint>;

/** Where and when a message came in. The tenant is the credential's, never the body's. */
export interface Origin {
  readonly tenant: string;
  readonly channel: Channel;
  readonly receivedAtMs: number;
  /** VALIDATION=strict. */
  readonly strict?: boolean;
  /** The credential is bound to one drone and may write no other. */
  readonly boundDroneId?: string;
  /** The site's frame: of local and GPS position, the one not given is derived. */
  readonly frame?: LocalFrame;
}

const standard = checked(TelemetryMessage);
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** A decoded value becomes a sample, or a refusal that names the field. Checks nothing about who sent it. */
export function toSample(value: unknown, origin: Origin): Sample | Refusal {
  const message = toTelemetryMessage(value);
  if (isRefusal(message)) return message;
  const refusal = refusePosition(message.position) ?? (origin.strict ? refuseLoose(message) : undefined);
  if (refusal) return refusal;
  const timeUs = parseTimestampUs(message.timestamp);
  const derived = origin.frame && derivePosition(message.position, origin.frame);
  return refuseTime(timeUs, origin.receivedAtMs) ?? new Sample(message, timeUs as number, origin, derived);
}

/** The message in the contract's spelling; both spellings are understood. */
export function toTelemetryMessage(value: unknown): TelemetryMessage | Refusal {
  if (standard.accepts(value)) {
    const message = value as TelemetryMessage;
    return (hasOnlyKnownFields(message) ? undefined : refuseUnsafe(message)) ?? message;
  }
  const unsafe = refuseUnsafe(value);
  if (unsafe) return unsafe;
  const respelled = toCamelFields(value);
  return standard.accepts(respelled) ? (respelled as TelemetryMessage) : standard.explain(respelled);
}

/** An event time must be an instant the server's clock can believe. RELIABILITY T7. */
export function refuseTime(timeUs: number | undefined, nowMs: number): Refusal | undefined {
  if (timeUs === undefined)
    return refuse('VALIDATION_ERROR', {
      field: 'timestamp',
      expectedType: 'ISO 8601 with a zone, such as 2025-06-01T12:00:00.000Z',
      receivedType: 'string',
      reason: 'format',
    });
  if (timeUs >= OLDEST_EVENT_US && timeUs <= (nowMs + MAX_AHEAD_MS) * 1000) return undefined;
  return refuse('VALIDATION_ERROR', {
    field: 'timestamp',
    expectedType: 'between 2000-01-01 and 24 hours ahead of the server',
    receivedType: 'string',
    reason: 'clock',
    serverTimeMs: nowMs,
  });
}

function refusePosition({ x, y, z, gps }: TelemetryMessage['position']): Refusal | undefined {
  if (x !== undefined && y !== undefined && z !== undefined) return undefined;
  if (x === undefined && y === undefined && z === undefined) return gps ? undefined : missing('position', 'x, y, z or gps');
  if (x === undefined) return missing('position.x', 'number');
  return missing(y === undefined ? 'position.y' : 'position.z', 'number');
}

const missing = (field: string, expectedType: string): Refusal =>
  refuse('VALIDATION_ERROR', { field, expectedType, receivedType: 'undefined', reason: 'missing' });

/** VALIDATION=strict: a version 4 UUID for the session, and no field the contract does not know. */
function refuseLoose(message: TelemetryMessage): Refusal | undefined {
  if (!UUID_V4.test(message.sessionId))
    return refuse('VALIDATION_ERROR', {
      field: 'sessionId',
      expectedType: 'uuid-v4',
      receivedType: 'string',
      reason: 'strict',
    });
  const field = firstUnknownField(message);
  return field === undefined ? undefined : refuse('VALIDATION_ERROR', { field, reason: 'unknown_field' });
}

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

function firstUnknownField(message: TelemetryMessage): string | undefined {
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
function hasOnlyKnownFields(message: TelemetryMessage): boolean {
  const { drone, position, telemetry, sensors, mission, metadata, seq, type } = message;
  const optional = given(sensors) + given(mission) + given(metadata) + given(seq) + given(type);
  return (
    countFields(message) === 5 + optional &&
    countFields(drone) === 1 + given(drone.name) + given(drone.model) + given(drone.status) + given(drone.armed) &&
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

function derivePosition({ x, y, z, gps }: TelemetryMessage['position'], frame: LocalFrame): DerivedPosition | undefined {
  if (gps && x === undefined) {
    const { latitude: latitudeDeg, longitude: longitudeDeg, altitude } = gps;
    return frame.toEnu({ latitudeDeg, longitudeDeg, altitudeAmslM: altitude ?? frame.origin.altitudeAmslM });
  }
  return gps ? undefined : frame.toGeo({ eastM: x as number, northM: y as number, upM: z as number });
}
