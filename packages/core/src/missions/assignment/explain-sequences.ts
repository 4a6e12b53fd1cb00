import { isRefusal, type Refusal, refuse } from '../../errors.ts';
import { contentHash } from './content-hash.ts';
import {
  type DroneFacts,
  firstChargeOf,
  leastCostS,
  type SequenceFacts,
  toSequenceProblem,
} from './fleet-sequences.ts';
import type { Route, RouteStop } from './route-evaluation.ts';
import { planSequencesInSteps } from './sequences.ts';

/** Which drone flies what in which order, and where it charges; what is left, and why. Made again from its facts it is the same. */
export interface SequencesDecision {
  readonly decision: 'assign_missions';
  readonly method: 'sequences';
  readonly inputsHash: string;
  /** Those that have something to do. */
  readonly drones: readonly DroneSequence[];
  readonly left: readonly { readonly mission: string; readonly reason: string }[];
  readonly assigned: number;
  /** Seconds until the missions begin and that drones are in use, and energy; without what is left. */
  readonly costS: number;
  /** No plan is cheaper by more. */
  readonly gapS: number;
  readonly optimal: boolean;
}

export interface DroneSequence {
  readonly drone: string;
  readonly steps: readonly SequenceStep[];
}

/** A mission from its first waypoint until the drone is home again, or a charge at home; seconds from now. */
export interface SequenceStep {
  readonly kind: 'mission' | 'charge';
  /** Of missions. */
  readonly mission?: string;
  readonly startInS: number;
  readonly endInS: number;
  readonly fromPct: number;
  readonly toPct: number;
}

/** Rounds of the search: few missions are planned to the end, many in bounded time. */
const ROUNDS = 2400;
const MOST_ROUNDS = 120;
/** Where drones wait for one another's charging a round takes long. */
const QUEUE_SHARE = 0.2;
const MAX_MOVES = 4000;
const SEED_DIGITS = 8;
const SMALL = 8;

/** In steps of few milliseconds each. The same facts give the same decision: chance is drawn from them. */
export function* decideSequencesInSteps(
  facts: SequenceFacts,
): Generator<void, SequencesDecision | Refusal, void> {
  const inputsHash = contentHash(JSON.stringify(facts));
  const count = facts.missions.length;
  const share = facts.slots < facts.drones.length && count > SMALL ? QUEUE_SHARE : 1;
  const plan = yield* planSequencesInSteps(toSequenceProblem(facts), {
    seed: Number.parseInt(inputsHash.slice(0, SEED_DIGITS), 16),
    iterations: Math.ceil(Math.min(MOST_ROUNDS, ROUNDS / Math.max(1, count)) * share),
    maxMoves: MAX_MOVES,
  });
  if (isRefusal(plan)) return plan;
  const gapS = Math.max(0, plan.costS - leastCostS(facts));
  return {
    ...{ decision: 'assign_missions', method: 'sequences', inputsHash },
    drones: plan.routes.flatMap((route, drone) =>
      route.tasks.length === 0 ? [] : [toSequence(facts, drone, route)],
    ),
    left: plan.unserved.map((task) => ({
      mission: facts.missions[task]?.id ?? '',
      reason:
        facts.missions[task]?.whyNot ?? 'its deadline or the charge of the drones leaves no room for it',
    })),
    assigned: count - plan.unserved.length,
    costS: plan.routes.reduce((sumS, { costS }) => sumS + costS, 0),
    ...{ gapS, optimal: gapS < EXACT_S },
  };
}

const EXACT_S = 1e-6;

function toSequence(facts: SequenceFacts, drone: number, { stops }: Route): DroneSequence {
  const own = facts.drones[drone] as DroneFacts;
  const first = firstChargeOf(own, facts.charger);
  const charged: readonly SequenceStep[] = first
    ? [{ kind: 'charge', startInS: 0, endInS: first.durationS, fromPct: own.batteryPct, toPct: first.toPct }]
    : [];
  const steps = stops.flatMap((stop) => (stop.kind === 'end' ? [] : [toStep(facts, drone, stop)]));
  return { drone: own.id, steps: [...charged, ...steps] };
}

function toStep(facts: SequenceFacts, drone: number, stop: RouteStop): SequenceStep {
  const { startS: startInS, leaveS, arriveWh: fromPct, leaveWh } = stop;
  if (stop.kind === 'charge') return { kind: 'charge', startInS, endInS: leaveS, fromPct, toPct: leaveWh };
  const flight = facts.flights[stop.at]?.[drone];
  const [backS, backPct] = flight ? [flight.flightS - flight.outS, flight.usedPct - flight.outPct] : [0, 0];
  return {
    ...{ kind: 'mission', mission: facts.missions[stop.at]?.id ?? '', startInS, endInS: leaveS + backS },
    ...{ fromPct, toPct: leaveWh - backPct },
  };
}

export const toSequencesSnapshot = (facts: SequenceFacts): string => JSON.stringify(facts);

/** The decision of a snapshot that `toSequencesSnapshot` made; refuses any other text. */
export function replaySequences(text: string): SequencesDecision | Refusal {
  try {
    const steps = decideSequencesInSteps(JSON.parse(text) as SequenceFacts);
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
    }
  } catch {
    return refuse('VALIDATION_ERROR', { field: 'snapshot', reason: 'not the snapshot of sequences' });
  }
}
