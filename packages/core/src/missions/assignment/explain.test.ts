import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { chooseDrone, type DroneEvaluation } from './best-drone.ts';
import { contentHash } from './content-hash.ts';
import { toCostTerms, totalCostS } from './cost.ts';
import { type DecisionRecord, decideMission, replayDecision } from './explain.ts';
import { createLeastFacts, readLeastFacts } from './feasibility.ts';
import { createFleetTable, type FleetRow, type FleetTable, readiness } from './fleet-table.ts';
import type { MissionAsk } from './mission-ask.ts';

const ask: MissionAsk = {
  ...{ nowMs: 1_000_000, eastM: 0, northM: 0, routeM: 2000, returnM: 500, onSiteWh: 1 },
  ...{ latestStartInS: 200, dueInS: 100, priority: 5, skills: 0b1, skillNames: ['camera'] },
  ...{ zones: 0b1, payloadKg: 1, windMps: 0, linkAgeMaxMs: 3000, interrupts: true },
};

const fit: FleetRow = {
  ...{ id: 'D', eastM: 600, northM: 0, speedMps: 10, socPct: 90, floorPct: 10, capacityWh: 100, hoverW: 360 },
  ...{ leastWhPerM: 0.01, payloadMaxKg: 2, windMaxMps: 10, skills: 0b1, zones: 0b1 },
  ...{ readiness: readiness.ready, lastHeardMs: 999_000, criticalAnomalies: 0, freeInS: 0 },
  ...{ wearPct: 0, displacementS: 0 },
};

function evaluateFrom(fleet: FleetTable, extras: readonly number[]) {
  return (drone: number): DroneEvaluation => {
    const extra = extras[drone % extras.length] as number;
    if (extra > 90) return { code: 'ROUTE_4D' };
    if (extra > 80) return { code: 'ENERGY_RTH', shortBy: extra - 80 };
    const facts = createLeastFacts();
    readLeastFacts(fleet, ask, drone, facts);
    facts.conflictS = extra;
    const terms = toCostTerms(facts);
    return { terms, costS: totalCostS(terms) };
  };
}

function decided(rows: readonly Partial<FleetRow>[], extras: readonly number[] = [0]): DecisionRecord {
  const fleet = createFleetTable(rows.map((each, at) => ({ ...fit, id: `D-${at}`, ...each })));
  const record = decideMission({ fleet, ask }, evaluateFrom(fleet, extras));
  if (isRefusal(record)) throw new Error(JSON.stringify(record));
  return record;
}

test('a decision names the chosen, who came next and why not, who was out and what would help', () => {
  const record = decided([
    { eastM: 600 },
    { eastM: 900 },
    { eastM: 0, socPct: 30 },
    { eastM: 0, skills: 0 },
    { eastM: 2300 },
    { eastM: 500, payloadMaxKg: 0.85 },
  ]);
  expect(record.chosen).toMatchObject({ drone: 'D-0', terms: { etaS: 60 } });
  expect(record.runnersUp).toMatchObject([
    { drone: 'D-1', whyNot: '39.0 s dearer: later there (+30.0 s), more energy (+9.0 s)' },
  ]);
  expect(record.excluded).toEqual([
    { code: 'ENERGY_RTH', count: 1, nearest: { drone: 'D-2', shortBy: 6 } },
    { code: 'PAYLOAD', count: 1, nearest: { drone: 'D-5', shortBy: expect.closeTo(0.15, 9) } },
    { code: 'SKILL_CAMERA', count: 1, nearest: { drone: 'D-3' } },
    { code: 'TIME_WINDOW', count: 1, nearest: { drone: 'D-4', shortBy: 30 } },
  ]);
  expect(record.wouldChangeIf).toEqual(['D-2 charged to 36 %', 'payload lighter by 0.2 kg (D-5)']);
  expect(record).toMatchObject({ optimal: true, gapS: 0, decision: 'assign_mission' });
});

test('when nobody can, the record says what would let somebody', () => {
  const record = decided([{ eastM: 2300 }, { eastM: 2100 }]);
  expect(record.chosen).toBeNull();
  expect(record.wouldChangeIf).toEqual(['deadline relaxed by 10 s (D-1)']);
});

