import Type from 'typebox';
import { isRefusal } from '../errors.ts';
import type { StateRecord } from '../messages/state-record.ts';
import { Id, maybe, requiredText } from '../messages/text.ts';
import { MISSION_STATES } from '../missions/life-cycle.ts';
import { type CommandContext, defineCommand, findDrone } from './command.ts';
import { isTheirs } from './find-mission.ts';
import { type CarriedMission, toMission, toMissionSummary } from './mission-record.ts';
import { toTimingMs } from './vehicle-reply.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const OLDER = 'older:';

/**
 * Newest first. What is alive or ended within a day comes from memory, on the first page whole; what is older from the
 * store, page by page.
 */
export const listMissions = defineCommand({
  type: 'list_missions',
  replyType: 'mission_list',
  summary: 'The missions, newest first, of one state or one drone',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: {
    state: maybe(Type.Enum([...MISSION_STATES])),
    drone_id: maybe(Id()),
    limit: maybe(Type.Integer({ minimum: 1, maximum: MAX_LIMIT })),
    cursor: maybe(requiredText(512)),
  },
  reply: {
    missions: Type.Array(Type.Unknown()),
    next_cursor: Type.Optional(Type.String()),
    timing_ms: Type.Number(),
  },
  deadlineMs: 5000,
  rest: { method: 'GET', path: '/api/missions' },
  handle: async (request, context) => {
    const { drone_id: droneId, cursor } = request;
    const drone = droneId === undefined || droneId === null ? undefined : findDrone(context, droneId);
    if (drone && isRefusal(drone)) return drone;
    const asked: Asked = {
      limit: request.limit ?? DEFAULT_LIMIT,
      ...(request.state != null && { state: request.state }),
      ...(droneId != null && { droneId }),
    };
    const isOlder = cursor?.startsWith(OLDER) === true;
    const page = isOlder
      ? await readOlder(asked, cursor.slice(OLDER.length), context)
      : await readRecent(asked, Number(cursor ?? 0), context);
    const missions = page.missions.map(toMissionSummary);
    const next = page.next === undefined ? {} : { next_cursor: page.next };
    return { missions, ...next, timing_ms: toTimingMs(context.elapsedMs()) };
  },
});

interface Asked {
  readonly limit: number;
  readonly state?: string;
  readonly droneId?: string;
}

interface Page {
  readonly missions: readonly CarriedMission[];
  readonly next?: string;
}

/** Those at hand, from the `skip`th on. */
async function readRecent(asked: Asked, skip: number, context: CommandContext): Promise<Page> {
  const { limit, state, droneId } = asked;
  const from = Number.isSafeInteger(skip) && skip >= 0 ? skip : 0;
  const recent = context.parts.operations.missions
    .list(context.tenant)
    .filter((mission) => state === undefined || mission.state === state)
    .filter((mission) => droneId === undefined || mission.droneId === droneId)
    .filter((mission) => isTheirs(mission, context.boundDroneId))
    .sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1));
  const missions = recent.slice(from, from + limit);
  if (from + limit < recent.length) return { missions, next: String(from + limit) };
  const older = await readOlder({ ...asked, limit: 1 }, '', context);
  return older.missions.length === 0 && older.next === undefined ? { missions } : { missions, next: OLDER };
}

/** Those that only the store knows. */
async function readOlder(asked: Asked, cursor: string, context: CommandContext): Promise<Page> {
  const { tenant, boundDroneId, parts } = context;
  const { missions, shelf } = parts.operations;
  const { limit, state } = asked;
  const droneId = asked.droneId ?? boundDroneId;
  const page = await shelf.records({
    ...{ tenant, kind: 'mission', limit, ended: true },
    ...(state !== undefined && { state }),
    ...(droneId !== undefined && { droneId }),
    ...(cursor !== '' && { cursor }),
  });
  const isOlder = ({ id }: StateRecord) => missions.find(tenant, id) === undefined;
  const older = page.items.filter(isOlder).map(toMission);
  return { missions: older, ...(page.nextCursor !== undefined && { next: OLDER + page.nextCursor }) };
}
