import Type from 'typebox';
import type { StateRecord } from '../messages/state-record.ts';
import { Id, maybe } from '../messages/text.ts';
import { defineCommand } from './command.ts';

const PAGE = 100;

/** Times on the charger and exchanged packs, as telemetry showed them, the newest first. */
export const listCharging = defineCommand({
  type: 'list_charging',
  replyType: 'charging_response',
  summary: 'Charging sessions as telemetry showed them, newest first',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: {
    drone_id: maybe(Id()),
    limit: maybe(Type.Integer({ minimum: 1, maximum: 1000 })),
    cursor: maybe(Type.String({ maxLength: 256 })),
  },
  reply: { sessions: Type.Array(Type.Unknown()), next_cursor: Type.Optional(Type.String()) },
  deadlineMs: 5000,
  rest: { method: 'GET', path: '/api/charging/sessions' },
  handle: async ({ drone_id, limit, cursor }, { tenant, boundDroneId, parts }) => {
    const droneId = boundDroneId ?? drone_id;
    if (drone_id && droneId !== drone_id) return { sessions: [] };
    const page = await parts.operations.shelf.records({
      ...{ tenant, kind: 'charging_session', limit: limit ?? PAGE },
      ...(droneId && { droneId }),
      ...(cursor && { cursor }),
    });
    const sessions = page.items.map(toSessionView);
    return { sessions, ...(page.nextCursor !== undefined && { next_cursor: page.nextCursor }) };
  },
});

function toSessionView({ id, droneId, state, startedAtMs, endedAtMs, data }: StateRecord) {
  const at = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    ...{ session_id: id, drone_id: droneId, state, kind: data['kind'] ?? 'charge' },
    ...{ started_at: at(startedAtMs), ended_at: at(endedAtMs) },
    start_battery_pct: data['startBatteryPct'] ?? null,
    end_battery_pct: data['endBatteryPct'] ?? null,
  };
}
