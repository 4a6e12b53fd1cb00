import Type from 'typebox';
import { isRefusal, refuse } from '../errors.ts';
import { Id, maybe, requiredText } from '../messages/text.ts';
import { type CommandContext, type CommandRefusal, defineCommand, findDrone, refuseWith } from './command.ts';
import { OVERRIDE_ACTIONS, type Override, type OverrideAction } from './coordination/coordination-event.ts';
import { findEvent } from './coordination/find-event.ts';
import { type OverridePlan, planOverride } from './coordination/override-moves.ts';
import { carryOut } from './coordination/override-orders.ts';
import { toTimingMs } from './vehicle-reply.ts';

const DEFAULT_TTL_S = 60;
/** Whoever is told that it makes things worse has so long to say that it is meant. */
const CONFIRM_MS = 60_000;
/** Less of a difference is none. */
const WORSE = 0.01;

/** What an operator decides about a conflict, instead of what the coordination would. It lapses by itself. */
export const coordinationOverride = defineCommand({
  type: 'coordination_override',
  replyType: 'coordination_override_response',
  summary: 'An operator’s decision in a conflict between drones, checked, ordered, and for a limited time',
  permission: 'coordination:override',
  fields: {
    event_id: Id(),
    action: Type.Enum([...OVERRIDE_ACTIONS]),
    drone_ids: Type.Array(Id(), { minItems: 2, maxItems: 100 }),
    parameters: maybe(Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), { maxProperties: 64 })),
    ttl_seconds: maybe(Type.Number({ minimum: 1, maximum: 600 })),
    reason: requiredText(1000),
    confirm_token: maybe(requiredText(128)),
  },
  reply: {
    ...{ event_id: Type.String(), message: Type.String(), expires_at: Type.String() },
    orders: Type.Array(Type.Unknown(), { description: 'what each drone was ordered: `text`, `command_id`' }),
    severity_before: Type.Number({ description: 'of the nearest moment ahead; below 1 separation is lost' }),
    severity_after: Type.Number(),
    timing_ms: Type.Number(),
  },
  deadlineMs: 5000,
  rest: { method: 'POST', path: '/api/coordination/events/:event_id/override' },
  handle: async (request, context) => {
    for (const [index, droneId] of request.drone_ids.entries()) {
      const drone = findDrone(context, droneId, `drone_ids[${index}]`);
      if (isRefusal(drone)) return drone;
    }
    const event = findEvent(context, request.event_id);
    if (isRefusal(event)) return event;
    if (event.endedAtMs !== undefined)
      return refuse('STALE_STATE', { field: 'event_id', reason: 'ended' }, { message: 'The event is over' });
    const override = toOverride(request, context);
    const plan = planOverride(override, context);
    if (isRefusal(plan)) return plan;
    const isWorse = plan.after < Math.min(1, plan.before - WORSE);
    if (isWorse && !isConfirmed(request, context)) return askToConfirm(request, plan, context);
    const done = await carryOut(event, plan, { ...override, ...(isWorse && { confirmed: true }) }, context);
    if (isRefusal(done)) return done;
    return {
      ...{ event_id: event.id, expires_at: override.expires_at, ...done },
      ...{ severity_before: round(plan.before), severity_after: round(plan.after) },
      timing_ms: toTimingMs(context.elapsedMs()),
    };
  },
});

interface OverrideRequest {
  readonly event_id: string;
  readonly action: OverrideAction;
  readonly drone_ids: readonly string[];
  readonly parameters?: Readonly<Record<string, unknown>> | null;
  readonly ttl_seconds?: number | null;
  readonly reason: string;
  readonly confirm_token?: string | null;
}

function toOverride(request: OverrideRequest, { actor, nowMs }: CommandContext): Override {
  const ttlMs = (request.ttl_seconds ?? DEFAULT_TTL_S) * 1000;
  return {
    ...{ action: request.action, drone_ids: request.drone_ids, parameters: request.parameters ?? {} },
    ...{ reason: request.reason, by: actor },
    expires_at: new Date(nowMs + ttlMs).toISOString(),
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** A token is good for this decision about this event, by this person. */
const purposeOf = (
  { event_id, action, drone_ids }: OverrideRequest,
  { tenant, actor }: CommandContext,
): string => `${tenant} ${actor} ${event_id} ${action} ${drone_ids.join(' ')}`;

function isConfirmed(request: OverrideRequest, context: CommandContext): boolean {
  const { confirm_token: token } = request;
  const { confirmations } = context.parts.operations;
  return typeof token === 'string' && confirmations.take(purposeOf(request, context), token, context.nowMs);
}

function askToConfirm(
  request: OverrideRequest,
  { before, after }: OverridePlan,
  context: CommandContext,
): CommandRefusal {
  const untilMs = context.nowMs + CONFIRM_MS;
  const refusal = refuse(
    'STALE_STATE',
    { field: 'confirm_token', reason: 'confirmation' },
    {
      message: `This leads nearer than the minima (severity ${round(after)} after ${round(before)}): send it again with confirm_token`,
    },
  );
  return refuseWith(refusal, {
    confirm_token: context.parts.operations.confirmations.give(purposeOf(request, context), untilMs),
    ...{ expires_at: new Date(untilMs).toISOString() },
    ...{ severity_before: round(before), severity_after: round(after) },
  });
}
