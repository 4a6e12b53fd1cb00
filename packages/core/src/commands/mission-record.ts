import type { Refusal } from '../errors.ts';
import { isRefusal } from '../errors.ts';
import type { StateRecord } from '../messages/state-record.ts';
import { isMissionOver } from '../missions/life-cycle.ts';
import {
  type ChangeOptions,
  changeMission,
  type Mission,
  type MissionEvent,
  type MissionPlan,
} from '../missions/mission.ts';
import type { RecordChange } from '../records.ts';

/** A mission as it is kept, and as operators see it. */

export const MISSION_STEPS = ['upload', 'start', 'pause', 'resume', 'cancel'] as const;
export type MissionStep = (typeof MISSION_STEPS)[number];

/** What carrying a mission out needs to know beyond its life cycle, kept with it over a restart. */
export interface Carriage {
  /** The order that its next state waits for. */
  readonly order?: { readonly step: MissionStep; readonly commandId: string };
  /** Of the plan that is on board. */
  readonly planVersion?: number;
  /** Of the plan's waypoints, how many lie before the first that was sent. */
  readonly sentFrom?: number;
  /** Its drone tells which mission it flies, and has told this one. */
  readonly isTold?: boolean;
  /** Is given to the best drone by itself, and while it has not started to a better one. */
  readonly autoAssign?: boolean;
  /** Since when it has looked for a drone by itself. */
  readonly soughtSinceMs?: number;
  /** Of a schedule, the beginnings up to here have been dealt with. */
  readonly scheduledToMs?: number;
  /** The recurring mission that this is one flight of. */
  readonly seriesId?: string;
  /** Its plan is on board, and begins no sooner: others are in its way. */
  readonly startAtMs?: number;
  /** What was asked for, where its drone flies it otherwise to keep clear of others. */
  readonly asked?: Pick<MissionPlan, 'waypoints' | 'speedMps'>;
  /** Waits for this drone, unless another saves more than the hysteresis. */
  readonly seat?: SequenceSeat;
  /** The record of why it has its drone. */
  readonly decisionId?: string;
}

/** Its turn with a drone that flies others before it. */
export interface SequenceSeat {
  readonly droneId: string;
  /** Among the drone's missions, from 1 on. */
  readonly place: number;
  readonly startsAtMs: number;
  /** What the energy of its flight costs, in seconds. */
  readonly energyS: number;
  /** The drone is to be charged to this before. */
  readonly chargedToPct?: number;
}

export interface CarriedMission extends Mission {
  readonly carriage: Carriage;
}

/**
 * As `changeMission`; what is known about carrying it out stays with it. An order that was waited for is waited for no more, but
 * one that is to end the mission is, until it has.
 */
export function changeCarried(
  mission: CarriedMission,
  event: MissionEvent,
  options: ChangeOptions,
): CarriedMission | Refusal {
  const changed = changeMission(mission, event, options);
  if (isRefusal(changed)) return changed;
  const { order, ...rest } = mission.carriage;
  const isStillAwaited = order?.step === 'cancel' && !isMissionOver(changed.state) && !isUnbound(changed);
  const carriage = { ...rest, ...(isStillAwaited && { order }) };
  return isUnbound(changed) ? asAsked({ ...changed, carriage }) : { ...changed, carriage };
}

/** For whoever flies it next others are in the way, or nobody; what was begun goes on as it was. */
function asAsked(mission: CarriedMission): CarriedMission {
  const { asked } = mission.carriage;
  const carriage = withoutPlan(mission.carriage);
  if (!asked || mission.reached > 0 || mission.breakPoint) return { ...mission, carriage };
  const { speedMps: _flown, ...plan } = mission;
  return { ...plan, ...asked, carriage };
}

/** The mission with what is flown otherwise, and when. */
export function flownAround(
  mission: CarriedMission,
  { plan, wish }: { readonly plan: MissionPlan; readonly wish: { readonly startS?: number } },
): CarriedMission {
  const { waypoints, speedMps, carriage } = mission;
  const asked = { waypoints, ...(speedMps !== undefined && { speedMps }) };
  const startAtMs = wish.startS === undefined ? undefined : Math.ceil(wish.startS * 1000);
  const isSame = plan.waypoints.length === waypoints.length && plan.speedMps === speedMps;
  const isOther = !isSame || plan.waypoints.some((waypoint, index) => waypoint !== waypoints[index]);
  const isChanged = isOther && !mission.breakPoint;
  return {
    ...mission,
    // Of a mission that has begun before, the plan is what is left of it: only when it begins is new.
    ...(isChanged && { waypoints: plan.waypoints, ...(plan.speedMps && { speedMps: plan.speedMps }) }),
    carriage: { ...carriage, ...(isChanged && { asked }), ...(startAtMs !== undefined && { startAtMs }) },
  };
}

