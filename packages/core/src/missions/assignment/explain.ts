import { isRefusal, type Refusal } from '../../errors.ts';
import {
  type BestDroneInput,
  chooseDrone,
  type DroneChoice,
  type DroneEvaluation,
  type RankedDrone,
} from './best-drone.ts';
import { contentHash } from './content-hash.ts';
import type { CostTerms } from './cost.ts';
import {
  type DecisionSnapshot,
  parseSnapshotText,
  toDecisionSnapshot,
  toSnapshotText,
} from './decision-snapshot.ts';
import type { ExclusionCode } from './feasibility.ts';
import { createFleetTable, type FleetTable } from './fleet-table.ts';
import { listChanges } from './would-change.ts';

/** Why this drone: to be shown to whoever asked, and kept. The id, the hour and how long it took belong to the caller. */
export interface DecisionRecord {
  readonly decision: 'assign_mission';
  /** Of the snapshot. */
  readonly inputsHash: string;
  /** null = nobody can. */
  readonly chosen: ChosenDrone | null;
  readonly runnersUp: readonly (ChosenDrone & { readonly whyNot: string })[];
  readonly excluded: readonly ExcludedDrones[];
  /** What would let another drone be cheaper, as far as is known of it. */
  readonly wouldChangeIf: readonly string[];
  readonly optimal: boolean;
  readonly gapS: number | null;
  readonly evaluated: number;
  /** Feasible, and not worth an evaluation. */
  readonly unread: number;
  /** `replayDecision` makes this record of it, to the last bit. */
  readonly snapshot: string;
}

export interface ChosenDrone {
  readonly drone: string;
  readonly costS: number;
  readonly terms: CostTerms;
}

export interface ExcludedDrones {
  readonly code: ExclusionCode;
  readonly count: number;
  /** `shortBy` in the unit of the code: s, kg, m/s, percent of charge. */
  readonly nearest: { readonly drone: string; readonly shortBy?: number };
}

/** Chooses as `chooseDrone`, and says why. */
export function decideMission(
  input: BestDroneInput,
  evaluate: (drone: number) => DroneEvaluation | undefined,
): DecisionRecord | Refusal {
  const choice = chooseDrone(input, evaluate);
  if (isRefusal(choice)) return choice;
  // What was evaluated is all there is to replay.
  const { evaluations, unread } = choice;
  const looked = unread > 0 ? { ...input, maxEvaluations: evaluations.size } : input;
  return replayDecision(toSnapshotText(toDecisionSnapshot(looked, choice)));
}

/** The record of a snapshot. Refuses a text that is none. */
export function replayDecision(text: string): DecisionRecord | Refusal {
  const snapshot = parseSnapshotText(text);
  if (isRefusal(snapshot)) return snapshot;
  const fleet = createFleetTable(snapshot.rows);
  const evaluations = new Map(snapshot.evaluations);
  const { ask, weights, runnersUp, maxEvaluations } = snapshot;
  const limits = {
    ...(runnersUp === null ? {} : { runnersUp }),
    ...(maxEvaluations === null ? {} : { maxEvaluations }),
  };
  const choice = chooseDrone({ fleet, ask, weights, ...limits }, (drone) => {
    const evaluation = evaluations.get(drone);
    if (!evaluation) throw new Error(`The snapshot lacks the evaluation of ${fleet.ids[drone]}.`);
    return evaluation;
  });
  return isRefusal(choice) ? choice : toRecord(snapshot, text, fleet, choice);
}

function toRecord(
  snapshot: DecisionSnapshot,
  text: string,
  fleet: FleetTable,
  choice: DroneChoice,
): DecisionRecord {
  const [best, ...rest] = choice.ranking;
  const named = ({ drone, costS, terms }: RankedDrone): ChosenDrone => ({
    ...{ drone: fleet.ids[drone] as string, costS, terms },
  });
  const counts = new Map(snapshot.others.excluded);
  return {
    decision: 'assign_mission',
    inputsHash: contentHash(text),
    chosen: best ? named(best) : null,
    runnersUp: rest.map((each) => ({ ...named(each), whyNot: whyNot(best as RankedDrone, each) })),
    excluded: choice.excluded.map(({ code, count, nearest }) => ({
      ...{ code, count: counts.get(code) ?? count },
      nearest: { ...nearest, drone: fleet.ids[nearest.drone] as string },
    })),
    wouldChangeIf: listChanges(fleet, snapshot.ask, snapshot.weights, choice),
    ...{ optimal: choice.optimal, gapS: choice.gapS, evaluated: choice.evaluations.size },
    unread: choice.unread + snapshot.others.unread,
    snapshot: text,
  };
}

const termNames: Readonly<Record<keyof CostTerms, string>> = {
  ...{
    etaS: 'later there',
    energyS: 'more energy',
    latenessS: 'later than due',
    batteryLowS: 'battery lower',
  },
  ...{ wearS: 'more flight hours', displacementS: 'its place is needed', conflictS: 'more traffic' },
  switchS: 'leaves a mission',
};

const TOLD_TERMS = 2;

/** `27.6 s dearer: later there (+20.1 s), more energy (+7.5 s)` */
function whyNot(best: RankedDrone, other: RankedDrone): string {
  const differences = (Object.keys(termNames) as (keyof CostTerms)[])
    .map((term) => ({ term, moreS: other.terms[term] - best.terms[term] }))
    .filter(({ moreS }) => moreS > 0)
    .sort((a, b) => b.moreS - a.moreS)
    .slice(0, TOLD_TERMS)
    .map(({ term, moreS }) => `${termNames[term]} (+${moreS.toFixed(1)} s)`);
  const dearer = `${(other.costS - best.costS).toFixed(1)} s dearer`;
  return differences.length > 0 ? `${dearer}: ${differences.join(', ')}` : dearer;
}
