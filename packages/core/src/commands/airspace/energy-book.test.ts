import { expect, test } from 'vitest';
import { socHolding, storedWh, toDischarge } from '../../missions/energy/battery.ts';
import { unknownModel } from '../../missions/energy/energy-model.ts';
import { flightPowerW, toPowerModel } from '../../missions/energy/power.ts';
import { EnergyWorld } from './energy-world.contract.ts';
import { toDensityKgpm3 } from './wind.ts';

/** Hovers at 50 m with so many times the power of the unknown drone, by the pack's own physics. */
function hover(world: EnergyWorld, seconds: number, times: number, fromPct = 90): number {
  const powerW = times * flightPowerW(toPowerModel(unknownModel.airframe, toDensityKgpm3(50)), 0, 0);
  const discharge = toDischarge(unknownModel.pack, powerW);
  if (!discharge) throw new Error('the pack does not give so much');
  const fullWh = storedWh(discharge, fromPct / 100);
  let batteryPct = fromPct;
  for (let s = 1; s <= seconds; s += 1) {
    batteryPct = Math.round(10_000 * socHolding(discharge, fullWh - (powerW * s) / 3600)) / 100;
    world.tell(1, { batteryPct, armed: true, upM: 50 });
  }
  return batteryPct;
}

function standThenFly(times: number): EnergyWorld {
  const world = new EnergyWorld();
  world.tell(1, { batteryPct: 90, armed: false });
  hover(world, 400, times);
  return world;
}

test.each([0.7, 1, 1.5])(
  'a drone that draws %f times the usual power is known to, and surer than before',
  (times) => {
    const { energy, ...world } = standThenFly(times);
    const { model, readings } = energy.known(world.fleet.find('t', 'd') as never);
    expect(readings).toBeGreaterThan(2);
    const power = (airframe: typeof model.airframe) =>
      flightPowerW(toPowerModel(airframe, toDensityKgpm3(50)), 0, 0);
    const ratio = power(model.airframe) / power(unknownModel.airframe) / times;
    expect(Math.abs(ratio - 1)).toBeLessThan(Math.min(model.relativeSigma, 0.1));
    expect(model.relativeSigma).toBeLessThan(unknownModel.relativeSigma);
  },
);

test('an armed drone on its pad teaches nothing: what it draws there is no flight', () => {
  const world = new EnergyWorld();
  world.tell(1, { batteryPct: 90, armed: false });
  for (let s = 0; s < 700; s += 1) world.tell(1, { batteryPct: 90 - s / 100, armed: true, upM: 0.5 });
  expect(world.energy.known(world.drone())).toMatchObject({ model: unknownModel, readings: 0 });
  expect(world.energy.remaining(world.drone(), 100)).toBeUndefined();
});

test('what was learned is written at most once a minute, only when it changed, and known after a restart', () => {
  const world = standThenFly(1.5);
  const kept = world.written().filter(({ kind }) => kind === 'energy_model');
  expect(kept.length).toBeGreaterThan(0);
  for (const [at, { changedAtMs }] of kept.entries())
    if (at > 0) expect(changedAtMs - (kept[at - 1]?.changedAtMs ?? 0)).toBeGreaterThanOrEqual(60_000);
  const before = world.energy.known(world.drone()).model;
  world.restart();
  const after = world.energy.known(world.drone());
  expect(after.readings).toBeGreaterThan(0);
  expect(after.model.airframe.drivetrainEfficiency / before.airframe.drivetrainEfficiency).toBeCloseTo(1, 1);
  const count = kept.length;
  hover(world, 200, 1.5, 80);
  const more = world.written().filter(({ kind }) => kind === 'energy_model').length;
  expect(more - count).toBeLessThanOrEqual(3);
});

test('a record that could not have been learned is nothing known', () => {
  const world = new EnergyWorld();
  const data = { theta1: -1, theta2: Number.NaN, i11: 1, i12: 9, i22: 1 };
  world.records.put({ kind: 'energy_model', tenant: 't', id: 'd', droneId: 'd', state: 'calibrated', data });
  expect(world.energy.known(world.drone())).toMatchObject({ model: unknownModel, readings: 1 - 1 });
});

test('remaining time is energy over the power flown, and its interval holds the mean', () => {
  const world = standThenFly(1);
  const time = world.energy.remaining(world.drone(), 100);
  const powerW = flightPowerW(toPowerModel(unknownModel.airframe, toDensityKgpm3(50)), 0, 0);
  expect((time?.meanS ?? 0) / ((100 * 3600) / powerW)).toBeCloseTo(1, 1);
  expect(time?.leastS).toBeLessThan(time?.meanS ?? 0);
  expect(time?.mostS).toBeGreaterThan(time?.meanS ?? 0);
});

test('the wind a drone tells is what its flights are reckoned with', () => {
  const world = new EnergyWorld();
  world.tell(1, { batteryPct: 90, armed: true, upM: 50, wind: { speed: 6, direction: 270 } });
  expect(world.energy.known(world.drone()).air.windEastMps).toBeCloseTo(6, 6);
  expect(world.energy.known(world.drone('other')).air).toMatchObject({ windEastMps: 0, windSigmaMps: 3 });
});

test('no more drones are watched than there is room, and one that is commanded has room', () => {
  const world = new EnergyWorld();
  for (let k = 0; k < 2100; k += 1) world.tell(0.001, { batteryPct: 90, armed: true, upM: 50 }, `d-${k}`);
  expect(world.energy.size).toBe(2000);
  world.energy.follow('t', 'd-2099');
  expect(world.energy.size).toBe(2000);
});

test('who is neither armed nor commanded is forgotten after ten minutes', () => {
  const world = new EnergyWorld();
  world.tell(1, { batteryPct: 90, armed: true, upM: 50 });
  expect(world.energy.size).toBe(1);
  for (let k = 0; k < 13; k += 1) world.tell(60, { batteryPct: 90, armed: false });
  expect(world.energy.size).toBe(0);
});

test.each([0.6, 1.6])(
  'a scan of the fleet reckons with %f times the usual power where that is the drone\u2019s own',
  (times) => {
    const world = standThenFly(times);
    world.drone('other');
    const least = (droneId: string) => world.energy.leastOf('t')(world.drone(droneId));
    const ratioOf = () => least('d').hoverW / least('other').hoverW;
    expect(Math.abs(ratioOf() / times - 1)).toBeLessThan(0.12);
    world.restart();
    expect(Math.abs(ratioOf() / times - 1)).toBeLessThan(0.15);
    expect(least('other').capacityWh).toBe(least('d').capacityWh);
  },
);
