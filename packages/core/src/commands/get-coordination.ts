import Type from 'typebox';
import { isRefusal } from '../errors.ts';
import { Id } from '../messages/text.ts';
import { defineCommand } from './command.ts';
import { toEventView } from './coordination/coordination-event.ts';
import { findKeptEvent } from './coordination/find-event.ts';
import { toTimingMs } from './vehicle-reply.ts';

export const getCoordination = defineCommand({
  type: 'get_coordination_event',
  replyType: 'coordination_event_response',
  summary: 'One conflict: how near, what was decided and ordered, by whom, how it ended',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: { event_id: Id() },
  reply: { event: Type.Unknown(), timing_ms: Type.Number() },
  deadlineMs: 5000,
  rest: { method: 'GET', path: '/api/coordination/events/:event_id' },
  handle: async ({ event_id }, context) => {
    const event = await findKeptEvent(context, event_id);
    if (isRefusal(event)) return event;
    return { event: toEventView(event), timing_ms: toTimingMs(context.elapsedMs()) };
  },
});
