import type { OrderName } from '../messages/order.ts';
import { resumeOffset, toResumedWaypoints } from '../missions/break-point.ts';
import type { CommandWish } from './ledger/wish.ts';
import type { CarriedMission, MissionStep } from './mission-record.ts';

/**
 * The orders a mission is carried out by. Where no operator's request gives one, the id follows from mission, step and
 * version: the same step is the same order, also after a restart.
 */

const UPLOAD_TTL_MS = 60_000;
const STEP_TTL_MS = 60_000;
/** What brings a vehicle home is worth trying for longer. */
const END_TTL_MS = 5 * 60_000;

export type StepWish = CommandWish & { readonly context: Readonly<Record<string, unknown>> };

/** Who asked for a step, where somebody did: the operator's own request id makes the order's. */
export type StepAsking = Pick<CommandWish, 'actor' | 'credential' | 'requestId' | 'content' | 'commandId'>;

export const byItself = ({ id, version, createdBy }: CarriedMission, step: string): StepAsking => ({
  actor: `mission ${createdBy}`,
  requestId: `${id}:${step}:${version}`,
  content: step,
});

interface StepOrder {
  readonly step: MissionStep | 'recall' | 'relieve';
  readonly command: OrderName;
  readonly params: Readonly<Record<string, unknown>>;
  readonly ttlMs: number;
  readonly clears?: number;
}

function toWish(
  mission: CarriedMission,
  order: StepOrder,
  context: Readonly<Record<string, unknown>> = {},
  asking: StepAsking = byItself(mission, order.step),
): StepWish {
  const { tenant, droneId = '', id } = mission;
  const { step, ...rest } = order;
  return { tenant, droneId, ...rest, ...asking, context: { ...context, missionId: id, step } };
}

/** The plan, or where it was left before, the rest of it. */
export function uploadWish(
  mission: CarriedMission,
  context: Readonly<Record<string, unknown>> = {},
  asking?: StepAsking,
): StepWish {
  const { id, version, speedMps, end, type } = mission;
  const params = {
    ...{ mission_id: id, mission_type: type, version, waypoints: waypointsToSend(mission), end },
    ...(speedMps !== undefined && { speed: speedMps }),
  };
  const order = { step: 'upload', command: 'upload_mission', params, ttlMs: UPLOAD_TTL_MS } as const;
  return toWish(mission, order, context, asking);
}

export const waypointsToSend = ({
  waypoints,
  breakPoint,
}: Pick<CarriedMission, 'waypoints' | 'breakPoint'>) => toResumedWaypoints(waypoints, breakPoint);

export const sentFrom = ({ breakPoint }: CarriedMission): number => resumeOffset(breakPoint);

export function startWish(mission: CarriedMission): StepWish {
  const params = { mission_id: mission.id };
  return toWish(mission, { step: 'start', command: 'start_mission', params, ttlMs: STEP_TTL_MS });
}

export function pauseWish(mission: CarriedMission, asking: StepAsking): StepWish {
  const params = { mission_id: mission.id };
  return toWish(mission, { step: 'pause', command: 'pause_mission', params, ttlMs: STEP_TTL_MS }, {}, asking);
}

/** Goes on with the plan that is on board; a hold that stands is cleared by it, nothing greater. */
export function resumeWish(
  mission: CarriedMission,
  context: Readonly<Record<string, unknown>>,
  asking: StepAsking,
): StepWish {
  const order = { step: 'resume', command: 'resume', params: {}, ttlMs: STEP_TTL_MS, clears: 2 } as const;
  return toWish(mission, order, context, asking);
}

export const MISSION_ENDINGS = ['return_to_base', 'land', 'hold'] as const;
export type MissionEnding = (typeof MISSION_ENDINGS)[number];

export function cancelWish(mission: CarriedMission, ending: MissionEnding, asking: StepAsking): StepWish {
  return toWish(mission, { step: 'cancel', command: ending, params: {}, ttlMs: END_TTL_MS }, {}, asking);
}

/** For a drone that flies what it is to fly no longer: it was relieved, or its mission has ended without it. */
export function homewardWish(mission: CarriedMission, step: 'recall' | 'relieve'): StepWish {
  return toWish(mission, { step, command: 'return_to_base', params: {}, ttlMs: END_TTL_MS });
}
