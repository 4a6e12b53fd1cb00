import Type from 'typebox';
import { isRefusal, refuse } from '../errors.ts';
import { Id, maybe, requiredText } from '../messages/text.ts';
import { type CommandContext, defineCommand, findDrone } from './command.ts';
import { toTimingMs } from './vehicle-reply.ts';

const OVERRIDE_ACTIONS = [
  ...['accept', 'reject', 'hold', 'resume', 'priority', 'reroute', 'climb', 'descend'],
] as const;
const DEFAULT_TTL_S = 60;

/** What an operator decides about a conflict, instead of what the coordination would. It lapses by itself. */
export const coordinationOverride = defineCommand({
  type: 'coordination_override',
  replyType: 'coordination_override_response',
  summary: 'An operator’s decision in a conflict between drones, for a limited time',
  permission: 'coordination:override',
  fields: {
    event_id: Id(),
    action: Type.Enum([...OVERRIDE_ACTIONS]),
    drone_ids: Type.Array(Id(), { minItems: 2, maxItems: 100 }),
    parameters: maybe(Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), { maxProperties: 64 })),
    ttl_seconds: maybe(Type.Number({ minimum: 1, maximum: 600 })),
    reason: requiredText(1000),
  },
  reply: {
    ...{
      event_id: Type.String(),
      message: Type.String(),
      expires_at: Type.String(),
      timing_ms: Type.Number(),
    },
  },
  deadlineMs: 5000,
  rest: { method: 'POST', path: '/api/coordination/events/:event_id/override' },
  handle: async (request, context) => {
    const { records, durable } = context.parts.operations;
    for (const [index, droneId] of request.drone_ids.entries()) {
      const drone = findDrone(context, droneId, `drone_ids[${index}]`);
      if (isRefusal(drone)) return drone;
    }
    const event = records.find(context.tenant, 'coordination_event', request.event_id);
    if (!event) return refuse('NOT_FOUND', { field: 'event_id' }, { message: 'No such coordination event' });
    if (event.endedAtMs !== undefined)
      return refuse('STALE_STATE', { field: 'event_id', reason: 'ended' }, { message: 'The event is over' });
    const override = toOverride(request, context);
    const { position } = records.put({ ...event, state: 'overridden', data: { ...event.data, override } });
    if (!(await durable(position, 2000)))
      return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
    const message = `${request.action} noted for ${request.drone_ids.join(', ')}`;
    const timing_ms = toTimingMs(context.elapsedMs());
    return { event_id: event.id, message, expires_at: override.expiresAt, timing_ms };
  },
});

interface OverrideRequest {
  readonly action: string;
  readonly drone_ids: readonly string[];
  readonly parameters?: unknown;
  readonly ttl_seconds?: number | null;
  readonly reason: string;
}

function toOverride(request: OverrideRequest, { actor, nowMs }: CommandContext) {
  const ttlMs = (request.ttl_seconds ?? DEFAULT_TTL_S) * 1000;
  return {
    ...{ action: request.action, droneIds: request.drone_ids, parameters: request.parameters ?? {} },
    ...{ reason: request.reason, by: actor },
    expiresAt: new Date(nowMs + ttlMs).toISOString(),
  };
}
