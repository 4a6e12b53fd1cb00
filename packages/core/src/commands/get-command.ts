import Type from 'typebox';
import { refuse } from '../errors.ts';
import { Id } from '../messages/text.ts';
import { defineCommand } from './command.ts';
import { type CommandRecord, toCommandRecord } from './ledger/command-record.ts';
import { vehicleReply } from './vehicle-reply.ts';

/** What became of a command: where it stands, and every state it went through. */
export const getCommand = defineCommand({
  type: 'get_command',
  replyType: 'command_response',
  summary: 'What became of a command: its state, the vehicle’s words, its history',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: { command_id: Id() },
  reply: { ...vehicleReply, command: Type.String(), history: Type.Array(Type.Unknown()) },
  deadlineMs: 5000,
  rest: { method: 'GET', path: '/api/commands/:command_id' },
  handle: async ({ command_id }, { tenant, boundDroneId, parts, elapsedMs }) => {
    const { ledger, shelf } = parts.operations;
    const stored = ledger.find(tenant, command_id) ?? (await shelf.record(tenant, 'command', command_id));
    const command = stored && 'commandId' in stored ? stored : stored && toCommandRecord(stored);
    if (!command || (boundDroneId !== undefined && boundDroneId !== command.droneId))
      return refuse('NOT_FOUND', { field: 'command_id' }, { message: 'No such command' });
    return toCommandView(command, elapsedMs());
  },
});

function toCommandView(command: CommandRecord, elapsedMs: number) {
  const { commandId, droneId, state, params, actor, reason, by, result, message, progressPct, channels } =
    command;
  const { attempts, createdAtMs, changedAtMs, notAfterMs, context } = command;
  const at = (ms: number) => new Date(ms).toISOString();
  return {
    ...{ command_id: commandId, drone_id: droneId, command: command.command, state, params, by_whom: actor },
    ...(reason !== undefined && { reason }),
    ...(by !== undefined && { by }),
    ...(result !== undefined && { result }),
    ...(progressPct !== undefined && { progress_pct: progressPct }),
    ...(context !== undefined && { context }),
    ...{ message: message ?? state, attempts, channels },
    ...{ created_at: at(createdAtMs), changed_at: at(changedAtMs), expires_at: at(notAfterMs) },
    history: command.history.map(({ state: was, atMs }) => ({ state: was, at: at(atMs) })),
    timing_ms: Math.round(elapsedMs * 100) / 100,
  };
}
