import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import { replaySequences } from '../missions/assignment/explain-sequences.ts';
import { type SequenceFacts, toSequenceProblem } from '../missions/assignment/fleet-sequences.ts';
import { optimumOf } from '../missions/assignment/sequence-world.contract.ts';
import type { MissionPlan } from '../missions/mission.ts';
import { assignMissions } from './assign-missions.ts';
import { assignWaiting } from './mission-rounds.ts';
import { MissionWorld } from './mission-world.contract.ts';

const planAt = (x: number, y: number, more: Partial<MissionPlan> = {}): MissionPlan => ({
  ...{ name: 'm', type: 't', priority: 'normal', end: 'return', requiredCapabilities: [] },
  waypoints: [
    { x, y, z: 40 },
    { x: x + 50, y, z: 40 },
  ],
  ...more,
});

type Places = readonly (readonly [number, number])[];

async function open(places: Places, more: Partial<MissionPlan> = {}) {
  const world = new MissionWorld(2);
  await world.second();
  places.forEach(([x, y], at) => {
    world.operations.missions.create(planAt(x, y, more), { tenant: 't', createdBy: 'op', id: `m${at}` });
  });
  return world;
}

interface Step {
  readonly kind: string;
  readonly mission_id?: string;
  readonly starts_in_s: number;
  readonly ends_in_s: number;
  readonly from_pct: number;
  readonly to_pct: number;
}

interface Reply {
  readonly assigned: readonly { readonly mission_id: string; readonly drone_id: string }[];
  readonly unassigned: readonly { readonly mission_id: string; readonly reason: string }[];
  readonly sequences: readonly { readonly drone_id: string; readonly steps: readonly Step[] }[];
  readonly cost_s: number;
  readonly gap_s: number;
  readonly decision_id: string;
}

async function assign(world: MissionWorld, asked: object): Promise<Reply> {
  const reply = await assignMissions.handle(asked as never, world.context());
  if (isRefusal(reply as never)) throw new Error(JSON.stringify(reply));
  return reply as unknown as Reply;
}

/** What was kept, and the problem that was solved. */
function decisionOf(world: MissionWorld, id: string) {
  const data = world.operations.records.find('t', 'decision', id)?.data as Record<string, unknown>;
  const { snapshot, missionIds: _ids, ...decision } = data;
  const facts = JSON.parse(String(snapshot)) as SequenceFacts;
  return { decision, snapshot: String(snapshot), facts, problem: toSequenceProblem(facts) };
}

const place = fc.tuple(fc.integer({ min: -2500, max: 3500 }), fc.integer({ min: -2500, max: 2500 }));

test('no other sequences of the drones are cheaper, by trying all; the decision replays bit by bit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(place, { minLength: 3, maxLength: 4 }), async (places) => {
      const world = await open(places);
      const reply = await assign(world, {});
      const { decision, snapshot, facts, problem } = decisionOf(world, reply.decision_id);
      const { costS: flownS, left } = decision as unknown as {
        costS: number;
        left: readonly { mission: string }[];
      };
      const costS = flownS + left.length * 1.3e5;
      expect(costS).toBeCloseTo(optimumOf(problem), 3);
      expect(reply.gap_s).toBeGreaterThanOrEqual(0);
      expect(facts.drones.map(({ id }) => id).sort()).toEqual(['d1', 'd2']);
      expect(JSON.stringify(replaySequences(snapshot))).toBe(JSON.stringify(decision));
      const told = [
        ...reply.sequences.flatMap(({ steps }) => steps),
        ...left.map(({ mission }) => ({ mission_id: mission })),
      ];
      expect(told.flatMap(({ mission_id }) => mission_id ?? []).sort()).toEqual(
        places.map((_p, at) => `m${at}`),
      );
    }),
    { numRuns: 10, seed: 7 },
  );
});

const NEAR: Places = [
  [0, 200],
  [500, 200],
  [0, 400],
  [500, 400],
  [100, 600],
];

test('each drone is given its first mission; the others wait for their drone with their place and time', async () => {
  const world = await open(NEAR);
  const dry = await assign(world, { dry_run: true });
  expect(world.operations.missions.live().map(({ state }) => state)).toEqual(NEAR.map(() => 'planned'));
  const reply = await assign(world, {});
  expect(reply.sequences).toEqual(dry.sequences);
  expect(reply.unassigned).toEqual([]);
  for (const { drone_id, steps } of reply.sequences) {
    const [first, ...rest] = steps.filter(({ kind }) => kind === 'mission');
    expect(reply.assigned).toContainEqual(
      expect.objectContaining({ mission_id: first?.mission_id, drone_id }),
    );
    rest.forEach(({ mission_id }, at) => {
      expect(world.operations.missions.find('t', String(mission_id))).toMatchObject({
        ...{ state: 'planned' },
        carriage: {
          autoAssign: true,
          decisionId: reply.decision_id,
          seat: { droneId: drone_id, place: at + 2 },
        },
      });
    });
    for (const [at, step] of steps.entries())
      expect(step.starts_in_s).toBeGreaterThanOrEqual(at === 0 ? 0 : (steps[at - 1] as Step).ends_in_s - 0.1);
  }
  expect(reply.assigned).toHaveLength(2);
});

