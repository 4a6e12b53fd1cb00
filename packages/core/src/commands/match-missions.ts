import { isRefusal, type Refusal } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import { auctionFleet } from '../missions/assignment/auction.ts';
import { defaultCostWeights, toCostTerms, totalCostS } from '../missions/assignment/cost.ts';
import { solveMatching } from '../missions/assignment/exact-matching.ts';
import { type BatchDecision, decideBatch, toBatchSnapshot } from '../missions/assignment/explain-matching.ts';
import type { SequencesDecision } from '../missions/assignment/explain-sequences.ts';
import { createDroneRead, type DroneRead, findShortfall } from '../missions/assignment/feasibility.ts';
import type { FleetTable } from '../missions/assignment/fleet-table.ts';
import type { MissionAsk } from '../missions/assignment/mission-ask.ts';
import { type ChoiceWorld, checkMissionFlight, toChoiceInput, toCost } from './choose-for-mission.ts';
import { isOnlyTraffic } from './fly-around.ts';
import { planToFly } from './give-mission.ts';
import type { CarriedMission } from './mission-record.ts';

/** Many missions and many drones at once. */

export interface Match {
  readonly mission: CarriedMission;
  /** Undefined: none is left for it, or none can. */
  readonly drone: DroneState | undefined;
  readonly costS: number | undefined;
}

export interface MissionMatch {
  readonly matches: readonly Match[];
  /** By ids, as far as is known: a bound where the pair was not worth an evaluation; Infinity where the drone cannot. */
  readonly costS: (missionId: string, droneId: string) => number;
  /** What is kept: made again from its snapshot it is the same. */
  readonly decision: KeptMatch;
}

export type KeptMatch =
  | (SequencesDecision & { readonly snapshot: string })
  | (BatchDecision & { readonly method: 'exact'; readonly snapshot: string; readonly evaluated: number })
  | {
      readonly decision: 'assign_missions';
      readonly method: 'auction';
      readonly assigned: number;
      readonly costS: number;
      readonly gapS: number;
      readonly optimal: boolean;
    };

/** Up to here exactly; beyond by auction, with a stated gap. */
const MAX_EXACT_MISSIONS = 64;
const MAX_COLUMNS = 512;
/** Exact evaluations, for each mission on average. */
const EVALUATIONS = 6;
/** Of all of them, those that are planned around others; each takes milliseconds. */
const MAX_AROUNDS = 8;
/** What keeping clear is taken to cost beyond: it is planned when the mission is given. */
const AROUND_S = 15;
/** No drone is sent that would cost the fleet more than this. */
const UNASSIGNED_S = 1e6;

interface Asked {
  readonly mission: CarriedMission;
  readonly fleet: FleetTable;
  readonly ask: MissionAsk;
  readonly read: DroneRead;
}

export function matchMissions(
  missions: readonly CarriedMission[],
  drones: readonly DroneState[],
  world: ChoiceWorld,
  /** Ids of drones that are looked at however many are nearer. */
  wanted: ReadonlySet<string> = NO_DRONES,
): MissionMatch | Refusal {
  const asked: Asked[] = [];
  for (const mission of missions) {
    const input = toChoiceInput(planToFly(mission), drones, world);
    if (isRefusal(input)) return input;
    const { fleet, ask } = input;
    asked.push({ mission, fleet, ask, read: createDroneRead(fleet, ask) });
  }
  return missions.length <= MAX_EXACT_MISSIONS
    ? matchExactly(asked, drones, world, wanted)
    : matchByAuction(asked, drones);
}

const NO_DRONES: ReadonlySet<string> = new Set();

/** What a drone costs at least; Infinity where it cannot. */
function boundS({ read }: Asked, drone: number): number {
  if (findShortfall(read, drone)) return Number.POSITIVE_INFINITY;
  return totalCostS(toCostTerms(read.facts, defaultCostWeights));
}

/**
 * Bounds stand for costs until a pair is taken, then it is evaluated exactly and all is matched again: where every taken pair
 * is exact and no bound is above its cost, no other matching is better.
 */
function matchExactly(
  asked: readonly Asked[],
  drones: readonly DroneState[],
  world: ChoiceWorld,
  wanted: ReadonlySet<string>,
): MissionMatch | Refusal {
  const bounds = asked.map((each) => drones.map((_drone, at) => boundS(each, at)));
  const columns = cheapestColumns(
    bounds,
    drones.flatMap(({ droneId }, at) => (wanted.has(droneId) ? [at] : [])),
  );
  const costs = Float64Array.from(bounds.flatMap((row) => columns.map((at) => toMs(row[at] as number))));
  const exact = new Set<number>();
  let left = EVALUATIONS * asked.length;
  let aroundsLeft = MAX_AROUNDS;
  for (;;) {
    const matching = solveMatching({ rows: asked.length, columns: columns.length, costs });
    if (isRefusal(matching)) return matching;
    const cells = [...matching.columnOfRow].flatMap((column, row) =>
      column < 0 || exact.has(row * columns.length + column) ? [] : [row * columns.length + column],
    );
    if (cells.length === 0 || left <= 0) break;
    for (const cell of cells) {
      const each = asked[Math.floor(cell / columns.length)] as Asked;
      const drone = drones[columns[cell % columns.length] as number] as DroneState;
      const { costS, isAround } = exactCost(each, drone, { world, mayChange: aroundsLeft > 0 });
      costs[cell] = toMs(costS);
      if (isAround) aroundsLeft -= 1;
      exact.add(cell);
      left -= 1;
    }
  }
  const input = {
    missions: asked.map(({ mission }) => mission.id),
    drones: columns.map((at) => (drones[at] as DroneState).droneId),
    costs,
  };
  const decision = decideBatch(input);
  if (isRefusal(decision)) return decision;
  const matches = toMatches(asked, drones, decision);
  const kept = {
    ...decision,
    method: 'exact',
    snapshot: toBatchSnapshot(input),
    evaluated: exact.size,
  } as const;
  const rows = new Map(input.missions.map((id, at) => [id, at]));
  const places = new Map(input.drones.map((id, at) => [id, at]));
  const costS = (missionId: string, droneId: string): number =>
    costs[(rows.get(missionId) ?? Number.NaN) * columns.length + (places.get(droneId) ?? Number.NaN)] ??
    Number.POSITIVE_INFINITY;
  return { matches, costS, decision: kept };
}

