import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { type BestDroneInput, chooseDrone, type DroneChoice, type DroneEvaluation } from './best-drone.ts';
import { defaultCostWeights, toCostTerms, totalCostS } from './cost.ts';
import {
  createDroneRead,
  createLeastFacts,
  findShortfall,
  leastCostS,
  readLeastFacts,
} from './feasibility.ts';
import { createFleetTable, type FleetRow, type FleetTable, readiness, toFleetRow } from './fleet-table.ts';
import type { MissionAsk } from './mission-ask.ts';

const ask: MissionAsk = {
  ...{ nowMs: 1_000_000, eastM: 0, northM: 0, routeM: 2000, returnM: 500, onSiteWh: 1 },
  ...{
    latestStartInS: 600,
    dueInS: 200,
    priority: 5,
    skills: 0b101,
    skillNames: ['camera', 'lidar', 'winch'],
  },
  ...{ zones: 0b1, payloadKg: 1, windMps: 4, linkAgeMaxMs: 3000, interrupts: true },
};

const fit: FleetRow = {
  ...{
    id: 'D',
    eastM: 300,
    northM: 400,
    speedMps: 10,
    socPct: 90,
    floorPct: 10,
    capacityWh: 100,
    hoverW: 300,
  },
  ...{ leastWhPerM: 0.01, payloadMaxKg: 2, windMaxMps: 10, skills: 0b111, zones: 0b11 },
  ...{ readiness: readiness.ready, lastHeardMs: 999_000, criticalAnomalies: 0, freeInS: 0 },
  ...{ wearPct: 0, displacementS: 0 },
};

function shortfallOf(change: Partial<FleetRow>, asked: Partial<MissionAsk> = {}) {
  return findShortfall(createDroneRead(createFleetTable([{ ...fit, ...change }]), { ...ask, ...asked }), 0);
}

test('whoever is not sent is told why, and by how much it falls short', () => {
  expect(shortfallOf({})).toBeUndefined();
  expect(shortfallOf({ readiness: readiness.notReady })).toEqual({ code: 'NOT_READY' });
  expect(shortfallOf({ readiness: readiness.busy })).toEqual({ code: 'BUSY' });
  expect(shortfallOf({ readiness: readiness.interruptible })).toBeUndefined();
  expect(shortfallOf({ readiness: readiness.interruptible }, { interrupts: false })).toEqual({
    code: 'BUSY',
  });
  expect(shortfallOf({ lastHeardMs: 995_000 })).toEqual({ code: 'LINK_LOST', shortBy: 2 });
  expect(shortfallOf({ lastHeardMs: Number.NaN })).toEqual({ code: 'LINK_LOST' });
  expect(shortfallOf({ criticalAnomalies: 1 })).toEqual({ code: 'HEALTH' });
  expect(shortfallOf({ skills: 0b011 })).toEqual({ code: 'SKILL_WINCH' });
  expect(shortfallOf({ skills: 0 })).toEqual({ code: 'SKILL_CAMERA' });
  expect(shortfallOf({ zones: 0b10 })).toEqual({ code: 'AUTHZ' });
  expect(shortfallOf({ payloadMaxKg: 0.25 })).toEqual({ code: 'PAYLOAD', shortBy: 0.75 });
  expect(shortfallOf({ windMaxMps: 3 })).toEqual({ code: 'WIND', shortBy: 1 });
  // 14 000 m at 10 m/s with 4 m/s behind it are 1000 s.
  expect(shortfallOf({ eastM: 14_000, northM: 0, leastWhPerM: 1e-3 })).toEqual({
    code: 'TIME_WINDOW',
    shortBy: 400,
  });
  // 500 m there, 2000 m, 500 m back at 0.01 Wh/m and 1 Wh: 31 % of the charge, above a floor of 10 %.
  expect(shortfallOf({ socPct: 40.5 })).toEqual({ code: 'ENERGY_RTH', shortBy: 0.5 });
});

test('a drone of which something needed is not known is not sent', () => {
  const columns = Object.keys(fit).filter((column) => column !== 'id') as (keyof FleetRow)[];
  for (const column of columns) expect(shortfallOf({ [column]: Number.NaN }), column).toBeDefined();
  expect(shortfallOf({ speedMps: 0 })).toEqual({ code: 'NO_DATA' });
  expect(shortfallOf({ capacityWh: 0 })).toEqual({ code: 'NO_DATA' });
});

const row = fc.record({
  eastM: fc.constantFrom(-3000, 0, 10, 500, 8000),
  northM: fc.double({ min: -4000, max: 4000, noNaN: true }),
  socPct: fc.double({ min: 20, max: 100, noNaN: true }),
  speedMps: fc.constantFrom(5, 10, 15, Number.NaN),
  skills: fc.constantFrom(0b111, 0b111, 0b101, 0b1),
  readiness: fc.constantFrom(0, 0, 0, 1, 2, 3),
  wearPct: fc.constantFrom(-5, 0, 3),
  freeInS: fc.constantFrom(0, 0, 60),
});
const rows = fc.array(row, { maxLength: 60 });

