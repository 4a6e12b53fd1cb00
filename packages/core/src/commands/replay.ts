import Type from 'typebox';
import { isRefusal, refuse } from '../errors.ts';
import { Timestamp } from '../messages/text.ts';
import { parseTimestampUs } from '../messages/timestamp.ts';
import { connectionOf, defineCommand } from './command.ts';

/** History as it was, to the drones subscribed on this connection. */
export const replay = defineCommand({
  type: 'replay',
  replyType: 'replay_ack',
  summary: 'Pushes history from a moment on, marked replay, in place of live telemetry',
  permission: 'telemetry:read',
  fields: { as_of: Timestamp, speed: Type.Optional(Type.Number({ minimum: 0.1, maximum: 100 })) },
  reply: { as_of: Timestamp, speed: Type.Number(), replay: Type.Boolean() },
  deadlineMs: 5000,
  handle: ({ as_of: asOf, speed = 1 }, context) => {
    const connection = connectionOf(context);
    if (isRefusal(connection)) return connection;
    const asOfUs = parseTimestampUs(asOf);
    if (asOfUs === undefined)
      return refuse('VALIDATION_ERROR', {
        field: 'as_of',
        expectedType: 'ISO 8601 with a zone',
        reason: 'format',
      });
    if (asOfUs / 1000 > context.nowMs) return refuse('VALIDATION_ERROR', { field: 'as_of', reason: 'clock' });
    return connection.replay(asOfUs / 1000, speed) ?? { as_of: asOf, speed, replay: true };
  },
});
