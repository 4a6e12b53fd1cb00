import Type from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import { isOnGround } from '../fleet/ground.ts';
import { Id, maybe } from '../messages/text.ts';
import { type Charger, defaultPlug, defaultSwap } from '../missions/energy/charging.ts';
import {
  type ChargeRequest,
  type ChargeSlot,
  scheduleCharging,
} from '../missions/energy/charging-schedule.ts';
import { type CommandContext, defineCommand, findDrone, type RequestOf } from './command.ts';

const MAX_DRONES = 500;
const TARGET_PCT = 95;
const WEEK_S = 604_800;

const seconds = () => maybe(Type.Number({ minimum: 0, maximum: WEEK_S, description: 'seconds from now' }));
const Wish = {
  drone_id: Id(),
  target_pct: maybe(Type.Number({ minimum: 1, maximum: 99.9 })),
  ready_s: seconds(),
  due_s: seconds(),
};
type Wish = RequestOf<typeof Wish>;

/** Who charges when, on chargers that are all alike; nothing is ordered by it. */
export const chargingSchedule = defineCommand({
  type: 'charging_schedule',
  replyType: 'charging_schedule_response',
  summary:
    'Who charges when on so many chargers, with the bound that no schedule beats; drones on the ground unless named',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: {
    chargers: Type.Integer({ minimum: 1, maximum: 1000 }),
    charger: maybe(Type.Enum(['plug', 'swap'])),
    target_pct: maybe(Type.Number({ minimum: 1, maximum: 99.9 })),
    drones: maybe(Type.Array(Type.Object(Wish, { additionalProperties: false }), { maxItems: MAX_DRONES })),
  },
  reply: {
    ...{ slots: Type.Array(Type.Unknown()), late: Type.Array(Type.Unknown()) },
    ...{ ends_in_s: Type.Number(), lower_bound_s: Type.Number() },
  },
  deadlineMs: 5000,
  rest: { method: 'POST', path: '/api/charging/schedule' },
  handle: ({ chargers, charger: kind, target_pct, drones }, context) => {
    const wishes = drones ?? whoStands(context);
    if (isRefusal(wishes)) return wishes;
    const requests: ChargeRequest[] = [];
    for (const [at, wish] of wishes.entries()) {
      const drone = findDrone(context, wish.drone_id, `drones.${at}.drone_id`);
      if (isRefusal(drone)) return drone;
      const request = toRequest(drone, wish, wish.target_pct ?? target_pct ?? TARGET_PCT);
      if (isRefusal(request)) return request;
      requests.push(request);
    }
    const charger: Charger = kind === 'swap' ? defaultSwap : defaultPlug;
    const schedule = scheduleCharging(charger, chargers, requests);
    if (isRefusal(schedule)) return schedule;
    return {
      slots: schedule.slots.map((slot) => toSlotView(slot, context.nowMs)),
      late: schedule.late.map(({ droneId, lateS }) => ({ drone_id: droneId, late_s: lateS })),
      ...{ ends_in_s: schedule.endS, lower_bound_s: schedule.lowerBoundS },
    };
  },
});

function whoStands({ parts, tenant, boundDroneId }: CommandContext): readonly Wish[] | Refusal {
  const standing: Wish[] = [];
  for (const drone of parts.fleet.drones(tenant)) {
    if (!isOnGround(drone) || (boundDroneId !== undefined && drone.droneId !== boundDroneId)) continue;
    if (standing.length >= MAX_DRONES)
      return refuse(
        'VALIDATION_ERROR',
        { field: 'drones', reason: 'too_many' },
        { message: `More than ${MAX_DRONES} drones are on the ground: name those that are to charge` },
      );
    standing.push({ drone_id: drone.droneId });
  }
  return standing;
}

function toRequest({ droneId, latest }: DroneState, wish: Wish, targetPct: number): ChargeRequest | Refusal {
  const soc = (latest?.batteryPct ?? Number.NaN) / 100;
  if (!(soc >= 0 && soc <= 1))
    return refuse('STALE_STATE', { field: 'drone_id', reason: 'battery_unknown', drone_id: droneId });
  return {
    ...{ droneId, soc, targetSoc: targetPct / 100 },
    ...(wish.ready_s != null && { readyS: wish.ready_s }),
    ...(wish.due_s != null && { dueS: wish.due_s }),
  };
}

function toSlotView({ droneId, charger, startS, endS, fromSoc, toSoc }: ChargeSlot, nowMs: number) {
  const at = (s: number) => new Date(nowMs + s * 1000).toISOString();
  return {
    ...{ drone_id: droneId, charger, start_s: startS, end_s: endS, start_at: at(startS), end_at: at(endS) },
    ...{ from_pct: 100 * fromSoc, to_pct: 100 * toSoc },
  };
}
