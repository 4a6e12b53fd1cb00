import { isRefusal, type Refusal, refuse } from '../../errors.ts';
import type { Bus, Clock } from '../../ports.ts';
import type { Records } from '../../records.ts';
import { pushToOperators } from '../operator-push.ts';
import {
  type CoordinationEvent,
  type CoordinationType,
  MAX_EVENT_ORDERS,
  type Override,
  toCoordinationEvent,
  toEventPush,
  toEventRecord,
  toOverridePush,
} from './coordination-event.ts';
import { type CoordinationMove, isCoordinationOver, nextCoordinationState } from './event-life-cycle.ts';

export interface EventBookParts {
  readonly records: Records;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What is known of a conflict when it is first told. */
export type EventDraft = Pick<
  CoordinationEvent,
  'tenant' | 'eventType' | 'level' | 'droneIds' | 'decision' | 'before'
> & { readonly id?: string };

export type EventChange = Partial<
  Pick<
    CoordinationEvent,
    | 'eventType'
    | 'level'
    | 'decision'
    | 'method'
    | 'before'
    | 'after'
    | 'orders'
    | 'override'
    | 'resolutionTimeMs'
  >
>;

export interface KeptEvent {
  readonly event: CoordinationEvent;
  /** Durable once the journal has passed it. */
  readonly position: number;
}

const MAX_OPEN = 10_000;

/** Published on the bus with every change of an event. */
export const COORDINATION_SUBJECT = 'coordination';

/** The coordination events that are not over, by id and by whom they concern; every change is kept and told. */
export class EventBook {
  readonly #parts: EventBookParts;
  readonly #open = new Map<string, CoordinationEvent>();
  readonly #byDrones = new Map<string, string>();

  constructor(parts: EventBookParts) {
    this.#parts = parts;
    for (const record of parts.records.list('coordination_event')) {
      const event = toCoordinationEvent(record);
      if (!isCoordinationOver(event.state)) this.#place(event);
    }
  }

  get size(): number {
    return this.#open.size;
  }

  /** Also of those that were over within a day. */
  find(tenant: string, id: string): CoordinationEvent | undefined {
    const open = this.#open.get(keyOf(tenant, id));
    if (open) return open;
    const record = this.#parts.records.find(tenant, 'coordination_event', id);
    return record && toCoordinationEvent(record);
  }

