import Type from 'typebox';
import { isRefusal } from '../errors.ts';
import { MissionId } from '../messages/mission.ts';
import { defineCommand } from './command.ts';
import { findKeptMission } from './find-mission.ts';
import { toMissionView } from './mission-record.ts';
import { toTimingMs } from './vehicle-reply.ts';

export const getMission = defineCommand({
  type: 'get_mission',
  replyType: 'mission_response',
  summary: 'One mission: its plan, its state, how far it is, why it has its drone',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: { mission_id: MissionId },
  reply: {
    ...{ mission_id: Type.String(), mission_status: Type.String(), message: Type.String() },
    ...{ mission: Type.Unknown(), decision: Type.Optional(Type.Unknown()), timing_ms: Type.Number() },
  },
  deadlineMs: 5000,
  rest: { method: 'GET', path: '/api/missions/:mission_id' },
  handle: async ({ mission_id }, context) => {
    const mission = await findKeptMission(context, mission_id);
    if (isRefusal(mission)) return mission;
    const { records, shelf } = context.parts.operations;
    const { decisionId } = mission.carriage;
    const decision =
      decisionId === undefined
        ? undefined
        : (records.find(context.tenant, 'decision', decisionId) ??
          (await shelf.record(context.tenant, 'decision', decisionId)));
    return {
      ...{
        mission_id: mission.id,
        mission_status: mission.state,
        message: `The mission is ${mission.state}`,
      },
      ...{ mission: toMissionView(mission), ...(decision && { decision: decision.data }) },
      timing_ms: toTimingMs(context.elapsedMs()),
    };
  },
});
