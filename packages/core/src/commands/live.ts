import Type from 'typebox';
import { isRefusal } from '../errors.ts';
import { connectionOf, defineCommand } from './command.ts';

/** Ends a replay; said outside of one it changes nothing. */
export const live = defineCommand({
  type: 'live',
  replyType: 'replay_ack',
  summary: 'Ends a replay: telemetry is live again',
  permission: 'telemetry:read',
  fields: {},
  reply: { replay: Type.Boolean() },
  deadlineMs: 2000,
  handle: (_request, context) => {
    const connection = connectionOf(context);
    if (isRefusal(connection)) return connection;
    connection.live();
    return { replay: false };
  },
});
