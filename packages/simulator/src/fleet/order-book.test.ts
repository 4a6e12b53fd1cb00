import { describe, expect, it } from 'vitest';
import { createSimulation, type SimulationOptions } from './simulation.ts';

const open = (more: Partial<SimulationOptions> = {}) =>
  createSimulation({ drones: 1, seed: 6, startSpreadS: 0, autonomous: false, ...more });

function flying() {
  const simulation = open();
  simulation.order(0, { commandId: 'up', command: 'takeoff', params: { altitude: 40 } });
  simulation.step(30);
  simulation.orderReports();
  return simulation;
}

const FITTING: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  goto: { x: 20, y: 20, z: 30 },
  set_speed: { speed: 5 },
  upload_mission: { mission_id: 'm', waypoints: [{ x: 30, y: 0, z: 30 }] },
  terminate: { confirm: true },
};

describe('an order', () => {
  const weights = {
    ...{ terminate: 5, emergency_land: 4, land: 3, return_to_base: 3, hold: 2, goto: 1 },
    ...{ start_mission: 1, pause_mission: 1, set_speed: 1, upload_mission: 1, arm: 1 },
  };

  it.each(Object.entries(weights))(
    'is refused while a greater %s is in force, and only then',
    (greater, inForce) => {
      for (const [lesser, weight] of Object.entries(weights)) {
        const simulation = flying();
        const give = (commandId: string, command: string) =>
          simulation.order(0, { commandId, command, params: FITTING[command] ?? {} }).result;
        give('m', 'upload_mission');
        give('s', 'start_mission');
        expect(give('g', greater)).toBe('accepted');
        const expected = inForce >= 2 && weight < inForce ? 'temporarily_rejected' : 'accepted';
        expect(`${lesser}: ${give('l', lesser)}`).toBe(`${lesser}: ${expected}`);
      }
    },
  );

  it('of a lower epoch than was seen is denied as stale; of the same, of none or of a higher it is not', () => {
    const simulation = flying();
    const give = (commandId: string, epoch?: number, ttlMs = 1000) =>
      simulation.order(0, { commandId, command: 'arm', ttlMs, ...(epoch !== undefined && { epoch }) });
    for (const [commandId, epoch, ttlMs, result] of [
      ['a', 5, 1000, 'accepted'],
      ['b', 4, 1000, 'denied'],
      ['c', 5, 1000, 'accepted'],
      ['d', undefined, 1000, 'accepted'],
      ['e', 7, 0, 'cancelled'],
      ['f', 6, 1000, 'denied'],
      ['b', 9, 1000, 'denied'],
      ['g', 7, 1000, 'accepted'],
      ['h', Number.NaN, 1000, 'denied'],
      ['i', 7.5, 1000, 'denied'],
    ] as const)
      expect([commandId, give(commandId, epoch, ttlMs).result]).toEqual([commandId, result]);
    expect(give('b')).toMatchObject({ message: 'stale epoch', isRepeat: true });
  });

  it('expires by what is left of its time, whatever the clock says; else by the clock', () => {
    const simulation = flying();
    const { timeMs } = simulation;
    for (const [ttlMs, expiresAtMs, result] of [
      [0, undefined, 'cancelled'],
      [-1, timeMs + 1000, 'cancelled'],
      [Number.NaN, timeMs + 1000, 'cancelled'],
      [1, timeMs - 1000, 'accepted'],
      [undefined, timeMs, 'cancelled'],
      [undefined, Number.NaN, 'cancelled'],
      [undefined, timeMs + 1, 'accepted'],
      [undefined, undefined, 'accepted'],
    ] as const) {
      const commandId = `${ttlMs} ${expiresAtMs}`;
      const order = {
        ...{ commandId, command: 'arm' },
        ...(ttlMs !== undefined && { ttlMs }),
        ...(expiresAtMs !== undefined && { expiresAtMs }),
      };
      expect([commandId, simulation.order(0, order).result]).toEqual([commandId, result]);
    }
  });

  it('given again has the end told again that it had, also after 63 others', () => {
    const simulation = flying();
    simulation.order(0, { commandId: 'there', command: 'goto', params: { x: 30, y: 0, z: 40 } });
    simulation.step(60);
    expect(simulation.orderReports()).toMatchObject([{ commandId: 'there', state: 'succeeded' }]);
    for (let k = 0; k < 62; k++) simulation.order(0, { commandId: `s${k}`, command: 'arm' });
    expect(simulation.orderReports()).toHaveLength(62);
    const again = { commandId: 'there', command: 'goto', params: { x: 30, y: 0, z: 40 } };
    expect(simulation.order(0, again)).toEqual({ commandId: 'there', result: 'accepted', isRepeat: true });
    expect(simulation.orderReports()).toMatchObject([
      { commandId: 'there', state: 'succeeded', progressPct: 100 },
    ]);
    expect(simulation.orderEffects()['there']).toBe(1);
  });

  it('that is under way is not forgotten for any number of others', () => {
    const simulation = flying();
    simulation.order(0, { commandId: 'far', command: 'goto', params: { x: 3000, y: 0, z: 40 } });
    for (let k = 0; k < 200; k++) simulation.order(0, { commandId: `s${k}`, command: 'arm' });
    expect(simulation.order(0, { commandId: 'far', command: 'goto' }).isRepeat).toBe(true);
    expect(simulation.order(0, { commandId: 's0', command: 'arm' }).isRepeat).toBe(false);
  });
});
