import { isRefusal } from '../errors.ts';
import { MissionId } from '../messages/mission.ts';
import { toPlanFlight } from './airspace/waypoint-flight.ts';
import { type CommandContext, defineCommand, findDrone, refuseWith } from './command.ts';
import { findMission } from './find-mission.ts';
import { planToFly } from './give-mission.ts';
import type { CarriedMission } from './mission-record.ts';
import { findReady, missionReply, orderStep, repeatStep, toAsking } from './mission-reply.ts';
import { resumeWish } from './mission-steps.ts';
import { refuseUnsafe, toVerdictMessages } from './safety-reply.ts';

/** Its drone goes on from where it left the mission, if the rest is still safe. Another drone flies the rest by assign_mission. */
export const resumeMission = defineCommand({
  type: 'resume_mission',
  replyType: 'mission_response',
  summary: 'Goes on with a paused mission where it was left, if that is still safe',
  permission: 'mission:write',
  fields: { mission_id: MissionId },
  reply: missionReply,
  deadlineMs: 5000,
  rest: { method: 'POST', path: '/api/missions/:mission_id/resume' },
  handle: async ({ mission_id }, context) => {
    const known = findMission(context, mission_id);
    if (isRefusal(known)) return known;
    const repeated = await repeatStep(known, context);
    if (repeated) return repeated;
    const drone = findDrone(context, known.droneId ?? '', 'mission_id');
    const mission = findReady(context, mission_id, ['paused']);
    if (isRefusal(mission)) return mission;
    if (isRefusal(drone)) return drone;
    await context.parts.operations.airspace.situation(drone);
    return goOn(mission, context);
  },
});

/** Checked and reserved in one turn. */
async function goOn(mission: CarriedMission, context: CommandContext) {
  const { airspace, intents, ledger } = context.parts.operations;
  const drone = findDrone(context, mission.droneId ?? '', 'mission_id');
  const site = airspace.site();
  if (isRefusal(drone) || isRefusal(site)) return isRefusal(drone) ? drone : (site as never);
  const situation = airspace.situationNow(drone);
  if (isRefusal(situation)) return situation;
  const plan = planToFly(mission);
  // The first is where it was left: the drone may be there already.
  const changed = plan.waypoints.map((_waypoint, at) => at).slice(mission.breakPoint ? 1 : 0);
  const wish = toPlanFlight(plan, { from: 0, changed }, { site, situation, path: 'waypoints' });
  if (isRefusal(wish)) return wish;
  const verdict = airspace.check(situation, wish);
  if (isRefusal(verdict)) return verdict;
  if (!verdict.accepted)
    return refuseWith(refuseUnsafe(verdict), { verdicts: toVerdictMessages(verdict.verdicts, site.frame) });
  const reservation = intents.reserve(situation, verdict);
  if (isRefusal(reservation)) return reservation;
  const asking = toAsking(context);
  const commandId = asking.commandId as string;
  intents.hold(commandId, reservation);
  const flight = intents.intended(context.tenant, wish);
  const reply = await orderStep(mission, 'resume', resumeWish(mission, { flight }, asking), context);
  if (isRefusal(reply) && !ledger.find(context.tenant, commandId)) intents.drop(commandId);
  return reply;
}
