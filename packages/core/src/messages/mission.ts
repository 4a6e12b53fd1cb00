import Type, { type Static } from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import { createFieldReader, inPath, readEach } from './mission-fields.ts';
import { MissionSchedule, readMissionSchedule } from './mission-schedule.ts';
import { Id, maybe, requiredText, safeText, Timestamp } from './text.ts';
import { parseTimestampUs } from './timestamp.ts';
import { parseWaypoint, type WaypointMessage, WaypointSchema } from './waypoint.ts';

/** A mission as an operator sends it: `assign_mission.mission`, `POST /api/missions`. CONTRACT 6, 7. */

export const MISSION_PRIORITIES = ['low', 'normal', 'high', 'critical'] as const;
export type MissionPriority = (typeof MISSION_PRIORITIES)[number];

/** What a vehicle does behind the last waypoint. */
export const MISSION_ENDS = ['return', 'land', 'hold'] as const;
export type MissionEnd = (typeof MISSION_ENDS)[number];

/** More than the vehicles of the field hold for sure, and what one message can carry. */
export const MAX_WAYPOINTS = 1000;

const fields = {
  name: requiredText(200),
  type: requiredText(64, 'what it is for, in the fleet’s own words: surveillance'),
  priority: Type.Enum([...MISSION_PRIORITIES]),
  deadline: maybe(Timestamp),
  required_capabilities: maybe(
    Type.Array(Type.String({ pattern: '^(?!__proto__$)[A-Za-z0-9._-]{1,64}$' }), { maxItems: 32 }),
  ),
  description: maybe(safeText(2000)),
  speed: maybe(
    Type.Number({ minimum: 0.1, maximum: 100, description: 'm/s where a waypoint does not say its own' }),
  ),
  end: maybe(Type.Enum([...MISSION_ENDS], { description: 'behind the last waypoint; return by default' })),
};

const waypointCount = { minItems: 1, maxItems: MAX_WAYPOINTS };

export const MissionSchema = Type.Object(
  {
    ...fields,
    waypoints: Type.Array(WaypointSchema, waypointCount),
    schedule: maybe(MissionSchedule),
  },
  { $id: 'Mission', additionalProperties: false },
);

/** The same with its parts unread: each part names its own fields in refusals. */
const Envelope = Type.Object(
  {
    ...fields,
    waypoints: Type.Array(Type.Unknown(), waypointCount),
    schedule: maybe(Type.Unknown()),
  },
  { additionalProperties: false },
);

type Read<Wire> = Readonly<Omit<Wire, 'waypoints' | 'schedule'>>;
/** Accepted, in snake_case, plain JSON. */
export type MissionMessage = Read<Static<typeof MissionSchema>> & {
  readonly waypoints: readonly WaypointMessage[];
  readonly schedule?: MissionSchedule | null;
};

const MESSAGE = 'Invalid mission';
const readEnvelope = createFieldReader<Static<typeof Envelope>>(Envelope, MESSAGE);

/** A decoded value becomes a mission, or a refusal that names the field under `path`. */
export function parseMission(value: unknown, path = 'mission'): MissionMessage | Refusal {
  const read = readEnvelope(value, path);
  if (isRefusal(read)) return read;
  const waypoints = readEach(read.waypoints, inPath(path, 'waypoints'), parseWaypoint);
  if (isRefusal(waypoints)) return waypoints;
  const refusal = refuseDeadline(read.deadline, path);
  if (refusal) return refusal;
  if (read.schedule === undefined || read.schedule === null)
    return { ...read, waypoints } as unknown as MissionMessage;
  const schedule = readMissionSchedule(read.schedule, inPath(path, 'schedule'));
  return isRefusal(schedule) ? schedule : ({ ...read, waypoints, schedule } as unknown as MissionMessage);
}

function refuseDeadline(deadline: string | null | undefined, path: string): Refusal | undefined {
  if (deadline === undefined || deadline === null || parseTimestampUs(deadline) !== undefined)
    return undefined;
  return refuse(
    'VALIDATION_ERROR',
    {
      field: inPath(path, 'deadline'),
      expectedType: 'ISO 8601 with a zone, such as 2025-06-01T12:00:00.000Z',
      receivedType: 'string',
      reason: 'format',
    },
    { message: MESSAGE },
  );
}

/** Why an operator changes something: shown to others, so no text that misleads the eye. */
export const ModificationReason = requiredText(1000);

/** The id of a mission, wherever one is named. */
export const MissionId = Id('of a mission');
