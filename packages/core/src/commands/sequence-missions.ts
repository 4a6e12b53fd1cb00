import { isRefusal, type Refusal } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import {
  decideSequencesInSteps,
  type SequencesDecision,
  toSequencesSnapshot,
} from '../missions/assignment/explain-sequences.ts';
import type { SequenceFacts } from '../missions/assignment/fleet-sequences.ts';
import { type GivingWorld, keepDecision } from './give-mission.ts';
import { type GivenMissions, giveMatches } from './give-missions.ts';
import type { Match, MissionMatch } from './match-missions.ts';
import type { CarriedMission, SequenceSeat } from './mission-record.ts';
import { byUrgency } from './mission-urgency.ts';
import { type ChargingTerms, freeDrones, readSequenceFacts } from './sequence-facts.ts';

/** More missions than drones: each drone flies several, one after the other, and charges in between. */

/** Missions, and drones, that are planned at once. */
const MAX_SEQUENCED = 64;

export interface PlannedSequences {
  readonly decision: SequencesDecision & { readonly snapshot: string };
  readonly facts: SequenceFacts;
  readonly missions: readonly CarriedMission[];
  readonly drones: readonly DroneState[];
}

export interface GivenSequences extends GivenMissions {
  /** Ids of those that wait for their drone. */
  readonly waiting: readonly string[];
}

type Turns = <Result>(steps: Generator<void, Result, void>) => Promise<Result>;

export const mostUrgent = (missions: readonly CarriedMission[]): readonly CarriedMission[] =>
  [...missions].sort(byUrgency).slice(0, MAX_SEQUENCED);

/** Of too many the most urgent, and the nearest drones. */
export async function planSequencesOf(
  missions: readonly CarriedMission[],
  free: readonly DroneState[],
  { world, terms, turns }: { world: GivingWorld; terms: ChargingTerms; turns: Turns },
): Promise<PlannedSequences | Refusal> {
  const urgent = mostUrgent(missions);
  const drones = free.slice(0, MAX_SEQUENCED);
  const facts = await turns(readSequenceFacts(urgent, drones, terms, world));
  if (isRefusal(facts)) return facts;
  const decision = await turns(decideSequencesInSteps(facts));
  if (isRefusal(decision)) return decision;
  const planned = new Set(urgent);
  const tooMany = missions
    .filter((mission) => !planned.has(mission))
    .map(({ id }) => ({
      mission: id,
      reason: `more than ${MAX_SEQUENCED} are not planned at once: ask again later`,
    }));
  const whole = { ...decision, left: [...decision.left, ...tooMany] };
  return { decision: { ...whole, snapshot: toSequencesSnapshot(facts) }, facts, missions, drones };
}

/** Gives every drone its first mission, and keeps the others with their drone in view. */
export async function giveSequences(planned: PlannedSequences, world: GivingWorld): Promise<GivenSequences> {
  const { decision, missions, drones } = planned;
  const match = toMatch(planned);
  const given = await giveMatches(match, drones, world);
  const decisionId =
    given.decisionId ??
    keepDecision(
      decision,
      missions.map(({ id }) => id),
      world,
    );
  const waiting = new Set<string>();
  for (const [id, seat] of toSeats(planned, world.nowMs)) {
    const mission = missions.find((each) => each.id === id);
    const fresh = mission && world.missions.fresh(mission);
    if (fresh?.state !== 'planned' || match.matches.some((each) => each.mission.id === id && each.drone))
      continue;
    world.missions.keep({ ...fresh, carriage: { ...fresh.carriage, autoAssign: true, decisionId, seat } });
    waiting.add(id);
  }
  const reasons = new Map(decision.left.map(({ mission, reason }) => [mission, reason]));
  const left = given.left
    .filter(({ missionId }) => !waiting.has(missionId))
    .map(({ missionId, reason }) => ({ missionId, reason: reasons.get(missionId) ?? reason }));
  return { ...given, decisionId, left, waiting: [...waiting] };
}

/** Those that can begin at once, with their drones. */
function toMatch({ decision, missions, drones }: PlannedSequences): MissionMatch {
  const droneOf = new Map<string, Pick<Match, 'drone' | 'costS'>>();
  for (const { drone: id, steps } of decision.drones) {
    const [first] = steps;
    const drone = drones.find(({ droneId }) => droneId === id);
    if (first?.mission !== undefined) droneOf.set(first.mission, { drone, costS: first.startInS });
  }
  const none = { drone: undefined, costS: undefined };
  const matches = missions.map((mission): Match => ({ mission, ...(droneOf.get(mission.id) ?? none) }));
  return { matches, costS: () => Number.POSITIVE_INFINITY, decision };
}

function toSeats({ decision, facts }: PlannedSequences, nowMs: number): ReadonlyMap<string, SequenceSeat> {
  const seats = new Map<string, SequenceSeat>();
  for (const { drone, steps } of decision.drones) {
    let place = 0;
    let chargedToPct: number | undefined;
    for (const { mission, startInS, fromPct, toPct } of steps) {
      if (mission === undefined) {
        chargedToPct = toPct;
        continue;
      }
      place += 1;
      seats.set(mission, {
        ...{ droneId: drone, place, startsAtMs: Math.round(nowMs + startInS * 1000) },
        energyS: Math.round(facts.energySPerPct * (fromPct - toPct)),
        ...(chargedToPct !== undefined && { chargedToPct }),
      });
      chargedToPct = undefined;
    }
  }
  return seats;
}

/** The drones that are free, where there is more to be flown than one each. */
export function* needsSequences(
  missions: readonly CarriedMission[],
  drones: readonly DroneState[],
  world: GivingWorld,
): Generator<void, readonly DroneState[] | Refusal | undefined, void> {
  if (missions.length > MAX_SEQUENCED || missions.length < 2) return undefined;
  // Of a large fleet one look is mostly enough.
  const some = yield* freeDrones(missions.slice(0, 1), drones, world);
  if (isRefusal(some) || some.length >= missions.length) return isRefusal(some) ? some : undefined;
  const free = yield* freeDrones(missions, drones, world);
  return isRefusal(free) || free.length < missions.length ? free : undefined;
}
