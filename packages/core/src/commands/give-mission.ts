import { isRefusal, type Refusal } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import type { DecisionRecord } from '../missions/assignment/explain.ts';
import type { MissionPlan } from '../missions/mission.ts';
import { type CheckedFlight, type ChoiceWorld, etaOf, type MissionChoice } from './choose-for-mission.ts';
import type { CommandContext } from './command.ts';
import { toAroundReason, toAroundView } from './fly-around.ts';
import type { KeptMatch } from './match-missions.ts';
import type { MissionDesk } from './mission-desk.ts';
import type { CarriedMission } from './mission-record.ts';
import type { KeptMission } from './mission-shelf.ts';
import { waypointsToSend } from './mission-steps.ts';
import type { Operations } from './operations.ts';

/** What giving a mission to a drone works with. */
export interface GivingWorld extends ChoiceWorld {
  readonly missions: MissionDesk;
  readonly operations: Operations;
}

export function toGivingWorld({ tenant, nowMs, parts }: CommandContext): GivingWorld {
  return createGivingWorld({ tenant, nowMs, fleet: parts.fleet, operations: parts.operations });
}

export function createGivingWorld(
  parts: Pick<GivingWorld, 'tenant' | 'nowMs' | 'fleet' | 'operations'>,
): GivingWorld {
  const { airspace, energy, missions } = parts.operations;
  return { ...parts, airspace, energy, missions, bound: () => missions.bound(parts.tenant) };
}

/** Told with the assignment, to everybody. */
export interface AssignmentReasons {
  readonly score: number;
  readonly reasons: readonly string[];
  readonly eta_s: number;
  readonly runner_ups: readonly unknown[];
  /** What of the plan is flown otherwise, to keep clear of others. */
  readonly plan_change?: Readonly<Record<string, unknown>>;
}

export interface Gift {
  readonly drone: DroneState;
  readonly flight: CheckedFlight;
  readonly reasons: AssignmentReasons;
  readonly decisionId: string;
}

/**
 * Reserves the flight, which must have been checked within this turn, and sends the drone its plan. Refused where the drone
 * may not be ordered now; then nothing is reserved.
 */
export function giveMission(mission: CarriedMission, gift: Gift, world: GivingWorld): KeptMission | Refusal {
  const { intents, missions } = world.operations;
  const { drone, flight, reasons, decisionId } = gift;
  const reservation = intents.reserve(flight.situation, flight.verdict);
  if (isRefusal(reservation)) return reservation;
  const given = missions.assign(mission, drone, {
    ...{ reservation, decisionId, assignment: { ...reasons } },
    ...(flight.around && { around: flight.around }),
    flight: intents.intended(world.tenant, flight.wish),
  });
  if (isRefusal(given)) reservation.release();
  return given;
}

/** What of the mission is still to be flown. */
export function planToFly(mission: CarriedMission | MissionPlan): MissionPlan {
  if (!('carriage' in mission) || !mission.breakPoint) return mission;
  return { ...mission, waypoints: waypointsToSend(mission) };
}

/** A decision is kept as it was made, with all it rests on. */
export function keepDecision(
  decision: DecisionRecord | KeptMatch,
  missionIds: readonly string[],
  { tenant, nowMs, operations }: GivingWorld,
): string {
  const id = operations.newId();
  operations.records.put({
    ...{ kind: 'decision', tenant, id, state: decision.decision, endedAtMs: nowMs },
    data: { ...decision, missionIds },
  });
  return id;
}

export const round = (value: number): number => Math.round(value * 10) / 10;

/** Why this drone, in sentences. */
export function toReasons({ decision, considered, best }: MissionChoice): AssignmentReasons {
  const { chosen, runnersUp, evaluated, optimal } = decision;
  const verdict = best?.flight.verdict;
  const etaS = best ? etaOf(best.flight) : Number.NaN;
  const around = best?.flight.around;
  const energy = verdict?.energy;
  return {
    score: round(chosen?.costS ?? 0),
    reasons: [
      `at the first waypoint in ${Math.round(etaS)} s`,
      energy ? `back home with ${Math.round(energy.batteryAtHomePct)} % expected` : 'energy unknown',
      ...(around ? [toAroundReason(around)] : []),
      `${considered} drones considered, ${evaluated} exactly; ${optimal ? 'no other is better' : 'others may be better'}`,
    ],
    eta_s: Number.isFinite(etaS) ? round(etaS) : 0,
    ...(around && { plan_change: toAroundView(around) }),
    runner_ups: runnersUp.map(({ drone, costS, terms, whyNot }) => ({
      ...{ drone_id: drone, score: round(costS), terms, why_not: whyNot },
    })),
  };
}
