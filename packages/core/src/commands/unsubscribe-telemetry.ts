import Type from 'typebox';
import { isRefusal, refuse } from '../errors.ts';
import { Id } from '../messages/text.ts';
import { connectionOf, defineCommand } from './command.ts';
import { subscriptionReply } from './subscribe-telemetry.ts';

const MAX_IDS = 10_000;

/** Drones by id, or with `all` everything, the part of the map too. */
export const unsubscribeTelemetry = defineCommand({
  type: 'unsubscribe_telemetry',
  replyType: 'subscription_ack',
  summary: 'Pushes telemetry no longer: of drones by id, or nothing any more',
  permission: 'telemetry:read',
  fields: {
    drone_ids: Type.Optional(Type.Array(Id(), { minItems: 1, maxItems: MAX_IDS })),
    all: Type.Optional(Type.Literal(true)),
  },
  reply: subscriptionReply,
  deadlineMs: 2000,
  handle: ({ drone_ids: droneIds, all }, context) => {
    const connection = connectionOf(context);
    if (isRefusal(connection)) return connection;
    if ((droneIds === undefined) === (all === undefined))
      return refuse('VALIDATION_ERROR', { field: 'drone_ids', expectedType: 'drone_ids or all' });
    const before = new Set(connection.subscription().droneIds);
    connection.unsubscribe(droneIds);
    const after = connection.subscription();
    return {
      drone_ids: [...after.droneIds],
      unknown_ids: [...new Set(droneIds)].filter((id) => !before.has(id)),
      ...(after.all && { all: true }),
    };
  },
});
