import Type from 'typebox';
import { isRefusal } from '../errors.ts';
import { toGeojsonFences } from '../messages/geofence-geojson.ts';
import { toPlanFences } from '../messages/geofence-plan.ts';
import { defineCommand } from './command.ts';
import { listFences } from './geofence-store.ts';

export const exportGeofences = defineCommand({
  type: 'export_geofences',
  replyType: 'geofences_export',
  summary: 'All geofences as GeoJSON or as a QGroundControl plan’s geoFence',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: { format: Type.Enum(['geojson', 'plan']) },
  reply: { document: Type.Unknown() },
  deadlineMs: 5000,
  rest: { method: 'GET', path: '/api/geofences/export/:format' },
  handle: ({ format }, context) => {
    const fences = listFences(context);
    const document = format === 'geojson' ? toGeojsonFences(fences) : toPlanFences(fences);
    return isRefusal(document) ? document : { document };
  },
});
