import Type from 'typebox';
import { isRefusal, refuse } from '../errors.ts';
import { maybe, requiredText } from '../messages/text.ts';
import { defineCommand, refuseWith } from './command.ts';
import { landNow } from './emergency-land.ts';
import { toTimingMs } from './vehicle-reply.ts';

/** A first request gives a token; only a second one that brings it back, by the same person, within this time, acts. */
const CONFIRM_MS = 60_000;

/** The whole fleet. It is never one slip away: it takes two requests. */
export const emergencyLandAll = defineCommand({
  type: 'emergency_land_all',
  replyType: 'emergency_land_all_response',
  summary:
    'Lands every drone where it is; a first request is answered with the token that a second one must bring',
  permission: 'emergency:write',
  bucket: 'emergency',
  fields: { confirm_token: maybe(requiredText(128)), reason: requiredText(1000) },
  reply: {
    ...{ ordered: Type.Number(), unreachable: Type.Number(), timing_ms: Type.Number() },
    commands: Type.Array(
      Type.Object({ drone_id: Type.String(), command_id: Type.String(), state: Type.String() }),
    ),
  },
  deadlineMs: 10_000,
  rest: { method: 'POST', path: '/api/fleet/emergency-land' },
  handle: async ({ confirm_token: token, reason }, context) => {
    const { tenant, actor, boundDroneId, nowMs, parts, elapsedMs } = context;
    const { confirmations } = parts.operations;
    const who = `${tenant} ${actor}`;
    if (typeof token !== 'string' || !confirmations.take(who, token, nowMs)) {
      const refusal = refuse(
        'STALE_STATE',
        { field: 'confirm_token', reason: 'confirmation' },
        { message: 'This lands the whole fleet: send it again with confirm_token' },
      );
      const expires_at = new Date(nowMs + CONFIRM_MS).toISOString();
      return refuseWith(refusal, { confirm_token: confirmations.give(who, nowMs + CONFIRM_MS), expires_at });
    }
    const drones = [...parts.fleet.drones(tenant)].filter(
      ({ droneId }) => boundDroneId === undefined || boundDroneId === droneId,
    );
    const outcomes = await Promise.all(
      drones.map((drone) =>
        landNow(drone, { ...context, requestId: requestFor(context, drone.droneId) }, reason),
      ),
    );
    const commands = outcomes.flatMap((outcome) =>
      isRefusal(outcome)
        ? []
        : [{ drone_id: outcome.drone_id, command_id: outcome.command_id, state: outcome.state as string }],
    );
    const unreachable = commands.filter(({ state }) => state === 'queued').length;
    return { ordered: commands.length, unreachable, commands, timing_ms: toTimingMs(elapsedMs()) };
  },
});

/** One request, many commands: each has an id of its own under the request's. */
function requestFor(
  { requestId }: { readonly requestId: string | undefined },
  droneId: string,
): string | undefined {
  return requestId === undefined ? undefined : `${requestId}\u0000${droneId}`;
}
