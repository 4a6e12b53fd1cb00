import type { ChargeStop } from './charger-slots.ts';
import { evaluateRoute, type Route } from './route-evaluation.ts';
import type { SequenceProblem, SequenceTask } from './sequence-problem.ts';

/** A route for each drone, possibly empty, and what is left undone. Plans are never changed, only made anew. */
export interface SequencePlan {
  readonly routes: readonly Route[];
  readonly unserved: readonly number[];
  /** Of all routes, and of what is left undone. */
  readonly costS: number;
}

export interface RouteChange {
  readonly drone: number;
  readonly tasks: readonly number[];
}

/**
 * The routes with these changes, one after the other, each beside the charging stops of all others. Undefined when that is
 * impossible, or when the changed routes together do not cost less than `belowS`.
 */
export function changeRoutes(
  problem: SequenceProblem,
  routes: readonly Route[],
  changes: readonly RouteChange[],
  belowS = Number.POSITIVE_INFINITY,
): readonly Route[] | undefined {
  const changed: (Route | undefined)[] = [...routes];
  for (const { drone } of changes) changed[drone] = undefined;
  let leftS = belowS;
  for (const { drone, tasks } of changes) {
    const route = evaluateRoute(problem, { drone, tasks, belowS: leftS }, () => bookings(problem, changed));
    if (!route) return undefined;
    changed[drone] = route;
    leftS -= route.costS;
  }
  return changed as readonly Route[];
}

function bookings(
  { chargers }: SequenceProblem,
  routes: readonly (Route | undefined)[],
): readonly (readonly ChargeStop[])[] {
  const booked: ChargeStop[][] = chargers.map(() => []);
  for (const route of routes)
    if (route) for (const charge of route.charges) (booked[charge.charger] as ChargeStop[]).push(charge);
  return booked;
}

export function toPlan(
  problem: SequenceProblem,
  routes: readonly Route[],
  unserved: readonly number[],
): SequencePlan {
  const flownS = routes.reduce((sumS, { costS }) => sumS + costS, 0);
  const undoneS = unserved.reduce((sumS, task) => sumS + (problem.tasks[task] as SequenceTask).unservedS, 0);
  return { routes, unserved, costS: flownS + undoneS };
}
