import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { isTrajectoryFault, type Trajectory } from '../../geo/trajectory.ts';
import { firstConflict } from '../../geo/trajectory-conflict.ts';
import { createTrajectory, type FlightRoute } from '../../geo/trajectory-route.ts';
import { TrajectoryIndex } from '../trajectory-index.ts';
import { commitTogether } from './commit-together.ts';
import { type ClusterMember, type ClusterPlan, replanCluster } from './replan-cluster.ts';

const EPOCH_S = 1_790_000_000;
const minima = { horizontalM: 50, verticalM: 15 };
const bounds = { lowestUpM: 20, highestUpM: 120, maxSpeedMps: 15 };

function flown(route: FlightRoute): Trajectory {
  const made = createTrajectory(route);
  if (isTrajectoryFault(made)) throw new Error(made.reason);
  return made;
}

/** Towards the middle from all around, moving or standing. */
function routeOf(at: number, of: number, speedMps: number): FlightRoute {
  const angle = (2 * Math.PI * at) / of;
  const [eastM, northM] = [300 * Math.sin(angle), 300 * Math.cos(angle)];
  return {
    id: `D-${at}`,
    startS: EPOCH_S,
    start: { eastM, northM, upM: 60 },
    startSpeedMps: speedMps,
    legs: [{ eastM: -eastM, northM: -northM, upM: 60, speedMps: 10 }],
    afterwards: 'gone',
  };
}

function memberOf(route: FlightRoute, more: Partial<ClusterMember> = {}): ClusterMember {
  return {
    request: { ...bounds, route, minima, waits: 'aloft' },
    priority: 0,
    batterySlackS: 600,
    isOnPlan: false,
    ...more,
  };
}

/** Committed to whatever the conflicts are. */
function indexOf(routes: readonly FlightRoute[]): TrajectoryIndex {
  const index = new TrajectoryIndex({ minima });
  for (const route of routes) put(index, flown(route));
  return index;
}

function put(index: TrajectoryIndex, trajectory: Trajectory): void {
  const known = index
    .conflicts(trajectory, minima)
    .map(({ with: { id }, version }) => [id, version] as const);
  const own = index.get(trajectory.id)?.version ?? 0;
  expect(isRefusal(index.commit(trajectory, new Map([...known, [trajectory.id, own]])))).toBe(false);
}

function planned(members: readonly ClusterMember[], index: TrajectoryIndex): ClusterPlan {
  const plan = replanCluster(members, index);
  if (isRefusal(plan)) throw new Error(plan.message);
  return plan;
}

const flownOf = (plan: ClusterPlan) => plan.moves.flatMap(({ trajectory }) => trajectory ?? []);

const scenes = fc.record({
  count: fc.integer({ min: 2, max: 9 }),
  others: fc.integer({ min: 0, max: 3 }),
  speedMps: fc.constantFrom(0, 10),
  isOnPlan: fc.boolean(),
  slacks: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 12, maxLength: 12 }),
});

test('the new flights of a cluster are free of each other and of everybody else, and are committed together', () => {
  fc.assert(
    fc.property(scenes, ({ count, others, speedMps, isOnPlan, slacks }) => {
      const routes = Array.from({ length: count + others }, (_, at) => routeOf(at, count + others, speedMps));
      const index = indexOf(routes);
      const members = routes
        .slice(0, count)
        .map((route, at) => memberOf(route, { isOnPlan, batterySlackS: slacks[at] as number }));
      const plan = planned(members, index);
      expect(planned(members.toReversed(), index)).toEqual(plan);
      const all = flownOf(plan);
      const rest = routes.slice(count).map(flown);
      for (const [at, one] of all.entries())
        for (const other of [...all.slice(0, at), ...rest])
          expect(firstConflict(one, other, minima)).toBeUndefined();
      expect([...plan.moves.map(({ id }) => id), ...plan.unresolved].sort()).toEqual(
        members.map(({ request }) => request.route.id).sort(),
      );
      const changed = plan.moves
        .filter(({ kind }) => kind !== 'keeps')
        .flatMap(({ trajectory }) => trajectory ?? []);
      expect(isRefusal(commitTogether(index, changed, plan.consulted))).toBe(false);
      for (const trajectory of all) expect(index.get(trajectory.id)?.trajectory).toEqual(trajectory);
    }),
    { numRuns: 60 },
  );
});

test('who has the right of way flies on, the other gives way', () => {
  const routes = [routeOf(0, 2, 10), routeOf(1, 2, 10)];
  const index = indexOf(routes);
  const members = routes.map((route, at) => memberOf(route, { isOnPlan: true, priority: at }));
  const { moves, rounds } = planned(members, index);
  expect(moves.map(({ id, kind }) => [id, kind])).toEqual([
    ['D-1', 'keeps'],
    ['D-0', 'replans'],
  ]);
  expect(rounds).toBe(1);
});

test('who finds no way stops, and the others plan around it', () => {
  // Between two walls of hovers there is but one way, and it is as long as it is narrow.
  const index = new TrajectoryIndex({ minima });
  for (let at = -8; at <= 8; at += 1)
    for (const side of [-1, 1])
      for (const upM of [30, 45, 60, 75, 90, 105])
        put(index, {
          id: `W-${at}-${side}-${upM}`,
          startS: EPOCH_S,
          knots: Float64Array.of(0, at * 50, side * 55, upM),
          afterwards: 'hovering',
        });
  const along = (id: string, from: number, to: number): FlightRoute => ({
    id,
    startS: EPOCH_S,
    start: { eastM: from, northM: 0, upM: 60 },
    startSpeedMps: 10,
    legs: [{ eastM: to, northM: 0, upM: 60, speedMps: 10 }],
    afterwards: 'gone',
  });
  const narrow = { ...bounds, lowestUpM: 60, highestUpM: 60 };
  const members = [along('D-1', -300, 300), along('D-2', 300, -300)].map((route) =>
    memberOf(route, { request: { ...narrow, route, minima, waits: 'aloft', maxDelayS: 60 } }),
  );
  const { moves, unresolved } = planned(members, index);
  expect(unresolved).toEqual([]);
  expect(moves.map(({ kind }) => kind)).toContain('holds');
  const [one, other] = moves.map(({ trajectory }) => trajectory as Trajectory);
  expect(firstConflict(one as Trajectory, other as Trajectory, minima)).toBeUndefined();
});

test('a commitment that has come between is named, and nothing is changed', () => {
  const routes = [routeOf(0, 2, 10), routeOf(1, 2, 10)];
  const index = indexOf(routes);
  const plan = planned(
    routes.map((route) => memberOf(route)),
    index,
  );
  const before = index.get('D-0');
  put(index, { ...flown(routeOf(1, 2, 10)), startS: EPOCH_S + 1 });
  const stale = commitTogether(index, flownOf(plan), plan.consulted);
  expect(stale).toMatchObject({ code: 'CONFLICT', details: { missing: [{ id: 'D-1' }] } });
  expect(index.get('D-0')).toBe(before);
});

test('of two that are in conflict with each other neither is committed', () => {
  const routes = [routeOf(0, 2, 10), routeOf(1, 2, 10)];
  const index = new TrajectoryIndex({ minima });
  const refused = commitTogether(index, routes.map(flown), new Map());
  expect(refused).toMatchObject({ code: 'CONFLICT' });
  expect(index.size).toBe(0);
  expect(index.postings).toBe(0);
});
