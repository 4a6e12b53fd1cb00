import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import type { SeparationMinima } from '../geo/cylinder-conflict.ts';
import type { Trajectory } from '../geo/trajectory.ts';
import { firstConflict, type TimeSpan } from '../geo/trajectory-conflict.ts';
import { CELL_M } from './cell-visits.ts';
import { TrajectoryIndex } from './trajectory-index.ts';

const EPOCH_S = 1_790_000_000;
const minima: SeparationMinima = { horizontalM: 50, verticalM: 15 };

const hops = fc.record({
  afterS: fc.oneof(
    fc.double({ min: 0.1, max: 200, noNaN: true }),
    fc.constant(30),
    fc.constantFrom(3600, 86_400),
  ),
  eastMps: fc.oneof(fc.constantFrom(0, 10), fc.double({ min: -15, max: 15, noNaN: true })),
  northMps: fc.oneof(fc.constantFrom(0, -10), fc.double({ min: -15, max: 15, noNaN: true })),
});
/** On the edges of cells and buckets too, where an index is wrong if anywhere. */
const coordinates = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map((cells) => cells * CELL_M),
  fc.integer({ min: -3, max: 3 }).map((cells) => cells * CELL_M - minima.horizontalM),
  fc.double({ min: -900, max: 900, noNaN: true }),
);

const trajectories: fc.Arbitrary<Trajectory> = fc
  .record({
    id: fc.integer({ min: 0, max: 9 }).map((n) => `D-${n}`),
    startS: fc.oneof(
      fc.integer({ min: 0, max: 20 }).map((buckets) => Math.floor(EPOCH_S / 30) * 30 + buckets * 30),
      fc.double({ min: EPOCH_S, max: EPOCH_S + 600, noNaN: true }),
    ),
    eastM: coordinates,
    northM: coordinates,
    upM: fc.constantFrom(30, 40, 50),
    moves: fc.array(hops, { maxLength: 5 }),
    afterwards: fc.constantFrom('gone' as const, 'gone' as const, 'hovering' as const),
  })
  .map(({ id, startS, eastM, northM, upM, moves, afterwards }) => {
    const knots = [0, eastM, northM, upM];
    for (const { afterS, eastMps, northMps } of moves) {
      const [timeS = 0, fromEastM = 0, fromNorthM = 0] = knots.slice(-4);
      // A day of flight would leave the site: it is a day of hovering.
      const flownS = afterS > 300 ? 0 : afterS;
      knots.push(timeS + afterS, fromEastM + eastMps * flownS, fromNorthM + northMps * flownS, upM);
    }
    return { id, startS, knots: Float64Array.from(knots), afterwards };
  });

/** The versions of all that is in the way, so that nothing is refused. */
function consultAll(index: TrajectoryIndex, trajectory: Trajectory): ReadonlyMap<string, number> {
  const others = index.conflicts(trajectory, index.minima).map((one) => [one.with.id, one.version] as const);
  return new Map([...others, [trajectory.id, index.get(trajectory.id)?.version ?? 0]]);
}

function put(index: TrajectoryIndex, trajectory: Trajectory): void {
  expect(isRefusal(index.commit(trajectory, consultAll(index, trajectory)))).toBe(false);
}

function bruteForce(all: Iterable<Trajectory>, own: Trajectory, by: SeparationMinima, span?: TimeSpan) {
  return [...all]
    .filter(({ id }) => id !== own.id)
    .map((other) => ({ id: other.id, conflict: firstConflict(own, other, by, span) }))
    .filter(({ conflict }) => conflict !== undefined)
    .sort((a, b) => (a.conflict?.lostS as number) - (b.conflict?.lostS as number) || (a.id < b.id ? -1 : 1));
}

const operations = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: trajectories.map((trajectory) => ({ put: trajectory })) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 9 }).map((n) => ({ remove: `D-${n}` })) },
    { weight: 3, arbitrary: trajectories.map((trajectory) => ({ ask: { ...trajectory, id: 'own' } })) },
  ),
  { maxLength: 30 },
);
const spans: fc.Arbitrary<TimeSpan> = fc.oneof(
  fc.constant<TimeSpan>([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]),
  fc.double({ min: 0, max: 900, noNaN: true }).map((s): TimeSpan => [EPOCH_S + s, EPOCH_S + s + 60]),
  fc.double({ min: 0, max: 900, noNaN: true }).map((s): TimeSpan => [EPOCH_S + s, Number.POSITIVE_INFINITY]),
);

