/** Runs with different seeds, as one row: means with what chance leaves open of them. */
import type { AirRun } from '@skein/simulator';

export interface Estimate {
  readonly mean: number;
  /** Half of the 95 % confidence interval of the mean; null for fewer than two values. */
  readonly halfWidth: number | null;
}

export interface AirSummary {
  readonly scenario: string;
  readonly method: string;
  readonly disturbances: readonly string[];
  readonly seeds: number;
  readonly flights: number;
  readonly flightHours: number;
  readonly losses: number;
  readonly lossesPerFlightHour: Estimate;
  readonly nearCollisions: number;
  /** Of both, those between two strangers. */
  readonly strangers: { readonly losses: number; readonly nearCollisions: number };
  /** The worst of all. */
  readonly severity: number | null;
  readonly stretch: Estimate | null;
  /** Of the last arrival over that of the straight flights; null where not all arrived in every run. */
  readonly makespanRatio: Estimate | null;
  readonly meanDelayS: Estimate | null;
  readonly arrivals: number;
  /** Over those of the method `none` with the same seeds, where it was flown too. */
  readonly arrivalRatio: number | null;
  /** Losses over those of `none`. */
  readonly riskRatio: number | null;
  /** Conflicts that giving way adds: (with − without) / without. */
  readonly domino: number | null;
  readonly preventionRate: number | null;
  readonly resolutionS: number | null;
  readonly deadlocks: number;
  readonly computeP50Ms: number;
  readonly computeP99Ms: number;
}

/** Of Student's t for 1 to 30 degrees of freedom, two-sided 95 %. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const NORMAL = 1.96;

/** One row of the runs of one scenario and method; `undisturbed` are those of `none` with the same seeds. */
export function summarise(runs: readonly AirRun[], undisturbed: readonly AirRun[]): AirSummary {
  const [first] = runs as [AirRun];
  const sum = (of: (run: AirRun) => number, among = runs) => among.reduce((total, run) => total + of(run), 0);
  const without = (of: (run: AirRun) => number) => (undisturbed.length > 0 ? sum(of, undisturbed) : 0);
  const [losses, conflicts] = [sum((run) => run.losses), sum((run) => run.conflicts)];
  const [lossesBefore, conflictsBefore] = [without((run) => run.losses), without((run) => run.conflicts)];
  const severities = runs.flatMap(({ severity }) => severity ?? []);
  const arrivalsBefore = without((run) => run.arrivals);
  return {
    scenario: first.scenario,
    method: first.method,
    disturbances: first.disturbances,
    seeds: runs.length,
    flights: sum((run) => run.flights),
    flightHours: sum((run) => run.flightHours),
    losses,
    lossesPerFlightHour: estimate(runs.map((run) => run.lossesPerFlightHour)),
    nearCollisions: sum((run) => run.nearCollisions),
    strangers: {
      losses: sum((run) => run.strangers.losses),
      nearCollisions: sum((run) => run.strangers.nearCollisions),
    },
    severity: severities.length > 0 ? Math.min(...severities) : null,
    stretch: estimateAll(runs.map((run) => run.stretch)),
    makespanRatio: estimateAll(
      runs.map(({ makespanS, straightMakespanS }) =>
        makespanS === null ? null : makespanS / straightMakespanS,
      ),
    ),
    meanDelayS: estimateAll(runs.map((run) => run.meanDelayS)),
    arrivals: sum((run) => run.arrivals),
    arrivalRatio: arrivalsBefore > 0 ? sum((run) => run.arrivals) / arrivalsBefore : null,
    riskRatio: lossesBefore > 0 ? losses / lossesBefore : null,
    domino: conflictsBefore > 0 ? (conflicts - conflictsBefore) / conflictsBefore : null,
    preventionRate: conflicts > 0 ? 1 - losses / conflicts : null,
    resolutionS: estimateAll(runs.flatMap((run) => run.resolutionS ?? []))?.mean ?? null,
    deadlocks: sum((run) => run.deadlocks),
    computeP50Ms: estimate(runs.map((run) => run.computeP50Ms)).mean,
    computeP99Ms: Math.max(...runs.map((run) => run.computeP99Ms)),
  };
}

export function estimate(values: readonly number[]): Estimate {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  if (values.length < 2) return { mean, halfWidth: null };
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / (values.length - 1);
  const t = STUDENT[values.length - 2] ?? NORMAL;
  return { mean, halfWidth: t * Math.sqrt(variance / values.length) };
}

function estimateAll(values: readonly (number | null)[]): Estimate | null {
  const known = values.flatMap((value) => value ?? []);
  return known.length === values.length && known.length > 0 ? estimate(known) : null;
}
