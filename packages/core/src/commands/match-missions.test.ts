import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import { replayBatch } from '../missions/assignment/explain-matching.ts';
import type { MissionPlan } from '../missions/mission.ts';
import { type ChoiceWorld, checkMissionFlight, toChoiceInput, toCost } from './choose-for-mission.ts';
import { createGivingWorld } from './give-mission.ts';
import { matchMissions } from './match-missions.ts';
import type { CarriedMission } from './mission-record.ts';
import { MissionWorld } from './mission-world.contract.ts';

const planAt = (x: number, y: number): MissionPlan => ({
  ...{ name: 'm', type: 't', priority: 'normal', end: 'return', requiredCapabilities: [] },
  waypoints: [
    { x, y, z: 40 },
    { x: x + 50, y, z: 40 },
  ],
});

async function open(places: readonly (readonly [number, number])[]) {
  const world = new MissionWorld(5);
  await world.second();
  const { missions } = world.operations;
  const made = places.map(
    ([x, y], at) => missions.create(planAt(x, y), { tenant: 't', createdBy: 'op', id: `m${at}` }).mission,
  );
  const { nowMs, fleet, operations } = world;
  return {
    made,
    drones: [...fleet.drones('t')],
    choice: createGivingWorld({ tenant: 't', nowMs, fleet, operations }),
  };
}

function exactS(mission: CarriedMission, at: number, choice: ChoiceWorld): number {
  const drones = [...choice.fleet.drones('t')];
  const input = toChoiceInput(mission, drones, choice);
  const checked = checkMissionFlight(mission, choice.airspace.situationNow(drones[at] as never), choice);
  if (isRefusal(input) || isRefusal(checked) || !checked.verdict.accepted) return Number.POSITIVE_INFINITY;
  const cost = toCost(checked, input.ask);
  return 'costS' in cost ? cost.costS : Number.POSITIVE_INFINITY;
}

/** All ways to give each mission a drone of its own. */
function cheapestS(costs: readonly (readonly number[])[], row = 0, used: readonly number[] = []): number {
  if (row === costs.length) return 0;
  const options = (costs[row] as readonly number[]).map((costS, at) =>
    used.includes(at) ? Number.POSITIVE_INFINITY : costS + cheapestS(costs, row + 1, [...used, at]),
  );
  return Math.min(...options);
}

const place = fc.tuple(fc.integer({ min: -900, max: 2900 }), fc.integer({ min: -900, max: 900 }));

test('no way to divide the missions is cheaper, by exact costs of every pair; the decision replays bit by bit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(place, { minLength: 1, maxLength: 4 }), async (places) => {
      const { made, drones, choice } = await open(places);
      const match = matchMissions(made, drones, choice);
      if (isRefusal(match)) throw new Error(match.message);
      const costs = made.map((mission) => drones.map((_drone, at) => exactS(mission, at, choice)));
      const { decision } = match;
      if (decision.method !== 'exact') throw new Error(decision.method);
      expect(Math.abs(decision.costS - cheapestS(costs))).toBeLessThan(0.01);
      const { snapshot, method: _method, evaluated: _evaluated, ...record } = decision;
      expect(JSON.stringify(replayBatch(snapshot))).toBe(JSON.stringify(record));
      expect(new Set(match.matches.map(({ drone }) => drone?.droneId)).size).toBe(made.length);
    }),
    { numRuns: 30 },
  );
});

test('beyond what is matched exactly an auction states its gap, and gives no drone twice', async () => {
  const places = Array.from({ length: 70 }, (_none, at) => [at * 37, (at % 7) * 90] as const);
  const { made, drones, choice } = await open(places);
  const match = matchMissions(made, drones, choice);
  if (isRefusal(match)) throw new Error(match.message);
  expect(match.decision).toMatchObject({ method: 'auction', assigned: 5, optimal: false });
  expect(match.decision.gapS).toBeGreaterThanOrEqual(0);
  const given = match.matches.flatMap(({ drone }) => (drone ? [drone.droneId] : []));
  expect(new Set(given).size).toBe(given.length);
});
