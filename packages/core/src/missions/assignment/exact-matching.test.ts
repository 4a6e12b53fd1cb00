import fc from 'fast-check';
import loadHighs from 'highs';
import { expect, test } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { solveForced, solveMatching } from './exact-matching.ts';
import { certifyMatching } from './matching-certificate.ts';
import type { CostMatrix, PricedMatching } from './priced-matching.ts';

// Its types describe the CommonJS build; as an ES module the default is the loader itself.
const highs = await (loadHighs as unknown as typeof loadHighs.default)();

function solved(matrix: CostMatrix): PricedMatching {
  const matching = solveMatching(matrix);
  if (isRefusal(matching)) throw new Error(JSON.stringify(matching));
  return matching;
}

/** Most pairs first, then least cost, by trying everything. */
function tryAll({ rows, columns, costs }: CostMatrix, row = 0, taken = 0): readonly [number, number] {
  if (row === rows) return [0, 0];
  let [pairs, cost] = tryAll({ rows, columns, costs }, row + 1, taken);
  for (let column = 0; column < columns; column += 1) {
    const own = costs[row * columns + column] as number;
    if ((taken & (1 << column)) !== 0 || own === Number.POSITIVE_INFINITY) continue;
    const [restPairs, restCost] = tryAll({ rows, columns, costs }, row + 1, taken | (1 << column));
    if (restPairs + 1 > pairs || (restPairs + 1 === pairs && restCost + own < cost))
      [pairs, cost] = [restPairs + 1, restCost + own];
  }
  return [pairs, cost];
}

const matrixOf = (maxSide: number, cell: fc.Arbitrary<number>): fc.Arbitrary<CostMatrix> =>
  fc
    .tuple(fc.integer({ min: 0, max: maxSide }), fc.integer({ min: 0, max: maxSide }))
    .chain(([rows, columns]) =>
      fc
        .array(cell, { minLength: rows * columns, maxLength: rows * columns })
        .map((cells) => ({ rows, columns, costs: Float64Array.from(cells) })),
    );

const tiedCell = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -3, max: 5 }) },
  { weight: 2, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
);
const realCell = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -1000, max: 1000, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
);

test('as many pairs as are possible are made, at the least cost of so many', () => {
  const matrices = fc.oneof(matrixOf(6, tiedCell), matrixOf(6, realCell), matrixOf(7, realCell));
  fc.assert(
    fc.property(matrices, (matrix) => {
      const matching = solved(matrix);
      const [pairs, cost] = tryAll(matrix);
      expect(matching.cardinality).toBe(pairs);
      expect(matching.cost).toBeCloseTo(cost, 6);
      expect(matching.certificate.holds).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('a sum of costs where small and enormous ones meet is still the least', () => {
  const cell = fc.oneof(fc.constantFrom(0, 1e-6, 1, 1e6, 1e11, -1e11), fc.constant(Number.POSITIVE_INFINITY));
  fc.assert(
    fc.property(matrixOf(5, cell), (matrix) => {
      const matching = solved(matrix);
      const [pairs, cost] = tryAll(matrix);
      expect(matching.cardinality).toBe(pairs);
      expect(Math.abs(matching.cost - cost)).toBeLessThanOrEqual(1e-3);
      expect(matching.certificate.holds).toBe(true);
    }),
    { numRuns: 300 },
  );
});

function highsCost({ rows, columns, costs }: CostMatrix): number {
  const names = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_c, column) => `x${row}_${column}`),
  );
  const objective = names.map((line, row) =>
    line.map((name, column) => `${costs[row * columns + column]} ${name}`).join(' + '),
  );
  const rowSums = names.map((line) => `${line.join(' + ')} = 1`);
  const columnSums = Array.from(
    { length: columns },
    (_, column) => `${names.map((line) => line[column]).join(' + ')} <= 1`,
  );
  const problem = `Minimize\n obj: ${objective.join('\n + ')}\nSubject To\n ${[...rowSums, ...columnSums].join('\n ')}\nEnd`;
  return highs.solve(problem, { output_flag: false }).ObjectiveValue;
}

test('the cost is the optimum of the linear program', () => {
  const sides = fc.tuple(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 0, max: 20 }));
  fc.assert(
    fc.property(sides, fc.integer(), ([rows, more], seed) => {
      const matrix = randomMatrix(rows, Math.min(60, rows + more), seed);
      expect(solved(matrix).cost).toBeCloseTo(highsCost(matrix), 4);
    }),
    { numRuns: 12 },
  );
});

function randomMatrix(rows: number, columns: number, seed: number): CostMatrix {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  const costs = Float64Array.from({ length: rows * columns }, () => Math.round(next() * 1e5) / 100);
  return { rows, columns, costs };
}

