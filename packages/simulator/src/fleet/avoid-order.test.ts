import { describe, expect, it } from 'vitest';
import { at, fromM, open, phase, succeeded } from '../../test/flight.ts';

/** A drone on its way to a place 300 m to the east. */
function underWay() {
  const drone = open();
  drone.obey('takeoff', { altitude: 30 });
  const { commandId } = drone.give('goto', { x: 300, y: 0, z: 30 });
  drone.fly(10);
  return { ...drone, goto: commandId };
}

describe('an order to make way', () => {
  it('flies to its points, stands at the last, and holds once its time is over', () => {
    const { simulation, give, fly, flyOut } = underWay();
    const { x } = at(simulation);
    const points = [
      { x: x + 30, y: 40, z: 30 },
      { x: x + 60, y: 60, z: 30, speed: 5 },
    ];
    const { commandId, result } = give('avoid', { points, lapse_s: 40 });
    expect(result).toBe('accepted');
    fly(35);
    expect(phase(simulation)).toBe('avoid');
    expect(simulation.message(0).drone.status).toBe('flying');
    expect(fromM(simulation, x + 60, 60, 30)).toBeLessThan(2);
    expect(flyOut(commandId, 20)).toMatchObject(succeeded);
    expect(phase(simulation)).toBe('hold');
  });

  it('without points stops; without another word holds, even on its way', () => {
    const { simulation, give, fly } = underWay();
    give('avoid', { points: [], lapse_s: 4 });
    fly(3.5);
    expect(phase(simulation)).toBe('avoid');
    fly(8);
    expect(phase(simulation)).toBe('hold');
    const { x } = at(simulation);
    give('avoid', { points: [{ x, y: 500, z: 30 }], lapse_s: 5 });
    fly(15);
    expect(phase(simulation)).toBe('hold');
    expect(at(simulation).y).toBeLessThan(100);
  });

  it('a newer one takes its place, and resume goes on with what was interrupted first', () => {
    const { simulation, give, fly, flyOut, goto } = underWay();
    const { x } = at(simulation);
    const first = give('avoid', { points: [{ x, y: 80, z: 30 }], lapse_s: 30 });
    fly(3);
    give('avoid', { points: [{ x, y: -80, z: 30 }], lapse_s: 30 });
    expect(flyOut(first.commandId, 1)).toMatchObject({ state: 'cancelled' });
    fly(5);
    give('resume', { clears: 1 });
    expect(phase(simulation)).toBe('goto');
    expect(flyOut(goto)).toMatchObject(succeeded);
    expect(fromM(simulation, 300, 0, 30)).toBeLessThan(1.5);
  });

  it('goes on with a mission at the waypoint it was on its way to', () => {
    const { simulation, obey, give, fly, flyOut } = open();
    obey('upload_mission', {
      waypoints: [
        { x: 0, y: 150, z: 30 },
        { x: 100, y: 150, z: 30 },
      ],
      end: 'hold',
    });
    const { commandId } = give('start_mission');
    fly(20);
    const left = at(simulation);
    give('avoid', { points: [{ x: left.x - 40, y: left.y, z: 30 }], lapse_s: 20 });
    fly(12);
    give('resume', { clears: 1 });
    let nearestM = Number.POSITIVE_INFINITY;
    let turnedBackM = 0;
    const northM = at(simulation).y;
    const end = flyOut(commandId, 200, () => {
      nearestM = Math.min(nearestM, fromM(simulation, 0, 150, 30));
      turnedBackM = Math.max(turnedBackM, northM - at(simulation).y);
    });
    expect(end).toMatchObject(succeeded);
    expect(nearestM).toBeLessThan(6);
    expect(turnedBackM).toBeLessThan(5);
  });

  it('is refused under a hold, on the way home, on the ground, and where its points or its time say nothing', () => {
    const { give, obey, fly } = underWay();
    obey('hold');
    const wish = { points: [], lapse_s: 5 };
    expect(give('avoid', wish)).toMatchObject({ result: 'temporarily_rejected' });
    expect(give('resume', { clears: 1 })).toMatchObject({ result: 'temporarily_rejected' });
    give('resume');
    expect(give('avoid', { points: [{ x: 0 }], lapse_s: 5 })).toMatchObject({
      ...{ result: 'denied', message: expect.stringContaining('points[0]') },
    });
    expect(give('avoid', { points: [] })).toMatchObject({
      ...{ result: 'denied', message: expect.stringContaining('lapse_s') },
    });
    give('return_to_base');
    expect(give('avoid', wish)).toMatchObject({ result: 'temporarily_rejected' });
    fly(300);
    expect(give('avoid', wish)).toMatchObject({ result: 'temporarily_rejected' });
  });
});
