import type { Route } from './route-evaluation.ts';
import { changeRoutes, type SequencePlan, toPlan } from './sequence-plan.ts';
import type { SequenceDrone, SequenceProblem, SequenceTask } from './sequence-problem.ts';

interface Insertion {
  /** Tasks that had been put in when it was looked for. */
  readonly round: number;
  readonly drone: number;
  readonly tasks: readonly number[];
  readonly moreS: number;
}

export interface InsertionRule {
  /** Which task comes next: who would lose most by waiting, whoever is cheapest, or anyone. */
  readonly order: 'regret' | 'cheapest' | 'random';
  readonly eagerness: number;
  /** Left out: every place is looked at, and nothing is left to chance. */
  readonly random?: () => number;
}

/** Places of a route that are tried in full: those with the least detour. */
const TRIED_PLACES = 5;

/**
 * Puts tasks into a plan, one by one: by default the one that would lose most by waiting, by how much its best drone is
 * cheaper than its second best (regret-2; Potvin and Rousseau 1993). Tasks that fit nowhere stay out, and those that cost
 * more than leaving them undone, times `eagerness`: above 1 it brings in tasks that only pay together. With `random` a
 * place is now and then overlooked, so that the same tasks do not always come to the same places (blinks; Christiaens and
 * Vanden Berghe 2020). In steps: a place is tried, then others have their turn.
 */
export function* insertTasks(
  problem: SequenceProblem,
  plan: SequencePlan,
  rule: InsertionRule,
): Generator<void, SequencePlan, void> {
  const eager: SequenceProblem = {
    ...problem,
    tasks: problem.tasks.map((task) => ({ ...task, unservedS: task.unservedS * rule.eagerness })),
  };
  const waiting = new Set(plan.unserved);
  const known: KnownInsertions = new Map();
  const mayQueue = hasQueues(problem);
  let { routes } = plan;
  for (let round = 0; ; ) {
    for (const task of waiting) yield* readInsertions({ problem: eager, routes, rule, round }, task, known);
    const next = findMostUrgent(eager, waiting, known, rule);
    if (!next) return toPlan(problem, routes, [...waiting]);
    const { drone, tasks, task } = next;
    if (mayQueue && next.round < round) {
      // Looked for again, now that others have their stops: it may not be the best any more.
      delete known.get(task)?.[drone];
      continue;
    }
    const changed = changeRoutes(problem, routes, [{ drone, tasks }]);
    if (!changed) throw new Error('An insertion that was tried fits no longer.');
    // Beside queues only the drone's own insertions change with its route.
    for (const insertions of known.values()) delete insertions[drone];
    routes = changed;
    round += 1;
    waiting.delete(task);
  }
}

/** By task and drone; undefined = impossible or too dear, a hole = not yet tried. */
type KnownInsertions = Map<number, (Insertion | undefined)[]>;

const NO_CHANCE = () => 1;
const BLINK_SHARE = 0.05;

type Urgency = (bestS: number, otherwiseS: number, random: () => number) => number;

const urgencies: Readonly<Record<InsertionRule['order'], Urgency>> = {
  regret: (bestS, otherwiseS) => otherwiseS - bestS,
  cheapest: (bestS) => -bestS,
  random: (_bestS, _otherwiseS, random) => random(),
};

function findMostUrgent(
  problem: SequenceProblem,
  waiting: ReadonlySet<number>,
  known: KnownInsertions,
  { order, random = NO_CHANCE }: InsertionRule,
): (Insertion & { readonly task: number }) | undefined {
  let most: (Insertion & { readonly task: number }) | undefined;
  let mostUrgency = 0;
  for (const task of waiting) {
    const [best, second] = twoBest(known.get(task) ?? []);
    if (!best) continue;
    const otherwiseS = second?.moreS ?? (problem.tasks[task] as SequenceTask).unservedS;
    const urgency = urgencies[order](best.moreS, otherwiseS, random);
    if (most && urgency <= mostUrgency) continue;
    most = { ...best, task };
    mostUrgency = urgency;
  }
  return most;
}

/** Where drones may have to wait for one another's charging, an insertion gets dearer with every other route. */
const hasQueues = ({ chargers, drones }: SequenceProblem): boolean =>
  chargers.some(({ slots }) => slots < drones.length);

interface Insertions {
  readonly problem: SequenceProblem;
  readonly routes: readonly Route[];
  readonly rule: InsertionRule;
  readonly round: number;
}

function* readInsertions(
  world: Insertions,
  task: number,
  known: KnownInsertions,
): Generator<void, void, void> {
  const { problem, routes } = world;
  const insertions = known.get(task) ?? [];
  known.set(task, insertions);
  const { skills } = problem.tasks[task] as SequenceTask;
  for (let drone = 0; drone < routes.length; drone += 1) {
    if (drone in insertions) continue;
    const canDo = (skills & ~(problem.drones[drone] as SequenceDrone).skills) === 0;
    insertions[drone] = canDo ? yield* findInsertion(world, task, drone) : undefined;
  }
}

function twoBest(insertions: readonly (Insertion | undefined)[]): readonly (Insertion | undefined)[] {
  let best: Insertion | undefined;
  let second: Insertion | undefined;
  for (const insertion of insertions) {
    if (!insertion) continue;
    if (!best || insertion.moreS < best.moreS) [best, second] = [insertion, best];
    else if (!second || insertion.moreS < second.moreS) second = insertion;
  }
  return [best, second];
}

function* findInsertion(
  { problem, routes, rule: { random = NO_CHANCE }, round }: Insertions,
  task: number,
  drone: number,
): Generator<void, Insertion | undefined, void> {
  const before = routes[drone] as Route;
  const { unservedS } = problem.tasks[task] as SequenceTask;
  let best: Insertion | undefined;
  for (const { place } of leastDetours(problem, before.tasks, task, drone)) {
    if (random() < BLINK_SHARE) continue;
    const tasks = before.tasks.toSpliced(place, 0, task);
    const dearestS = Math.min(best?.moreS ?? Number.POSITIVE_INFINITY, unservedS);
    const changed = changeRoutes(problem, routes, [{ drone, tasks }], before.costS + dearestS);
    yield;
    if (!changed) continue;
    const moreS = (changed[drone] as Route).costS - before.costS;
    if (!best || moreS < best.moreS) best = { drone, tasks, moreS, round };
  }
  return best;
}

function leastDetours(problem: SequenceProblem, tasks: readonly number[], task: number, drone: number) {
  const { drones, travelS } = problem;
  const { place: home, endPlace } = drones[drone] as SequenceDrone;
  const own = problem.tasks[task] as SequenceTask;
  const detours = Array.from({ length: tasks.length + 1 }, (_, place) => {
    const from = place === 0 ? home : (problem.tasks[tasks[place - 1] as number] as SequenceTask).endPlace;
    const isLast = place === tasks.length;
    const to = isLast ? endPlace : (problem.tasks[tasks[place] as number] as SequenceTask).place;
    const moreS =
      travelS(drone, from, own.place) + travelS(drone, own.endPlace, to) - travelS(drone, from, to);
    return { place, moreS };
  });
  return detours.sort((a, b) => a.moreS - b.moreS || a.place - b.place).slice(0, TRIED_PLACES);
}
