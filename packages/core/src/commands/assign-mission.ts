import Type from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import { MissionId, parseMission } from '../messages/mission.ts';
import { Id, maybe } from '../messages/text.ts';
import { type MissionPlan, toMissionPlan } from '../missions/mission.ts';
import { chooseSurely, type MissionChoice } from './choose-for-mission.ts';
import { type CommandContext, type CommandRefusal, defineCommand, findDrone, refuseWith } from './command.ts';
import { findMission } from './find-mission.ts';
import { giveMission, keepDecision, planToFly, toGivingWorld, toReasons } from './give-mission.ts';
import type { CommandRecord } from './ledger/command-record.ts';
import type { CarriedMission } from './mission-record.ts';
import type { KeptMission } from './mission-shelf.ts';
import { refusePastDeadline } from './refuse-past-deadline.ts';
import { refuseUnsafe, toReason, toVerdictMessages } from './safety-reply.ts';
import { toTimingMs } from './vehicle-reply.ts';

const DISK_MS = 2000;
const ANSWER_MS = 400;
/** So many drones are tried that turn out not to be free for orders. */
const TRIES = 4;

/** A mission, new or planned before, is given to the drone that does it best; with reasons, and with the others’. */
export const assignMission = defineCommand({
  type: 'assign_mission',
  replyType: 'mission_assignment_response',
  summary: 'Gives a mission to the best drone that can fly it safely, and says why this one',
  permission: 'mission:write',
  fields: {
    mission_id: maybe(MissionId),
    mission: maybe(
      Type.Unknown({ description: '{name,type,waypoints,priority,deadline?,required_capabilities?}' }),
    ),
    drone_id: maybe(Id()),
    dry_run: maybe(Type.Boolean({ description: 'only the choice: nothing is sent' })),
  },
  reply: {
    ...{ message: Type.String(), mission_id: Type.Optional(Type.String()), drone_id: Type.String() },
    score: Type.Number({ description: 'cost in seconds; less is better' }),
    reasons: Type.Array(Type.String()),
    terms: Type.Unknown(),
    runner_ups: Type.Array(Type.Unknown()),
    excluded: Type.Array(Type.Unknown()),
    would_change_if: Type.Array(Type.String()),
    eta_s: Type.Number(),
    plan_change: Type.Optional(
      Type.Unknown({ description: 'what is flown otherwise, to keep clear of others, and what that costs' }),
    ),
    state: Type.Optional(Type.String()),
    command_id: Type.Optional(Type.String()),
    decision_id: Type.Optional(
      Type.String({ description: 'the record of the choice, made again bit by bit' }),
    ),
    repeated: Type.Optional(Type.Boolean()),
    ...{ verdicts: Type.Array(Type.Unknown()), timing_ms: Type.Number() },
  },
  deadlineMs: 5000,
  rest: [
    { method: 'POST', path: '/api/missions/assign' },
    { method: 'POST', path: '/api/missions/:mission_id/assign' },
  ],
  handle: (request, context) => assignOne(request, context),
});

export interface AssignRequest {
  readonly mission_id?: string | null | undefined;
  readonly mission?: unknown;
  readonly drone_id?: string | null | undefined;
  readonly dry_run?: boolean | null | undefined;
}

async function assignOne(request: AssignRequest, context: CommandContext) {
  const planned = readMission(request, context);
  if (isRefusal(planned)) return planned;
  const repeated = await repeatAssignment(context);
  if (repeated) return repeated;
  const late = refusePastDeadline(planned, context.nowMs);
  if (late) return late;
  if ('carriage' in planned && !ASSIGNABLE.has(planned.state)) return refuseState(planned);
  const given = dronesFor(request.drone_id ?? undefined, context);
  if (isRefusal(given)) return given;
  const relieved = 'carriage' in planned ? planned.droneId : undefined;
  const drones = given.filter(({ droneId }) => droneId !== relieved);
  if (relieved !== undefined && request.drone_id === relieved) return refuseItself(planned);
  const aside = 'carriage' in planned ? context.parts.operations.missions.stepAside(planned) : undefined;
  const isRehearsal = request.dry_run === true;
  const reply = await (isRehearsal ? rehearse(planned, drones, context) : assign(planned, drones, context));
  // Who was not relieved after all stays where it is.
  if ((isRehearsal || isRefusal(reply)) && isStillPaused(planned, context)) aside?.release();
  return reply;
}

const isStillPaused = (planned: MissionPlan | CarriedMission, { parts }: CommandContext): boolean =>
  'carriage' in planned && parts.operations.missions.fresh(planned).state === 'paused';

