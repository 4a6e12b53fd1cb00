import { type Command, operatorCommands } from '@skein/core';

/** The operators' socket for AsyncAPI: requests and replies from the commands' own declarations, and the pushes. */

const text = { type: 'string' };
const number = { type: 'number' };
const list = { type: 'array' };
const seq = { type: 'integer', description: 'one higher each' };
const cursor = { type: 'string', description: 'to resume from after a reconnect' };

type Fields = Readonly<Record<string, object>>;
interface Push {
  readonly summary: string;
  readonly fields: Fields;
  /** Never dropped, and told again after a reconnect. */
  readonly isKept?: boolean;
}

const kept = (summary: string, fields: Fields): Push => ({ summary, fields, isKept: true });
const mission = { mission_id: text, name: text, status: text, drone_id: text, progress_pct: number };

const PUSHES: Readonly<Record<string, Push>> = {
  fleet_status: {
    summary: 'On connecting, and every 5 s',
    fields: {
      ...{ timestamp: text, total_drones: number, active_drones: number, online: number, stale: number },
      ...{ offline: number, anomalies: number, degraded: list },
    },
  },
  telemetry_snapshot: { summary: 'What was subscribed to, as it is now', fields: { drones: list } },
  telemetry_update: { summary: 'A drone’s newest state', fields: { drone_id: text, data: {} } },
  telemetry_batch: { summary: 'The newest states of several drones', fields: { updates: list } },
  telemetry_clusters: {
    summary: 'Of a map window with many drones',
    fields: { as_of: text, zoom: number, total: number, clusters: list },
  },
  telemetry_gone: { summary: 'Drones that have left the map window', fields: { drone_ids: list } },
  alert: kept('An anomaly is raised, acknowledged, cleared', {
    ...{ alert_id: text, drone_id: text, alert_type: text, state: text },
  }),
  command_update: kept('A command has come further', { command_id: text, drone_id: text, state: text }),
  emergency_landing: kept('An emergency landing, until it is over', { drone_id: text, state: text }),
  waypoint_modified: kept('The vehicle has accepted a changed waypoint', {
    ...{ drone_id: text, new_waypoint: {}, modification_reason: text, timestamp: text },
  }),
  mission_assigned: kept('A vehicle has taken a mission', { mission_id: text, drone_id: text }),
  mission_update: kept('A mission has changed its state, or reached a waypoint', mission),
  coordination_event: kept('A conflict between drones has been found', { event_id: text, drone_ids: list }),
  coordination_update: kept('A conflict between drones, or what was decided in it', {
    ...{ event_id: text, drone_ids: list, state: text },
  }),
  gap: { summary: 'Something was left out', fields: { classes: list } },
  replay_ended: { summary: 'History is told to its end', fields: {} },
  error: {
    summary: 'A request of no known type, or no request at all',
    fields: { message: text, error: {} },
  },
};

const REPLY_FIELDS = {
  request_id: text,
  success: { type: 'boolean' },
  status: { enum: ['accepted', 'rejected', 'error'] },
  timestamp: text,
  error: { type: 'object', description: 'where it was refused: code, message, details' },
};

/** `channels` and `operations` of the operators' socket. */
export function operatorsChannel() {
  const commands = operatorCommands as readonly unknown[] as readonly Command[];
  const messages: Record<string, object> = {};
  const operations: Record<string, object> = {};
  for (const { type, summary, schema, replyType, reply, permission } of commands) {
    messages[type] = { name: type, summary, payload: schema };
    messages[`${type}_reply`] = {
      name: replyType,
      summary: `Reply to ${type}`,
      payload: payloadOf(replyType, { ...REPLY_FIELDS, ...reply }),
    };
    operations[type] = {
      action: 'receive',
      summary,
      description: `Takes the permission ${permission}.`,
      channel: { $ref: '#/channels/operator' },
      messages: [refTo(type)],
      reply: { channel: { $ref: '#/channels/operator' }, messages: [refTo(`${type}_reply`)] },
    };
  }
  for (const [type, { summary, fields, isKept }] of Object.entries(PUSHES))
    messages[`${type}_push`] = {
      name: type,
      summary,
      payload: payloadOf(type, { seq, ...(isKept && { cursor, resumed: { const: true } }), ...fields }),
    };
  const pushes = Object.keys(PUSHES).map((type) => refTo(`${type}_push`));
  operations['push'] = { action: 'send', channel: { $ref: '#/channels/operator' }, messages: pushes };
  const title = 'An operator’s connection';
  return { channel: { address: '/', title, servers: [{ $ref: '#/servers/gateway' }], messages }, operations };
}

const refTo = (name: string) => ({ $ref: `#/channels/operator/messages/${name}` });

const payloadOf = (type: string, fields: Fields) => ({
  ...{ type: 'object', required: ['type'], properties: { type: { const: type }, ...fields } },
});
