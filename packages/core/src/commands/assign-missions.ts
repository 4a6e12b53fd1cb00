import Type from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import { MissionId } from '../messages/mission.ts';
import { Id, maybe } from '../messages/text.ts';
import { defaultPlug, defaultSwap } from '../missions/energy/charging.ts';
import { type CommandContext, defineCommand, findDrone } from './command.ts';
import { findMission, isTheirs } from './find-mission.ts';
import { type GivingWorld, round, toGivingWorld } from './give-mission.ts';
import { type GivenMissions, giveMissions } from './give-missions.ts';
import { inTurns } from './in-turns.ts';
import { type KeptMatch, matchMissions } from './match-missions.ts';
import type { CarriedMission } from './mission-record.ts';
import { freeDrones } from './sequence-facts.ts';
import { giveSequences, mostUrgent, needsSequences, planSequencesOf } from './sequence-missions.ts';
import { toSequenceView } from './sequence-reply.ts';
import { toTimingMs } from './vehicle-reply.ts';

const MAX_MISSIONS = 500;

/** All that is planned, or what is named, to the drones that fly all of it best together. */
export const assignMissions = defineCommand({
  type: 'assign_missions',
  replyType: 'missions_assignment_response',
  summary: 'Gives many missions to the drones that fly them best together, and says why not another',
  permission: 'mission:write',
  fields: {
    mission_ids: maybe(Type.Array(MissionId, { minItems: 1, maxItems: MAX_MISSIONS })),
    drone_ids: maybe(Type.Array(Id(), { minItems: 1, maxItems: 10_000 })),
    sequences: maybe(
      Type.Boolean({
        description:
          'several for each drone, one after the other; by itself where drones are fewer than missions',
      }),
    ),
    charger: maybe(Type.Enum(['plug', 'swap'])),
    chargers: maybe(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description: 'drones that can charge at once; all when left out',
      }),
    ),
    dry_run: maybe(Type.Boolean({ description: 'only the matching: nothing is sent' })),
  },
  reply: {
    ...{
      message: Type.String(),
      assigned: Type.Array(Type.Unknown()),
      unassigned: Type.Array(Type.Unknown()),
    },
    ...{ method: Type.String(), cost_s: Type.Number(), optimal: Type.Boolean(), gap_s: Type.Number() },
    sequences: Type.Optional(Type.Array(Type.Unknown())),
    ...{ decision_id: Type.Optional(Type.String()), timing_ms: Type.Number() },
  },
  deadlineMs: 30_000,
  rest: { method: 'POST', path: '/api/missions/assign-all' },
  handle: async (request, context) => {
    const missions = missionsFor(request.mission_ids ?? undefined, context);
    if (isRefusal(missions)) return missions;
    const drones = dronesFor(request.drone_ids ?? undefined, context);
    if (isRefusal(drones)) return drones;
    const world = toGivingWorld(context);
    const asked = request.sequences ?? undefined;
    const free = await inTurns(dronesToSequence(missions, drones, asked, world), context);
    if (isRefusal(free)) return free;
    if (free) return sequence(missions, free, request, context);
    if (request.dry_run !== true) {
      const given = await giveMissions(missions, drones, world);
      return isRefusal(given) ? given : told(given, context);
    }
    const match = matchMissions(missions, drones, world);
    if (isRefusal(match)) return match;
    const matched = match.matches.flatMap(({ mission, drone, costS }) =>
      drone ? [{ mission_id: mission.id, drone_id: drone.droneId, score: round(costS ?? 0) }] : [],
    );
    const left = match.matches.flatMap(({ mission, drone }) => (drone ? [] : [{ mission_id: mission.id }]));
    const message = `${matched.length} of ${missions.length} missions would be assigned; nothing was sent`;
    return { message, assigned: matched, unassigned: left, ...toNumbers(match.decision, context) };
  },
});

/** The drones that fly several each; undefined where one each is enough, or is asked for. */
function* dronesToSequence(
  missions: readonly CarriedMission[],
  drones: readonly DroneState[],
  asked: boolean | undefined,
  world: GivingWorld,
): Generator<void, readonly DroneState[] | Refusal | undefined, void> {
  if (asked === false) return undefined;
  if (asked) return yield* freeDrones(mostUrgent(missions), drones, world);
  return yield* needsSequences(missions, drones, world);
}

