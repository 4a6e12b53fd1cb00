/** Scenarios times methods times seeds, one run after another. */
import {
  type AirRun,
  type AirScenario,
  createScenario,
  type DisturbanceName,
  flyScenario,
  type MethodName,
} from '@skein/simulator';
import { type AirSummary, summarise } from './summary.ts';

export interface SuiteEntry {
  readonly kind: string;
  /** Of the scenario; absent: the usual one. */
  readonly size?: number;
  readonly methods: readonly MethodName[];
  readonly disturbances: readonly DisturbanceName[];
  readonly seeds: number;
}

export interface SuiteOptions {
  readonly firstSeed: number;
  readonly withTracks: boolean;
  /** Before each run. */
  readonly onRun?: (run: string, at: number, of: number) => void;
  readonly onFlown?: (run: AirRun, scenario: AirScenario) => void;
}

/** A row as soon as it is complete. */
export async function* runSuite(
  entries: readonly SuiteEntry[],
  options: SuiteOptions,
): AsyncIterable<AirSummary> {
  const of = entries.reduce((sum, { methods, seeds }) => sum + methods.length * seeds, 0);
  let at = 0;
  for (const entry of entries) {
    let undisturbed: readonly AirRun[] = [];
    for (const method of entry.methods) {
      const runs: AirRun[] = [];
      for (let seed = options.firstSeed; seed < options.firstSeed + entry.seeds; seed += 1) {
        const scenario = createScenario(entry.kind, entry.size, seed);
        at += 1;
        options.onRun?.(`${scenario.name} ${method} seed ${seed}`, at, of);
        // Progress is written, and Ctrl+C heard, between runs.
        await new Promise((resolve) => setImmediate(resolve));
        const run = fly(entry, { scenario, method, seed }, options.withTracks);
        options.onFlown?.(run, scenario);
        runs.push(withoutTracks(run));
      }
      if (method === 'none') undisturbed = runs;
      yield summarise(runs, undisturbed);
    }
  }
}

function fly(
  { disturbances }: SuiteEntry,
  run: { readonly scenario: AirScenario; readonly method: MethodName; readonly seed: number },
  withTracks: boolean,
): AirRun {
  return flyScenario({
    ...run,
    disturbances: new Set(disturbances),
    nowMs: () => performance.now(),
    withTracks,
  });
}

/** Half an hour of a thousand flights is not kept for ten seeds. */
function withoutTracks({ tracks: _tracks, ...run }: AirRun): AirRun {
  return run;
}
