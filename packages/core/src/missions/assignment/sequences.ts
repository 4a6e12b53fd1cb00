import { isRefusal, type Refusal } from '../../errors.ts';
import { createRandom } from './random-source.ts';
import { evaluateRoute } from './route-evaluation.ts';
import { type InsertionRule, insertTasks } from './sequence-insertion.ts';
import { descend } from './sequence-moves.ts';
import { type SequencePlan, toPlan } from './sequence-plan.ts';
import { findProblemFault, type SequenceProblem } from './sequence-problem.ts';
import {
  type Removal,
  removeRandom,
  removeRelated,
  removeRoute,
  removeTasks,
  removeWorst,
} from './sequence-removal.ts';

export interface SequenceOptions {
  readonly seed: number;
  /** Each takes some tasks out and puts them in again; 0 = the insertion alone. */
  readonly iterations: number;
  /** Small moves that are tried in all; 20 000 when left out. */
  readonly maxMoves?: number;
}

const DEFAULT_MOVES = 20_000;
const MAX_ITERATIONS = 1_000_000;

/** The plan of the insertion alone: what is to be improved on. */
export function insertGreedily(problem: SequenceProblem): SequencePlan | Refusal {
  const empty = planNothing(problem);
  return isRefusal(empty) ? empty : toEnd(insertTasks(problem, empty, { order: 'cheapest', eagerness: 1 }));
}

function toEnd<Result>(steps: Generator<void, Result, void>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** As `planSequencesInSteps`, at once. */
export function planSequences(problem: SequenceProblem, options: SequenceOptions): SequencePlan | Refusal {
  return toEnd(planSequencesInSteps(problem, options));
}

/**
 * Plans many missions for each drone, with charging stops: adaptive large neighbourhood search (Ropke and Pisinger 2006)
 * from a regret insertion, with a descent by small moves at every new best. Simulated annealing cools by iterations, not by
 * a clock: the same problem, seed and iterations give the same plan. What cannot be done in time, within payload, or
 * above the floor of charge, or costs more than leaving it, is left undone. In steps of few milliseconds each: others have
 * their turn between them.
 */
export function* planSequencesInSteps(
  problem: SequenceProblem,
  options: SequenceOptions,
): Generator<void, SequencePlan | Refusal, void> {
  const empty = planNothing(problem);
  if (isRefusal(empty)) return empty;
  const random = createRandom(options.seed);
  const iterations = Math.min(options.iterations, MAX_ITERATIONS);
  const byRegret = yield* insertTasks(problem, empty, { order: 'regret', eagerness: 1 });
  const byCost = yield* insertTasks(problem, empty, { order: 'cheapest', eagerness: 1 });
  const start = byCost.costS < byRegret.costS ? byCost : byRegret;
  let { plan: best, triesLeft } = yield* descend(problem, start, options.maxMoves ?? DEFAULT_MOVES);
  let current = best;
  const isSmall = problem.tasks.length <= SMALL;
  const choices = createChoices();
  const cooling = createCooling(best.costS, iterations);
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    const choice = choose(choices, random);
    let next = yield* disturb(problem, current, choice, random);
    if (isSmall) ({ plan: next } = yield* descend(problem, next, SMALL_MOVES));
    let reward = 0;
    if (next.costS < best.costS - LEAST_GAIN_S) {
      ({ plan: next, triesLeft } = yield* descend(problem, next, triesLeft));
      best = next;
      reward = REWARDS.best;
    } else if (next.costS < current.costS - LEAST_GAIN_S) reward = REWARDS.better;
    if (next.costS <= current.costS - cooling(iteration) * Math.log(Math.max(random(), Number.MIN_VALUE))) {
      if (reward === 0) reward = REWARDS.accepted;
      current = next;
    }
    choice.weight = (1 - REACTION) * choice.weight + REACTION * reward;
  }
  return best;
}

const LEAST_GAIN_S = 1e-6;
const REWARDS = { best: 33, better: 13, accepted: 9 } as const;
const REACTION = 0.1;
const LEAST_WEIGHT = 1;

interface Choice {
  readonly remove: Removal;
  readonly order: InsertionRule['order'];
  weight: number;
}

function createChoices(): readonly Choice[] {
  const removals = [removeRandom, removeWorst, removeRelated, removeRoute];
  const orders = ['regret', 'cheapest', 'random'] as const;
  return removals.flatMap((remove) => orders.map((order) => ({ remove, order, weight: 10 })));
}

function choose(choices: readonly Choice[], random: () => number): Choice {
  const weightOf = ({ weight }: Choice) => Math.max(LEAST_WEIGHT, weight);
  let left = random() * choices.reduce((sum, choice) => sum + weightOf(choice), 0);
  for (const choice of choices) {
    left -= weightOf(choice);
    if (left < 0) return choice;
  }
  return choices[0] as Choice;
}

/** From three hundredths of the start's cost, falling evenly in the logarithm to a thousandth of that. */
function createCooling(startS: number, iterations: number): (iteration: number) => number {
  const firstS = START_SHARE * Math.max(1, startS);
  return (iteration) => firstS * END_SHARE ** (iteration / Math.max(1, iterations));
}

const START_SHARE = 0.03;
const END_SHARE = 1e-3;
const LARGEST_SHARE = 0.4;
const MOST_REMOVED = 30;
/** So few are all taken out now and then, and descended from every time: the optimum is then hardly ever missed. */
const SMALL = 8;
const SMALL_MOVES = 1000;
/** Now and then tasks are brought in that only pay together. */
const EAGER_SHARE = 0.25;
const EAGERNESS = 4;

function* disturb(
  problem: SequenceProblem,
  plan: SequencePlan,
  { remove, order }: Choice,
  random: () => number,
): Generator<void, SequencePlan, void> {
  const most = Math.min(MOST_REMOVED, Math.max(SMALL, Math.ceil(LARGEST_SHARE * problem.tasks.length)));
  const count = 1 + Math.floor(random() * most);
  const eagerness = random() < EAGER_SHARE ? EAGERNESS : 1;
  const removed = remove(problem, plan, count, random);
  const rest = yield* removeTasks(problem, plan, 'next' in removed ? yield* removed : removed);
  return yield* insertTasks(problem, rest, { order, eagerness, random });
}

function planNothing(problem: SequenceProblem): SequencePlan | Refusal {
  const fault = findProblemFault(problem);
  if (fault) return fault;
  const routes = problem.drones.map((_, drone) => evaluateRoute(problem, { drone, tasks: [] }, () => []));
  return toPlan(
    problem,
    routes.filter((route) => route !== undefined),
    problem.tasks.map((_, task) => task),
  );
}
