import type { StateRecord } from '../../messages/state-record.ts';
import type { CommandContext } from '../command.ts';
import { type CoordinationEvent, toCoordinationEvent } from './coordination-event.ts';
import { isCoordinationOver } from './event-life-cycle.ts';

export interface EventQuery {
  readonly limit: number;
  readonly active: boolean | undefined;
  readonly droneId: string | undefined;
  readonly eventType: string | undefined;
  readonly cursor: string | undefined;
}

export interface EventPage {
  readonly events: readonly CoordinationEvent[];
  readonly next?: string;
}

const OLDER = 'older:';

/** Newest first: those at hand (open, or over within a day) from memory, what is older from the store. */
export function readEventPage(query: EventQuery, context: CommandContext): Promise<EventPage> {
  const { cursor = '' } = query;
  return cursor.startsWith(OLDER)
    ? readOlder(query, cursor.slice(OLDER.length), context)
    : readRecent(query, Number(cursor), context);
}

/** Somebody who is bound to a drone sees what concerns it. */
export const isTheirEvent = ({ droneIds }: CoordinationEvent, boundDroneId: string | undefined): boolean =>
  boundDroneId === undefined || droneIds.includes(boundDroneId);

function toFilter({ active, droneId, eventType }: EventQuery, { boundDroneId }: CommandContext) {
  return (event: CoordinationEvent): boolean =>
    (active === undefined || active !== isCoordinationOver(event.state)) &&
    (droneId === undefined || event.droneIds.includes(droneId)) &&
    (eventType === undefined || event.eventType === eventType) &&
    isTheirEvent(event, boundDroneId);
}

async function readRecent(query: EventQuery, skip: number, context: CommandContext): Promise<EventPage> {
  const { records, coordination } = context.parts.operations;
  const from = Number.isSafeInteger(skip) && skip >= 0 ? skip : 0;
  const { limit, active } = query;
  const known =
    active === true
      ? coordination.open(context.tenant)
      : [...records.list('coordination_event', context.tenant)].map(toCoordinationEvent);
  const recent = known
    .filter(toFilter(query, context))
    .sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1));
  const events = recent.slice(from, from + limit);
  if (from + limit < recent.length) return { events, next: String(from + limit) };
  if (active === true) return { events };
  const older = await readOlder({ ...query, limit: 1 }, '', context);
  return older.events.length === 0 && older.next === undefined ? { events } : { events, next: OLDER };
}

/** Of a page of the store, what is wanted and not at hand. */
async function readOlder(query: EventQuery, cursor: string, context: CommandContext): Promise<EventPage> {
  const { tenant, parts } = context;
  const { shelf, coordination } = parts.operations;
  const page = await shelf.records({
    ...{ tenant, kind: 'coordination_event', limit: query.limit, ended: true },
    ...(cursor !== '' && { cursor }),
  });
  const isOlder = ({ id }: StateRecord) => coordination.find(tenant, id) === undefined;
  const events = page.items.filter(isOlder).map(toCoordinationEvent).filter(toFilter(query, context));
  return { events, ...(page.nextCursor !== undefined && { next: OLDER + page.nextCursor }) };
}
