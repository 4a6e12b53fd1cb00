import Type from 'typebox';
import { isRefusal, refuse } from '../errors.ts';
import { Id, maybe, requiredText } from '../messages/text.ts';
import { type CommandContext, defineCommand, findDrone } from './command.ts';
import { OVERRIDE_ACTIONS, type Override, type OverrideAction } from './coordination/coordination-event.ts';
import { findEvent } from './coordination/find-event.ts';
import { toTimingMs } from './vehicle-reply.ts';

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
    const { coordination, durable } = context.parts.operations;
    for (const [index, droneId] of request.drone_ids.entries()) {
      const drone = findDrone(context, droneId, `drone_ids[${index}]`);
      if (isRefusal(drone)) return drone;
    }
    const event = findEvent(context, request.event_id);
    if (isRefusal(event)) return event;
    const override = toOverride(request, context);
    const kept = coordination.override(event, override);
    if (isRefusal(kept)) return kept;
    if (!(await durable(kept.position, 2000)))
      return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
    const message = `${request.action} noted for ${request.drone_ids.join(', ')}`;
    const timing_ms = toTimingMs(context.elapsedMs());
    return { event_id: event.id, message, expires_at: override.expires_at, timing_ms };
  },
});

interface OverrideRequest {
  readonly action: OverrideAction;
  readonly drone_ids: readonly string[];
  readonly parameters?: Readonly<Record<string, unknown>> | null;
  readonly ttl_seconds?: number | null;
  readonly reason: string;
}

function toOverride(request: OverrideRequest, { actor, nowMs }: CommandContext): Override {
  const ttlMs = (request.ttl_seconds ?? DEFAULT_TTL_S) * 1000;
  return {
    ...{ action: request.action, drone_ids: request.drone_ids, parameters: request.parameters ?? {} },
    ...{ reason: request.reason, by: actor },
    expires_at: new Date(nowMs + ttlMs).toISOString(),
  };
}
