import Type from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { PlanePoint } from '../geo/segment.ts';
import { type MissionMessage, parseMission } from '../messages/mission.ts';
import { parseTemplate, TEMPLATE_NAMES } from '../messages/mission-template.ts';
import { Id, maybe } from '../messages/text.ts';
import { toWaypoints } from '../messages/waypoint.ts';
import { type MissionPlan, toMissionPlan } from '../missions/mission.ts';
import { createRoute } from '../missions/route.ts';
import { nextOccurrences, parseSchedule } from '../missions/schedule.ts';
import { toSitePlace } from './airspace/situation.ts';
import { toWaypointSite } from './airspace/waypoint-flight.ts';
import { type CommandContext, defineCommand, findDrone } from './command.ts';
import { inTurns } from './in-turns.ts';
import { toMissionSummary } from './mission-record.ts';
import { type PlannedTemplate, planTemplateInSteps } from './plan-template.ts';
import { refusePastDeadline } from './refuse-past-deadline.ts';
import { toTimingMs } from './vehicle-reply.ts';

const MAX_PARTS = 64;
const DISK_MS = 2000;

/** A mission from waypoints or from a template; one area can be shared among several drones, a mission each. */
export const createMissionCommand = defineCommand({
  type: 'create_mission',
  replyType: 'mission_created',
  summary: 'Plans a mission from waypoints or a template; several where drones share an area',
  permission: 'mission:write',
  fields: {
    mission: Type.Unknown({
      description: 'as in assign_mission; without waypoints where a template is given',
    }),
    template: maybe(Type.Unknown({ description: `{type: ${TEMPLATE_NAMES.join(' | ')}, …}` })),
    split: maybe(
      Type.Integer({ minimum: 1, maximum: MAX_PARTS, description: 'a mission for each of so many' }),
    ),
    drone_ids: maybe(
      Type.Array(Id(), { minItems: 1, maxItems: MAX_PARTS, description: 'split by where they are' }),
    ),
    auto_assign: maybe(Type.Boolean({ description: 'given to the best drone by itself' })),
    dry_run: maybe(Type.Boolean({ description: 'only what would be flown' })),
  },
  reply: {
    ...{
      message: Type.String(),
      mission_id: Type.Optional(Type.String()),
      mission_ids: Type.Array(Type.String()),
    },
    missions: Type.Array(Type.Unknown()),
    ground_sample_m: Type.Optional(Type.Number()),
    photos: Type.Optional(Type.Number()),
    timing_ms: Type.Number(),
  },
  deadlineMs: 10_000,
  rest: { method: 'POST', path: '/api/missions' },
  handle: async (request, context) => {
    const drawn = await draw(request, context);
    if (isRefusal(drawn)) return drawn;
    const plans = readPlans(request.mission, drawn);
    if (isRefusal(plans)) return plans;
    const [plan] = plans;
    const refusal = refuseSchedule(plans, context.nowMs) ?? (plan && refusePastDeadline(plan, context.nowMs));
    if (refusal) return refusal;
    return request.dry_run === true
      ? told(plans, [], drawn, context)
      : createAll(plans, { drawn, autoAssign: request.auto_assign === true }, context);
  },
});

interface Asked {
  readonly mission: unknown;
  readonly template?: unknown;
  readonly split?: number | null | undefined;
  readonly drone_ids?: readonly string[] | null | undefined;
}

/** What the template makes; undefined where there is none. */
async function draw(asked: Asked, context: CommandContext): Promise<PlannedTemplate | undefined | Refusal> {
  const { template, split, drone_ids: ids } = asked;
  if (template === undefined || template === null) {
    if (ids) return refuseField('drone_ids', 'without_template');
    return (split ?? 1) > 1 ? refuseField('split', 'without_template') : undefined;
  }
  if (ids && split && split !== ids.length) return refuseField('split', 'ambiguous');
  const message = parseTemplate(template, 'template');
  const site = context.parts.operations.airspace.site();
  if (isRefusal(message)) return message;
  if (isRefusal(site)) return site;
  // Drones that nobody has named come from where the work begins.
  const homes = ids ? homesOf(ids, context) : Array.from({ length: split ?? 1 }, () => ({ x: 0, y: 0 }));
  return isRefusal(homes) ? homes : inTurns(planTemplateInSteps(message, site.frame, homes), context);
}

const refuseField = (field: string, reason: string): Refusal =>
  refuse('VALIDATION_ERROR', { field, reason }, { message: 'Invalid mission' });

function homesOf(ids: readonly string[], context: CommandContext): readonly PlanePoint[] | Refusal {
  const site = context.parts.operations.airspace.site();
  if (isRefusal(site)) return site;
  const homes: PlanePoint[] = [];
  for (const [at, id] of ids.entries()) {
    const drone = findDrone(context, id, `drone_ids[${at}]`);
    if (isRefusal(drone)) return drone;
    const place = drone.latest && toSitePlace(drone.latest, site.frame);
    if (!place) return refuse('STALE_STATE', { field: `drone_ids[${at}]`, reason: 'position_unknown' });
    homes.push({ x: place.eastM, y: place.northM });
  }
  return homes;
}

