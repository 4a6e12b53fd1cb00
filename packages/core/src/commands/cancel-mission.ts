import Type from 'typebox';
import { isRefusal, refuse } from '../errors.ts';
import { MissionId } from '../messages/mission.ts';
import { maybe, safeText } from '../messages/text.ts';
import { isMissionOver } from '../missions/life-cycle.ts';
import { type CommandContext, defineCommand } from './command.ts';
import { findMission } from './find-mission.ts';
import type { CarriedMission } from './mission-record.ts';
import { missionReply, orderStep, repeatStep, toAsking, toMissionReply } from './mission-reply.ts';
import { cancelWish, MISSION_ENDINGS, type MissionEnding } from './mission-steps.ts';

/**
 * Ends a mission before its time. One that no drone flies is over at once; else its drone is ordered home, and the mission is
 * over when the drone has taken that order.
 */
export const cancelMission = defineCommand({
  type: 'cancel_mission',
  replyType: 'mission_response',
  summary: 'Ends a mission; its drone returns to base, lands where it is, or holds',
  permission: 'mission:write',
  fields: {
    mission_id: MissionId,
    reason: maybe(safeText(1000)),
    ending: maybe(
      Type.Enum([...MISSION_ENDINGS], { description: 'what its drone does; return_to_base by default' }),
    ),
  },
  reply: missionReply,
  deadlineMs: 5000,
  rest: { method: 'POST', path: '/api/missions/:mission_id/cancel' },
  handle: async ({ mission_id, reason, ending }, context) => {
    const mission = findMission(context, mission_id);
    if (isRefusal(mission)) return mission;
    const repeated = await repeatStep(mission, context);
    if (repeated) return repeated;
    if (isMissionOver(mission.state))
      return refuse(
        'CONFLICT',
        { field: 'mission_id', reason: 'already_ended', state: mission.state },
        { message: `The mission is ${mission.state} already` },
      );
    if (mission.droneId === undefined) return abort(mission, reason ?? undefined, context);
    const wish = cancelWish(mission, (ending ?? 'return_to_base') as MissionEnding, toAsking(context));
    return orderStep(mission, 'cancel', wish, context);
  },
});

const DISK_MS = 2000;

async function abort(mission: CarriedMission, reason: string | undefined, context: CommandContext) {
  const { missions, durable } = context.parts.operations;
  const aborted = missions.change(mission, { event: 'abort', reason: reason ?? 'cancelled' });
  if (isRefusal(aborted)) return aborted;
  if (!(await durable(aborted.position, DISK_MS)))
    return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
  return toMissionReply(aborted.mission, 'The mission is over', context);
}