  /** Those that are not over: of a tenant, or of all. */
  open(tenant?: string): readonly CoordinationEvent[] {
    const all = [...this.#open.values()];
    return tenant === undefined ? all : all.filter((event) => event.tenant === tenant);
  }

  /** The one open event about these drones, in whatever order. */
  about(tenant: string, droneIds: readonly string[]): CoordinationEvent | undefined {
    const key = this.#byDrones.get(dronesKey(tenant, droneIds));
    return key === undefined ? undefined : this.#open.get(key);
  }

  /** The event that is open about these drones, or a new one; refused where too many are open, or none can be kept. */
  raise(draft: EventDraft): KeptEvent | Refusal {
    // Of a conflict with another tenant’s drone one’s own says too little to know it by.
    const isPair = isBetweenDrones(draft.eventType) && draft.droneIds.length > 1;
    const known = isPair ? this.about(draft.tenant, draft.droneIds) : undefined;
    if (known) return { event: known, position: -1 };
    const { records, clock, newId } = this.#parts;
    if (!records.accepting) return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
    if (this.#open.size >= MAX_OPEN)
      return refuse('RATE_LIMITED', { reason: 'coordination_events' }, { retryAfterS: 5 });
    const nowMs = Math.round(clock.now());
    const event: CoordinationEvent = {
      ...{ ...draft, id: draft.id ?? newId(), state: 'detected', orders: [] },
      ...{ createdAtMs: nowMs, changedAtMs: nowMs },
    };
    return this.#keep(event);
  }

  /** Something about it is other than it was. */
  change(event: CoordinationEvent, change: EventChange): KeptEvent {
    return this.#keep({ ...this.#fresh(event), ...change });
  }

  /** Along its life cycle; CONFLICT where the move means nothing in its state. */
  move(event: CoordinationEvent, move: CoordinationMove, change: EventChange = {}): KeptEvent | Refusal {
    const now = this.#fresh(event);
    const state = nextCoordinationState(now.state, move);
    if (state === undefined)
      return refuse('STALE_STATE', { reason: now.state, move }, { message: `The event is ${now.state}` });
    const isOver = isCoordinationOver(state);
    const endedAtMs = Math.round(this.#parts.clock.now());
    const { override, ...rest } = { ...now, ...change };
    const kept = move === 'lapse' || override === undefined ? rest : { ...rest, override };
    return this.#keep({ ...kept, state, ...(isOver && { endedAtMs, ...untilOver(now, endedAtMs) }) });
  }

  /** An operator’s decision, told as such besides. */
  override(event: CoordinationEvent, override: Override, change: EventChange = {}): KeptEvent | Refusal {
    const kept = this.move(event, 'override', { ...change, override });
    if (!isRefusal(kept)) this.#tell(kept.event, toOverridePush(kept.event, override, 'in_force'));
    return kept;
  }

  /** Its time is over: what would have been done without it is done again. */
  lapse(event: CoordinationEvent): void {
    const { override } = event;
    const kept = this.move(event, 'lapse');
    if (override && !isRefusal(kept)) this.#tell(kept.event, toOverridePush(kept.event, override, 'lapsed'));
  }

  #fresh(event: CoordinationEvent): CoordinationEvent {
    return this.find(event.tenant, event.id) ?? event;
  }

  #keep(given: CoordinationEvent): KeptEvent {
    const nowMs = Math.round(this.#parts.clock.now());
    const { level, alertAtMs } = given;
    const isAlert = level === 'resolve' || level === 'critical';
    const event: CoordinationEvent = {
      ...given,
      orders: given.orders.slice(-MAX_EVENT_ORDERS),
      changedAtMs: nowMs,
      ...(isAlert && alertAtMs === undefined && { alertAtMs: nowMs }),
    };
    this.#place(event);
    const { position } = this.#parts.records.put(toEventRecord(event));
    this.#parts.bus.publish(COORDINATION_SUBJECT, event);
    this.#tell(event, toEventPush(event));
    return { event, position };
  }

  #place(event: CoordinationEvent): void {
    const key = keyOf(event.tenant, event.id);
    const drones = dronesKey(event.tenant, event.droneIds);
    if (isCoordinationOver(event.state)) {
      this.#open.delete(key);
      if (this.#byDrones.get(drones) === key) this.#byDrones.delete(drones);
      return;
    }
    this.#open.set(key, event);
    if (isBetweenDrones(event.eventType) && !this.#byDrones.has(drones)) this.#byDrones.set(drones, key);
  }

  #tell({ tenant, droneIds }: CoordinationEvent, message: ReturnType<typeof toEventPush>): void {
    pushToOperators(this.#parts.bus, { tenant, class: 'kept', droneIds, message });
  }
}

const keyOf = (tenant: string, id: string): string => `${tenant} ${id}`;
const dronesKey = (tenant: string, droneIds: readonly string[]): string =>
  `${tenant} ${droneIds.toSorted().join(' ')}`;

/** What ends without orders has resolved itself by then. */
function untilOver(
  { alertAtMs, createdAtMs, resolutionTimeMs }: CoordinationEvent,
  endedAtMs: number,
): Pick<CoordinationEvent, 'resolutionTimeMs'> {
  return resolutionTimeMs === undefined ? { resolutionTimeMs: endedAtMs - (alertAtMs ?? createdAtMs) } : {};
}

/** Conflicts between drones in flight; the others are about places, or made by operators. */
export const isBetweenDrones = (type: CoordinationType): boolean =>
  type === 'collision_avoidance' || type === 'separation_loss';
