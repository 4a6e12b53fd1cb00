import { type Refusal, refuse } from '../../errors.ts';
import { type CostTerms, type CostWeights, defaultCostWeights, toCostTerms, totalCostS } from './cost.ts';
import { createDroneRead, type ExclusionCode, findShortfall, type Shortfall } from './feasibility.ts';
import type { FleetTable } from './fleet-table.ts';
import { createIndexedHeap, type IndexedHeap, lowerKey, popLeast } from './indexed-heap.ts';
import type { MissionAsk } from './mission-ask.ts';

export interface DroneCost {
  readonly costS: number;
  readonly terms: CostTerms;
}

/** What a drone really costs, with wind, traffic and fences; or why it cannot. */
export type DroneEvaluation = DroneCost | Shortfall;

export interface BestDroneInput {
  readonly fleet: FleetTable;
  readonly ask: MissionAsk;
  readonly weights?: CostWeights;
  /** How many besides the best are to be told; 3 when left out. */
  readonly runnersUp?: number;
  /** So many exact evaluations at most; 64 when left out. */
  readonly maxEvaluations?: number;
}

export interface RankedDrone extends DroneCost {
  readonly drone: number;
}

export interface Exclusion {
  readonly code: ExclusionCode;
  readonly count: number;
  /** The one that falls short by the least; the first one where it is a matter of yes or no. */
  readonly nearest: { readonly drone: number; readonly shortBy?: number };
}

export interface DroneChoice {
  /** Cheapest first, runners-up behind; empty when nobody can. Equal costs: the lower row first. */
  readonly ranking: readonly RankedDrone[];
  /** By code, in alphabetical order; every drone that is not feasible is in one. */
  readonly excluded: readonly Exclusion[];
  /** Evaluated exactly, in this order. */
  readonly evaluations: ReadonlyMap<number, DroneEvaluation>;
  /** Feasible as far as is known, not evaluated: none of them costs less than `boundS`. */
  readonly unread: number;
  /** The drone that would have come next. */
  readonly next: number | undefined;
  readonly boundS: number | null;
  /** No drone of the fleet is cheaper. */
  readonly optimal: boolean;
  /** By so much one of the unread could be cheaper at most; null = nobody was found, and somebody is unread. */
  readonly gapS: number | null;
}

const DEFAULT_RUNNERS_UP = 3;
const DEFAULT_EVALUATIONS = 64;

/**
 * The best drone for one mission: whoever cannot is told by code; of the others the one that must cost least is evaluated
 * first, until nobody left can be cheaper. The same as evaluating all, as long as `evaluate` never comes below
 * `leastCostS`; where it does, `optimal` is false. Where `evaluate` gives nothing, enough has been looked at. Refuses a
 * mission with numbers that are none.
 */
export function chooseDrone(
  input: BestDroneInput,
  evaluate: (drone: number) => DroneEvaluation | undefined,
): DroneChoice | Refusal {
  const { fleet, ask, runnersUp = DEFAULT_RUNNERS_UP, maxEvaluations = DEFAULT_EVALUATIONS } = input;
  const fault = findAskFault(ask);
  if (fault) return refuse('VALIDATION_ERROR', { field: fault, reason: 'a finite number is needed' });
  const tally: Tally = new Map();
  const bounds = scanFleet(fleet, ask, input.weights ?? defaultCostWeights, tally);
  const evaluations = new Map<number, DroneEvaluation>();
  const ranking: RankedDrone[] = [];
  let isAdmissible = true;
  while (bounds.length > 0 && evaluations.size < maxEvaluations) {
    const next = bounds.order[0] as number;
    const boundS = bounds.keys[next] as number;
    const last = ranking[runnersUp];
    if (last && boundS > last.costS) break;
    const evaluation = evaluate(next);
    if (!evaluation) break;
    popLeast(bounds);
    evaluations.set(next, evaluation);
    if ('code' in evaluation) {
      count(tally, next, evaluation);
      continue;
    }
    if (!Number.isFinite(evaluation.costS))
      throw new Error(`Drone ${fleet.ids[next]} costs ${evaluation.costS} s.`);
    isAdmissible &&= evaluation.costS >= boundS - ROUNDING * Math.max(1, boundS);
    rank(ranking, { ...evaluation, drone: next }, runnersUp + 1);
  }
  return conclude({ ranking, tally, evaluations, bounds, isAdmissible });
}

/** Of a bound and a cost that are computed in different orders. */
const ROUNDING = 1e-9;

interface Search {
  readonly ranking: readonly RankedDrone[];
  readonly tally: Tally;
  readonly evaluations: ReadonlyMap<number, DroneEvaluation>;
  readonly bounds: IndexedHeap;
  readonly isAdmissible: boolean;
}

function conclude({ ranking, tally, evaluations, bounds, isAdmissible }: Search): DroneChoice {
  const next = bounds.length > 0 ? (bounds.order[0] as number) : undefined;
  const boundS = next === undefined ? null : (bounds.keys[next] as number);
  const best = ranking[0];
  let gapS: number | null = 0;
  if (boundS !== null) gapS = best ? Math.max(0, best.costS - boundS) : null;
  return {
    ...{ ranking, evaluations, next, boundS, gapS },
    excluded: toExclusions(tally),
    unread: bounds.length,
    optimal: isAdmissible && gapS === 0,
  };
}

function findAskFault(ask: MissionAsk): string | undefined {
  const { skillNames: _names, interrupts: _interrupts, ...numbers } = ask;
  const faulty = Object.entries(numbers).find(([, value]) => value !== null && !Number.isFinite(value));
  return faulty?.[0];
}

function scanFleet(fleet: FleetTable, ask: MissionAsk, weights: CostWeights, tally: Tally): IndexedHeap {
  const size = fleet.ids.length;
  const bounds = createIndexedHeap(size);
  const read = createDroneRead(fleet, ask);
  for (let drone = 0; drone < size; drone += 1) {
    const shortfall = findShortfall(read, drone);
    if (shortfall) count(tally, drone, shortfall);
    else lowerKey(bounds, drone, totalCostS(toCostTerms(read.facts, weights)));
  }
  return bounds;
}

type Tally = Map<ExclusionCode, { count: number; drone: number; shortBy: number }>;

function count(tally: Tally, drone: number, { code, shortBy = Number.POSITIVE_INFINITY }: Shortfall): void {
  const entry = tally.get(code);
  if (!entry) {
    tally.set(code, { count: 1, drone, shortBy });
    return;
  }
  entry.count += 1;
  if (shortBy >= entry.shortBy) return;
  entry.drone = drone;
  entry.shortBy = shortBy;
}

function toExclusions(tally: Tally): readonly Exclusion[] {
  return [...tally]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { count: counted, drone, shortBy }]) => ({
      ...{ code, count: counted },
      nearest: shortBy === Number.POSITIVE_INFINITY ? { drone } : { drone, shortBy },
    }));
}

function rank(ranking: RankedDrone[], drone: RankedDrone, limit: number): void {
  let at = ranking.length;
  while (at > 0 && isBefore(drone, ranking[at - 1] as RankedDrone)) at -= 1;
  ranking.splice(at, 0, drone);
  if (ranking.length > limit) ranking.pop();
}

const isBefore = (a: RankedDrone, b: RankedDrone): boolean =>
  a.costS < b.costS || (a.costS === b.costS && a.drone < b.drone);