interface Terms {
  readonly charger?: 'plug' | 'swap' | null | undefined;
  readonly chargers?: number | null | undefined;
  readonly dry_run?: boolean | null | undefined;
}

async function sequence(
  missions: readonly CarriedMission[],
  free: readonly DroneState[],
  { charger, chargers, dry_run }: Terms,
  context: CommandContext,
) {
  const world = toGivingWorld(context);
  const terms = {
    charger: charger === 'swap' ? defaultSwap : defaultPlug,
    ...(chargers != null && { slots: chargers }),
  };
  const turns = <Result>(steps: Generator<void, Result, void>) => inTurns(steps, context);
  const planned = await planSequencesOf(missions, free, { world, terms, turns });
  if (isRefusal(planned)) return planned;
  const { decision } = planned;
  const sequences = decision.drones.map((each) => toSequenceView(each, context.nowMs));
  if (dry_run !== true) {
    const given = await giveSequences(planned, world);
    const message = `${given.given.length} of ${missions.length} missions assigned, ${given.waiting.length} wait for their turn`;
    return { ...told(given, context), message, sequences };
  }
  const firsts = decision.drones.flatMap(({ drone, steps: [first] }) =>
    first?.mission === undefined
      ? []
      : [{ mission_id: first.mission, drone_id: drone, score: round(first.startInS) }],
  );
  const message = `${decision.assigned} of ${missions.length} missions would be flown; nothing was sent`;
  const unassigned = decision.left.map(({ mission, reason }) => ({ mission_id: mission, reason }));
  return { message, assigned: firsts, unassigned, sequences, ...toNumbers(decision, context) };
}

function missionsFor(
  ids: readonly string[] | undefined,
  context: CommandContext,
): readonly CarriedMission[] | Refusal {
  const { missions } = context.parts.operations;
  if (!ids) {
    const planned = missions
      .live()
      .filter(({ tenant, state, schedule }) => tenant === context.tenant && state === 'planned' && !schedule)
      .filter((mission) => isTheirs(mission, context.boundDroneId))
      .slice(0, MAX_MISSIONS);
    if (planned.length > 0) return planned;
    return refuse('NOT_FOUND', { field: 'mission_ids' }, { message: 'No mission waits for a drone' });
  }
  const named: CarriedMission[] = [];
  for (const [at, id] of [...new Set(ids)].entries()) {
    const mission = findMission(context, id);
    if (isRefusal(mission)) return { ...mission, details: { field: `mission_ids[${at}]` } };
    if (mission.state !== 'planned')
      return refuse(
        'CONFLICT',
        { field: `mission_ids[${at}]`, reason: 'state', state: mission.state },
        { message: `Mission ${id} is ${mission.state}: it cannot be assigned now` },
      );
    named.push(mission);
  }
  return named;
}

function dronesFor(
  ids: readonly string[] | undefined,
  context: CommandContext,
): readonly DroneState[] | Refusal {
  const { tenant, boundDroneId, parts } = context;
  const wanted = ids ?? (boundDroneId === undefined ? undefined : [boundDroneId]);
  if (!wanted) return [...parts.fleet.drones(tenant)];
  const drones: DroneState[] = [];
  for (const [at, id] of [...new Set(wanted)].entries()) {
    const drone = findDrone(context, id, `drone_ids[${at}]`);
    if (isRefusal(drone)) return drone;
    drones.push(drone);
  }
  return drones;
}

function told({ match, given, left, decisionId }: GivenMissions, context: CommandContext) {
  return {
    message: `${given.length} of ${given.length + left.length} missions assigned`,
    assigned: given.map(({ missionId, drone, reasons, commandId }) => ({
      ...{ mission_id: missionId, drone_id: drone.droneId, command_id: commandId, ...reasons },
    })),
    unassigned: left.map(({ missionId, reason }) => ({ mission_id: missionId, reason })),
    ...(decisionId !== undefined && { decision_id: decisionId }),
    ...toNumbers(match.decision, context),
  };
}

const toNumbers = ({ method, costS, optimal, gapS }: KeptMatch, { elapsedMs }: CommandContext) => ({
  ...{ method, cost_s: round(costS), optimal, gap_s: round(gapS), timing_ms: toTimingMs(elapsedMs()) },
});
