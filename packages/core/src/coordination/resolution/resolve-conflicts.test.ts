import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { isTrajectoryFault, type Trajectory } from '../../geo/trajectory.ts';
import { firstConflict } from '../../geo/trajectory-conflict.ts';
import { createTrajectory, type FlightRoute } from '../../geo/trajectory-route.ts';
import { TrajectoryIndex } from '../trajectory-index.ts';
import { commitTogether } from './commit-together.ts';
import type { ConflictScene, SceneUser } from './conflict-scene.ts';
import { evenNumber } from './even-number.contract.ts';
import { type Resolution, resolveConflicts } from './resolve-conflicts.ts';

const NOW_S = 1_790_000_000;
const minima = { horizontalM: 50, verticalM: 15 };
const tactical = { minima, bufferFactor: 1.2 };

interface Flight {
  readonly id: string;
  readonly headingRad: number;
  /** Until it is in the middle. */
  readonly inS: number;
  readonly upM: number;
  readonly isCooperative: boolean;
  readonly hasPlan: boolean;
}

const flights = (id: string) =>
  fc.record({
    id: fc.constant(id),
    headingRad: evenNumber(0, 2 * Math.PI),
    inS: evenNumber(12, 30),
    upM: evenNumber(50, 70),
    isCooperative: fc.constantFrom(true, true, true, false),
    hasPlan: fc.constantFrom(true, true, false),
  });

function routeOf({ id, headingRad, inS, upM }: Flight): FlightRoute {
  const [east, north] = [Math.sin(headingRad), Math.cos(headingRad)];
  return {
    id,
    startS: NOW_S,
    start: { eastM: -east * 10 * inS, northM: -north * 10 * inS, upM },
    startSpeedMps: 10,
    legs: [{ eastM: east * 400, northM: north * 400, upM, speedMps: 10 }],
    afterwards: 'gone',
  };
}

function sceneOf(all: readonly Flight[]): ConflictScene {
  const index = new TrajectoryIndex({ minima });
  const users = all.map((flight): SceneUser => {
    const { id, headingRad, isCooperative, hasPlan } = flight;
    const route = routeOf(flight);
    const made = createTrajectory(route) as Trajectory;
    if (isTrajectoryFault(made)) throw new Error(made.reason);
    const velocity = { eastMps: 10 * Math.sin(headingRad), northMps: 10 * Math.cos(headingRad), upMps: 0 };
    const motion = { id, ...route.start, ...velocity, isCooperative };
    if (!(hasPlan && isCooperative)) return { motion };
    const known = index.conflicts(made, minima).map((one) => [one.with.id, one.version] as const);
    index.commit(made, new Map(known));
    const request = {
      route,
      minima,
      lowestUpM: 20,
      highestUpM: 120,
      maxSpeedMps: 15,
      waits: 'aloft' as const,
    };
    const member = { request, priority: 0, batterySlackS: 600, motion, isOnPlan: true };
    const intent = index.get(id)?.trajectory;
    return { motion, member, intent };
  });
  const conflicts = all.flatMap((one, at) =>
    all
      .slice(0, at)
      .filter((other) => firstConflict(straight(one), straight(other), minima) !== undefined)
      .map((other) => [other.id, one.id] as const),
  );
  return { nowS: NOW_S, users, conflicts, index, tactical };
}

function straight(flight: Flight): Trajectory {
  const made = createTrajectory(routeOf(flight));
  if (isTrajectoryFault(made)) throw new Error(made.reason);
  return made;
}

const scenes = fc.tuple(flights('D-1'), flights('D-2'), flights('D-3')).map((all) => sceneOf(all));

test('a resolution makes no pair worse, says why, and is the same each time', () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const resolutions = resolveConflicts(scene);
      expect(resolveConflicts(scene)).toEqual(resolutions);
      for (const { kind, before, after, moves, sentence, rejected, deadlineS } of resolutions) {
        if (kind === 'none') continue;
        expect(after?.severity ?? 9).toBeGreaterThan(before?.severity ?? 9);
        // Each keeps clear by itself once it is nearer.
        expect(moves.length > 0 || kind === 'tactical').toBe(true);
        for (const { id, forId, rule } of moves) {
          expect(forId).not.toBe(id);
          const other = scene.users.find(({ motion }) => motion.id === forId);
          if (rule !== 'other-cannot') expect(other?.motion.isCooperative).toBe(true);
          expect(sentence).toContain(id);
        }
        expect(rejected.some((one) => one.kind === kind)).toBe(false);
        expect(deadlineS).toBeGreaterThanOrEqual(NOW_S);
      }
    }),
    { numRuns: 60 },
  );
});

test('where all have plans and time, the new plans are free and can be committed', () => {
  fc.assert(
    fc.property(fc.tuple(flights('D-1'), flights('D-2'), flights('D-3')), (all) => {
      const scene = sceneOf(all.map((one) => ({ ...one, isCooperative: true, hasPlan: true })));
      for (const { kind, moves, after, consulted } of resolveConflicts(scene)) {
        if (kind !== 'plan') continue;
        expect(after?.severity ?? 9).toBeGreaterThanOrEqual(1 - 1e-9);
        const changed = moves.flatMap(({ trajectory }) => trajectory ?? []);
        expect(
          isRefusal(commitTogether(scene.index, changed, consulted as ReadonlyMap<string, number>)),
        ).toBe(false);
      }
    }),
    { numRuns: 60 },
  );
});

const towards = (id: string, headingDeg: number, more: Partial<Flight> = {}): Flight => ({
  ...{ id, headingRad: (headingDeg * Math.PI) / 180, inS: 20, upM: 60, isCooperative: true, hasPlan: true },
  ...more,
});
const only = (all: readonly Flight[]): Resolution => resolveConflicts(sceneOf(all))[0] as Resolution;

test('of two that cross, the one that has the other on its right gives way', () => {
  const { kind, moves, before, after } = only([towards('D-1', 0), towards('D-2', 270)]);
  expect(kind).toBe('plan');
  expect(moves).toMatchObject([{ id: 'D-1', forId: 'D-2', rule: 'right-hand' }]);
  expect(before?.severity).toBeLessThan(0.1);
  expect(after?.severity).toBeGreaterThanOrEqual(1);
});

test('with no time for a plan both do their half, and with no rules kept by the other one does it all', () => {
  const soon = only([towards('D-1', 0, { inS: 9 }), towards('D-2', 90, { inS: 9 })]);
  expect(soon).toMatchObject({ kind: 'tactical', deadlineS: NOW_S });
  expect(soon.moves.map(({ id, rule }) => [id, rule])).toEqual([
    ['D-1', 'shared'],
    ['D-2', 'shared'],
  ]);
  expect(soon.rejected).toContainEqual({ kind: 'plan', reason: 'no-time' });
  const alone = only([towards('D-1', 0, { hasPlan: false }), towards('D-2', 90, { isCooperative: false })]);
  expect(alone).toMatchObject({
    kind: 'tactical',
    moves: [{ id: 'D-1', forId: 'D-2', rule: 'other-cannot' }],
  });
});

test('two that can do nothing are left as they are, and it is said', () => {
  const deaf = { isCooperative: false };
  expect(only([towards('D-1', 0, deaf), towards('D-2', 90, deaf)])).toMatchObject({
    kind: 'none',
    moves: [],
    sentence: 'nothing better was found than to fly on',
  });
});
