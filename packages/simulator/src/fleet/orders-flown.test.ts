import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, fromM, open, phase, succeeded } from '../../test/flight.ts';

describe('an order flown to its end', () => {
  it('takeoff: rises to its height where it stands, and holds', () => {
    const { simulation, obey } = open();
    expect(obey('takeoff', { altitude: 25 })).toMatchObject(succeeded);
    expect(fromM(simulation, 0, 0, 25)).toBeLessThan(1.5);
    expect(phase(simulation)).toBe('hold');
    expect(simulation.message(0).drone).toMatchObject({ status: 'hold', armed: true });
  });

  it('goto: is within a metre of any place, given in metres or degrees above any reference', () => {
    const place = fc.record({
      x: fc.double({ min: -300, max: 300, noNaN: true }),
      y: fc.double({ min: -300, max: 300, noNaN: true }),
      z: fc.double({ min: 5, max: 120, noNaN: true }),
      how: fc.constantFrom('xyz', 'amsl', 'relative', 'agl', undefined),
    });
    fc.assert(
      fc.property(place, ({ x, y, z, how }) => {
        const { simulation, obey } = open();
        obey('takeoff', { altitude: 20 });
        const latitude = 47 + y / 111_166.6;
        const longitude = 8 + x / (111_319.5 * Math.cos((47 * Math.PI) / 180) * 1.001793);
        const altitude = how === 'relative' || how === 'agl' ? z : z + 400;
        const geodetic = { latitude, longitude, altitude, ...(how && { altitude_reference: how }) };
        expect(obey('goto', how === 'xyz' ? { x, y, z } : geodetic)).toMatchObject(succeeded);
        expect(fromM(simulation, x, y, z)).toBeLessThan(how === 'xyz' ? 1.5 : 3);
        expect(phase(simulation)).toBe('hold');
      }),
      { numRuns: 15 },
    );
  });

  it('goto: keeps to its speed, points its nose, and is done when it has stood there long enough', () => {
    const { simulation, give, flyOut, obey } = open();
    obey('takeoff', { altitude: 20 });
    const { commandId } = give('goto', { x: 60, y: 0, z: 20, speed: 3, heading: 200, hold_s: 12 });
    let fastest = 0;
    let arrivedS: number | undefined;
    const end = flyOut(commandId, 120, () => {
      const { vx, vy } = simulation.state;
      fastest = Math.max(fastest, Math.hypot(vx[0] ?? 0, vy[0] ?? 0));
      if (fromM(simulation, 60, 0, 20) < 1) arrivedS ??= simulation.timeS;
    });
    expect(end).toMatchObject(succeeded);
    expect(fastest).toBeLessThan(3.6);
    expect(fastest).toBeGreaterThan(2.7);
    expect(simulation.timeS - (arrivedS ?? 0)).toBeGreaterThan(11);
    expect(simulation.timeS - (arrivedS ?? 0)).toBeLessThan(15);
    expect(simulation.message(0).telemetry.heading).toBeCloseTo(200, -1);
    // What one leg wished for is not kept for the next.
    expect(obey('goto', { x: -60, y: 0, z: 20 })).toMatchObject(succeeded);
    expect(simulation.state.speedLimit[0]).toBe(10);
  });

  it('land: comes down where it is, or at a place, touches the ground, and is disarmed', () => {
    for (const [params, x, y] of [
      [{}, 80, 0],
      [{ x: 40, y: 30 }, 40, 30],
      [{ site: { x: -20, y: 10 } }, -20, 10],
    ] as const) {
      const { simulation, obey } = open();
      obey('takeoff', { altitude: 20 });
      obey('goto', { x: 80, y: 0, z: 30 });
      expect(obey('land', params)).toMatchObject(succeeded);
      expect(fromM(simulation, x, y, 0)).toBeLessThan(3);
      expect(at(simulation).z).toBe(0);
      expect(simulation.message(0).drone).toMatchObject({ status: 'landed', armed: false });
    }
  });

  it('emergency_land: at once where it is, or at a site it can reach; a site it cannot reach does not stop it', () => {
    for (const [params, x, y, message] of [
      [{}, 80, 0, undefined],
      [{ site: { latitude: 47, longitude: 8 } }, 0, 0, undefined],
      [{ site: { x: 40_000, y: 0 } }, 80, 0, /landing here: the battery/],
      [{ site: { x: 'there' } }, 80, 0, /landing here: a place needs/],
      [{ x: 9e9, y: 0 }, 80, 0, /landing here: the place is more than/],
    ] as const) {
      const { simulation, give, flyOut, obey } = open();
      obey('takeoff', { altitude: 20 });
      obey('goto', { x: 80, y: 0, z: 30 });
      const answer = give('emergency_land', params);
      expect(answer.result).toBe('accepted');
      if (message) expect(answer.message).toMatch(message);
      expect(simulation.message(0).drone.status).toBe('emergency_landing');
      expect(flyOut(answer.commandId)).toMatchObject(succeeded);
      expect(fromM(simulation, x, y, 0)).toBeLessThan(4);
      expect(phase(simulation)).toBe('grounded');
    }
  });

  it('return_to_base: lands on its own pad and charges', () => {
    const { simulation, obey } = open();
    obey('takeoff', { altitude: 20 });
    obey('goto', { x: -90, y: 70, z: 50 });
    expect(obey('return_to_base')).toMatchObject(succeeded);
    expect(fromM(simulation, 0, 0, 0)).toBeLessThan(2);
    expect(phase(simulation)).toBe('charging');
  });

  it('hold: comes to rest, and resume goes on with what it was about to do', () => {
    const { simulation, told, give, fly, flyOut, obey } = open();
    obey('takeoff', { altitude: 20 });
    const { commandId } = give('goto', { x: 200, y: 0, z: 20, speed: 8 });
    fly(8);
    expect(obey('hold')).toMatchObject(succeeded);
    const stoodAt = at(simulation);
    fly(60);
    expect(fromM(simulation, stoodAt.x, stoodAt.y, stoodAt.z)).toBeLessThan(1.5);
    expect(told.some((report) => report.commandId === commandId && report.state !== 'in_progress')).toBe(
      false,
    );
    expect(obey('resume')).toMatchObject(succeeded);
    expect(flyOut(commandId)).toMatchObject(succeeded);
    expect(fromM(simulation, 200, 0, 20)).toBeLessThan(1.5);
  });

  it('a hold on the way to a place that was given up later is not resumed to it', () => {
    const { simulation, give, fly, obey } = open();
    obey('takeoff', { altitude: 20 });
    give('goto', { x: 200, y: 0, z: 20 });
    fly(5);
    obey('hold');
    obey('resume');
    obey('land');
    obey('takeoff', { altitude: 20 });
    const { x, y, z } = at(simulation);
    obey('hold');
    obey('resume');
    fly(20);
    expect(fromM(simulation, x, y, z)).toBeLessThan(3);
  });

  it('arm and disarm: show on the ground, and a drone in the air is not disarmed', () => {
    const { simulation, give, obey } = open();
    expect(simulation.message(0).drone.armed).toBe(false);
    obey('arm');
    expect(simulation.message(0).drone).toMatchObject({ status: 'ready', armed: true });
    obey('disarm');
    expect(simulation.message(0).drone.armed).toBe(false);
    obey('takeoff');
    expect(give('disarm')).toMatchObject({ result: 'denied', message: 'in the air' });
    expect(simulation.message(0).drone.armed).toBe(true);
  });

  it('set_speed: counts from now on, within what the vehicle can do', () => {
    const { simulation, give, obey } = open();
    obey('takeoff', { altitude: 20 });
    expect(give('set_speed', { speed: 40 })).toMatchObject({
      result: 'accepted',
      message: 'limited to 15 m/s',
    });
    obey('set_speed', { speed: 4 });
    const fromS = simulation.timeS;
    obey('goto', { x: 80, y: 0, z: 20 });
    expect(simulation.timeS - fromS).toBeGreaterThan(19);
    for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5'])
      expect(give('set_speed', { speed }).result).toBe('denied');
  });

  it('terminate: falls to the ground with its rotors off, and obeys nothing until cleared', () => {
    const { simulation, told, give, fly, flyOut, obey } = open();
    obey('takeoff', { altitude: 60 });
    expect(give('terminate')).toMatchObject({ result: 'denied' });
    const { commandId } = give('terminate', { confirm: true });
    fly(1);
    expect(simulation.message(0).drone).toMatchObject({ status: 'emergency', armed: false });
    expect(give('emergency_land')).toMatchObject({
      result: 'temporarily_rejected',
      message: expect.stringMatching(/termination/),
    });
    expect(flyOut(commandId, 20)).toMatchObject(succeeded);
    // √(2h/g) is 3.5 s without drag.
    expect(told.length).toBeGreaterThan(0);
    expect(at(simulation).z).toBe(0);
    for (const command of ['takeoff', 'arm', 'emergency_land', 'resume'])
      expect(give(command, { clears: 4 }).result).toBe('temporarily_rejected');
    expect(give('resume', { clears: 5 }).result).toBe('accepted');
    expect(obey('takeoff', { altitude: 20 })).toMatchObject(succeeded);
  });
});
