import Type, { type Static } from 'typebox';
import { Id, maybe, requiredText, SessionId, safeText, Timestamp } from './text.ts';

/** A telemetry report as a drone sends it. CONTRACT 2.1; the structure is guide A's. */

export const DRONE_STATUSES = [
  ...[
    'active',
    'inactive',
    'idle',
    'ready',
    'standby',
    'offline',
    'online',
    'connected',
    'disconnected',
    'lost',
  ],
  ...['armed', 'disarmed', 'preflight', 'takeoff', 'taking_off', 'flying', 'in_flight', 'hover', 'hovering'],
  ...[
    'hold',
    'holding',
    'loiter',
    'mission',
    'paused',
    'returning',
    'return_to_base',
    'rtl',
    'landing',
    'landed',
  ],
  ...['emergency', 'emergency_landing', 'charging', 'maintenance', 'error', 'warning', 'critical', 'unknown'],
] as const;

const M_LIMIT = 1_000_000;
const number = (minimum: number, maximum: number, description: string) =>
  Type.Number({ minimum, maximum, description });
const vector = (description: string) =>
  Type.Object(
    {
      x: number(-M_LIMIT, M_LIMIT, 'x'),
      y: number(-M_LIMIT, M_LIMIT, 'y'),
      z: number(-M_LIMIT, M_LIMIT, 'z'),
    },
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
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Counts up within a session.',
      }),
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
