import { type Refusal, refuse } from '../errors.ts';
import type { MissionEnd, MissionMessage, MissionPriority } from '../messages/mission.ts';
import type { MissionSchedule } from '../messages/mission-schedule.ts';
import { parseTimestampUs } from '../messages/timestamp.ts';
import type { WaypointMessage } from '../messages/waypoint.ts';
import type { BreakPoint } from './break-point.ts';
import { holdsDrone, isMissionOver, MISSION_LIFE_CYCLE, type MissionState } from './life-cycle.ts';

/** What is flown: the plan. Plain JSON, altitudes with their references, so that any drone can be given it. */
export interface MissionPlan {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  readonly waypoints: readonly WaypointMessage[];
  readonly priority: MissionPriority;
  readonly deadlineMs?: number;
  readonly requiredCapabilities: readonly string[];
  /** Absent: the vehicle's own. */
  readonly speedMps?: number;
  readonly end: MissionEnd;
  readonly schedule?: MissionSchedule;
}

/** A plan with a life. A value: each change is a new one with the next version. */
export interface Mission extends MissionPlan {
  readonly id: string;
  readonly tenant: string;
  readonly createdBy: string;
  readonly state: MissionState;
  /** Counts every change but progress; what was decided on another version is stale. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly droneId?: string;
  /** When it first became active. */
  readonly startedAtMs?: number;
  /** Since when it is active without a pause. */
  readonly activeSinceMs?: number;
  readonly endedAtMs?: number;
  /** Time spent active, pauses left out, up to `activeSinceMs`. */
  readonly activeMs: number;
  /** Waypoints reached, of the plan's. */
  readonly reached: number;
  readonly progressPct: number;
  /** Where it was left, to be gone on with. */
  readonly breakPoint?: BreakPoint;
  /** Why it is in its state, where somebody said so; of a failed one always. */
  readonly reason?: string;
}

export type MissionEvent =
  | { readonly event: 'plan' | 'upload' | 'start' | 'resume' | 'complete' }
  | { readonly event: 'edit'; readonly plan: MissionPlan }
  | { readonly event: 'assign'; readonly droneId: string }
  | { readonly event: 'pause'; readonly breakPoint?: BreakPoint; readonly reason?: string }
  | { readonly event: 'release' | 'abort'; readonly reason?: string }
  | { readonly event: 'upload_failed' | 'fail'; readonly reason: string };

export interface MissionOrigin {
  readonly id: string;
  readonly tenant: string;
  readonly createdBy: string;
  readonly atMs: number;
}

export interface ChangeOptions {
  readonly atMs: number;
  /** What the change was decided on; another version is refused. */
  readonly expectedVersion?: number;
}

/** An accepted message becomes a plan: units in names, absent parts filled. */
export function toMissionPlan(message: MissionMessage): MissionPlan {
  const { name, type, waypoints, priority, deadline, description, speed, end, schedule } = message;
  return {
    name,
    type,
    waypoints,
    priority,
    requiredCapabilities: [...new Set(message.required_capabilities ?? [])],
    end: end ?? 'return',
    ...(description && { description }),
    ...(deadline && { deadlineMs: Math.floor((parseTimestampUs(deadline) as number) / 1000) }),
    ...(speed && { speedMps: speed }),
    ...(schedule && { schedule }),
  };
}

/** A new mission, in draft. */
export function createMission(plan: MissionPlan, { id, tenant, createdBy, atMs }: MissionOrigin): Mission {
  refuseToBelieve(atMs);
  return {
    ...plan,
    id,
    tenant,
    createdBy,
    state: 'draft',
    version: 1,
    createdAtMs: atMs,
    changedAtMs: atMs,
    activeMs: 0,
    reached: 0,
    progressPct: 0,
  };
}

/**
 * The mission after an event, or CONFLICT with `details.reason` `state` (the table has no such step) or `stale_version`.
 * A clock that went back never makes a duration negative: an event is not earlier than the one before.
 */
