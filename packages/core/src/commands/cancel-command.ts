import { isRefusal } from '../errors.ts';
import { Id } from '../messages/text.ts';
import { defineCommand } from './command.ts';
import { toVehicleReply, vehicleReply } from './vehicle-reply.ts';

/** Takes back what has not left yet. */
export const cancelCommand = defineCommand({
  type: 'cancel_command',
  replyType: 'command_response',
  summary: 'Takes back a command that has not been sent yet',
  permission: 'mission:write',
  fields: { command_id: Id() },
  reply: vehicleReply,
  deadlineMs: 5000,
  rest: { method: 'POST', path: '/api/commands/:command_id/cancel' },
  handle: ({ command_id }, context) => {
    const command = context.parts.operations.ledger.cancel(context.tenant, command_id, context.actor);
    return isRefusal(command) ? command : toVehicleReply(command, context, false);
  },
});
