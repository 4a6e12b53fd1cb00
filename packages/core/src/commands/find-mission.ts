import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { CommandContext } from './command.ts';
import { type CarriedMission, toMission } from './mission-record.ts';

/** The mission a request names. Another tenant's, or one of a drone the credential is not bound to, is as unknown as none. */
export function findMission(
  { tenant, boundDroneId, parts }: CommandContext,
  id: string,
): CarriedMission | Refusal {
  const mission = parts.operations.missions.find(tenant, id);
  return mission && isTheirs(mission, boundDroneId) ? mission : refuseUnknown();
}

/** The same, also of one that ended long ago. */
export async function findKeptMission(
  context: CommandContext,
  id: string,
): Promise<CarriedMission | Refusal> {
  const { tenant, boundDroneId, parts } = context;
  const live = findMission(context, id);
  if (!isRefusal(live)) return live;
  const record = await parts.operations.shelf.record(tenant, 'mission', id);
  const mission = record && toMission(record);
  return mission && isTheirs(mission, boundDroneId) ? mission : live;
}

/** What has no drone yet is nobody's in particular. */
export const isTheirs = ({ droneId }: CarriedMission, boundDroneId: string | undefined): boolean =>
  boundDroneId === undefined || droneId === undefined || droneId === boundDroneId;

const refuseUnknown = (): Refusal =>
  refuse('NOT_FOUND', { field: 'mission_id' }, { message: 'No such mission' });
