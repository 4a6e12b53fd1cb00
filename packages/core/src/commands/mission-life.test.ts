import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMissionOver } from '../missions/life-cycle.ts';
import { assignMission } from './assign-mission.ts';
import { cancelMission } from './cancel-mission.ts';
import { emergencyLand } from './emergency-land.ts';
import { MissionWorld } from './mission-world.contract.ts';
import { pauseMission } from './pause-mission.ts';
import { resumeMission } from './resume-mission.ts';
import { vehicleCommand } from './vehicle-command.ts';

const mission = {
  ...{ name: 'm', type: 'survey', priority: 'normal', end: 'return' },
  waypoints: [
    { x: 60, y: 0, z: 40 },
    { x: 60, y: 90, z: 40 },
    { x: 0, y: 90, z: 40 },
  ],
};

/** Fire and forget: who asks may be dead before the answer. */
const quiet = (outcome: unknown): void => void Promise.resolve(outcome).catch(() => undefined);

async function begin(): Promise<{ world: MissionWorld; id: string }> {
  const world = new MissionWorld();
  await world.second();
  quiet(assignMission.handle({ mission, drone_id: 'd1' }, world.context('first')));
  await world.second();
  const id = world.operations.ledger.idFor({ tenant: 't', actor: 'op', requestId: 'first' });
  return { world, id };
}

async function pass(world: MissionWorld, seconds: number): Promise<void> {
  for (let count = 0; count < seconds; count += 1) await world.second();
}

const stateOf = (world: MissionWorld, id: string) => world.operations.missions.find('t', id)?.state;

test('a mission is assigned, sent, started, flown and completed', async () => {
  const { world, id } = await begin();
  expect(stateOf(world, id)).toBe('active');
  await pass(world, 40);
  expect(stateOf(world, id)).toBe('completed');
  expect([...(world.vehicles[0]?.effects.values() ?? [])]).toEqual([1, 1]);
});

test('a drone that comes down before its time has failed the mission', async () => {
  const { world, id } = await begin();
  await pass(world, 2);
  world.vehicles[0]?.take({
    type: 'command',
    commandId: 'own',
    command: 'land',
    params: {},
    expiresAt: '',
    ttlMs: 1,
  });
  await pass(world, 20);
  expect(world.operations.missions.find('t', id)).toMatchObject({ state: 'failed', reason: /came down/ });
});

type Step = (world: MissionWorld, id: string) => unknown;

const ordered =
  (command: string): Step =>
  (world) =>
    quiet(vehicleCommand.handle({ drone_id: 'd1', command } as never, world.context()));

const speak: Step = (world) => {
  world.isSilent = false;
  for (const { droneId } of world.vehicles) world.operations.ledger.reach('t', droneId);
};
const refusing =
  (command: string | undefined): Step =>
  (world) => {
    for (const vehicle of world.vehicles) vehicle.refuses = command;
  };
const setting =
  (flag: 'losesOrder' | 'losesAnswer' | 'isSilent'): Step =>
  (world) => {
    world[flag] = true;
  };

/** What operators, vehicles, the wire and the machine may do. */
const STEPS: Readonly<Record<string, Step>> = {
  second: (world) => world.second(),
  secondAgain: (world) => world.second(),
  pause: (world, id) => quiet(pauseMission.handle({ mission_id: id }, world.context())),
  resume: (world, id) => quiet(resumeMission.handle({ mission_id: id }, world.context())),
  cancel: (world, id) => quiet(cancelMission.handle({ mission_id: id }, world.context())),
  assign: (world, id) => quiet(assignMission.handle({ mission_id: id }, world.context())),
  emergency: (world) => quiet(emergencyLand.handle({ drone_id: 'd1' }, world.context())),
  hold: ordered('hold'),
  release: ordered('resume'),
  home: ordered('return_to_base'),
  kill: (world) => world.kill(world.journal.length),
  killAtOnce: (world) => world.kill(1),
  flush: (world) => world.flush(),
  loseOrder: setting('losesOrder'),
  loseAnswer: setting('losesAnswer'),
  silence: setting('isSilent'),
  speech: speak,
  refuse: refusing('start_mission'),
  obey: refusing(undefined),
};

const boundTo = (world: MissionWorld, id: string) =>
  [...world.operations.missions.bound('t')].filter(([, flown]) => flown.id === id);

/** Walks, and tells the ends that were on disk. */
async function walk(world: MissionWorld, id: string, names: readonly string[]): Promise<readonly string[]> {
  const ends = new Set<string>();
  for (const name of names) {
    await STEPS[name]?.(world, id);
    await Promise.resolve();
    const state = stateOf(world, id);
    const isOnDisk = world.durable === world.journal.length;
    if (state && isMissionOver(state) && isOnDisk) ends.add(state);
    expect(boundTo(world, id).length).toBeLessThanOrEqual(1);
  }
  return [...ends];
}

test('[S14] whatever happens to it, a mission has one end at most, and an order one effect', async () => {
  const names = fc.array(fc.constantFrom(...Object.keys(STEPS)), { minLength: 1, maxLength: 40 });
  const property = fc.asyncProperty(names, async (steps) => {
    const { world, id } = await begin();
    const ends = await walk(world, id, steps);
    expect(ends.length).toBeLessThanOrEqual(1);
    // The world calms down: what is under way comes to its end.
    speak(world, id);
    await pass(world, 400);
    const last = world.operations.missions.find('t', id);
    expect(['completed', 'failed', 'aborted', 'planned', 'paused']).toContain(last?.state);
    expect(last?.state).toBe(ends[0] ?? last?.state);
    expect(last?.carriage.order).toBeUndefined();
    for (const { effects } of world.vehicles)
      expect([...effects.values()].every((each) => each === 1)).toBe(true);
  });
  await fc.assert(property, { numRuns: 200 });
}, 120_000);