const row = fc.record({
  eastM: fc.constantFrom(-3000, 0, 10, 500, 1800, 8000, Number.NaN),
  northM: fc.double({ min: -1500, max: 1500, noNaN: true }),
  socPct: fc.double({ min: 20, max: 100, noNaN: true }),
  skills: fc.constantFrom(1, 1, 1, 0),
  readiness: fc.constantFrom(0, 0, 0, 1, 2, 3),
  lastHeardMs: fc.constantFrom(999_000, 999_000, 990_000, Number.NEGATIVE_INFINITY),
});
const worlds = fc.record({
  rows: fc.array(row, { maxLength: 40 }),
  extras: fc.array(fc.constantFrom(0, 0, 1, 7, 40, 85, 95), { minLength: 1, maxLength: 9 }),
  runnersUp: fc.integer({ min: 0, max: 4 }),
  maxEvaluations: fc.integer({ min: 1, max: 12 }),
});

test('a record replays to the last bit, and says of the fleet what choosing from the whole fleet says', () => {
  fc.assert(
    fc.property(worlds, ({ rows, extras, ...limits }) => {
      const fleet = createFleetTable(rows.map((each, at) => ({ ...fit, ...each, id: `D-${at}` })));
      const evaluate = evaluateFrom(fleet, extras);
      const record = decideMission({ fleet, ask, ...limits }, evaluate);
      const choice = chooseDrone({ fleet, ask, ...limits }, evaluate);
      if (isRefusal(record) || isRefusal(choice)) throw new Error('refused');
      expect(JSON.stringify(replayDecision(record.snapshot))).toBe(JSON.stringify(record));
      expect([record.chosen, ...record.runnersUp].map((each) => each?.costS)).toEqual(
        choice.ranking.length > 0 ? choice.ranking.map(({ costS }) => costS) : [undefined],
      );
      expect(record.excluded).toEqual(
        choice.excluded.map((each) => ({
          ...each,
          nearest: { ...each.nearest, drone: `D-${each.nearest.drone}` },
        })),
      );
      const { optimal, gapS, unread } = choice;
      expect(record).toMatchObject({ optimal, gapS, unread, evaluated: choice.evaluations.size });
    }),
    { numRuns: 1000 },
  );
});

test('a snapshot holds the drones that were read closely, not the fleet', () => {
  const rows = Array.from({ length: 5000 }, (_, at) => ({ eastM: 100 + at, skills: at % 3 === 0 ? 0 : 1 }));
  const record = decided(rows);
  expect(record.snapshot.length).toBeLessThan(20_000);
  expect(record.excluded.reduce((sum, { count }) => sum + count, 0) + record.unread + record.evaluated).toBe(
    5000,
  );
});

test('a text that is no snapshot is refused', () => {
  for (const text of [
    '',
    '{',
    'null',
    '{}',
    '{"ask":{},"weights":{},"others":{},"rows":[],"evaluations":[]}',
  ])
    expect(isRefusal(replayDecision(text)), text).toBe(true);
});

test('two texts or two columns that differ in one place differ in their hash', () => {
  const words = fc.array(fc.double(), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.string(), words, fc.nat(), (text, numbers, at) => {
      const hash = contentHash(text, Float64Array.from(numbers));
      expect(hash).toMatch(/^[0-9a-f]{32}$/);
      const other = numbers.with(at % numbers.length, (numbers[at % numbers.length] as number) === 1 ? 2 : 1);
      expect(contentHash(text, Float64Array.from(other))).not.toBe(hash);
      expect(contentHash(`${text} `, Float64Array.from(numbers))).not.toBe(hash);
      expect(contentHash(text, Float64Array.from([...numbers, 0]))).not.toBe(hash);
    }),
  );
});

test('a hundred thousand short texts have as many hashes, and every digit takes part', () => {
  const hashes = Array.from({ length: 100_000 }, (_, at) => contentHash(`drone-${at}`));
  for (const part of [0, 8, 16, 24])
    expect(new Set(hashes.map((hash) => hash.slice(part, part + 8))).size).toBeGreaterThan(99_990);
});
