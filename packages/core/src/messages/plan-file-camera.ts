import { COMMAND, FRAME_MISSION, type PlanItem } from './plan-file-item.ts';
import type { WaypointAction } from './waypoint-action.ts';

/** Cameras, gimbals and payloads of plans: MAVLink's commands and our actions (mavlink.io, common.xml). */

const isWithin = (value: number | null | undefined, low: number, high: number): value is number =>
  typeof value === 'number' && value >= low && value <= high;

type Params = PlanItem['params'];
type Actions = readonly WaypointAction[] | undefined;

const READERS: ReadonlyMap<number, (params: Params) => Actions> = new Map<
  number,
  (params: Params) => Actions
>([
  [COMMAND.triggerDistance, readTriggerDistance],
  [COMMAND.triggerInterval, ([ms]) => (isWithin(ms, 100, 3_600_000) ? everyS(ms / 1000) : undefined)],
  [COMMAND.imageStart, readImageStart],
  [COMMAND.imageStop, () => [{ action: 'stop_photos' }]],
  [COMMAND.videoStart, () => [{ action: 'start_video' }]],
  [COMMAND.videoStop, () => [{ action: 'stop_video' }]],
  [COMMAND.digicamControl, (params) => (params[4] === 1 ? [{ action: 'take_photo' }] : undefined)],
  [COMMAND.mountControl, ([pitch, , yaw]) => point(pitch, yaw)],
  [COMMAND.gimbalPitchYaw, ([pitch, yaw]) => point(pitch, yaw)],
  [COMMAND.gripper, ([, action]) => (action === 0 ? [{ action: 'release_payload' }] : undefined)],
  [COMMAND.setCameraMode, () => []],
]);

/** Undefined: not understood. An empty list: nothing to do. */
export function cameraActions({ command, params }: PlanItem): Actions {
  return READERS.get(command)?.(params);
}

const everyS = (seconds: number): Actions => [{ action: 'start_photos', every_s: seconds }];

function readTriggerDistance([distanceM]: Params): Actions {
  if (distanceM === 0) return [{ action: 'stop_photos' }];
  return isWithin(distanceM, 0.1, 10_000) ? [{ action: 'start_photos', every_m: distanceM }] : undefined;
}

function readImageStart([, intervalS, count]: Params): Actions {
  if (count === 1) return [{ action: 'take_photo' }];
  return count === 0 && isWithin(intervalS, 0.1, 3600) ? everyS(intervalS) : undefined;
}

function point(pitch: number | null | undefined, yaw: number | null | undefined): Actions {
  if (!isWithin(pitch, -180, 180)) return undefined;
  const gimbal: WaypointAction = {
    action: 'point_gimbal',
    pitch_deg: pitch,
    ...(isWithin(yaw, -360, 360) && { yaw_deg: yaw }),
  };
  return [gimbal];
}

type Item = Omit<PlanItem, 'path'>;

/** An action as mission items without a place; none for those that fly. */
export function toCameraItems(action: WaypointAction): readonly Item[] {
  switch (action.action) {
    case 'take_photo':
      return [item(COMMAND.imageStart, 0, 0, 1)];
    case 'start_photos':
      if (action.every_m !== undefined) return [item(COMMAND.triggerDistance, action.every_m, 0, 1)];
      return [item(COMMAND.imageStart, 0, action.every_s as number, 0)];
    case 'stop_photos':
      // Both ways to start are stopped: the action does not say which it was.
      return [item(COMMAND.triggerDistance), item(COMMAND.imageStop)];
    case 'start_video':
      return [item(COMMAND.videoStart)];
    case 'stop_video':
      return [item(COMMAND.videoStop)];
    case 'point_gimbal':
      return [item(COMMAND.gimbalPitchYaw, action.pitch_deg, action.yaw_deg ?? null, null, null)];
    case 'release_payload':
      return [item(COMMAND.gripper, 1, 0)];
    case 'takeoff':
    case 'land':
      return [];
  }
}

const item = (command: number, ...params: readonly (number | null)[]): Item => ({
  command,
  frame: FRAME_MISSION,
  params: Array.from({ length: 7 }, (_none, at) => (params[at] === undefined ? 0 : params[at])),
});
