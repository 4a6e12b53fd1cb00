import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import type { MissionDecision } from '../missions/assignment/explain-matching.ts';
import { type CheckedFlight, checkMissionFlight, chooseForMission, etaOf } from './choose-for-mission.ts';
import { toAroundReason, toAroundView } from './fly-around.ts';
import {
  type AssignmentReasons,
  type GivingWorld,
  giveMission,
  keepDecision,
  planToFly,
  round,
  toReasons,
} from './give-mission.ts';
import { type Match, type MissionMatch, matchMissions } from './match-missions.ts';
import type { CarriedMission } from './mission-record.ts';

interface GivenMission {
  readonly missionId: string;
  readonly drone: DroneState;
  readonly reasons: AssignmentReasons;
  readonly commandId: string;
  readonly position: number;
}

export interface GivenMissions {
  readonly match: MissionMatch;
  /** Where any was given. */
  readonly decisionId?: string;
  readonly given: readonly GivenMission[];
  readonly left: readonly { readonly missionId: string; readonly reason: string }[];
}

/** Matches, and gives each mission to its drone. */
export async function giveMissions(
  missions: readonly CarriedMission[],
  drones: readonly DroneState[],
  world: GivingWorld,
): Promise<GivenMissions | Refusal> {
  const match = matchMissions(missions, drones, world);
  return isRefusal(match) ? match : giveMatches(match, drones, world);
}

/**
 * Gives each matched mission to its drone. What was reserved a moment ago for another one counts: where a flight is not safe
 * any more, that mission looks for itself among the drones that are left.
 */
export async function giveMatches(
  match: MissionMatch,
  drones: readonly DroneState[],
  world: GivingWorld,
): Promise<GivenMissions> {
  const { matches } = match;
  const none = (id: string) => ({ missionId: id, reason: NOBODY });
  if (matches.every(({ drone }) => drone === undefined))
    return { match, given: [], left: matches.map(({ mission }) => none(mission.id)) };
  const ids = matches.map(({ mission }) => mission.id);
  const decisionId = keepDecision(match.decision, ids, world);
  const given: GivenMission[] = [];
  const left: { missionId: string; reason: string }[] = [];
  const taken = new Set(matches.flatMap(({ drone }) => (drone ? [drone.droneId] : [])));
  for (const each of matches) {
    const spare = drones.filter(({ droneId }) => !taken.has(droneId));
    const reasons = reasonsOf(match, each.mission.id);
    const outcome = giveOne(each, { reasons, spare, decisionId }, world);
    if (outcome && !isRefusal(outcome)) {
      given.push(outcome);
      taken.add(outcome.drone.droneId);
      // A pause for everybody else: the disk's.
      await world.operations.durable(outcome.position, DISK_MS);
    } else
      left.push(outcome ? { missionId: each.mission.id, reason: outcome.message } : none(each.mission.id));
  }
  return { match, decisionId, given, left };
}

const NOBODY = 'no drone can, or is left';

const reasonsOf = ({ decision }: MissionMatch, id: string): MissionDecision | undefined =>
  decision.method === 'exact' ? decision.missions.find(({ mission }) => mission === id) : undefined;

const DISK_MS = 2000;

interface Terms {
  readonly reasons: MissionDecision | undefined;
  readonly spare: readonly DroneState[];
  readonly decisionId: string;
}

function giveOne(
  { mission: planned, drone, costS }: Match,
  { reasons, spare, decisionId }: Terms,
  world: GivingWorld,
): GivenMission | Refusal | undefined {
  const mission = world.missions.fresh(planned);
  if (!drone || mission.state !== 'planned') return undefined;
  const flight = checkMissionFlight(planToFly(mission), world.airspace.situationNow(drone), world);
  if (isRefusal(flight)) return giveAnother(mission, spare, world);
  if (!flight.verdict.accepted) return giveAnother(mission, spare, world) ?? toUnsafe(flight);
  const told = toTold(reasons, costS ?? 0, flight);
  const kept = giveMission(mission, { drone, flight, reasons: told, decisionId }, world);
  return isRefusal(kept) ? kept : toGiven(kept.mission, drone, told, kept.position);
}

function toUnsafe({ verdict: { violations } }: CheckedFlight): Refusal | undefined {
  const [first] = violations;
  return first && refuse('CONFLICT', { reason: first.check }, { message: first.evidence });
}

const toGiven = (
  { id, carriage }: CarriedMission,
  drone: DroneState,
  reasons: AssignmentReasons,
  position: number,
): GivenMission => ({ missionId: id, drone, reasons, commandId: carriage.order?.commandId ?? '', position });

function toTold(
  decision: MissionDecision | undefined,
  costS: number,
  flight: CheckedFlight,
): AssignmentReasons {
  const etaS = etaOf(flight);
  return {
    ...{ score: round(costS), eta_s: Number.isFinite(etaS) ? round(etaS) : 0 },
    reasons: [
      `at the first waypoint in ${Math.round(etaS)} s`,
      'the best for all the missions together',
      ...(flight.around ? [toAroundReason(flight.around)] : []),
    ],
    ...(flight.around && { plan_change: toAroundView(flight.around) }),
    runner_ups: (decision?.runnersUp ?? []).map((other) => ({
      ...{ drone_id: other.drone, score: round(other.costS), why_not: other.whyNot },
      ...{ fleet_loss_s: round(other.fleetLossS), worth_s: round(other.worthS), flies: other.flies },
    })),
  };
}

function giveAnother(
  mission: CarriedMission,
  spare: readonly DroneState[],
  world: GivingWorld,
): GivenMission | Refusal | undefined {
  const choice = chooseForMission(planToFly(mission), spare, world);
  if (isRefusal(choice) || !choice.best) return isRefusal(choice) ? choice : undefined;
  const decisionId = keepDecision(choice.decision, [mission.id], world);
  const reasons = toReasons(choice);
  const kept = giveMission(mission, { ...choice.best, reasons, decisionId }, world);
  return isRefusal(kept) ? kept : toGiven(kept.mission, choice.best.drone, reasons, kept.position);
}