const isUnbound = ({ droneId }: Mission): boolean => droneId === undefined;

function withoutPlan({
  planVersion: _v,
  sentFrom: _from,
  isTold: _told,
  startAtMs: _start,
  asked: _asked,
  ...carriage
}: Carriage): Carriage {
  return carriage;
}

export function toMissionRecord(mission: CarriedMission): RecordChange {
  const { id, tenant, state, createdAtMs, startedAtMs, endedAtMs, droneId, ...data } = mission;
  return {
    ...{ kind: 'mission', tenant, id, state, createdAtMs },
    ...(droneId !== undefined && { droneId }),
    ...(startedAtMs !== undefined && { startedAtMs: Math.round(startedAtMs) }),
    ...(endedAtMs !== undefined && { endedAtMs: Math.round(endedAtMs) }),
    data,
  };
}

export function toMission({
  id,
  tenant,
  state,
  createdAtMs,
  startedAtMs,
  endedAtMs,
  droneId,
  data,
}: StateRecord): CarriedMission {
  return {
    carriage: {},
    ...(data as unknown as Mission),
    ...{ id, tenant, createdAtMs },
    state: state as Mission['state'],
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(endedAtMs !== undefined && { endedAtMs }),
    ...(droneId !== undefined && { droneId }),
  };
}

const at = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

/** snake_case, as CONTRACT 6 and 7 spell it. */
export function toMissionView(mission: CarriedMission): Readonly<Record<string, unknown>> {
  return withoutUndefined({ ...toPlanView(mission), ...toLifeView(mission), waypoints: mission.waypoints });
}

/** The same for lists and pushes, without the plan's places. */
export function toMissionSummary(mission: CarriedMission): Readonly<Record<string, unknown>> {
  return withoutUndefined({
    ...toPlanView(mission),
    ...toLifeView(mission),
    total_waypoints: mission.waypoints.length,
  });
}

const toPlanView = ({ id, name, type, description, priority, speedMps, end, ...plan }: CarriedMission) => ({
  ...{ mission_id: id, name, type, description, priority, speed: speedMps, end },
  deadline: at(plan.deadlineMs),
  ...{ required_capabilities: plan.requiredCapabilities, schedule: plan.schedule },
});

const toLifeView = ({ carriage, breakPoint, ...mission }: CarriedMission) => ({
  ...{ status: mission.state, drone_id: mission.droneId, version: mission.version, reason: mission.reason },
  ...{ reached: mission.reached, progress_pct: Math.round(mission.progressPct * 10) / 10 },
  ...{
    created_by: mission.createdBy,
    created_at: at(mission.createdAtMs),
    changed_at: at(mission.changedAtMs),
  },
  ...{ started_at: at(mission.startedAtMs), completed_at: at(mission.endedAtMs) },
  ...(breakPoint && {
    break_point: {
      ...{ next_waypoint: breakPoint.nextWaypoint, latitude: breakPoint.latitudeDeg },
      ...{ longitude: breakPoint.longitudeDeg, altitude: breakPoint.altitudeAmslM },
    },
  }),
  ...{
    auto_assign: carriage.autoAssign,
    series_id: carriage.seriesId,
    starts_at: at(carriage.startAtMs),
    decision_id: carriage.decisionId,
  },
  ...(carriage.seat && { sequence: toSeatView(carriage.seat) }),
  ...(carriage.order && { step: carriage.order.step, command_id: carriage.order.commandId }),
});

const toSeatView = ({ droneId, place, startsAtMs, chargedToPct }: SequenceSeat) => ({
  ...{ drone_id: droneId, place, starts_at: at(startsAtMs) },
  ...(chargedToPct !== undefined && { charged_to_pct: chargedToPct }),
});

const withoutUndefined = (fields: Record<string, unknown>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
