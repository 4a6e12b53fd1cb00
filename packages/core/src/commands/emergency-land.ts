import Type from 'typebox';
import { isRefusal } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import { Id, maybe, safeText } from '../messages/text.ts';
import { type CommandContext, type CommandRefusal, defineCommand, findDrone } from './command.ts';
import { toTimingMs, vehicleReply } from './vehicle-reply.ts';

/** Sent again until it is answered, so long; then it is an alarm. */
const EMERGENCY_TTL_MS = 5 * 60_000;
/** The reply does not wait longer for the disk: the order has left already. */
const DISK_MS = 50;

const emergencyReply = {
  ...vehicleReply,
  site: Type.Unknown({ description: 'where it lands: its last known position' }),
  recorded: Type.Boolean({ description: 'false: sent, but not on disk yet' }),
};

/** Lands a drone where it is, at once: past every queue, over every channel, whatever else is broken. */
export const emergencyLand = defineCommand({
  type: 'emergency_land',
  replyType: 'emergency_land_response',
  summary: 'Lands one drone where it is, at once and before everything else',
  permission: 'emergency:write',
  bucket: 'emergency',
  fields: { drone_id: Id(), reason: maybe(safeText(1000)) },
  reply: emergencyReply,
  deadlineMs: 5000,
  rest: { method: 'POST', path: '/api/drones/:drone_id/emergency-land' },
  handle: ({ drone_id, reason }, context) => {
    const drone = findDrone(context, drone_id);
    return isRefusal(drone) ? drone : landNow(drone, context, reason ?? undefined);
  },
});

/** The order leaves within this call; only the reply waits. */
export async function landNow(drone: DroneState, context: CommandContext, reason?: string) {
  const { tenant, actor, requestId, content, parts, elapsedMs } = context;
  const { ledger, durable } = parts.operations;
  const submitted = ledger.submitEmergency({
    ...{ tenant, droneId: drone.droneId, command: 'emergency_land', params: {}, ttlMs: EMERGENCY_TTL_MS },
    ...{ actor, content, context: { site: siteOf(drone), ...(reason !== undefined && { reason }) } },
    ...(requestId !== undefined && { requestId }),
  });
  if (isRefusal(submitted)) return submitted as CommandRefusal;
  const { command, position, isRepeat } = submitted;
  const recorded = await durable(position, DISK_MS);
  const now = ledger.find(tenant, command.commandId) ?? command;
  return {
    ...{ command_id: now.commandId, drone_id: now.droneId, state: now.state, site: siteOf(drone), recorded },
    message: now.state === 'queued' ? UNREACHABLE : 'Emergency landing ordered',
    ...(now.result !== undefined && { result: now.result }),
    ...(isRepeat && { repeated: true }),
    timing_ms: toTimingMs(elapsedMs()),
  };
}

const UNREACHABLE = 'The drone has no open channel: the order goes out the moment it has one';

function siteOf({ latest }: DroneState): Readonly<Record<string, number>> {
  if (!latest) return {};
  const { eastM: x, northM: y, latitudeDeg: latitude, longitudeDeg: longitude } = latest;
  const known = Object.entries({ latitude, longitude, x, y }).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(known);
}
