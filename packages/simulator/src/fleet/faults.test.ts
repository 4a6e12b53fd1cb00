import { describe, expect, it } from 'vitest';
import { FAULT_TYPES, type FaultRequest, type FaultType, type Sensor } from './faults.ts';
import { createSimulation } from './simulation.ts';

/** The same flight twice, once with a fault from second 60 to 90: messages at each second of both. */
function compare(fault: { type: FaultType; sensor?: Sensor }) {
  const request: FaultRequest = { drone: 'drone-001', atS: 60, durationS: 30, ...fault };
  const healthy = createSimulation({ drones: 2, seed: 8, startSpreadS: 0 });
  const faulty = createSimulation({ drones: 2, seed: 8, startSpreadS: 0, faults: [request] });
  const pairs = Array.from({ length: 121 }, (_, second) => {
    if (second > 0) for (const simulation of [healthy, faulty]) simulation.step(1);
    const other = [healthy.message(1), faulty.message(1)] as const;
    return { second, truth: healthy.message(0), shown: faulty.message(0), other, z: faulty.state.vz[0] ?? 0 };
  });
  const during = pairs.filter(({ second }) => second >= 60 && second < 90);
  const outside = pairs.filter(({ second }) => second < 60 || second >= 90);
  return { healthy, faulty, pairs, during, outside };
}

const moved = (a: { latitude: number; longitude: number }, b: { latitude: number; longitude: number }) =>
  Math.hypot((a.latitude - b.latitude) * 111_195, (a.longitude - b.longitude) * 111_195 * Math.cos(0.827));

describe('a fault', () => {
  it('is labelled with its drone, kind and time, and touches no other drone', () => {
    for (const type of FAULT_TYPES) {
      const { faulty, healthy, pairs } = compare({ type, sensor: 'gyroscope' });
      const [label] = faulty.labels();
      expect(label).toMatchObject({ droneId: 'drone-001', type });
      expect(label?.fromMs).toBe(healthy.timeMs - 60_000);
      expect((label?.toMs ?? 0) - (label?.fromMs ?? 0)).toBe(30_000);
      for (const { other } of pairs) expect(other[1]).toEqual(other[0]);
    }
  });

  it('in a sensor shows only while it lasts', () => {
    const kinds = [
      { type: 'sensor_stuck', sensor: 'gyroscope' },
      { type: 'sensor_off', sensor: 'magnetometer' },
      { type: 'sensor_off', sensor: 'gnss' },
      { type: 'sensor_stuck', sensor: 'barometer' },
      { type: 'sensor_off', sensor: 'temperature' },
      { type: 'compass_bias' },
      { type: 'gps_jump' },
      { type: 'gnss_drift' },
    ] as const;
    for (const kind of kinds) {
      const { during, outside } = compare(kind);
      for (const { shown, truth } of outside) expect(shown).toEqual(truth);
      expect(
        during.filter(({ shown, truth }) => JSON.stringify(shown) !== JSON.stringify(truth)).length,
      ).toBeGreaterThan(25);
    }
  });

  it('sensor_stuck repeats one reading, sensor_off leaves it out', () => {
    const stuck = compare({ type: 'sensor_stuck', sensor: 'accelerometer' });
    expect(new Set(stuck.during.map(({ shown }) => JSON.stringify(shown.sensors?.accelerometer))).size).toBe(
      1,
    );
    expect(new Set(stuck.during.map(({ shown }) => JSON.stringify(shown.sensors?.gyroscope))).size).toBe(30);
    const off = compare({ type: 'sensor_off', sensor: 'gnss' });
    expect(
      off.during.every(({ shown }) => shown.position.gps === undefined && shown.position.x !== undefined),
    ).toBe(true);
  });

  it('gps_jump moves the receiver 250 m at once, gnss_drift by 1.5 m/s; the drone’s own estimate stays', () => {
    const jump = compare({ type: 'gps_jump' });
    const drift = compare({ type: 'gnss_drift' });
    for (const [k, { shown, truth }] of jump.during.entries()) {
      const drifted = drift.during[k]?.shown;
      expect(shown.position.x).toBe(truth.position.x);
      if (!shown.position.gps || !truth.position.gps || !drifted?.position.gps) throw new Error('no gps');
      expect(moved(shown.position.gps, truth.position.gps)).toBeCloseTo(250, -1);
      expect(Math.abs(moved(drifted.position.gps, truth.position.gps) - 1.5 * k)).toBeLessThan(1);
    }
  });

  it('motor_degraded costs power, battery_cell_drop a sixth of the charge', () => {
    const motor = compare({ type: 'motor_degraded' });
    const [weak, well] = [motor.faulty.state.energyJ[0] ?? 0, motor.healthy.state.energyJ[0] ?? 0];
    expect(weak / well).toBeGreaterThan(1.03);
    const cell = compare({ type: 'battery_cell_drop' });
    const [first] = cell.during;
    expect((first?.truth.telemetry.battery ?? 0) - (first?.shown.telemetry.battery ?? 0)).toBeCloseTo(
      100 / 6,
      0,
    );
  });

  it('drawn at random is the same for the same seed, at about the asked rate', () => {
    const labels = (seed: number) =>
      createSimulation({
        drones: 200,
        seed,
        randomFaults: { perDroneHour: 3, types: ['gps_jump', 'link_loss'] },
      }).labels();
    expect(labels(1)).toEqual(labels(1));
    expect(labels(2)).not.toEqual(labels(1));
    expect(labels(1).length).toBeGreaterThan(500);
    expect(labels(1).length).toBeLessThan(700);
    expect(new Set(labels(1).map(({ type }) => type))).toEqual(new Set(['gps_jump', 'link_loss']));
  });

  it('of an unknown kind or at an impossible time is refused', () => {
    const faults = (request: object) => () =>
      createSimulation({
        drones: 1,
        faults: [{ drone: 0, type: 'gps_jump', atS: 0, durationS: 1, ...request } as FaultRequest],
      });
    expect(faults({ type: 'boredom' })).toThrow(/fault type "boredom"/);
    expect(faults({ atS: -1 })).toThrow(/atS/);
    expect(faults({ drone: 5 })).toThrow(/no drone 5/);
  });
});