/** To the millisecond: nobody can tell them apart, and the record stays small. */
const toMs = (costS: number): number => Math.round(costS * 1000) / 1000;

function exactCost(
  { mission, ask }: Asked,
  drone: DroneState,
  { world, mayChange }: { readonly world: ChoiceWorld; readonly mayChange: boolean },
): { readonly costS: number; readonly isAround: boolean } {
  const situation = world.airspace.situationNow(drone);
  const checked = checkMissionFlight(planToFly(mission), situation, world, mayChange);
  if (isRefusal(checked)) return { costS: Number.POSITIVE_INFINITY, isAround: false };
  const { accepted } = checked.verdict;
  const isMet = !accepted && isOnlyTraffic(checked.verdict);
  const cost = accepted || (isMet && !mayChange) ? toCost(checked, ask) : undefined;
  const costS = cost && 'costS' in cost ? cost.costS + (accepted ? 0 : AROUND_S) : Number.POSITIVE_INFINITY;
  return { costS, isAround: mayChange && (isMet || checked.around !== undefined) };
}

/** Of so many missions each needs one of its so many cheapest drones; some more, for those that turn out dearer. */
function cheapestColumns(
  bounds: readonly (readonly number[])[],
  wanted: readonly number[],
): readonly number[] {
  const perRow = Math.max(
    8,
    Math.min(bounds.length + 8, Math.floor(MAX_COLUMNS / Math.max(1, bounds.length))),
  );
  const columns = new Set(wanted);
  for (const row of bounds) {
    const able = row.map((_costS, at) => at).filter((at) => Number.isFinite(row[at]));
    able.sort((a, b) => (row[a] as number) - (row[b] as number) || a - b);
    for (const at of able.slice(0, perRow)) columns.add(at);
  }
  return [...columns].sort((a, b) => a - b);
}

function toMatches(
  asked: readonly Asked[],
  drones: readonly DroneState[],
  decision: BatchDecision,
): readonly Match[] {
  const byId = new Map(drones.map((drone) => [drone.droneId, drone]));
  return decision.missions.map(({ chosen }, at) => ({
    mission: (asked[at] as Asked).mission,
    drone: chosen ? byId.get(chosen.drone) : undefined,
    costS: chosen?.costS,
  }));
}

function matchByAuction(asked: readonly Asked[], drones: readonly DroneState[]): MissionMatch | Refusal {
  const [first] = asked as readonly [Asked, ...Asked[]];
  const matching = auctionFleet({
    missions: {
      eastM: Float64Array.from(asked, ({ ask }) => ask.eastM),
      northM: Float64Array.from(asked, ({ ask }) => ask.northM),
    },
    // What says not where it is takes no part: far from everything, and never able.
    drones: {
      eastM: first.fleet.eastM.map((eastM) => (Number.isFinite(eastM) ? eastM : 0)),
      northM: first.fleet.northM.map((northM) => (Number.isFinite(northM) ? northM : 0)),
      speedMaxMps: Float64Array.from(drones, (_drone, at) =>
        Math.max(...asked.map(({ fleet }) => fleet.speedMps[at] as number)),
      ),
    },
    costS: (mission, drone) => boundS(asked[mission] as Asked, drone),
    unassignedS: UNASSIGNED_S,
  });
  if (isRefusal(matching)) return matching;
  const matches = asked.map((each, at): Match => {
    const drone = drones[matching.droneOfMission[at] as number];
    return {
      mission: each.mission,
      drone,
      costS: drone && boundS(each, matching.droneOfMission[at] as number),
    };
  });
  const rows = new Map(asked.map((each) => [each.mission.id, each]));
  const places = new Map(drones.map(({ droneId }, at) => [droneId, at]));
  const costOf = (missionId: string, droneId: string): number => {
    const [each, at] = [rows.get(missionId), places.get(droneId)];
    return each && at !== undefined ? boundS(each, at) : Number.POSITIVE_INFINITY;
  };
  const { assigned, costS, gapS } = matching;
  const decision = { decision: 'assign_missions', method: 'auction', assigned, costS, gapS } as const;
  return { matches, costS: costOf, decision: { ...decision, optimal: false } };
}
