import type { DroneState } from '../fleet/drone-state.ts';
import { isOnGround } from '../fleet/ground.ts';
import type { MissionEvent } from '../missions/mission.ts';
import type { Advance } from './mission-progress.ts';
import type { CarriedMission } from './mission-record.ts';

/** What telemetry says of an active mission besides its progress, since it became active in this life of the server. */
export interface FlightSigns {
  hasFlown: boolean;
  /** It tells now that it flies this mission. */
  tells: boolean;
  downSinceMs: number | undefined;
  /** In the air, and tells of this mission no more. */
  awaySinceMs: number | undefined;
  /** In the air, and stands where the plan does not. */
  heldSinceMs: number | undefined;
  advance: Advance | undefined;
}

export const noSigns = (): FlightSigns => ({
  ...{
    hasFlown: false,
    tells: false,
    downSinceMs: undefined,
    awaySinceMs: undefined,
    heldSinceMs: undefined,
    advance: undefined,
  },
});

/** Down for so long before the last waypoint it has ended its flight, not only touched the ground. */
const DOWN_MS = 10_000;
/** Where the plan itself lands on the way. */
const STOPOVER_MS = 30 * 60_000;
const AWAY_MS = 10_000;
export const MOVING_MPS = 2;
const TAKE_OFF_MS = 5 * 60_000;
/** As long as a command waits for its end: what became of it is then unknown. */
const LOST_MS = 30 * 60_000;

const HOLDING: ReadonlySet<string> = new Set(['hold', 'holding', 'hover', 'hovering', 'loiter', 'paused']);
export const isHolding = ({ status }: Pick<DroneState, 'status'>): boolean => HOLDING.has(status ?? '');

/** Takes in what the drone says now. */
export function noteSigns(
  signs: FlightSigns,
  mission: CarriedMission,
  drone: DroneState,
  nowMs: number,
): void {
  const isDown = isOnGround(drone);
  const tells = drone.latestMessage?.mission?.id === mission.id;
  signs.hasFlown ||= !isDown;
  signs.tells = tells;
  signs.downSinceMs = isDown ? (signs.downSinceMs ?? nowMs) : undefined;
  const isAway = !isDown && mission.carriage.isTold === true && !tells;
  signs.awaySinceMs = isAway ? (signs.awaySinceMs ?? nowMs) : undefined;
  const isHeld =
    !isDown && isHolding(drone) && !holdsThere(mission, signs.advance?.reached ?? mission.reached);
  signs.heldSinceMs = isHeld ? (signs.heldSinceMs ?? nowMs) : undefined;
}

/**
 * How an active mission has ended, or undefined: complete with its waypoints and, where it ends on the ground, there; failed
 * where its vehicle came down before, left it by itself, never took off, or was not heard for half an hour; paused where its
 * vehicle holds and tells of it no more.
 */
export function judgeFlight(
  signs: FlightSigns,
  mission: CarriedMission,
  drone: DroneState | undefined,
  nowMs: number,
): MissionEvent | undefined {
  const reached = Math.max(signs.advance?.reached ?? 0, mission.reached);
  const isDown = signs.downSinceMs !== undefined;
  const isThrough = signs.advance?.complete === true || (isDown && isAll(mission, reached));
  if (isThrough && (mission.end === 'hold' || isDown)) return { event: 'complete' };
  const heardMs = Math.max(drone?.lastHeardMs ?? 0, mission.activeSinceMs ?? 0);
  if (nowMs - heardMs > LOST_MS) return failed(`${mission.droneId} was not heard for 30 minutes`);
  return (
    judgeGround(signs, { ...mission, reached }, nowMs) ??
    judgeWay(signs, { ...mission, reached }, drone, nowMs)
  );
}

const isAll = ({ waypoints }: CarriedMission, reached: number): boolean => reached >= waypoints.length;

/** On the ground before its end. */
function judgeGround(signs: FlightSigns, mission: CarriedMission, nowMs: number): MissionEvent | undefined {
  const { hasFlown, downSinceMs } = signs;
  if (downSinceMs === undefined) return undefined;
  const { reached, droneId } = mission;
  if (!hasFlown && reached === 0) {
    const activeMs = nowMs - (mission.activeSinceMs ?? nowMs);
    return activeMs > TAKE_OFF_MS ? failed(`${droneId} did not take off`) : undefined;
  }
  const isOver = nowMs - downSinceMs > (isStopover(mission) ? STOPOVER_MS : DOWN_MS);
  return isOver ? failed(`${droneId} came down before it was seen at the last waypoint`) : undefined;
}

/** In the air, and about something else. */
function judgeWay(
  { awaySinceMs, heldSinceMs }: FlightSigns,
  mission: CarriedMission,
  drone: DroneState | undefined,
  nowMs: number,
): MissionEvent | undefined {
  if (isAll(mission, mission.reached)) return undefined;
  const isLong = (sinceMs: number | undefined) => sinceMs !== undefined && nowMs - sinceMs > AWAY_MS;
  if (isLong(heldSinceMs)) return { event: 'pause', reason: `${mission.droneId} holds by itself` };
  const reason = `${mission.droneId} left it by itself: ${drone?.status ?? 'unknown'}`;
  return isLong(awaySinceMs) ? failed(reason) : undefined;
}

/** The plan stands at the waypoint it has reached last, or is about to reach. */
const holdsThere = ({ waypoints }: CarriedMission, reached: number): boolean =>
  [waypoints[reached - 1], waypoints[reached]].some((waypoint) => (waypoint?.hold_s ?? 0) > 0);

const FLYING: ReadonlySet<string> = new Set(['mission', 'active', 'flying', 'in_flight']);

/**
 * What has become of a mission that waits: failed where its vehicle has come down with it, or was not heard for half an hour;
 * active where its vehicle flies on with it, as somebody else has told it.
 */
export function judgePause(
  mission: CarriedMission,
  drone: DroneState | undefined,
  nowMs: number,
): MissionEvent | undefined {
  const heardMs = Math.max(drone?.lastHeardMs ?? 0, mission.changedAtMs);
  if (nowMs - heardMs > LOST_MS) return failed(`${mission.droneId} was not heard for 30 minutes`);
  const isDown = drone !== undefined && isOnGround(drone) && heardMs > mission.changedAtMs + DOWN_MS;
  if (isDown) return failed(`${mission.droneId} came down while it was paused`);
  const tells = drone?.latestMessage?.mission?.id === mission.id && FLYING.has(drone.status ?? '');
  const isMoving = (drone?.latest?.groundSpeedMps ?? 0) > MOVING_MPS;
  const isLater = heardMs > mission.changedAtMs + DOWN_MS;
  return tells && isMoving && isLater ? { event: 'resume' } : undefined;
}

const failed = (reason: string): MissionEvent => ({ event: 'fail', reason });

/** The plan lands at the waypoint it has reached last, or flies to. */
function isStopover({ waypoints, reached }: CarriedMission): boolean {
  const near = [waypoints[reached - 1], waypoints[reached]];
  return near.some((waypoint) => waypoint?.actions?.some(({ action }) => action === 'land'));
}
