import Type from 'typebox';
import { isRefusal } from '../errors.ts';
import { Id, maybe, requiredText } from '../messages/text.ts';
import { defineCommand, findDrone } from './command.ts';
import { COORDINATION_TYPES, toEventView } from './coordination/coordination-event.ts';
import { readEventPage } from './coordination/event-pages.ts';
import { toTimingMs } from './vehicle-reply.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

export const listCoordination = defineCommand({
  type: 'list_coordination_events',
  replyType: 'coordination_events',
  summary: 'Conflicts between drones and what was decided about them, newest first',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: {
    active: maybe(Type.Boolean({ description: 'true: those that are not over; false: those that are' })),
    drone_id: maybe(Id()),
    event_type: maybe(Type.Enum([...COORDINATION_TYPES])),
    limit: maybe(Type.Integer({ minimum: 1, maximum: MAX_LIMIT })),
    cursor: maybe(requiredText(512)),
  },
  reply: {
    events: Type.Array(Type.Unknown()),
    next_cursor: Type.Optional(Type.String()),
    timing_ms: Type.Number(),
  },
  deadlineMs: 5000,
  rest: { method: 'GET', path: '/api/coordination/events' },
  handle: async ({ active, drone_id, event_type, limit, cursor }, context) => {
    const drone = drone_id == null ? undefined : findDrone(context, drone_id);
    if (drone && isRefusal(drone)) return drone;
    const page = await readEventPage(
      {
        ...{ limit: limit ?? DEFAULT_LIMIT, active: active ?? undefined, droneId: drone?.droneId },
        ...{ eventType: event_type ?? undefined, cursor: cursor ?? undefined },
      },
      context,
    );
    const next = page.next === undefined ? {} : { next_cursor: page.next };
    return { events: page.events.map(toEventView), ...next, timing_ms: toTimingMs(context.elapsedMs()) };
  },
});
