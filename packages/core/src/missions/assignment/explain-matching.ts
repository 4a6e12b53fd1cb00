import { isRefusal, type Refusal, refuse } from '../../errors.ts';
import { contentHash } from './content-hash.ts';
import { solveMatching } from './exact-matching.ts';
import { findForcingLoss } from './forcing-loss.ts';
import type { CostMatrix, MatchingCertificate, PricedMatching } from './priced-matching.ts';

export interface BatchInput {
  readonly missions: readonly string[];
  readonly drones: readonly string[];
  /** Seconds, a row for each mission; Infinity = the drone cannot. */
  readonly costs: Float64Array;
  /** How many besides the chosen are told of each mission; 3 when left out. */
  readonly runnersUp?: number;
}

/** Many missions at once: who flies what, and for each mission why not another drone. */
export interface BatchDecision {
  readonly decision: 'assign_missions';
  readonly inputsHash: string;
  readonly missions: readonly MissionDecision[];
  readonly costS: number;
  readonly assigned: number;
  readonly optimal: boolean;
  readonly gapS: number;
  readonly certificate: MatchingCertificate;
}

export interface MissionDecision {
  readonly mission: string;
  /** null = no drone is left for it, or none can. */
  readonly chosen: { readonly drone: string; readonly costS: number } | null;
  readonly runnersUp: readonly RunnerUp[];
  /** Drones that cannot. */
  readonly excluded: number;
}

export interface RunnerUp {
  readonly drone: string;
  readonly costS: number;
  /** What the fleet would lose, were this drone forced on the mission. */
  readonly fleetLossS: number;
  /** Missions that would then have no drone. */
  readonly missionsLost: number;
  /** False in large batches: the loss is then the reduced cost, and at least so much. */
  readonly isExact: boolean;
  /** What the drone is worth to the others: its dual price. */
  readonly worthS: number;
  readonly flies: string | null;
  readonly whyNot: string;
}

const DEFAULT_RUNNERS_UP = 3;
/** Cells that are read for exact losses, all runners-up together; a batch of 70 × 500 is within. */
const MAX_CELLS_READ = 1e7;

/** Matches exactly, and explains by the prices. The same input gives the same decision to the last bit. */
export function decideBatch(input: BatchInput): BatchDecision | Refusal {
  const { missions, drones, costs } = input;
  const matrix = { rows: missions.length, columns: drones.length, costs };
  const matching = solveMatching(matrix);
  if (isRefusal(matching)) return matching;
  const { certificate, cost, cardinality } = matching;
  return {
    decision: 'assign_missions',
    inputsHash: contentHash(JSON.stringify([missions, drones, input.runnersUp ?? null]), costs),
    missions: missions.map((_, mission) => explainMission(input, matrix, matching, mission)),
    ...{ costS: cost, assigned: cardinality, certificate },
    ...{ optimal: certificate.holds, gapS: certificate.gap },
  };
}

function explainMission(
  { missions, drones, runnersUp = DEFAULT_RUNNERS_UP }: BatchInput,
  matrix: CostMatrix,
  matching: PricedMatching,
  mission: number,
): MissionDecision {
  const { rows, columns, costs } = matrix;
  const isExact = rows * runnersUp * rows * columns <= MAX_CELLS_READ;
  const { u, v, columnOfRow, rowOfColumn } = matching;
  const own = columnOfRow[mission] as number;
  const row = costs.subarray(mission * columns, (mission + 1) * columns);
  const nearest = cheapestOthers(row, own, runnersUp);
  const ownS = own < 0 ? undefined : (row[own] as number);
  return {
    mission: missions[mission] as string,
    chosen: ownS === undefined ? null : { drone: drones[own] as string, costS: ownS },
    runnersUp: nearest.map((drone) => {
      const costS = row[drone] as number;
      const flown = rowOfColumn[drone] as number;
      const loss = isExact
        ? findForcingLoss(matrix, matching, mission, drone)
        : { pairsLost: 0, cost: costS - (u[mission] as number) - (v[drone] as number) };
      const runnerUp = {
        ...{ drone: drones[drone] as string, costS, isExact, missionsLost: loss.pairsLost },
        fleetLossS: loss.pairsLost > 0 ? loss.cost : Math.max(0, loss.cost),
        worthS: Math.max(0, -(v[drone] as number)),
        flies: flown < 0 ? null : (missions[flown] as string),
      };
      return { ...runnerUp, whyNot: whyNotTaken(runnerUp, ownS) };
    }),
    excluded: row.reduce((sum, costS) => sum + (costS === Number.POSITIVE_INFINITY ? 1 : 0), 0),
  };
}

/** `25.7 s cheaper alone, but worth 38.2 s to M-88 (dual price): the fleet would lose 31.7 s` */
function whyNotTaken(
  { costS, worthS, fleetLossS, missionsLost, isExact, flies }: Omit<RunnerUp, 'whyNot'>,
  ownS: number | undefined,
): string {
  const loss =
    missionsLost > 0
      ? 'another mission would have no drone'
      : `the fleet would lose ${isExact ? '' : 'at least '}${fleetLossS.toFixed(1)} s`;
  const worth = `worth ${worthS.toFixed(1)} s to ${flies ?? 'others'} (dual price)`;
  if (ownS === undefined) return `${worth}: ${loss}`;
  const moreS = costS - ownS;
  if (moreS >= 0 && worthS === 0) return `${moreS.toFixed(1)} s dearer`;
  const alone =
    moreS < 0 ? `${(-moreS).toFixed(1)} s cheaper alone, but` : `${moreS.toFixed(1)} s dearer, and`;
  return `${alone} ${worth}: ${loss}`;
}

/** Cheapest first; equal ones by their number. */
function cheapestOthers(row: Float64Array, own: number, count: number): readonly number[] {
  const nearest: number[] = [];
  row.forEach((costS, drone) => {
    if (drone === own || costS === Number.POSITIVE_INFINITY) return;
    let at = nearest.length;
    while (at > 0 && costS < (row[nearest[at - 1] as number] as number)) at -= 1;
    if (at >= count) return;
    nearest.splice(at, 0, drone);
    if (nearest.length > count) nearest.pop();
  });
  return nearest;
}

/** The whole input as JSON; Infinity is null. */
export function toBatchSnapshot({ missions, drones, costs, runnersUp }: BatchInput): string {
  return JSON.stringify({ missions, drones, costs: [...costs], runnersUp });
}

/** The decision of a snapshot that `toBatchSnapshot` made; refuses any other text. */
export function replayBatch(text: string): BatchDecision | Refusal {
  try {
    const { missions, drones, costs, runnersUp } = JSON.parse(text) as {
      readonly missions: readonly string[];
      readonly drones: readonly string[];
      readonly costs: readonly (number | null)[];
      readonly runnersUp?: number;
    };
    const cells = Float64Array.from(costs, (costS) => costS ?? Number.POSITIVE_INFINITY);
    return decideBatch({ missions, drones, costs: cells, ...(runnersUp === undefined ? {} : { runnersUp }) });
  } catch {
    return refuse('VALIDATION_ERROR', { field: 'snapshot', reason: 'not the snapshot of a batch' });
  }
}