/** The mission's own words with the waypoints of each part. */
function readPlans(mission: unknown, drawn: PlannedTemplate | undefined): readonly MissionPlan[] | Refusal {
  if (!drawn) {
    const message = parseMission(mission, 'mission');
    return isRefusal(message) ? message : [toMissionPlan(message)];
  }
  if (typeof mission !== 'object' || mission === null || Array.isArray(mission)) {
    const message = parseMission(mission, 'mission');
    return isRefusal(message) ? message : [];
  }
  if ('waypoints' in mission) return refuseField('mission.waypoints', 'both');
  const plans: MissionPlan[] = [];
  const { length } = drawn.parts;
  for (const [at, { waypoints }] of drawn.parts.entries()) {
    const message = parseMission({ ...mission, waypoints }, 'mission');
    if (isRefusal(message)) return message;
    plans.push(toMissionPlan(length > 1 ? numbered(message, at + 1, length) : message));
  }
  return plans;
}

const MAX_NAME = 200;
const numbered = (message: MissionMessage, part: number, of: number): MissionMessage => {
  const suffix = ` ${part}/${of}`;
  return { ...message, name: message.name.slice(0, MAX_NAME - suffix.length) + suffix };
};

export function refuseSchedule(plans: readonly MissionPlan[], nowMs: number): Refusal | undefined {
  const message = plans[0]?.schedule;
  if (!message) return undefined;
  const schedule = parseSchedule(message);
  if (isRefusal(schedule)) return schedule;
  if (nextOccurrences(schedule, nowMs, 1).length > 0) return undefined;
  return refuse(
    'VALIDATION_ERROR',
    { field: 'mission.schedule', reason: 'past' },
    { message: 'The schedule has no beginning that is still to come' },
  );
}

interface Creation {
  readonly drawn: PlannedTemplate | undefined;
  readonly autoAssign: boolean;
}

async function createAll(
  plans: readonly MissionPlan[],
  { drawn, autoAssign }: Creation,
  context: CommandContext,
) {
  const { tenant, actor, requestId, parts } = context;
  const { missions, ledger, newId, durable, records } = parts.operations;
  if (!records.accepting) return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
  const base = requestId === undefined ? newId() : ledger.idFor({ tenant, actor, requestId });
  const ids: string[] = [];
  let last = -1;
  for (const [at, plan] of plans.entries()) {
    const id = plans.length > 1 ? `${base}-${at + 1}` : base;
    ids.push(id);
    // The same request again: it is there.
    if (missions.find(tenant, id)) continue;
    const carriage = autoAssign || plan.schedule ? { autoAssign } : {};
    last = missions.create(plan, { tenant, createdBy: actor, id, carriage }).position;
  }
  if (!(await durable(last, DISK_MS)))
    return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
  return told(plans, ids, drawn, context);
}

function told(
  plans: readonly MissionPlan[],
  ids: readonly string[],
  drawn: PlannedTemplate | undefined,
  context: CommandContext,
) {
  const { missions } = context.parts.operations;
  const shown = plans.map((plan, at) => {
    const kept = ids[at] === undefined ? undefined : missions.find(context.tenant, ids[at]);
    return {
      ...(kept ? toMissionSummary(kept) : { name: plan.name, type: plan.type, priority: plan.priority }),
      ...{
        waypoints: plan.waypoints,
        total_waypoints: plan.waypoints.length,
        ...estimate(plan, drawn, at, context),
      },
    };
  });
  const count = plans.length === 1 ? 'The mission' : `${plans.length} missions`;
  const message = ids.length > 0 ? `${count} planned` : `${count} would be planned; nothing was kept`;
  return {
    ...{ message, mission_ids: [...ids], missions: shown, timing_ms: toTimingMs(context.elapsedMs()) },
    ...(ids.length === 1 && { mission_id: ids[0] as string }),
    ...(drawn?.groundSampleM !== undefined && { ground_sample_m: drawn.groundSampleM }),
    ...(drawn?.photos !== undefined && { photos: drawn.photos }),
  };
}

/** Length and time from its first waypoint to its last. */
function estimate(
  plan: MissionPlan,
  drawn: PlannedTemplate | undefined,
  at: number,
  { parts }: CommandContext,
) {
  const part = drawn?.parts[at];
  const { airspace } = parts.operations;
  const site = airspace.site();
  if (isRefusal(site)) return part ? { length_m: round(part.lengthM), time_s: round(part.timeS) } : {};
  const ground = { home: { eastM: 0, northM: 0, upM: 0 } };
  const waypoints = toWaypoints(plan.waypoints, toWaypointSite(site, ground));
  if (isRefusal(waypoints)) return {};
  const { legsM, totalS } = createRoute(waypoints, { speedMps: plan.speedMps ?? airspace.limits.cruiseMps });
  return { length_m: round(legsM.reduce((sum, legM) => sum + legM, 0)), time_s: round(totalS) };
}

const round = (value: number): number => Math.round(value * 10) / 10;