const refuseItself = (planned: MissionPlan): Refusal =>
  refuse(
    'CONFLICT',
    { field: 'drone_id', reason: 'its_own' },
    { message: `${planned.name} is paused there: resume_mission goes on with it` },
  );

const ASSIGNABLE: ReadonlySet<string> = new Set(['planned', 'paused']);

/** The plan of a new mission, or the mission that was planned before. */
function readMission(
  { mission, mission_id: id }: AssignRequest,
  context: CommandContext,
): MissionPlan | CarriedMission | Refusal {
  if (id !== undefined && id !== null) return findMission(context, id);
  const message = parseMission(mission, 'mission');
  return isRefusal(message) ? message : toMissionPlan(message);
}

const refuseState = ({ state }: CarriedMission): Refusal =>
  refuse(
    'CONFLICT',
    { field: 'mission_id', reason: 'state', state },
    { message: `The mission is ${state}: it cannot be assigned now` },
  );

function dronesFor(droneId: string | undefined, context: CommandContext): readonly DroneState[] | Refusal {
  const { tenant, boundDroneId, parts } = context;
  const wanted = droneId ?? boundDroneId;
  if (wanted === undefined) return [...parts.fleet.drones(tenant)];
  const drone = findDrone(context, wanted);
  return isRefusal(drone) ? drone : [drone];
}

async function rehearse(
  planned: MissionPlan | CarriedMission,
  drones: readonly DroneState[],
  context: CommandContext,
) {
  const choice = await chooseSurely(planToFly(planned), drones, toGivingWorld(context));
  if (isRefusal(choice)) return choice;
  return choice.best ? told(choice, choice.best.drone, context) : refuseAll(choice, context);
}

async function assign(
  planned: MissionPlan | CarriedMission,
  given: readonly DroneState[],
  context: CommandContext,
) {
  let drones = given;
  for (let tries = 1; ; tries += 1) {
    const choice = await chooseSurely(planToFly(planned), drones, toGivingWorld(context));
    if (isRefusal(choice)) return choice;
    if (!choice.best) return refuseAll(choice, context);
    const { drone } = choice.best;
    const kept = giveTo(choice.best, { planned, choice }, context);
    if (!isRefusal(kept)) return awaitAnswer(kept.mission, kept.position, { choice, drone }, context);
    if (!UNFREE.has(kept.details.reason) || tries === TRIES || drones.length === 1) return kept;
    drones = drones.filter((other) => other !== drone);
  }
}

/** Why a drone may not be ordered just now. */
const UNFREE: ReadonlySet<unknown> = new Set(['greater_command', 'commands_waiting']);

interface Chosen {
  readonly planned: MissionPlan | CarriedMission;
  readonly choice: MissionChoice;
}

function giveTo(
  best: NonNullable<MissionChoice['best']>,
  { planned, choice }: Chosen,
  context: CommandContext,
): KeptMission | Refusal {
  const world = toGivingWorld(context);
  const { missions } = world;
  const mission = 'carriage' in planned ? missions.fresh(planned) : create(planned, context);
  if (!ASSIGNABLE.has(mission.state)) return refuseState(mission);
  const decisionId = keepDecision(choice.decision, [mission.id], world);
  const kept = giveMission(mission, { ...best, reasons: toReasons(choice), decisionId }, world);
  // What was only made for this request is not left behind.
  if (isRefusal(kept) && !('carriage' in planned))
    missions.change(missions.fresh(mission), { event: 'abort', reason: kept.message });
  return kept;
}

/** Under the request's own id, so that the same request again finds it. */
function create(plan: MissionPlan, { tenant, actor, requestId, parts }: CommandContext): CarriedMission {
  const { missions, ledger, newId } = parts.operations;
  const id = requestId === undefined ? newId() : ledger.idFor({ tenant, actor, requestId });
  const known = missions.find(tenant, id);
  if (known && known.state !== 'aborted') return known;
  return missions.create(plan, { tenant, createdBy: actor, id: known ? newId() : id }).mission;
}

interface Given {
  readonly choice: MissionChoice;
  readonly drone: DroneState;
}

async function awaitAnswer(
  mission: CarriedMission,
  position: number,
  { choice, drone }: Given,
  context: CommandContext,
) {
  const { ledger, durable } = context.parts.operations;
  if (!(await durable(position, DISK_MS)))
    return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
  const command = await ledger.answered(mission.tenant, mission.carriage.order?.commandId ?? '', ANSWER_MS);
  const fields = {
    ...{
      ...told(choice, drone, context),
      mission_id: mission.id,
      decision_id: mission.carriage.decisionId ?? '',
    },
    ...{ command_id: command.commandId, state: command.state, timing_ms: toTimingMs(context.elapsedMs()) },
  };
  return isRefused(command) ? refuseWith(refuseByVehicle(command), fields) : fields;
}

