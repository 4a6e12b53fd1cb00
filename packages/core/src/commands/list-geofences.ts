import Type from 'typebox';
import { defineCommand } from './command.ts';
import { listFences, toFenceView } from './geofence-store.ts';

export const listGeofences = defineCommand({
  type: 'list_geofences',
  replyType: 'geofences_response',
  summary: 'Every geofence that counts now, with the version of the set',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: {},
  reply: { geofences: Type.Array(Type.Unknown()), version: Type.Number() },
  deadlineMs: 5000,
  rest: { method: 'GET', path: '/api/geofences' },
  handle: (_request, context) => ({
    geofences: listFences(context).map(toFenceView),
    version: context.parts.operations.airspace.fences(context.tenant).version,
  }),
});
