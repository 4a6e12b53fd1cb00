import { describe, expect, it } from 'vitest';
import { AIRFRAME, EPOCH_S, GRAVITY_MPS2 } from '../physics/airframe.ts';
import { createFleetState, PHASE } from '../physics/fleet-state.ts';
import { toKey } from '../physics/random.ts';
import { toAttitude, toBody } from './attitude.ts';
import { createProjection, GNSS, settleGnss, wander } from './gnss.ts';
import { readAccelerometer, readGyroscope } from './inertial.ts';
import { readSignal, receivedDbm } from './link.ts';
import { earthField, readMagnetometer } from './magnetometer.ts';

const at = (values: Float64Array, i: number): number => values[i] as number;

describe('GNSS', () => {
  it('errs by its sigma and forgets with its time constant', () => {
    const count = 3000;
    const state = createFleetState(count, 5);
    settleGnss(state);
    const first = Float64Array.from(state.gnssX);
    const lagS = 30;
    for (let step = 0; step < lagS / (EPOCH_S / 4); step++) wander(state, step);
    const sums = { now: 0, up: 0, product: 0, before: 0 };
    for (let i = 0; i < count; i++) {
      sums.now += at(state.gnssX, i) ** 2 / count;
      sums.up += at(state.gnssZ, i) ** 2 / count;
      sums.product += (at(state.gnssX, i) * at(first, i)) / count;
      sums.before += at(first, i) ** 2 / count;
    }
    expect(Math.sqrt(sums.now) / GNSS.levelSigmaM).toBeCloseTo(1, 1);
    expect(Math.sqrt(sums.up) / GNSS.verticalSigmaM).toBeCloseTo(1, 1);
    expect(sums.product / Math.sqrt(sums.now * sums.before)).toBeCloseTo(Math.exp(-lagS / GNSS.timeS), 1);
  });

  it('places a kilometre north and east where WGS84 has it', () => {
    // NGA’s table of WGS84: at 45° a degree of latitude is 111 131.8 m, of longitude 78 846.8 m.
    const projection = createProjection({ latitudeDeg: 45, longitudeDeg: 7, altitudeAmslM: 0 });
    expect(projection.toNorthM(46)).toBeCloseTo(111_131.8, 0);
    expect(projection.toEastM(8)).toBeCloseTo(78_846.8, 0);
    expect(projection.toNorthM(projection.toLatitudeDeg(1234.5))).toBeCloseTo(1234.5, 6);
    expect(projection.toEastM(projection.toLongitudeDeg(-987))).toBeCloseTo(-987, 6);
  });
});

describe('inertial sensors', () => {
  it('at rest feel +9.8 m/s² upward and no turning, but for bias and noise', () => {
    const state = createFleetState(200, 3);
    let [sum, turning] = [0, 0];
    for (let i = 0; i < 200; i++) {
      const attitude = toAttitude(state, i);
      sum += readAccelerometer(state, i, attitude, 0).z / 200;
      turning = Math.max(turning, Math.abs(readGyroscope(state, i, attitude, 0).x));
    }
    expect(sum).toBeCloseTo(GRAVITY_MPS2, 1);
    expect(turning).toBeLessThan(0.05);
  });

  it('in an acceleration feel it along their own axis: a four-rotor pushes only upward', () => {
    const state = createFleetState(1, 3);
    state.phase[0] = PHASE.goto;
    state.ax[0] = 3;
    const attitude = toAttitude(state, 0);
    const felt = toBody(attitude, attitude.specificForce);
    expect(Math.hypot(felt.x, felt.y)).toBeCloseTo(0, 9);
    expect(felt.z).toBeCloseTo(Math.hypot(3, GRAVITY_MPS2), 9);
  });

  it('show the turn to the right as a negative rate about up, and the tilt as it is entered', () => {
    const state = createFleetState(1, 3);
    state.yaw[0] = 0;
    state.yawRate[0] = 0.5;
    state.jy[0] = AIRFRAME.maxJerkMps3;
    const rates = readGyroscope(state, 0, toAttitude(state, 0), 0);
    expect(rates.z).toBeCloseTo(-0.5, 1);
    // Nose north, speeding up northward: nose down, which is positive about left.
    expect(rates.y).toBeGreaterThan(0.3);
  });
});

describe('magnetometer', () => {
  it('sees the World Magnetic Model’s field', () => {
    // WMM2025 test values (NOAA): 2025.0, 0 km, 80° N 0° E: X 6521.6 nT, Y 145.9 nT, Z 54791.5 nT.
    const field = earthField({ latitudeDeg: 80, longitudeDeg: 0, altitudeAmslM: 0 }, Date.UTC(2025, 0, 1));
    expect(field.y * 1000).toBeCloseTo(6521.6, 0);
    expect(field.x * 1000).toBeCloseTo(145.9, 0);
    expect(-field.z * 1000).toBeCloseTo(54_791.5, 0);
  });

  it('turns with the nose: facing east, north is to the left', () => {
    const state = createFleetState(1, 3);
    const field = { x: 0, y: 20, z: -40 };
    state.yaw[0] = Math.PI / 2;
    const seen = readMagnetometer(state, 0, { attitude: toAttitude(state, 0), field }, 0);
    expect(seen.y).toBeGreaterThan(10);
    expect(Math.abs(seen.x)).toBeLessThan(10);
    expect(Math.hypot(seen.x, seen.y, seen.z) / Math.hypot(20, 40)).toBeCloseTo(1, 0);
  });
});

describe('radio', () => {
  it('loses 20 dB in ten times the distance, and fades around that', () => {
    expect(receivedDbm(100) - receivedDbm(1000)).toBeCloseTo(20, 9);
    const readings = Array.from({ length: 2000 }, (_, step) => readSignal(100, toKey(1, 1), step));
    const mean = readings.reduce((sum, value) => sum + value, 0) / readings.length;
    expect(mean).toBeGreaterThan(78);
    expect(mean).toBeLessThan(86);
    expect(new Set(readings).size).toBeGreaterThan(1900);
    expect(readSignal(1e6, toKey(1, 1), 1)).toBe(0);
  });
});
