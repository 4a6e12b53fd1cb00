import { type Refusal, refuse } from '../../errors.ts';
import type { BestDroneInput, DroneChoice, DroneEvaluation } from './best-drone.ts';
import type { CostWeights } from './cost.ts';
import { defaultCostWeights } from './cost.ts';
import type { ExclusionCode } from './feasibility.ts';
import { type FleetRow, toFleetRow } from './fleet-table.ts';
import type { MissionAsk } from './mission-ask.ts';

/**
 * What a decision rests on: the mission, the drones that were read closely, and how many others were out for which
 * reason. The decision made again from it comes to the same, so it is kept instead of the whole fleet.
 */
export interface DecisionSnapshot {
  readonly ask: MissionAsk;
  readonly weights: CostWeights;
  readonly runnersUp: number | null;
  readonly maxEvaluations: number | null;
  /** In the fleet's order: who was evaluated, who falls short by the least, who would have come next. */
  readonly rows: readonly FleetRow[];
  /** Of rows, by their place in `rows`. */
  readonly evaluations: readonly (readonly [number, DroneEvaluation])[];
  readonly others: {
    readonly excluded: readonly (readonly [ExclusionCode, number])[];
    /** Feasible as far as is known, and not cheaper than the one that would have come next. */
    readonly unread: number;
  };
}

export function toDecisionSnapshot(input: BestDroneInput, choice: DroneChoice): DecisionSnapshot {
  const { evaluations, excluded, next, unread } = choice;
  const read = new Set([...evaluations.keys(), ...excluded.map(({ nearest }) => nearest.drone)]);
  if (next !== undefined) read.add(next);
  const drones = [...read].sort((a, b) => a - b);
  const placeOf = new Map(drones.map((drone, place) => [drone, place]));
  return {
    ...{ ask: input.ask, weights: input.weights ?? defaultCostWeights },
    runnersUp: input.runnersUp ?? null,
    maxEvaluations: input.maxEvaluations ?? null,
    rows: drones.map((drone) => toFleetRow(input.fleet, drone)),
    evaluations: [...evaluations].map(([drone, evaluation]) => [placeOf.get(drone) as number, evaluation]),
    others: {
      excluded: excluded.map(({ code, count }) => [code, count]),
      unread: next === undefined ? 0 : unread - 1,
    },
  };
}

const UNUSUAL = ['NaN', 'Infinity', '-Infinity'];

/** JSON has no word for numbers that are none. */
export function toSnapshotText(snapshot: DecisionSnapshot): string {
  return JSON.stringify(snapshot, (_key, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

/** Of a text that `toSnapshotText` made; anything else that is no such JSON is refused. */
export function parseSnapshotText(text: string): DecisionSnapshot | Refusal {
  try {
    const snapshot: unknown = JSON.parse(text, (_key, value) =>
      UNUSUAL.includes(value) ? Number(value) : value,
    );
    if (isSnapshot(snapshot)) return snapshot;
  } catch {
    // Refused below, as any other text that is no snapshot.
  }
  return refuse('VALIDATION_ERROR', { field: 'snapshot', reason: 'not the snapshot of a decision' });
}

function isSnapshot(value: unknown): value is DecisionSnapshot {
  if (typeof value !== 'object' || value === null) return false;
  const { ask, weights, rows, evaluations, others } = value as Partial<DecisionSnapshot>;
  const hasParts = [ask, weights, others].every((part) => typeof part === 'object' && part !== null);
  return hasParts && Array.isArray(rows) && Array.isArray(evaluations) && Array.isArray(others?.excluded);
}
