import Type from 'typebox';
import { Id } from '../messages/text.ts';
import { defineCommand } from './command.ts';
import { dropFence } from './geofence-store.ts';

export const deleteGeofence = defineCommand({
  type: 'delete_geofence',
  replyType: 'geofence_response',
  summary: 'A geofence counts no longer',
  permission: 'mission:write',
  fields: { geofence_id: Id() },
  reply: { geofence_id: Type.String() },
  deadlineMs: 5000,
  rest: { method: 'DELETE', path: '/api/geofences/:geofence_id' },
  handle: async ({ geofence_id }, context) => (await dropFence(geofence_id, context)) ?? { geofence_id },
});
