import Type from 'typebox';
import { isRefusal } from '../errors.ts';
import type { LocalFrame } from '../geo/wgs84.ts';
import { toGeoJsonMission } from '../messages/geojson-mission.ts';
import { toKmlMission } from '../messages/kml-export.ts';
import { MissionId, type MissionMessage } from '../messages/mission.ts';
import { toPlanFile } from '../messages/plan-file-export.ts';
import { defineCommand } from './command.ts';
import { findKeptMission } from './find-mission.ts';
import { MISSION_FORMATS, type MissionFormat } from './import-mission.ts';
import type { CarriedMission } from './mission-record.ts';
import { toTimingMs } from './vehicle-reply.ts';

export const exportMission = defineCommand({
  type: 'export_mission',
  replyType: 'mission_file',
  summary: 'A mission as a QGroundControl .plan, GeoJSON or KML, as text',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: { mission_id: MissionId, format: Type.Enum([...MISSION_FORMATS]) },
  reply: {
    ...{ mission_id: Type.String(), format: Type.String(), media_type: Type.String() },
    ...{ file: Type.String(), timing_ms: Type.Number() },
  },
  deadlineMs: 5000,
  rest: { method: 'GET', path: '/api/missions/:mission_id/export' },
  handle: async ({ mission_id, format }, context) => {
    const mission = await findKeptMission(context, mission_id);
    if (isRefusal(mission)) return mission;
    const site = context.parts.operations.airspace.site();
    if (isRefusal(site)) return site;
    return {
      ...{ mission_id: mission.id, format, media_type: MEDIA_TYPES[format] },
      ...{ file: toFile(format, toMessage(mission), site.frame), timing_ms: toTimingMs(context.elapsedMs()) },
    };
  },
});

const MEDIA_TYPES: Readonly<Record<MissionFormat, string>> = {
  plan: 'application/json',
  geojson: 'application/geo+json',
  kml: 'application/vnd.google-earth.kml+xml',
};

function toFile(format: MissionFormat, message: MissionMessage, frame: LocalFrame): string {
  if (format === 'kml') return toKmlMission(message, { frame });
  const value = format === 'plan' ? toPlanFile(message, { frame }) : toGeoJsonMission(message, frame);
  return JSON.stringify(value, null, 2);
}

/** The plan as an operator would send it. */
function toMessage(mission: CarriedMission): MissionMessage {
  const { name, type, priority, end, waypoints, description, speedMps, deadlineMs, schedule } = mission;
  return {
    ...{ name, type, priority, end, waypoints },
    ...(description !== undefined && { description }),
    ...(speedMps !== undefined && { speed: speedMps }),
    ...(deadlineMs !== undefined && { deadline: new Date(deadlineMs).toISOString() }),
    ...(mission.requiredCapabilities.length > 0 && {
      required_capabilities: [...mission.requiredCapabilities],
    }),
    ...(schedule && { schedule }),
  };
}
