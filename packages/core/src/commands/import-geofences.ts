import Type from 'typebox';
import { isRefusal } from '../errors.ts';
import { parseGeofences } from '../messages/geofence-import.ts';
import { defineCommand } from './command.ts';
import { putFences, toFenceView } from './geofence-store.ts';

/** Fences of others: GeoJSON, a QGroundControl plan, or a list of ours. All or none. */
export const importGeofences = defineCommand({
  type: 'import_geofences',
  replyType: 'geofences_response',
  summary: 'Geofences from GeoJSON or a QGroundControl plan; all of them or none',
  permission: 'mission:write',
  fields: {
    document: Type.Unknown({ description: 'GeoJSON, a QGroundControl .plan, or an array of geofences' }),
  },
  reply: { geofences: Type.Array(Type.Unknown()) },
  deadlineMs: 10_000,
  rest: { method: 'POST', path: '/api/geofences/import' },
  handle: async ({ document }, context) => {
    const drafts = parseGeofences(document);
    if (isRefusal(drafts)) return drafts;
    const put = await putFences(drafts, context);
    return isRefusal(put) ? put : { geofences: put.map(toFenceView) };
  },
});