const fleetOf = (changes: readonly Partial<FleetRow>[]): FleetTable =>
  createFleetTable(changes.map((change, at) => ({ ...fit, ...change, id: `D-${at}` })));

/** Something above the bound, ever the same for a drone, with refusals among it. */
function evaluateFrom(fleet: FleetTable, more: readonly number[]) {
  return (drone: number): DroneEvaluation => {
    const extra = more[drone % more.length] as number;
    if (extra > 90) return { code: 'ROUTE_4D' };
    if (extra > 80) return { code: 'ENERGY_RTH', shortBy: extra };
    const facts = createLeastFacts();
    readLeastFacts(fleet, ask, drone, facts);
    facts.conflictS = extra;
    const terms = toCostTerms(facts);
    return { terms, costS: totalCostS(terms) };
  };
}

const extraS = fc.array(fc.constantFrom(0, 0, 1, 7, 40, 85, 95), { minLength: 1, maxLength: 9 });

function chosen(input: BestDroneInput, evaluate: (drone: number) => DroneEvaluation): DroneChoice {
  const choice = chooseDrone(input, evaluate);
  if (isRefusal(choice)) throw new Error(JSON.stringify(choice));
  return choice;
}

function evaluateAll(fleet: FleetTable, evaluate: (drone: number) => DroneEvaluation) {
  const read = createDroneRead(fleet, ask);
  const isFeasible = (drone: number) => !findShortfall(read, drone);
  return fleet.ids
    .map((_, drone) => ({ drone, evaluation: isFeasible(drone) ? evaluate(drone) : undefined }))
    .flatMap(({ drone, evaluation }) =>
      evaluation && 'costS' in evaluation ? [{ drone, ...evaluation }] : [],
    )
    .sort((a, b) => a.costS - b.costS || a.drone - b.drone);
}

test('the best drone and its runners-up are those of evaluating every drone', () => {
  fc.assert(
    fc.property(rows, extraS, fc.integer({ min: 0, max: 5 }), (changes, more, runnersUp) => {
      const fleet = fleetOf(changes);
      const evaluate = evaluateFrom(fleet, more);
      const choice = chosen({ fleet, ask, runnersUp, maxEvaluations: 1000 }, evaluate);
      expect(choice.ranking).toEqual(evaluateAll(fleet, evaluate).slice(0, runnersUp + 1));
      expect(choice).toMatchObject({ optimal: true, gapS: 0 });
      const excluded = choice.excluded.reduce((sum, { count }) => sum + count, 0);
      const costed = [...choice.evaluations.values()].filter((each) => 'costS' in each).length;
      expect(excluded + costed + choice.unread).toBe(changes.length);
    }),
    { numRuns: 500 },
  );
});

test('a choice that was cut short says by how much another drone could be cheaper', () => {
  fc.assert(
    fc.property(rows, extraS, fc.integer({ min: 1, max: 8 }), (changes, more, maxEvaluations) => {
      const fleet = fleetOf(changes);
      const evaluate = evaluateFrom(fleet, more);
      const choice = chosen({ fleet, ask, maxEvaluations }, evaluate);
      const [best] = evaluateAll(fleet, evaluate);
      const [found] = choice.ranking;
      expect(choice.evaluations.size).toBeLessThanOrEqual(maxEvaluations);
      expect(choice.ranking.length > 0 || choice.optimal).toBe(found !== undefined || choice.unread === 0);
      if (!found) return;
      expect(found.costS - (choice.gapS as number)).toBeLessThanOrEqual((best?.costS as number) + 1e-9);
      if (choice.optimal) expect(found.costS).toBe(best?.costS);
    }),
  );
});

test('the bound of a drone is the cost of its least facts', () => {
  fc.assert(
    fc.property(rows, (changes) => {
      const fleet = fleetOf(changes);
      for (let drone = 0; drone < changes.length; drone += 1) {
        const facts = createLeastFacts();
        readLeastFacts(fleet, ask, drone, facts);
        expect(leastCostS(fleet, ask, drone, defaultCostWeights)).toBe(totalCostS(toCostTerms(facts)));
      }
    }),
  );
});

test('an evaluation below its bound is not called optimal', () => {
  const fleet = fleetOf([{}, { eastM: 5000 }]);
  const cheap = { costS: 1, terms: toCostTerms(createLeastFacts()) };
  expect(chosen({ fleet, ask }, () => cheap).optimal).toBe(false);
});

test('an evaluation without a number is a fault', () => {
  const terms = toCostTerms(createLeastFacts());
  expect(() => chooseDrone({ fleet: fleetOf([{}]), ask }, () => ({ costS: Number.NaN, terms }))).toThrow(
    'D-0',
  );
});

test('a mission with numbers that are none is refused by the name of the field', () => {
  const refusal = chooseDrone({ fleet: fleetOf([{}]), ask: { ...ask, routeM: Number.NaN } }, () => {
    throw new Error('not asked');
  });
  expect(refusal).toMatchObject({ refused: true, details: { field: 'routeM' } });
});

test('a row goes into the table and comes out the same', () => {
  expect(toFleetRow(createFleetTable([fit]), 0)).toEqual(fit);
});