function withForbidden(matrix: CostMatrix, share: number, seed: number): CostMatrix {
  const dice = randomMatrix(matrix.rows, matrix.columns, seed ^ 0x5bd1_e995).costs;
  const isForbidden = (at: number) => (dice[at] as number) < share * 1000;
  return {
    ...matrix,
    costs: matrix.costs.map((cost, at) => (isForbidden(at) ? Number.POSITIVE_INFINITY : cost)),
  };
}

test('the certificate holds at any size and shape, however much is forbidden', () => {
  const asked = fc.record({
    rows: fc.integer({ min: 1, max: 180 }),
    columns: fc.integer({ min: 1, max: 180 }),
    share: fc.constantFrom(0, 0.5, 0.9, 0.98, 0.995),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(asked, ({ rows, columns, share, seed }) => {
      const matrix = withForbidden(randomMatrix(rows, columns, seed), share, seed);
      expect(solved(matrix).certificate).toMatchObject({ holds: true, isLargest: true });
    }),
    { numRuns: 60 },
  );
});

test('points on a plane, and points that are all the same, are matched with a certificate', () => {
  const place = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }));
  const places = fc.array(place, { minLength: 30, maxLength: 80 });
  fc.assert(
    fc.property(places, places, (tasks, drones) => {
      const costs = tasks.flatMap(([x, y]) => drones.map(([e, n]) => Math.hypot(x - e, y - n)));
      const matrix = { rows: tasks.length, columns: drones.length, costs: Float64Array.from(costs) };
      expect(solved(matrix).certificate.holds).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('a certificate does not hold for a matching that is made worse or larger than it is', () => {
  const matrix = randomMatrix(20, 20, 7);
  const matching = solved(matrix);
  const [a, b] = [matching.columnOfRow[0] as number, matching.columnOfRow[1] as number];
  const columnOfRow = matching.columnOfRow.with(0, b).with(1, a);
  const rowOfColumn = matching.rowOfColumn.with(b, 0).with(a, 1);
  expect(certifyMatching(matrix, { ...matching, columnOfRow, rowOfColumn }).holds).toBe(false);
  expect(certifyMatching(matrix, { ...matching, u: matching.u.with(3, 0) }).holds).toBe(false);
  const alone = {
    ...matching,
    columnOfRow: matching.columnOfRow.with(0, -1),
    rowOfColumn: matching.rowOfColumn.with(a, -1),
    cardinality: 19,
  };
  expect(certifyMatching(matrix, alone)).toMatchObject({ holds: false, isLargest: false });
});

test('another drone never raises the cost', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 12, max: 20 }),
      fc.integer(),
      (rows, columns, seed) => {
        const wide = randomMatrix(rows, columns + 1, seed);
        const costs = wide.costs.filter((_, at) => at % (columns + 1) !== columns);
        expect(solved(wide).cost).toBeLessThanOrEqual(solved({ rows, columns, costs }).cost + 1e-9);
      },
    ),
  );
});

test('a forced pair costs the fleet at least its reduced cost', () => {
  const cells = fc.tuple(
    matrixOf(7, realCell),
    fc.integer({ min: 0, max: 6 }),
    fc.integer({ min: 0, max: 6 }),
  );
  fc.assert(
    fc.property(cells, ([matrix, row, column]) => {
      fc.pre(row < matrix.rows && column < matrix.columns);
      const own = matrix.costs[row * matrix.columns + column] as number;
      const { u, v, cost, cardinality, missingPrice } = solved(matrix);
      const forced = solveForced(matrix, row, column);
      expect(isRefusal(forced)).toBe(own === Number.POSITIVE_INFINITY);
      if (isRefusal(forced)) return;
      const reducedCost = own - (u[row] as number) - (v[column] as number);
      const loss = forced.cost - cost + missingPrice * (cardinality - forced.cardinality);
      expect(loss).toBeGreaterThanOrEqual(reducedCost - 1e-6);
    }),
    { numRuns: 300 },
  );
});

test('costs that are no numbers, too large, or do not fill the matrix are refused', () => {
  const refused = (rows: number, columns: number, cells: readonly number[]) =>
    isRefusal(solveMatching({ rows, columns, costs: Float64Array.from(cells) }));
  expect(refused(1, 2, [1, Number.NaN])).toBe(true);
  expect(refused(1, 2, [1, Number.NEGATIVE_INFINITY])).toBe(true);
  expect(refused(1, 2, [1, 1e13])).toBe(true);
  expect(refused(2, 2, [1, 2, 3])).toBe(true);
  expect(refused(0.5, 2, [1])).toBe(true);
  expect(refused(1, 2, [1, Number.POSITIVE_INFINITY])).toBe(false);
});
