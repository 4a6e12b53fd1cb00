import Type from 'typebox';
import { isRefusal } from '../errors.ts';
import { connectionOf, defineCommand } from './command.ts';

/** After a reconnect: what was pushed in between, of everything that is never dropped. */
export const resume = defineCommand({
  type: 'resume',
  replyType: 'resume_ack',
  summary: 'Pushes again what was pushed after this cursor, and says so where that is not known any more',
  permission: 'telemetry:read',
  fields: { cursor: Type.String({ pattern: '^[0-9a-z]{1,20}-[0-9]{1,15}$' }) },
  reply: { cursor: Type.String(), replayed: Type.Integer(), gap: Type.Boolean() },
  deadlineMs: 2000,
  handle: ({ cursor }, context) => {
    const connection = connectionOf(context);
    return isRefusal(connection) ? connection : connection.resume(cursor);
  },
});
