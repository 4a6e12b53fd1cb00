import type { LocalFrame } from '../geo/wgs84.ts';
import type { MissionMessage } from './mission.ts';
import { toGeodeticWaypoint } from './mission-import.ts';
import { toCameraItems } from './plan-file-camera.ts';
import { COMMAND, FRAME_MISSION, FRAMES, type PlanItem } from './plan-file-item.ts';
import type { GeodeticWaypointMessage } from './waypoint.ts';
import type { WaypointAction } from './waypoint-action.ts';

export interface PlanFileOptions {
  readonly frame: LocalFrame;
  /** Take-off point: latitude, longitude, metres above mean sea level. The frame's origin by default. */
  readonly home?: readonly [latitude: number, longitude: number, altitudeAmslM: number];
}

type Item = Omit<PlanItem, 'path'>;

/** The mission as QGroundControl's `.plan`, ready for JSON. */
export function toPlanFile(mission: MissionMessage, { frame, home }: PlanFileOptions): object {
  const { latitudeDeg, longitudeDeg, altitudeAmslM } = frame.origin;
  const items = toItems(mission, frame).map(({ command, frame: of, params }, at) => ({
    autoContinue: true,
    command,
    doJumpId: at + 1,
    frame: of,
    params,
    type: 'SimpleItem',
  }));
  return {
    fileType: 'Plan',
    geoFence: { circles: [], polygons: [], version: 2 },
    groundStation: 'QGroundControl',
    mission: {
      cruiseSpeed: 15,
      firmwareType: 12,
      globalPlanAltitudeMode: 0,
      hoverSpeed: mission.speed ?? 5,
      items,
      plannedHomePosition: home ?? [latitudeDeg, longitudeDeg, altitudeAmslM],
      vehicleType: 2,
      version: 2,
    },
    rallyPoints: { points: [], version: 2 },
    version: 1,
  };
}

function toItems(mission: MissionMessage, frame: LocalFrame): readonly Item[] {
  const items: Item[] = [];
  let speed: number | undefined;
  const waypoints = mission.waypoints.map((waypoint) => toGeodeticWaypoint(waypoint, frame));
  for (const waypoint of waypoints) {
    const wanted = waypoint.speed ?? mission.speed ?? undefined;
    if (wanted !== speed) items.push(free(COMMAND.changeSpeed, 1, wanted ?? -2, -1, 0));
    speed = wanted;
    items.push(...toWaypointItems(waypoint));
  }
  return [...items, ...toEnd(mission, waypoints.at(-1) as GeodeticWaypointMessage)];
}

const free = (command: number, ...params: readonly number[]): Item => ({
  command,
  frame: FRAME_MISSION,
  params: Array.from({ length: 7 }, (_none, at) => params[at] ?? 0),
});

function toEnd({ end }: MissionMessage, last: GeodeticWaypointMessage): readonly Item[] {
  if (end === 'hold') return [];
  if (end !== 'land') return [free(COMMAND.returnToLaunch)];
  return [toPlaced(COMMAND.land, { ...last, altitude: 0, altitude_reference: 'relative' })];
}

const FLYING: Readonly<Partial<Record<WaypointAction['action'], number>>> = {
  takeoff: COMMAND.takeoff,
  land: COMMAND.land,
};

/** First the way there, then what is done there; a take-off or landing with nothing else to say is the way itself. */
function toWaypointItems(waypoint: GeodeticWaypointMessage): readonly Item[] {
  const actions = waypoint.actions ?? [];
  const [first] = actions;
  const isBare = !waypoint.hold_s && !waypoint.acceptance_radius;
  const leads = isBare && first !== undefined && FLYING[first.action] !== undefined;
  const way = leads ? [] : [toPlaced(COMMAND.waypoint, waypoint)];
  const done = actions.flatMap((action) => {
    const command = FLYING[action.action];
    return command === undefined ? toCameraItems(action) : [toPlaced(command, { ...waypoint, hold_s: 0 })];
  });
  return [...way, ...done];
}

function toPlaced(command: number, waypoint: GeodeticWaypointMessage): Item {
  const { latitude, longitude, altitude, heading } = waypoint;
  const radiusM = command === COMMAND.waypoint ? (waypoint.acceptance_radius ?? 0) : 0;
  return {
    command,
    frame: FRAMES[waypoint.altitude_reference ?? 'amsl'],
    params: [waypoint.hold_s ?? 0, radiusM, 0, heading ?? null, latitude, longitude, altitude],
  };
}