test('whatever was committed and removed before, it answers as asking every flight would', () => {
  fc.assert(
    fc.property(operations, fc.constantFrom(5, 50, 320, 5000), spans, (steps, horizontalM, span) => {
      const index = new TrajectoryIndex({ minima });
      const all = new Map<string, Trajectory>();
      const by = { horizontalM, verticalM: 15 };
      for (const step of steps) {
        if ('put' in step) {
          put(index, step.put);
          all.set(step.put.id, step.put);
        } else if ('remove' in step) {
          expect(index.remove(step.remove)).toBe(all.delete(step.remove));
        } else {
          const expected = bruteForce(all.values(), step.ask, by, span);
          const found = index.conflicts(step.ask, by, { span });
          expect(found.map((one) => one.with.id)).toEqual(expected.map(({ id }) => id));
          const [first] = found;
          expect(index.firstConflict(step.ask, by, { span })).toEqual(first);
          if (first) expect(first).toMatchObject(expected[0]?.conflict as object);
        }
      }
      expect(index.size).toBe(all.size);
      for (const id of all.keys()) index.remove(id);
      expect([index.size, index.postings]).toEqual([0, 0]);
    }),
    { numRuns: 600 },
  );
});

test('a hover of a day, of a month and for ever has a handful of postings', () => {
  for (const [lastS, afterwards] of [
    [86_400, 'gone'],
    [30 * 86_400, 'gone'],
    [10, 'hovering'],
  ] as const) {
    const index = new TrajectoryIndex({ minima });
    put(index, {
      id: 'h',
      startS: EPOCH_S,
      knots: Float64Array.of(0, 5, 5, 30, lastS, 5, 5, 30),
      afterwards,
    });
    expect(index.postings).toBeLessThanOrEqual(4);
    const later = {
      id: 'q',
      startS: EPOCH_S + lastS - 5,
      knots: Float64Array.of(0, 9, 9, 35),
      afterwards: 'hovering',
    } as const;
    expect(index.firstConflict(later, minima)?.with.id).toBe('h');
  }
});

test('a flight of 100 km has as many postings as it has cells and minutes', () => {
  const index = new TrajectoryIndex({ minima });
  put(index, {
    id: 'l',
    startS: EPOCH_S,
    knots: Float64Array.of(0, 0, 0, 90, 5000, 80_000, 60_000, 90),
    afterwards: 'gone',
  });
  expect(index.postings).toBeGreaterThan(400);
  expect(index.postings).toBeLessThan(1500);
  const crossing = {
    id: 'q',
    startS: EPOCH_S + 2500,
    knots: Float64Array.of(0, 40_000, 30_000, 90),
    afterwards: 'hovering',
  } as const;
  expect(index.firstConflict(crossing, minima)?.with.id).toBe('l');
});

test('a flight across more cells than are walked is refused, and still told what it would meet', () => {
  const index = new TrajectoryIndex({ minima });
  const knots = [0, 0, 0, 30];
  for (let hop = 1; hop <= 9; hop += 1) knots.push(hop * 6000, hop % 2 ? 1e6 : -1e6, hop, 30);
  const far = { id: 'far', startS: EPOCH_S, knots: Float64Array.from(knots), afterwards: 'gone' } as const;
  put(index, { id: 'h', startS: EPOCH_S, knots: Float64Array.of(0, 0, 0, 30), afterwards: 'hovering' });
  expect(index.commit(far)).toMatchObject({ refused: true, code: 'VALIDATION_ERROR' });
  expect(index.firstConflict(far, minima)?.with.id).toBe('h');
});

test('numbers that are not finite are refused when committed and thrown when asked about', () => {
  const index = new TrajectoryIndex({ minima });
  const knots = Float64Array.of(0, 0, Number.NaN, 30);
  const broken = { id: 'n', startS: EPOCH_S, knots, afterwards: 'gone' } as const;
  expect(index.commit(broken)).toMatchObject({
    code: 'VALIDATION_ERROR',
    details: { field: 'trajectory', reason: 'not_finite', at: 0 },
  });
  expect(() => index.firstConflict(broken, minima)).toThrow(RangeError);
  const whole = { ...broken, knots: Float64Array.of(0, 0, 0, 30) };
  expect(() => index.conflicts(whole, { ...minima, horizontalM: Number.NaN })).toThrow(RangeError);
  expect(() => index.conflicts(whole, minima, { span: [Number.NaN, 0] })).toThrow(RangeError);
  expect([index.size, index.postings]).toEqual([0, 0]);
});

