import Type from 'typebox';
import { isRefusal, refuse } from '../errors.ts';
import { maybe } from '../messages/text.ts';
import { type CommandContext, type CommandRefusal, refuseWith } from './command.ts';
import type { CommandRecord } from './ledger/command-record.ts';
import { COMMAND_STATES } from './ledger/life-cycle.ts';
import type { CommandWish } from './ledger/wish.ts';

/** What every reply about an order to one vehicle says. */
export const vehicleReply = {
  command_id: Type.String(),
  drone_id: Type.String(),
  state: Type.Enum([...COMMAND_STATES], { description: 'queued: it has not left; sent: no answer yet' }),
  message: Type.String(),
  result: maybe(Type.String({ description: 'the vehicle’s own word' })),
  repeated: maybe(Type.Boolean({ description: 'this request_id was asked before: the same command' })),
  timing_ms: Type.Number(),
};

export interface VehicleReply {
  command_id: string;
  drone_id: string;
  state: CommandRecord['state'];
  message: string;
  result?: string;
  repeated?: boolean;
  timing_ms: number;
}

/** How long a reply waits for the disk, and then for the vehicle's word, before it says how things stand. */
const DISK_MS = 2000;
const ANSWER_MS = 400;

type Wish = Pick<
  CommandWish,
  'droneId' | 'command' | 'params' | 'ttlMs' | 'context' | 'clears' | 'commandId'
>;

/** Puts an order into the vehicle's queue; the reply comes once it is durable and the vehicle has answered, or soon after. */
export async function orderVehicle(
  wish: Wish,
  context: CommandContext,
): Promise<VehicleReply | CommandRefusal> {
  const { tenant, actor, credential, requestId, content, parts } = context;
  const { ledger } = parts.operations;
  const asked = {
    ...wish,
    tenant,
    actor,
    credential,
    content,
    ...(requestId !== undefined && { requestId }),
  };
  const submitted = ledger.submit(asked);
  if (isRefusal(submitted)) return submitted;
  const { commandId } = submitted.command;
  const isDurable = await parts.operations.durable(submitted.position, DISK_MS);
  if (!isDurable)
    return refuseWith(refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 }), {
      command_id: commandId,
    });
  const command = await ledger.answered(tenant, commandId, ANSWER_MS);
  return toVehicleReply(command, context, submitted.isRepeat);
}

/** The reply of a request that was asked before; undefined where it was not, or has no id to know it by. */
export async function repeatOrder(
  context: CommandContext,
  droneId: string,
): Promise<VehicleReply | CommandRefusal | undefined> {
  const { tenant, actor, requestId, content, parts } = context;
  const { ledger, durable } = parts.operations;
  const repeat = ledger.repeat({ tenant, actor, content, ...(requestId !== undefined && { requestId }) });
  if (!repeat || isRefusal(repeat)) return repeat;
  await durable(repeat.position, DISK_MS);
  const command = await ledger.answered(tenant, repeat.command.commandId, ANSWER_MS);
  return toVehicleReply({ ...command, droneId: command.droneId || droneId }, context, true);
}

/** The reply of a command as it stands now. */
export function toVehicleReply(
  command: CommandRecord,
  { elapsedMs }: CommandContext,
  repeated: boolean,
): VehicleReply | CommandRefusal {
  const { commandId, droneId, state, result } = command;
  const fields = {
    ...{ command_id: commandId, drone_id: droneId, state, timing_ms: toTimingMs(elapsedMs()) },
    ...(result !== undefined && { result }),
    ...(repeated && { repeated }),
  };
  if (state === 'failed') {
    const details = {
      reason: result ?? 'failed',
      ...(command.message !== undefined && { vehicle: command.message }),
    };
    const message = `${droneId} refused: ${command.message ?? result ?? 'no reason given'}`;
    return refuseWith(refuse('VEHICLE_REJECTED', details, { message }), fields);
  }
  if (state === 'expired')
    return refuseWith(refuse('EXPIRED', { reason: command.reason ?? 'unknown' }), fields);
  return { ...fields, message: SENTENCES[state](command) };
}

export const toTimingMs = (ms: number): number => Math.round(ms * 100) / 100;

const SENTENCES: Readonly<Record<CommandRecord['state'], (command: CommandRecord) => string>> = {
  queued: ({ droneId, notAfterMs }) =>
    `${droneId} cannot be reached now: it waits until ${new Date(notAfterMs).toISOString()}`,
  sent: ({ droneId }) => `Sent to ${droneId}; it has not answered yet`,
  acknowledged: ({ droneId }) => `${droneId} accepted`,
  in_progress: ({ droneId }) => `${droneId} is on it`,
  succeeded: ({ droneId }) => `${droneId} has done it`,
  failed: ({ droneId }) => `${droneId} refused`,
  expired: () => 'Too late',
  cancelled: ({ reason = 'operator' }) => `Cancelled (${reason})`,
};
