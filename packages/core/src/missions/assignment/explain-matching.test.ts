import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { solveForced } from './exact-matching.ts';
import {
  type BatchDecision,
  type BatchInput,
  decideBatch,
  replayBatch,
  toBatchSnapshot,
} from './explain-matching.ts';

function decided(input: BatchInput): BatchDecision {
  const decision = decideBatch(input);
  if (isRefusal(decision)) throw new Error(JSON.stringify(decision));
  return decision;
}

const names = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}-${at}`);

test('the nearer drone was not taken because it is worth more to another mission', () => {
  const costs = Float64Array.of(10, 30, 12, 90);
  const { missions, costS } = decided({ missions: ['M-0', 'M-1'], drones: ['D-0', 'D-1'], costs });
  expect(costS).toBe(42);
  expect(missions[0]?.chosen).toEqual({ drone: 'D-1', costS: 30 });
  expect(missions[0]?.runnersUp).toMatchObject([{ drone: 'D-0', flies: 'M-1', fleetLossS: 58 }]);
  expect(missions[0]?.runnersUp[0]?.whyNot).toMatch(
    /^20.0 s cheaper alone, but worth \d+.0 s to M-1 \(dual price\): the fleet would lose 58.0 s$/,
  );
});

const cell = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: 0, max: 1000, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
);
const inputs = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 9 }))
  .chain(([rows, columns]) =>
    fc.array(cell, { minLength: rows * columns, maxLength: rows * columns }).map((cells) => ({
      ...{ missions: names('M', rows), drones: names('D', columns) },
      costs: Float64Array.from(cells),
    })),
  );

test('what the fleet would lose by a runner-up is what solving again with it forced comes to', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const matrix = { rows: input.missions.length, columns: input.drones.length, costs: input.costs };
      const { missions, costS, assigned } = decided({ ...input, runnersUp: 9 });
      missions.forEach(({ runnersUp }, row) => {
        for (const { drone, fleetLossS, missionsLost, isExact } of runnersUp) {
          const forced = solveForced(matrix, row, input.drones.indexOf(drone));
          if (isRefusal(forced)) throw new Error('a runner-up is allowed');
          expect(isExact).toBe(true);
          expect(missionsLost).toBe(assigned - forced.cardinality);
          expect(fleetLossS).toBeCloseTo(forced.cost - costS, 6);
        }
      });
    }),
    { numRuns: 500 },
  );
});

test('in a large batch the loss is told as a lower bound', () => {
  const [rows, columns] = [60, 1000];
  const costs = Float64Array.from({ length: rows * columns }, (_, at) => (at * 7919) % 1009);
  const input = { missions: names('M', rows), drones: names('D', columns), costs };
  const { missions, costS } = decided(input);
  for (const row of [0, 30, 59]) {
    const [runnerUp] = missions[row]?.runnersUp ?? [];
    const forced = solveForced({ rows, columns, costs }, row, input.drones.indexOf(runnerUp?.drone ?? ''));
    if (isRefusal(forced)) throw new Error('a runner-up is allowed');
    expect(runnerUp?.isExact).toBe(false);
    expect(forced.cost - costS).toBeGreaterThanOrEqual((runnerUp?.fleetLossS as number) - 1e-6);
  }
});

test('a batch replays to the last bit', () => {
  fc.assert(
    fc.property(inputs, fc.option(fc.nat({ max: 5 }), { nil: undefined }), (input, runnersUp) => {
      const whole = runnersUp === undefined ? input : { ...input, runnersUp };
      expect(JSON.stringify(replayBatch(toBatchSnapshot(whole)))).toBe(JSON.stringify(decided(whole)));
    }),
    { numRuns: 1000 },
  );
});

test('runners-up are the cheapest others, and those that cannot are counted', () => {
  const costs = Float64Array.of(5, 3, Number.POSITIVE_INFINITY, 4, 1, 2);
  const [mission] = decided({ missions: ['M'], drones: names('D', 6), costs, runnersUp: 2 }).missions;
  expect(mission).toMatchObject({ chosen: { drone: 'D-4' }, excluded: 1 });
  expect(mission?.runnersUp.map(({ drone }) => drone)).toEqual(['D-5', 'D-1']);
});

test('a text that is no batch, and costs that do not fill it, are refused', () => {
  for (const text of ['', 'null', '{}', '{"missions":["M"],"drones":["D"],"costs":[1,2]}'])
    expect(isRefusal(replayBatch(text)), text).toBe(true);
});
