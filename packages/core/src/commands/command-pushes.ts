import { type CommandRecord, toCommandUpdate } from './ledger/command-record.ts';
import { isTerminal, isUnanswered } from './ledger/life-cycle.ts';
import type { OperatorMessage } from './operator-push.ts';

/** What operators are told when a command changes. */
export function toCommandPushes(command: CommandRecord): readonly OperatorMessage[] {
  const messages: OperatorMessage[] = [toCommandUpdate(command) as OperatorMessage];
  if (command.command === 'emergency_land') messages.push(toEmergencyLanding(command));
  if (isJustTaken(command)) messages.push(...toTaken(command));
  return messages;
}

function toEmergencyLanding({
  droneId,
  commandId,
  state,
  reason,
  changedAtMs,
  context,
}: CommandRecord): OperatorMessage {
  return {
    type: 'emergency_landing',
    ...{ drone_id: droneId, command_id: commandId, state },
    ...(reason !== undefined && { reason }),
    ...{ site: context?.['site'], landed: state === 'succeeded' },
    /** Nothing is known of what the drone does: somebody must look. */
    alarm: isTerminal(state) && state !== 'succeeded',
    timestamp: new Date(changedAtMs).toISOString(),
  };
}

/** The vehicle's first word, and it is yes. */
function isJustTaken({ state, history, changedAtMs }: CommandRecord): boolean {
  const [before, now] = history.slice(-2);
  const isYes = state === 'acknowledged' || state === 'in_progress' || state === 'succeeded';
  return isYes && before !== undefined && isUnanswered(before.state) && now?.atMs === changedAtMs;
}

function toTaken({
  droneId,
  commandId,
  context = {},
  changedAtMs,
}: CommandRecord): readonly OperatorMessage[] {
  const common = { drone_id: droneId, command_id: commandId, timestamp: new Date(changedAtMs).toISOString() };
  const { newWaypoint, reason, missionId, step, assignment } = context as Record<string, unknown>;
  const ofMission = missionId === undefined ? {} : { mission_id: missionId };
  if (newWaypoint !== undefined)
    return [
      {
        type: 'waypoint_modified',
        ...common,
        ...ofMission,
        new_waypoint: newWaypoint,
        modification_reason: reason,
      },
    ];
  if (step === 'upload')
    return [{ type: 'mission_assigned', ...common, ...ofMission, ...(assignment as object | undefined) }];
  return [];
}