export function changeMission(
  mission: Mission,
  change: MissionEvent,
  { atMs, expectedVersion }: ChangeOptions,
): Mission | Refusal {
  refuseToBelieve(atMs);
  if (expectedVersion !== undefined && expectedVersion !== mission.version)
    return refuseStale(mission, expectedVersion);
  const next = MISSION_LIFE_CYCLE[mission.state][change.event];
  if (next === 'refused') return refuseStep(mission, change.event);
  const changedAtMs = Math.max(atMs, mission.changedAtMs);
  const moved = { ...stamp(mission, next, changedAtMs), version: mission.version + 1, changedAtMs };
  return apply(moved, change);
}

function apply(mission: Mission, change: MissionEvent): Mission {
  const { reason: _before, ...rest } = mission;
  switch (change.event) {
    case 'edit':
      return withPlan(rest, change.plan);
    case 'assign':
      return { ...rest, droneId: change.droneId };
    case 'pause':
      return {
        ...rest,
        ...(change.breakPoint && { breakPoint: change.breakPoint }),
        ...(change.reason && { reason: change.reason }),
      };
    case 'complete':
      return { ...withoutBreakPoint(rest), progressPct: 100, reached: rest.waypoints.length };
    case 'resume':
    case 'start':
    case 'plan':
    case 'upload':
      return rest;
    case 'release':
    case 'abort':
    case 'upload_failed':
    case 'fail':
      return change.reason ? { ...rest, reason: change.reason } : rest;
  }
}

/** Another plan is another way: what had been flown of the old one says nothing about it. */
function withPlan(mission: Mission, plan: MissionPlan): Mission {
  const { id, tenant, createdBy, state, version, createdAtMs, changedAtMs } = mission;
  const life = { id, tenant, createdBy, state, version, createdAtMs, changedAtMs };
  return { ...plan, ...life, activeMs: 0, reached: 0, progressPct: 0 };
}

function withoutBreakPoint({ breakPoint: _past, ...rest }: Mission): Mission {
  return rest;
}

function stamp(mission: Mission, state: MissionState, atMs: number): Mission {
  const { activeSinceMs, droneId, ...rest } = mission;
  const flownMs = activeSinceMs === undefined ? 0 : atMs - activeSinceMs;
  const keepsDrone = droneId !== undefined && (holdsDrone(state) || isMissionOver(state));
  return {
    ...rest,
    state,
    activeMs: mission.activeMs + flownMs,
    ...(keepsDrone && { droneId }),
    ...(state === 'active' && { activeSinceMs: atMs, startedAtMs: mission.startedAtMs ?? atMs }),
    ...(isMissionOver(state) && { endedAtMs: atMs }),
  };
}

/** Progress of an active mission; not a version of its own. It never goes back, and says nothing of other states. */
export function recordProgress(
  mission: Mission,
  { reached, progressPct }: { readonly reached: number; readonly progressPct: number },
): Mission {
  const same = !(reached > mission.reached) && !(progressPct > mission.progressPct);
  if (mission.state !== 'active' || same) return mission;
  return {
    ...mission,
    reached: Math.min(mission.waypoints.length, Math.max(mission.reached, reached || 0)),
    progressPct: Math.min(100, Math.max(mission.progressPct, progressPct || 0)),
  };
}

/** From first becoming active to the end, pauses included; undefined where it was never active or has not ended. */
export function actualDurationMs({ startedAtMs, endedAtMs }: Mission): number | undefined {
  return startedAtMs === undefined || endedAtMs === undefined ? undefined : endedAtMs - startedAtMs;
}

const refuseStep = (mission: Mission, event: string): Refusal =>
  refuse(
    'CONFLICT',
    { field: 'mission_id', reason: 'state', state: mission.state, event, version: mission.version },
    { message: `The mission is ${mission.state}: ${event.replace('_', ' ')} is not possible now` },
  );

const refuseStale = (mission: Mission, expectedVersion: number): Refusal =>
  refuse(
    'CONFLICT',
    { field: 'version', reason: 'stale_version', expectedVersion, version: mission.version },
    { message: 'The mission was changed meanwhile: read it again' },
  );

function refuseToBelieve(atMs: number): void {
  if (!Number.isFinite(atMs)) throw new RangeError(`a mission cannot change at ${atMs}`);
}
