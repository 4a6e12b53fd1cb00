import { ORDER_NAMES } from '@skein/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PHASE, PHASES } from '../physics/fleet-state.ts';
import { createSimulation, type Simulation } from './simulation.ts';

let serial = 0;
const give = (
  simulation: Simulation,
  command: string,
  { clears, ...params }: { clears?: number } & Record<string, unknown> = {},
) => {
  serial += 1;
  return simulation.order(0, {
    commandId: `c${serial}`,
    command,
    params,
    ...(clears !== undefined && { clears }),
  });
};
const result = (
  simulation: Simulation,
  command: string,
  params?: { clears?: number } & Record<string, unknown>,
) => give(simulation, command, params).result;
const phase = ({ state }: Simulation): string | undefined => PHASES[state.phase[0] ?? -1];
const at = (simulation: Simulation, field: 'x' | 'y' | 'z'): number =>
  simulation.state[field][0] ?? Number.NaN;

/** On patrol at its layer's height. */
function flying(): Simulation {
  const simulation = createSimulation({ drones: 1, seed: 2, startSpreadS: 0 });
  simulation.step(40);
  expect(phase(simulation)).toBe('mission');
  return simulation;
}

describe('an order', () => {
  it('goto is flown to, holds there, and tells its progress up to succeeded', () => {
    const simulation = flying();
    const { commandId } = give(simulation, 'goto', { x: 200, y: -50, z: 60 });
    const seen = new Set<number>();
    for (let s = 0; s < 60; s++) {
      simulation.step(1);
      const progress = simulation.progress(0);
      expect(progress?.commandId).toBe(commandId);
      seen.add(progress?.progressPct ?? -1);
    }
    expect(seen.size).toBeGreaterThan(5);
    expect(simulation.progress(0)).toMatchObject({ state: 'succeeded', progressPct: 100, command: 'goto' });
    expect(phase(simulation)).toBe('hold');
    expect(
      Math.hypot(at(simulation, 'x') - 200, at(simulation, 'y') + 50, at(simulation, 'z') - 60),
    ).toBeLessThan(1);
  });

  it('goto understands latitude and longitude with AMSL, relative and kept height', () => {
    const origin = { latitudeDeg: 47, longitudeDeg: 8, altitudeAmslM: 400 };
    const simulation = createSimulation({ drones: 1, seed: 2, startSpreadS: 0, origin });
    simulation.step(40);
    const place = { latitude: 47.001, longitude: 8 };
    const { targetZ, targetY } = simulation.state;
    expect(result(simulation, 'goto', { ...place, altitude: 450 })).toBe('accepted');
    expect(targetZ[0]).toBe(50);
    expect(targetY[0]).toBeCloseTo(111.2, 0);
    expect(result(simulation, 'goto', { ...place, altitude: 70, altitude_reference: 'relative' })).toBe(
      'accepted',
    );
    expect(targetZ[0]).toBe(70);
    expect(result(simulation, 'goto', place)).toBe('accepted');
    expect(targetZ[0]).toBeCloseTo(at(simulation, 'z'), 6);
  });

  it('by weight: emergency over return over hold over the rest; a lesser one is rejected until released', () => {
    const simulation = flying();
    expect(result(simulation, 'hold')).toBe('accepted');
    expect(give(simulation, 'goto', { x: 1, y: 1 })).toMatchObject({
      result: 'temporarily_rejected',
      message: expect.stringMatching(/a hold is in force/),
    });
    expect(result(simulation, 'return_to_base')).toBe('accepted');
    expect(result(simulation, 'hold')).toBe('temporarily_rejected');
    expect(result(simulation, 'resume')).toBe('temporarily_rejected');
    expect(result(simulation, 'land')).toBe('accepted');
    expect(result(simulation, 'emergency_land')).toBe('accepted');
    for (const command of ['land', 'return_to_base', 'hold', 'resume', 'goto', 'start_mission', 'set_speed'])
      expect(result(simulation, command, { x: 1, y: 1, speed: 2 })).toBe('temporarily_rejected');
    const { commandId } = give(simulation, 'emergency_land');
    simulation.step(90);
    expect(phase(simulation)).toBe('grounded');
    expect(simulation.progress(0)).toMatchObject({ commandId, state: 'succeeded' });
    expect(simulation.message(0).drone).toMatchObject({ status: 'landed', armed: false });
    simulation.step(60);
    expect(phase(simulation)).toBe('grounded');
    // Who was landed in an emergency stays down until somebody who may says otherwise.
    expect(result(simulation, 'takeoff')).toBe('temporarily_rejected');
    expect(result(simulation, 'resume', { clears: 3 })).toBe('temporarily_rejected');
    // What an operator writes into the params gives no privilege.
    const written = { commandId: 'written', command: 'resume', params: { clears: 4 } };
    expect(simulation.order(0, written).result).toBe('temporarily_rejected');
    expect(result(simulation, 'resume', { clears: 4 })).toBe('accepted');
    expect(result(simulation, 'disarm')).toBe('accepted');
    expect(result(simulation, 'takeoff')).toBe('accepted');
    simulation.step(40);
    expect(phase(simulation)).toBe('hold');
  });

  it('resume on the ground starts a patrol again, but not of a drone that waits or was landed in an emergency', () => {
    for (const [autonomous, command, flies] of [
      [true, 'land', true],
      [true, 'emergency_land', false],
      [false, 'land', false],
    ] as const) {
      const simulation = createSimulation({ drones: 1, seed: 2, startSpreadS: 0, autonomous });
      expect(result(simulation, command)).toBe('accepted');
      simulation.step(5);
      expect(phase(simulation)).toBe('grounded');
      expect(result(simulation, 'resume', { clears: 4 })).toBe('accepted');
      simulation.step(30);
      expect(phase(simulation)).toBe(flies ? 'mission' : 'ready');
      expect(result(simulation, 'takeoff')).toBe(flies ? 'denied' : 'accepted');
    }
  });

  it('resume releases a return or an emergency landing in the air where it may clear as much, into a hold', () => {
    for (const [command, clears] of [
      ['return_to_base', 3],
      ['land', 3],
      ['emergency_land', 4],
    ] as const) {
      const simulation = flying();
      const { commandId } = give(simulation, command);
      simulation.step(2);
      expect(result(simulation, 'resume', { clears: clears - 1 })).toBe('temporarily_rejected');
      expect(result(simulation, 'resume', { clears: Number.NaN })).toBe('temporarily_rejected');
      expect(result(simulation, 'resume', { clears })).toBe('accepted');
      expect(simulation.orderReports('told')).toContainEqual(
        expect.objectContaining({ commandId, state: 'cancelled', message: 'resume took its place' }),
      );
      simulation.step(20);
      expect(phase(simulation)).toBe('hold');
      expect(at(simulation, 'z')).toBeGreaterThan(10);
      expect(result(simulation, 'goto', { x: 5, y: 5, z: 30 })).toBe('accepted');
    }
  });

  it('hold stops at once, resume goes on with the mission', () => {
    const simulation = flying();
    expect(result(simulation, 'hold')).toBe('accepted');
    simulation.step(8);
    const [x, y] = [at(simulation, 'x'), at(simulation, 'y')];
    simulation.step(20);
    expect(Math.hypot(at(simulation, 'x') - x, at(simulation, 'y') - y)).toBeLessThan(0.5);
    expect(simulation.progress(0)?.state).toBe('succeeded');
    expect(result(simulation, 'resume')).toBe('accepted');
    simulation.step(5);
    expect(phase(simulation)).toBe('mission');
    expect(Math.hypot(at(simulation, 'x') - x, at(simulation, 'y') - y)).toBeGreaterThan(2);
  });

  it('return_to_base lands on the pad, charges, and waits there for orders', () => {
    const simulation = flying();
    give(simulation, 'goto', { x: 150, y: 150, z: 40 });
    simulation.step(25);
    give(simulation, 'return_to_base');
    simulation.step(120);
    expect(phase(simulation)).toBe('charging');
    expect(Math.hypot(at(simulation, 'x'), at(simulation, 'y'))).toBeLessThan(2);
    expect(simulation.progress(0)).toMatchObject({ command: 'return_to_base', state: 'succeeded' });
    simulation.step(3600);
    expect(phase(simulation)).toBe('ready');
    expect(result(simulation, 'start_mission')).toBe('accepted');
    simulation.step(40);
    expect(phase(simulation)).toBe('mission');
  });

  it('upload_mission replaces the mission, is flown in its order at its speeds, and ends in a hold', () => {
    const simulation = createSimulation({ drones: 1, seed: 2, autonomous: false });
    const waypoints = [
      { x: 30, y: 0, z: 35, speed: 4 },
      { x: 30, y: 30, z: 35 },
    ];
    expect(result(simulation, 'upload_mission', { waypoints, mission_id: 'survey-9' })).toBe('accepted');
    expect(result(simulation, 'start_mission')).toBe('accepted');
    simulation.step(15);
    expect(simulation.message(0).mission).toEqual({
      id: 'survey-9',
      waypoint: 1,
      totalWaypoints: 2,
      missionType: 'operator',
    });
    simulation.step(60);
    expect(phase(simulation)).toBe('hold');
    expect(simulation.progress(0)).toMatchObject({ command: 'start_mission', state: 'succeeded' });
    expect(Math.hypot(at(simulation, 'x') - 30, at(simulation, 'y') - 30)).toBeLessThan(6);
    for (const bad of [
      {},
      { waypoints: [] },
      { waypoints: [{ x: 1 }] },
      { waypoints: [{ x: 1, y: 1, z: -9 }] },
    ])
      expect(result(simulation, 'upload_mission', bad)).toBe('denied');
  });

  it('that cannot be followed is answered with the word for why', () => {
    const simulation = createSimulation({ drones: 1, seed: 2, autonomous: false });
    expect(result(simulation, 'goto', { x: 1, y: 1, z: 20 })).toBe('temporarily_rejected');
    expect(result(simulation, 'goto', { x: 1 })).toBe('denied');
    expect(result(simulation, 'goto', { latitude: 95, longitude: 0 })).toBe('denied');
    expect(result(simulation, 'set_speed', { speed: -1 })).toBe('denied');
    expect(result(simulation, 'dance')).toBe('unsupported');
    expect(result(simulation, 'toString')).toBe('unsupported');
    expect(result(flying(), 'takeoff')).toBe('denied');
    expect(result(flying(), 'disarm')).toBe('denied');
  });

  it('that has expired is not executed', () => {
    const simulation = flying();
    const late = { commandId: 'late', command: 'land', expiresAtMs: simulation.timeMs };
    expect(simulation.order(0, late).result).toBe('cancelled');
    expect(phase(simulation)).toBe('mission');
    expect(simulation.order(0, { ...late, commandId: 'in-time' }, simulation.timeMs - 1).result).toBe(
      'accepted',
    );
  });

  it('given again is answered with the first result and not executed again; the last 64 are remembered', () => {
    const simulation = flying();
    const first = simulation.order(0, { commandId: 'once', command: 'hold' });
    give(simulation, 'resume');
    expect(simulation.order(0, { commandId: 'once', command: 'hold' })).toEqual({ ...first, isRepeat: true });
    expect(phase(simulation)).toBe('mission');
    for (let k = 0; k < 64; k++) give(simulation, 'set_speed', { speed: 5 });
    simulation.order(0, { commandId: 'once', command: 'hold' });
    expect(phase(simulation)).toBe('hold');
  });

  it('of any kind at any time leaves a drone that is finite, above ground and in a known phase', () => {
    const order = fc.record({
      command: fc.constantFrom(...ORDER_NAMES),
      params: fc.record(
        {
          x: fc.double({ min: -500, max: 500 }),
          y: fc.double({ min: -500, max: 500 }),
          z: fc.double({ min: -10, max: 200 }),
          speed: fc.double({ min: -5, max: 50 }),
          altitude: fc.double(),
        },
        { requiredKeys: [] },
      ),
      waitS: fc.integer({ min: 0, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(order, { maxLength: 12 }), (orders) => {
        const simulation = createSimulation({ drones: 1, seed: 4, startSpreadS: 0 });
        for (const { command, params, waitS } of orders) {
          give(simulation, command, params);
          simulation.step(waitS);
          const { x, y, z, soc, vx } = simulation.state;
          for (const values of [x, y, z, soc, vx]) expect(Number.isFinite(values[0])).toBe(true);
          expect(z[0]).toBeGreaterThanOrEqual(0);
          expect(phase(simulation)).toBeDefined();
        }
        // Whatever was ordered, an emergency landing ends on the ground.
        expect(result(simulation, 'emergency_land')).toBe('accepted');
        for (let s = 0; s < 200 && simulation.state.phase[0] !== PHASE.grounded; s++) simulation.step(20);
        expect(phase(simulation)).toBe('grounded');
      }),
      { numRuns: 60 },
    );
  });
});
