import { leastRouteS } from './route-evaluation.ts';
import { changeRoutes, type RouteChange, type SequencePlan, toPlan } from './sequence-plan.ts';
import type { SequenceProblem } from './sequence-problem.ts';

const LONGEST_SEGMENT = 3;
/** Of saved seconds; less is rounding. */
const LEAST_GAIN_S = 1e-6;
const TRIES_IN_STEP = 8;

/**
 * Descends to a plan that no small move makes cheaper: a segment to another place, forwards or backwards (relocate,
 * or-opt), a reversed piece (2-opt), two tasks swapped between drones, tails exchanged (2-opt*). Moves are tried in the
 * order of the routes and the first that gains is taken; at most `maxTries` are tried. Returns how many are left.
 */
export function* descend(
  problem: SequenceProblem,
  plan: SequencePlan,
  maxTries: number,
): Generator<void, { readonly plan: SequencePlan; readonly triesLeft: number }, void> {
  let best = plan;
  let left = maxTries;
  for (let isBetter = true; isBetter; ) {
    isBetter = false;
    for (const changes of moves(best)) {
      left -= 1;
      if (left < 0) return { plan: best, triesLeft: 0 };
      if (left % TRIES_IN_STEP === 0) yield;
      const moved = make(problem, best, changes);
      if (!moved) continue;
      best = moved;
      isBetter = true;
      break;
    }
  }
  return { plan: best, triesLeft: left };
}

/** Undefined where the change is impossible or gains nothing. */
function make(
  problem: SequenceProblem,
  plan: SequencePlan,
  changes: readonly RouteChange[],
): SequencePlan | undefined {
  const belowS = changes.reduce((sumS, { drone }) => sumS + (plan.routes[drone]?.costS ?? 0), -LEAST_GAIN_S);
  if (!canCostLess(problem, changes, belowS)) return undefined;
  const routes = changeRoutes(problem, plan.routes, changes, belowS);
  const moved = routes && toPlan(problem, routes, plan.unserved);
  return moved && moved.costS < plan.costS - LEAST_GAIN_S ? moved : undefined;
}

/** Even if charge were no matter. */
function canCostLess(problem: SequenceProblem, changes: readonly RouteChange[], belowS: number): boolean {
  let leastS = 0;
  for (const { drone, tasks } of changes) leastS += leastRouteS(problem, drone, tasks);
  return leastS < belowS;
}

function* moves({ routes }: SequencePlan): Generator<readonly RouteChange[]> {
  for (let drone = 0; drone < routes.length; drone += 1) {
    const own = tasksOf(routes, drone);
    yield* withinRoute(drone, own);
    for (let other = 0; other < routes.length; other += 1) {
      if (other === drone) continue;
      const theirs = tasksOf(routes, other);
      yield* relocations(drone, own, other, theirs);
      if (other > drone) yield* exchanges(drone, own, other, theirs);
    }
  }
}

const tasksOf = (routes: SequencePlan['routes'], drone: number): readonly number[] =>
  routes[drone]?.tasks ?? [];

function* withinRoute(drone: number, own: readonly number[]): Generator<readonly RouteChange[]> {
  for (let start = 0; start < own.length; start += 1) {
    for (let end = start + 2; end <= own.length; end += 1)
      yield [
        { drone, tasks: [...own.slice(0, start), ...own.slice(start, end).reverse(), ...own.slice(end)] },
      ];
    for (let length = 1; length <= LONGEST_SEGMENT && start + length <= own.length; length += 1) {
      const segment = own.slice(start, start + length);
      const rest = own.toSpliced(start, length);
      for (let place = 0; place <= rest.length; place += 1)
        if (place !== start) yield [{ drone, tasks: rest.toSpliced(place, 0, ...segment) }];
    }
  }
}

function* relocations(
  drone: number,
  own: readonly number[],
  other: number,
  theirs: readonly number[],
): Generator<readonly RouteChange[]> {
  for (let start = 0; start < own.length; start += 1)
    for (let length = 1; length <= LONGEST_SEGMENT && start + length <= own.length; length += 1) {
      const segment = own.slice(start, start + length);
      const without = { drone, tasks: own.toSpliced(start, length) };
      for (let place = 0; place <= theirs.length; place += 1) {
        yield [without, { drone: other, tasks: theirs.toSpliced(place, 0, ...segment) }];
        if (length > 1)
          yield [without, { drone: other, tasks: theirs.toSpliced(place, 0, ...segment.toReversed()) }];
      }
    }
}

function* exchanges(
  drone: number,
  own: readonly number[],
  other: number,
  theirs: readonly number[],
): Generator<readonly RouteChange[]> {
  for (let at = 0; at < own.length; at += 1)
    for (let place = 0; place < theirs.length; place += 1)
      yield [
        { drone, tasks: own.with(at, theirs[place] as number) },
        { drone: other, tasks: theirs.with(place, own[at] as number) },
      ];
  for (let at = 0; at <= own.length; at += 1)
    for (let place = 0; place <= theirs.length; place += 1)
      yield [
        { drone, tasks: [...own.slice(0, at), ...theirs.slice(place)] },
        { drone: other, tasks: [...theirs.slice(0, place), ...own.slice(at)] },
      ];
}
