import Type from 'typebox';
import { isRefusal } from '../errors.ts';
import { Id, maybe } from '../messages/text.ts';
import { defineCommand } from './command.ts';
import { putFences, readFence, toFenceView } from './geofence-store.ts';

/** A fence, new or in place of the one with its id. Its fields are checked by its own reader, which names them. */
export const createGeofence = defineCommand({
  type: 'create_geofence',
  replyType: 'geofence_response',
  summary: 'A geofence: inclusion or exclusion, polygon or circle, with heights, times, action and margin',
  permission: 'mission:write',
  fields: {
    ...{ id: maybe(Id()), name: Type.Unknown(), kind: Type.Unknown(), geometry: Type.Unknown() },
    ...{ group: Type.Optional(Type.Unknown()), action: Type.Optional(Type.Unknown()) },
    ...{ margin_m: Type.Optional(Type.Unknown()), altitude: Type.Optional(Type.Unknown()) },
    active_windows: Type.Optional(Type.Unknown()),
  },
  reply: { geofence: Type.Unknown() },
  deadlineMs: 5000,
  rest: { method: 'POST', path: '/api/geofences' },
  handle: async (request, context) => {
    const draft = readFence(request as Readonly<Record<string, unknown>>);
    if (isRefusal(draft)) return draft;
    const put = await putFences([draft], context);
    return isRefusal(put) ? put : { geofence: put[0] && toFenceView(put[0]) };
  },
});
