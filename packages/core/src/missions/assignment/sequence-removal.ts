import { changeRoutes, type SequencePlan, toPlan } from './sequence-plan.ts';
import type { SequenceProblem, SequenceTask } from './sequence-problem.ts';

/** Chooses tasks to be taken out of a plan; in steps where that takes long. */
export type Removal = (
  problem: SequenceProblem,
  plan: SequencePlan,
  count: number,
  random: () => number,
) => readonly number[] | Generator<void, readonly number[], void>;

const servedOf = (plan: SequencePlan): readonly number[] => plan.routes.flatMap(({ tasks }) => tasks);

const pick = <Item>(items: readonly Item[], random: () => number): Item | undefined =>
  items[Math.floor(random() * items.length)];

/** By chance. */
export const removeRandom: Removal = (_problem, plan, count, random) =>
  takeRanked(servedOf(plan), count, random, 1);

/** Those whose removal saves most. */
export const removeWorst: Removal = function* (problem, plan, count, random) {
  const saved = new Map<number, number>();
  for (const [drone, { tasks, costS }] of plan.routes.entries())
    for (const task of tasks) {
      const without = changeRoutes(problem, plan.routes, [
        { drone, tasks: tasks.filter((each) => each !== task) },
      ]);
      saved.set(task, costS - (without?.[drone]?.costS ?? costS));
      yield;
    }
  const ranked = [...saved].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([task]) => task);
  return takeRanked(ranked, count, random, GREED);
};

/** Those that are near one another in way and hour (Shaw 1998): they can change places. */
export const removeRelated: Removal = (problem, plan, count, random) => {
  const served = servedOf(plan);
  const seed = pick(served, random);
  if (seed === undefined) return [];
  const startS = new Map(
    plan.routes.flatMap(({ stops }) =>
      stops.filter(({ kind }) => kind === 'task').map((stop) => [stop.at, stop.startS]),
    ),
  );
  const of = (task: number) => problem.tasks[task] as SequenceTask;
  const apart = (task: number) =>
    problem.travelS(0, of(seed).place, of(task).place) +
    TIME_SHARE * Math.abs((startS.get(seed) ?? 0) - (startS.get(task) ?? 0));
  const ranked = served
    .filter((task) => task !== seed)
    .map((task) => ({ task, apartS: apart(task) }))
    .sort((a, b) => a.apartS - b.apartS || a.task - b.task)
    .map(({ task }) => task);
  return [seed, ...takeRanked(ranked, count - 1, random, GREED)];
};

/** A drone's whole day. */
export const removeRoute: Removal = (_problem, plan, _count, random) =>
  pick(
    plan.routes.filter(({ tasks }) => tasks.length > 0),
    random,
  )?.tasks ?? [];

const TIME_SHARE = 0.2;
/** The higher, the more the first ones are preferred; 1 = all alike (Ropke and Pisinger 2006). */
const GREED = 4;

function takeRanked(
  ranked: readonly number[],
  count: number,
  random: () => number,
  greed: number,
): readonly number[] {
  const left = [...ranked];
  const taken: number[] = [];
  while (taken.length < count && left.length > 0)
    taken.push(...left.splice(Math.floor(random() ** greed * left.length), 1));
  return taken;
}

/**
 * The plan without these tasks. A route that comes out impossible without them (a charger is taken at its new hour) is
 * emptied whole.
 */
export function* removeTasks(
  problem: SequenceProblem,
  plan: SequencePlan,
  removed: readonly number[],
): Generator<void, SequencePlan, void> {
  const out = new Set(removed);
  const unserved = [...plan.unserved, ...removed];
  let { routes } = plan;
  for (const [drone, { tasks }] of plan.routes.entries()) {
    const kept = tasks.filter((task) => !out.has(task));
    if (kept.length === tasks.length) continue;
    const changed = changeRoutes(problem, routes, [{ drone, tasks: kept }]);
    if (!changed) unserved.push(...kept);
    routes = changed ?? changeRoutes(problem, routes, [{ drone, tasks: [] }]) ?? routes;
    yield;
  }
  return toPlan(problem, routes, unserved);
}
