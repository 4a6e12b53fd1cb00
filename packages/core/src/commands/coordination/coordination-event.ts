import type { StateRecord } from '../../messages/state-record.ts';
import type { RecordChange } from '../../records.ts';
import type { OperatorMessage } from '../operator-push.ts';
import type { CoordinationState } from './event-life-cycle.ts';

/** A conflict between drones, or what an operator has decided about one, from when it was seen until it is over. */

export const COORDINATION_TYPES = [
  ...['collision_avoidance', 'separation_loss', 'geofence_conflict', 'landing_conflict'],
  ...['charging_conflict', 'priority_override', 'manual_override'],
] as const;
export type CoordinationType = (typeof COORDINATION_TYPES)[number];

/** How near it is, in time: something to know of, to look at, to act on, and to act on at once. */
export const COORDINATION_LEVELS = ['info', 'warn', 'resolve', 'critical'] as const;
export type CoordinationLevel = (typeof COORDINATION_LEVELS)[number];

export const OVERRIDE_ACTIONS = [
  ...['accept', 'reject', 'hold', 'resume', 'priority', 'reroute', 'climb', 'descend'],
] as const;
export type OverrideAction = (typeof OVERRIDE_ACTIONS)[number];

/** How near two drones come: as it was predicted, or as it was flown. */
export interface SeparationEvidence {
  readonly at: string;
  readonly horizontal_m: number;
  readonly vertical_m: number;
  /** `max(d/D, |dz|/H)`; below 1 it is a loss. */
  readonly severity: number;
  /** Until it is lost, seconds; absent where it is not. */
  readonly lost_in_s?: number;
  /** What it was reckoned from: the plans, the states, or both. */
  readonly basis?: string;
  readonly need?: { readonly horizontal_m: number; readonly vertical_m: number };
}

export interface CoordinationOrder {
  readonly drone_id: string;
  readonly command_id: string;
  readonly command: string;
  /** What the drone does, in one sentence. */
  readonly text: string;
}

export interface Override {
  readonly action: OverrideAction;
  readonly drone_ids: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly by: string;
  readonly expires_at: string;
  /** It was confirmed although it made things worse. */
  readonly confirmed?: boolean;
}

export interface CoordinationEvent {
  readonly tenant: string;
  readonly id: string;
  readonly state: CoordinationState;
  readonly eventType: CoordinationType;
  readonly level: CoordinationLevel;
  /** The tenant's own; of a conflict with another tenant's drone there is one. */
  readonly droneIds: readonly string[];
  /** One sentence: what is the matter, or what is done about it. */
  readonly decision: string;
  /** The way it is resolved; absent until there is one. */
  readonly method?: string;
  readonly before: SeparationEvidence;
  readonly after?: SeparationEvidence;
  readonly orders: readonly CoordinationOrder[];
  readonly override?: Override;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly endedAtMs?: number;
  /** When it first had to be acted upon. */
  readonly alertAtMs?: number;
  /** From then until every drone it concerns had taken its order; without orders until it was over. */
  readonly resolutionTimeMs?: number;
}

/** Oldest orders of an event are forgotten beyond so many: the ledger has them all. */
export const MAX_EVENT_ORDERS = 32;

export function toEventRecord(event: CoordinationEvent): RecordChange {
  const { tenant, id, state, createdAtMs, endedAtMs, alertAtMs, changedAtMs: _at, ...data } = event;
  const [droneId] = event.droneIds;
  return {
    ...{ kind: 'coordination_event', tenant, id, state, createdAtMs, data },
    ...(droneId !== undefined && { droneId }),
    ...(alertAtMs !== undefined && { startedAtMs: Math.round(alertAtMs) }),
    ...(endedAtMs !== undefined && { endedAtMs: Math.round(endedAtMs) }),
  };
}

export function toCoordinationEvent(record: StateRecord): CoordinationEvent {
  const { tenant, id, state, data, createdAtMs, changedAtMs, startedAtMs, endedAtMs } = record;
  const kept = data as unknown as CoordinationEvent;
  return {
    ...kept,
    ...{ tenant, id, state: state as CoordinationState, createdAtMs, changedAtMs },
    ...(startedAtMs !== undefined && { alertAtMs: startedAtMs }),
    ...(endedAtMs !== undefined && { endedAtMs }),
  };
}

const at = (ms: number): string => new Date(ms).toISOString();

/** As operators see it. */
export function toEventView(event: CoordinationEvent): Readonly<Record<string, unknown>> {
  const { id, eventType, state, level, droneIds, decision, method, before, after, orders, override } = event;
  const { resolutionTimeMs, createdAtMs, changedAtMs, endedAtMs } = event;
  return {
    ...{ event_id: id, event_type: eventType, state, level, drone_ids: droneIds, decision },
    ...(method !== undefined && { method }),
    evidence: { before, ...(after && { after }) },
    orders,
    ...(override && { override }),
    ...(resolutionTimeMs !== undefined && { resolution_time_ms: resolutionTimeMs }),
    ...{ created_at: at(createdAtMs), changed_at: at(changedAtMs) },
    ...(endedAtMs !== undefined && { resolved_at: at(endedAtMs) }),
  };
}

export const toEventPush = (event: CoordinationEvent): OperatorMessage => ({
  type: 'coordination_event',
  ...toEventView(event),
  timestamp: at(event.changedAtMs),
});

/** What becomes of an operator's decision. */
export function toOverridePush(
  event: CoordinationEvent,
  override: Override,
  phase: 'in_force' | 'lapsed',
): OperatorMessage {
  return {
    type: 'coordination_update',
    ...{ event_id: event.id, event_type: event.eventType, state: event.state, ...override, phase },
    timestamp: at(event.changedAtMs),
  };
}