test('rounds give the waiting missions in their order, each to its drone', async () => {
  const world = await open(NEAR);
  const reply = await assign(world, {});
  const flown = new Map<string, string[]>();
  for (let second = 0; second < 900; second += 1) {
    await world.second();
    for (const { id, droneId } of world.operations.missions.list('t')) {
      const own = flown.get(droneId ?? '') ?? [];
      if (droneId !== undefined && !own.includes(id)) flown.set(droneId, [...own, id]);
    }
    const { fleet, operations, nowMs } = world;
    if (second % 5 === 4) await assignWaiting({ fleet, operations, nowMs });
    if (operations.missions.live().length === 0) break;
  }
  expect(world.operations.missions.list('t').map(({ state }) => state)).toEqual(NEAR.map(() => 'completed'));
  for (const { drone_id, steps } of reply.sequences)
    expect(flown.get(drone_id)).toEqual(steps.flatMap(({ mission_id }) => mission_id ?? []));
});

/** A mission beside d2 that waits for d1, which is to be charged before; who has it after a round. */
async function waiting(startsInS: number, afterS = 0): Promise<string | undefined> {
  const world = new MissionWorld(2);
  await world.second();
  const { fleet, operations, nowMs } = world;
  const seat = {
    droneId: 'd1',
    place: 1,
    startsAtMs: nowMs + startsInS * 1000,
    energyS: 20,
    chargedToPct: 100,
  };
  const carriage = { autoAssign: true, seat };
  operations.missions.create(planAt(500, 100), { tenant: 't', createdBy: 'op', id: 'm', carriage });
  for (let second = 0; second < afterS; second += 1) await world.second();
  await assignWaiting({ fleet, operations, nowMs: world.nowMs });
  const { droneId, carriage: kept } = operations.missions.find('t', 'm') ?? {};
  expect(kept?.seat).toEqual(droneId === undefined ? seat : undefined);
  return droneId;
}

test('another drone is given a waiting mission where it saves more than the hysteresis, or its own is a minute late', async () => {
  expect(await waiting(5)).toBeUndefined();
  expect(await waiting(300)).toBe('d2');
  // Its time has come: charged or not, it flies.
  expect(await waiting(5, 6)).toBe('d1');
  expect(await waiting(5, 66)).toBe('d2');
});

test('where the charge does not last a drone charges at home in between, to a level that is told', async () => {
  const far: Places = Array.from({ length: 6 }, (_none, at) => [250 + at * 10, 2500] as const);
  const world = await open(far);
  const { sequences, unassigned } = await assign(world, { dry_run: true, chargers: 1 });
  expect(unassigned).toEqual([]);
  const charges = sequences.flatMap(({ steps }) => steps.filter(({ kind }) => kind === 'charge'));
  expect(charges.length).toBeGreaterThan(0);
  for (const { from_pct, to_pct, starts_in_s, ends_in_s } of charges) {
    expect([60, 80, 95]).toContain(to_pct);
    expect(to_pct).toBeGreaterThan(from_pct);
    expect(ends_in_s).toBeGreaterThan(starts_in_s);
  }
  // One charger: no two of them at once.
  const inOrder = charges.toSorted((a, b) => a.starts_in_s - b.starts_in_s);
  for (const [at, { starts_in_s }] of inOrder.entries())
    if (at > 0) expect(starts_in_s).toBeGreaterThanOrEqual((inOrder[at - 1] as Step).ends_in_s - 0.1);
  const swapped = await assign(world, { dry_run: true, charger: 'swap', chargers: 1 });
  expect(swapped.cost_s).toBeLessThan((await assign(world, { dry_run: true, chargers: 1 })).cost_s);
});

test('a mission that no drone can fly says why; without sequences the rest is left', async () => {
  const world = await open([...NEAR.slice(0, 2), [0, 9000]]);
  const { unassigned } = await assign(world, { dry_run: true });
  expect(unassigned).toEqual([{ mission_id: 'm2', reason: 'no drone can: ENERGY_RTH' }]);
  const single = await assign(await open(NEAR), { dry_run: true, sequences: false });
  expect(single.sequences).toBeUndefined();
  expect(single.unassigned).toHaveLength(3);
});

test('a snapshot that is none is refused', () => {
  for (const text of ['', '{}', '[]', 'null']) expect(isRefusal(replaySequences(text) as never)).toBe(true);
});
