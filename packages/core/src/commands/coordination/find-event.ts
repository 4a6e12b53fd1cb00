import { type Refusal, refuse } from '../../errors.ts';
import type { CommandContext } from '../command.ts';
import { type CoordinationEvent, toCoordinationEvent } from './coordination-event.ts';
import { isTheirEvent } from './event-pages.ts';

/** The event a request names. Another tenant's, or one that does not concern the credential's drone, is as unknown as none. */
export function findEvent(
  { tenant, boundDroneId, parts }: CommandContext,
  id: string,
): CoordinationEvent | Refusal {
  const event = parts.operations.coordination.find(tenant, id);
  return event && isTheirEvent(event, boundDroneId) ? event : refuseUnknown();
}

/** The same, also of one that was over long ago. */
export async function findKeptEvent(
  context: CommandContext,
  id: string,
): Promise<CoordinationEvent | Refusal> {
  const { tenant, boundDroneId, parts } = context;
  const known = parts.operations.coordination.find(tenant, id);
  const record = known ?? (await parts.operations.shelf.record(tenant, 'coordination_event', id));
  const event = record && ('kind' in record ? toCoordinationEvent(record) : record);
  return event && isTheirEvent(event, boundDroneId) ? event : refuseUnknown();
}

const refuseUnknown = (): Refusal =>
  refuse('NOT_FOUND', { field: 'event_id' }, { message: 'No such coordination event' });
