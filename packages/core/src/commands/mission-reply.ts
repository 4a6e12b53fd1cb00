import Type from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import { type CommandContext, type CommandRefusal, refuseWith } from './command.ts';
import { findMission } from './find-mission.ts';
import { type CarriedMission, type MissionStep, toMissionSummary } from './mission-record.ts';
import type { StepAsking, StepWish } from './mission-steps.ts';
import { repeatOrder, toTimingMs, toVehicleReply, vehicleReply } from './vehicle-reply.ts';

/** What every reply about one mission says; `command_id` and its state where a vehicle was ordered something. */
export const missionReply = {
  ...{ mission_id: Type.String(), message: Type.String() },
  mission_status: Type.String({ description: 'of the mission' }),
  command_id: Type.Optional(Type.String()),
  drone_id: Type.Optional(Type.String()),
  state: Type.Optional(vehicleReply.state),
  mission: Type.Unknown(),
  timing_ms: Type.Number(),
};

const DISK_MS = 2000;
const ANSWER_MS = 400;

export function toMissionReply(mission: CarriedMission, message: string, { elapsedMs }: CommandContext) {
  return {
    ...{ mission_id: mission.id, mission_status: mission.state, message },
    ...(mission.droneId !== undefined && { drone_id: mission.droneId }),
    ...{ mission: toMissionSummary(mission), timing_ms: toTimingMs(elapsedMs()) },
  };
}

type MissionReply = ReturnType<typeof toMissionReply> & { command_id?: string };

/** The same request again: the same order, and the mission as it now stands. */
export async function repeatStep(
  mission: CarriedMission,
  context: CommandContext,
): Promise<MissionReply | CommandRefusal | undefined> {
  const repeated = await repeatOrder(context, mission.droneId ?? '');
  if (!repeated || isRefusal(repeated)) return repeated;
  const now = context.parts.operations.missions.fresh(mission);
  return { ...toMissionReply(now, repeated.message, context), ...repeated };
}

/** Who asks, and by which id the order will be known. */
export function toAsking({
  tenant,
  actor,
  credential,
  requestId,
  content,
  parts,
}: CommandContext): StepAsking {
  const commandId = parts.operations.ledger.idFor({ tenant, actor, requestId });
  return { actor, credential, content, commandId, ...(requestId !== undefined && { requestId }) };
}

/** Orders what the mission's next state waits for; the reply comes once it is durable and the vehicle has answered, or soon after. */
export async function orderStep(
  mission: CarriedMission,
  step: MissionStep,
  wish: StepWish,
  context: CommandContext,
): Promise<MissionReply | CommandRefusal> {
  const { missions, ledger, durable } = context.parts.operations;
  const submitted = missions.order(mission, step, wish);
  if (isRefusal(submitted)) return submitted;
  const { commandId } = submitted.command;
  if (!(await durable(submitted.position, DISK_MS)))
    return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
  const command = await ledger.answered(mission.tenant, commandId, ANSWER_MS);
  const reply = toVehicleReply(command, context, submitted.isRepeat);
  const told = toMissionReply(missions.fresh(mission), reply.message, context);
  return isRefusal(reply) ? refuseWith(reply, { ...told, ...reply.fields }) : { ...told, ...reply };
}

/** The mission a request names, where it is in one of these states and waits for no other order. */
export function findReady(
  context: CommandContext,
  id: string,
  states: readonly CarriedMission['state'][],
): CarriedMission | Refusal {
  const mission = findMission(context, id);
  if (isRefusal(mission)) return mission;
  const { state, carriage } = mission;
  if (!states.includes(state))
    return refuse(
      'CONFLICT',
      { field: 'mission_id', reason: 'state', state },
      { message: `The mission is ${state}: that is not possible now` },
    );
  if (!carriage.order) return mission;
  const details = { field: 'mission_id', reason: 'step_pending', step: carriage.order.step };
  return refuse('CONFLICT', details, {
    message: `${carriage.order.step} has not been answered yet: see ${carriage.order.commandId}`,
  });
}
