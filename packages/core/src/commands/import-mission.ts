import Type from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import { parseGeoJsonMission } from '../messages/geojson-mission.ts';
import { parseKmlMission } from '../messages/kml.ts';
import { MISSION_PRIORITIES } from '../messages/mission.ts';
import type { ImportedMission, ImportOptions } from '../messages/mission-import.ts';
import { parsePlanFile } from '../messages/plan-file.ts';
import { maybe, requiredText } from '../messages/text.ts';
import { ALTITUDE_REFERENCES } from '../messages/waypoint.ts';
import { toMissionPlan } from '../missions/mission.ts';
import { type CommandContext, defineCommand } from './command.ts';
import { refuseSchedule } from './create-mission.ts';
import { toMissionView } from './mission-record.ts';
import { toTimingMs } from './vehicle-reply.ts';

export const MISSION_FORMATS = ['plan', 'geojson', 'kml'] as const;
export type MissionFormat = (typeof MISSION_FORMATS)[number];

const MAX_FILE = 4_000_000;
const DISK_MS = 2000;

/** A plan of another program becomes a mission; what could not be taken over is told. */
export const importMission = defineCommand({
  type: 'import_mission',
  replyType: 'mission_created',
  summary: 'A mission from a QGroundControl .plan, GeoJSON or KML',
  permission: 'mission:write',
  fields: {
    format: Type.Enum([...MISSION_FORMATS]),
    file: Type.Unknown({ description: 'the file’s text; of JSON formats also the value itself' }),
    name: maybe(requiredText(200)),
    mission_type: maybe(requiredText(64)),
    priority: maybe(Type.Enum([...MISSION_PRIORITIES])),
    altitude_reference: maybe(
      Type.Enum([...ALTITUDE_REFERENCES], {
        description: 'of altitudes whose reference the file does not say',
      }),
    ),
    altitude: maybe(Type.Number({ minimum: -1000, maximum: 100_000, description: 'of points without one' })),
    dry_run: maybe(Type.Boolean()),
  },
  reply: {
    ...{ message: Type.String(), mission_id: Type.Optional(Type.String()), mission: Type.Unknown() },
    ...{ warnings: Type.Array(Type.String()), timing_ms: Type.Number() },
  },
  deadlineMs: 10_000,
  rest: { method: 'POST', path: '/api/missions/import' },
  handle: async (request, context) => {
    const { format, name, mission_type: type, priority, altitude_reference, altitude } = request;
    const options: ImportOptions = {
      ...(name != null && { name }),
      ...(type != null && { type }),
      ...(priority != null && { priority }),
      ...(altitude_reference != null && { altitudeReference: altitude_reference }),
      ...(altitude != null && { altitudeM: altitude }),
    };
    const imported = parseFile(format, request.file, options);
    if (isRefusal(imported)) return imported;
    return request.dry_run === true ? rehearse(imported, context) : keep(imported, context);
  },
});

function parseFile(format: MissionFormat, file: unknown, options: ImportOptions): ImportedMission | Refusal {
  if (typeof file === 'string' && file.length > MAX_FILE)
    return refuse('PAYLOAD_TOO_LARGE', { field: 'file', limit: MAX_FILE });
  if (format === 'kml') {
    if (typeof file === 'string') return parseKmlMission(file, options);
    return refuse('VALIDATION_ERROR', { field: 'file', expectedType: 'text of KML', reason: 'type' });
  }
  const value = typeof file === 'string' ? parseJson(file) : file;
  if (isRefusal(value)) return value;
  return format === 'plan' ? parsePlanFile(value, options) : parseGeoJsonMission(value, options);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const details = { field: 'file', expectedType: 'text of JSON', reason: 'json' };
    return refuse('VALIDATION_ERROR', details, { message: 'The file is no JSON' });
  }
}

const sayWarnings = (count: number): string => (count === 0 ? '' : `, with ${count} warnings`);

function rehearse({ mission, warnings }: ImportedMission, { elapsedMs }: CommandContext) {
  return {
    message: `The file can be read${sayWarnings(warnings.length)}; nothing was kept`,
    ...{ mission, warnings: [...warnings], timing_ms: toTimingMs(elapsedMs()) },
  };
}

async function keep({ mission: message, warnings }: ImportedMission, context: CommandContext) {
  const { tenant, actor, requestId, nowMs, parts } = context;
  const { missions, ledger, newId, durable, records } = parts.operations;
  const plan = toMissionPlan(message);
  const refusal = refuseSchedule([plan], nowMs);
  if (refusal) return refusal;
  if (!records.accepting) return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
  const id = requestId === undefined ? newId() : ledger.idFor({ tenant, actor, requestId });
  const known = missions.find(tenant, id);
  const kept = known
    ? { mission: known, position: -1 }
    : missions.create(plan, { tenant, createdBy: actor, id });
  if (!(await durable(kept.position, DISK_MS)))
    return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
  return {
    ...{ message: `The mission is planned${sayWarnings(warnings.length)}`, mission_id: id },
    ...{ mission: toMissionView(kept.mission), warnings: [...warnings] },
    timing_ms: toTimingMs(context.elapsedMs()),
  };
}