const isRefused = ({ state }: CommandRecord): boolean => state === 'failed' || state === 'cancelled';

function refuseByVehicle({ droneId, message, result, state }: CommandRecord): Refusal {
  const text = `${droneId} refused: ${message ?? result ?? state}`;
  return refuse('VEHICLE_REJECTED', { reason: result ?? state }, { message: text });
}

/** The same request again: how the mission that came of it stands now. */
async function repeatAssignment({ tenant, actor, requestId, elapsedMs, parts }: CommandContext) {
  if (requestId === undefined) return undefined;
  const { missions, ledger, shelf } = parts.operations;
  const id = ledger.idFor({ tenant, actor, requestId });
  const mission = missions.find(tenant, id);
  if (!mission || (mission.state === 'planned' && mission.reason === undefined)) return undefined;
  const decisionId = mission.carriage.decisionId;
  const decision = decisionId === undefined ? undefined : await shelf.record(tenant, 'decision', decisionId);
  return {
    ...{ mission_id: mission.id, drone_id: mission.droneId ?? '', repeated: true, state: mission.state },
    message: `The mission is ${mission.state}${mission.reason === undefined ? '' : `: ${mission.reason}`}`,
    ...{ score: 0, reasons: [], terms: {}, runner_ups: [], excluded: [], would_change_if: [], eta_s: 0 },
    ...(decision && { decision_id: decision.id }),
    ...{ verdicts: [], timing_ms: toTimingMs(elapsedMs()) },
  };
}

const SAFETY_CODES: ReadonlySet<string> = new Set(['ENERGY_RTH', 'WIND', 'ROUTE_4D']);

/** Nobody. Where somebody could but for safety, it is safety that refuses. */
function refuseAll(choice: MissionChoice, context: CommandContext): CommandRefusal {
  const { decision, refused } = choice;
  const excluded = toExcluded(choice);
  const unsafe = decision.excluded.find(({ code }) => SAFETY_CODES.has(code));
  const fields = {
    ...{ excluded, runner_ups: [], reasons: [], would_change_if: decision.wouldChangeIf },
    timing_ms: toTimingMs(context.elapsedMs()),
  };
  if (!unsafe) {
    const reason = decision.excluded[0]?.code ?? 'no_drones';
    const codes = excluded.map(({ code, count }) => `${count} ${code}`).join(', ');
    const message = excluded.length > 0 ? `No drone can: ${codes}` : 'There is no drone';
    return refuseWith(refuse('NO_DRONE_AVAILABLE', { reason }, { message }), fields);
  }
  const isRange =
    unsafe.code !== 'ROUTE_4D' || refused?.violations.some(({ check }) => check === 'WP_DISTANCE');
  const reason = isRange ? 'range' : refused?.violations[0] && toReason(refused.violations[0]);
  const site = context.parts.operations.airspace.site();
  if (!refused || isRefusal(site)) {
    const message = 'No drone can fly it and come back with its reserve';
    const details = { reason: reason ?? 'range', violations: [unsafe.code] };
    return refuseWith(refuse('SAFETY_VIOLATION', details, { message }), fields);
  }
  const verdicts = toVerdictMessages(refused.verdicts, site.frame);
  return refuseWith(refuseUnsafe(refused, reason), { ...fields, verdicts });
}

const toExcluded = ({ decision }: MissionChoice) =>
  decision.excluded.map(({ code, count, nearest: { drone, shortBy } }) => ({
    ...{ code, count },
    nearest: { drone_id: drone, ...(shortBy !== undefined && { short_by: Math.round(shortBy * 10) / 10 }) },
  }));

function told(choice: MissionChoice, drone: DroneState, { elapsedMs, parts }: CommandContext) {
  const site = parts.operations.airspace.site();
  const { decision, best } = choice;
  const { reasons, runner_ups, ...numbers } = toReasons(choice);
  return {
    ...{ drone_id: drone.droneId, message: `${drone.droneId} is the best for it`, ...numbers },
    ...{ reasons: [...reasons], terms: decision.chosen?.terms ?? {}, runner_ups: [...runner_ups] },
    ...{ excluded: toExcluded(choice), would_change_if: [...decision.wouldChangeIf] },
    verdicts: isRefusal(site) || !best ? [] : toVerdictMessages(best.flight.verdict.verdicts, site.frame),
    timing_ms: toTimingMs(elapsedMs()),
  };
}
