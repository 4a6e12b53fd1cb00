import { expect, test } from 'vitest';
import { EnergyWorld } from './energy-world.contract.ts';

const charge = (world: EnergyWorld, fromPct: number, toPct: number) => {
  for (let pct = fromPct; pct <= toPct; pct += 1)
    world.tell(10, { batteryPct: pct, armed: false, status: 'charging' });
};
const sessions = (world: EnergyWorld) => [...world.records.list('charging_session', 't')];

test('a session is written when it begins and when it has ended, with what the charge was', () => {
  const world = new EnergyWorld();
  charge(world, 20, 60);
  expect(sessions(world)).toMatchObject([{ state: 'charging', droneId: 'd', data: { startBatteryPct: 20 } }]);
  world.tell(10, { batteryPct: 60, armed: true, upM: 20, status: 'flying' });
  const [ended] = sessions(world);
  expect(ended).toMatchObject({
    state: 'ended',
    data: { kind: 'charge', startBatteryPct: 20, endBatteryPct: 60 },
  });
  expect((ended?.endedAtMs ?? 0) - (ended?.startedAtMs ?? 0)).toBe(400_000);
  expect(world.journal).toHaveLength(2);
});

test('a session goes on over a restart and ends once', () => {
  const world = new EnergyWorld();
  charge(world, 20, 40);
  world.restart();
  charge(world, 45, 70);
  world.tell(10, { batteryPct: 70, armed: true, upM: 20, status: 'flying' });
  expect(sessions(world)).toMatchObject([
    { state: 'ended', data: { startBatteryPct: 20, endBatteryPct: 70 } },
  ]);
});

test('a session whose drone comes back in the air after a restart is ended', () => {
  const world = new EnergyWorld();
  charge(world, 20, 40);
  world.restart();
  world.tell(600, { batteryPct: 15, armed: true, upM: 20, status: 'flying' });
  expect(sessions(world)).toMatchObject([{ state: 'ended', data: { startBatteryPct: 20 } }]);
  charge(world, 16, 36);
  expect(sessions(world)).toHaveLength(2);
});

test('a pack exchanged while nobody looked is a session of its own', () => {
  const world = new EnergyWorld();
  world.tell(1, { batteryPct: 15, armed: false });
  world.tell(30, { batteryPct: 98, armed: false });
  expect(sessions(world)).toMatchObject([
    { state: 'ended', data: { kind: 'swap', startBatteryPct: 15, endBatteryPct: 98 } },
  ]);
});

test('a drone that says it charges while nothing comes of it, and one that flies, have no session', () => {
  const world = new EnergyWorld();
  for (let k = 0; k < 100; k += 1) world.tell(10, { batteryPct: 50, armed: false, status: 'charging' });
  for (let k = 0; k < 100; k += 1) world.tell(10, { batteryPct: 90 - k / 2, armed: true, upM: 30 }, 'flier');
  expect(world.journal).toEqual([]);
});