test('of two planners that planned on the same traffic the second is told of the first', () => {
  const index = new TrajectoryIndex({ minima });
  const flight = (id: string, eastM: number): Trajectory => ({
    id,
    startS: EPOCH_S,
    knots: Float64Array.of(0, eastM, 0, 30, 100, eastM, 500, 30),
    afterwards: 'gone',
  });
  expect(index.commit(flight('a', 0))).toBe(1);
  const refusal = index.commit(flight('b', 20));
  expect(refusal).toMatchObject({
    code: 'CONFLICT',
    details: { reason: 'not_consulted', missing: [{ id: 'a', version: 1 }], missingCount: 1 },
  });
  expect(index.get('b')).toBeUndefined();
  expect(index.commit(flight('b', 80))).toBe(2);
});

test('what was consulted in its present version is no obstacle, in an older one it is', () => {
  const index = new TrajectoryIndex({ minima });
  const flight = (id: string, eastM: number): Trajectory => ({
    id,
    startS: EPOCH_S,
    knots: Float64Array.of(0, eastM, 0, 30),
    afterwards: 'hovering',
  });
  index.commit(flight('a', 0));
  index.commit(flight('a', 5), new Map([['a', 1]]));
  expect(index.commit(flight('b', 20), new Map([['a', 1]]))).toMatchObject({
    details: { missing: [{ id: 'a', version: 2 }] },
  });
  expect(index.commit(flight('b', 20), new Map([['a', 2]]))).toBe(3);
});

test('a flight is replaced only by who knows its present version, and one that is gone by nobody who thinks it is there', () => {
  const index = new TrajectoryIndex({ minima });
  const flight: Trajectory = {
    id: 'a',
    startS: EPOCH_S,
    knots: Float64Array.of(0, 0, 0, 30),
    afterwards: 'hovering',
  };
  index.commit(flight);
  expect(index.commit(flight)).toMatchObject({ details: { missing: [{ id: 'a', version: 1 }] } });
  expect(index.commit(flight, new Map([['a', 1]]))).toBe(2);
  expect(index.remove('a', 1)).toBe(false);
  expect(index.remove('a', 2)).toBe(true);
  expect(index.commit(flight, new Map([['a', 2]]))).toMatchObject({
    details: { missing: [{ id: 'a', version: 0 }] },
  });
  expect(index.commit(flight)).toBe(3);
});

test('accepted commitments are pairwise free of conflict, whatever is tried', () => {
  fc.assert(
    fc.property(fc.array(trajectories, { maxLength: 25 }), (tried) => {
      const index = new TrajectoryIndex({ minima });
      const accepted = new Map<string, Trajectory>();
      for (const trajectory of tried) {
        const version = index.get(trajectory.id)?.version ?? 0;
        if (!isRefusal(index.commit(trajectory, new Map([[trajectory.id, version]]))))
          accepted.set(trajectory.id, trajectory);
      }
      const all = [...accepted.values()];
      for (const [at, one] of all.entries())
        for (const other of all.slice(at + 1)) expect(firstConflict(one, other, minima)).toBeUndefined();
    }),
  );
});

test('what has ended is removed, what hovers is not', () => {
  const index = new TrajectoryIndex({ minima });
  const knots = (eastM: number) => Float64Array.of(0, eastM, 0, 30, 60, eastM, 0, 30);
  index.commit({ id: 'early', startS: EPOCH_S, knots: knots(0), afterwards: 'gone' });
  index.commit({ id: 'late', startS: EPOCH_S + 30, knots: knots(100), afterwards: 'gone' });
  index.commit({ id: 'stays', startS: EPOCH_S, knots: knots(200), afterwards: 'hovering' });
  expect(index.removeEnded(EPOCH_S + 60)).toBe(1);
  expect(['early', 'late', 'stays'].map((id) => index.get(id) !== undefined)).toEqual([false, true, true]);
});

test('a full index refuses another flight, and still replaces one', () => {
  const index = new TrajectoryIndex({ minima, maxTrajectories: 1 });
  const flight: Trajectory = {
    id: 'a',
    startS: EPOCH_S,
    knots: Float64Array.of(0, 0, 0, 30),
    afterwards: 'hovering',
  };
  index.commit(flight);
  expect(index.commit({ ...flight, id: 'b', knots: Float64Array.of(0, 900, 0, 30) })).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
  });
  expect(index.commit(flight, new Map([['a', 1]]))).toBe(2);
});

test('who changes the knots that were committed changes nothing here', () => {
  const index = new TrajectoryIndex({ minima });
  const knots = Float64Array.of(0, 0, 0, 30);
  index.commit({ id: 'a', startS: EPOCH_S, knots, afterwards: 'hovering' });
  knots[1] = 5000;
  expect(index.get('a')?.trajectory.knots[1]).toBe(0);
});
