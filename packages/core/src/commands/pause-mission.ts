import { isRefusal } from '../errors.ts';
import { MissionId } from '../messages/mission.ts';
import { defineCommand } from './command.ts';
import { findMission } from './find-mission.ts';
import { findReady, missionReply, orderStep, repeatStep, toAsking } from './mission-reply.ts';
import { pauseWish } from './mission-steps.ts';

/** Its drone stops where it is; where the mission was left is kept. */
export const pauseMission = defineCommand({
  type: 'pause_mission',
  replyType: 'mission_response',
  summary: 'Stops a mission where its drone is, to be gone on with',
  permission: 'mission:write',
  fields: { mission_id: MissionId },
  reply: missionReply,
  deadlineMs: 5000,
  rest: { method: 'POST', path: '/api/missions/:mission_id/pause' },
  handle: async ({ mission_id }, context) => {
    const known = findMission(context, mission_id);
    if (isRefusal(known)) return known;
    const repeated = await repeatStep(known, context);
    if (repeated) return repeated;
    const mission = findReady(context, mission_id, ['active']);
    if (isRefusal(mission)) return mission;
    return orderStep(mission, 'pause', pauseWish(mission, toAsking(context)), context);
  },
});
