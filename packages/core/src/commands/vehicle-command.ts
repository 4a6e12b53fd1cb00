import Type from 'typebox';
import { isRefusal, refuse } from '../errors.ts';
import { ORDER_NAMES, type OrderName } from '../messages/order.ts';
import { Id, maybe } from '../messages/text.ts';
import { defineCommand, findDrone } from './command.ts';
import { landNow } from './emergency-land.ts';
import { orderVehicle, vehicleReply } from './vehicle-reply.ts';

const DEFAULT_EXPIRY_S = 60;
const MAX_EXPIRY_S = 3600;
/** What flies somewhere goes through the commands that check where. */
const CHECKED_ELSEWHERE: Readonly<Partial<Record<OrderName, string>>> = {
  goto: 'modify_waypoint with mode goto',
  avoid: 'coordination_override',
  upload_mission: 'assign_mission',
};

/** One order to one vehicle. Where it would fly is checked by the commands that say where. */
export const vehicleCommand = defineCommand({
  type: 'command',
  replyType: 'command_response',
  summary: 'One order to one drone: land, return_to_base, hold, resume, takeoff, …',
  permission: 'mission:write',
  fields: {
    drone_id: Id(),
    command: Type.Enum([...ORDER_NAMES]),
    params: maybe(Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), { maxProperties: 64 })),
    expires_in_s: maybe(Type.Number({ minimum: 0.1, maximum: MAX_EXPIRY_S })),
  },
  reply: vehicleReply,
  deadlineMs: 5000,
  rest: { method: 'POST', path: '/api/drones/:drone_id/commands' },
  handle: (request, context) => {
    const command = request.command as OrderName;
    const drone = findDrone(context, request.drone_id);
    if (isRefusal(drone)) return drone;
    const instead = CHECKED_ELSEWHERE[command];
    if (instead !== undefined)
      return refuse(
        'VALIDATION_ERROR',
        { field: 'command', expectedType: instead, reason: 'unchecked' },
        { message: `${command} is ordered by ${instead}, which checks that it is safe` },
      );
    const mayLand = context.may('emergency:write');
    if (command === 'emergency_land')
      return mayLand ? landNow(drone, context) : refuse('AUTHORIZATION_ERROR', { reason: 'emergency:write' });
    const params = (request.params ?? {}) as Readonly<Record<string, unknown>>;
    const ttlMs = (request.expires_in_s ?? DEFAULT_EXPIRY_S) * 1000;
    const clears = mayLand ? 4 : 3;
    return orderVehicle({ droneId: drone.droneId, command, params, ttlMs, clears }, context);
  },
});
