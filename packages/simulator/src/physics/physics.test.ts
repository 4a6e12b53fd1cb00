import { describe, expect, it } from 'vitest';
import { AIR_DENSITY_KGPM3, AIRFRAME, EPOCH_S, GRAVITY_MPS2, STEP_S } from './airframe.ts';
import { drain, openCircuitV } from './battery.ts';
import { createFleetState, type FleetState, PHASE } from './fleet-state.ts';
import { guide } from './guidance.ts';
import { DRAG_PER_M, move } from './motion.ts';
import { drawPower, electricalPower, hoverPowerW, inducedVelocity } from './power.ts';
import { bits, gaussian, toKey, toUuid, uniform } from './random.ts';
import { blow, createAir, drydenAt, meanWindMps, type Wind } from './wind.ts';

/** One drone in the air at 50 m, at rest, its target where it is. */
function hovering(count = 1): FleetState {
  const state = createFleetState(count, 1);
  state.phase.fill(PHASE.hold);
  state.z.fill(50);
  state.targetZ.fill(50);
  return state;
}

function fly(state: FleetState, seconds: number, each: (step: number) => void = () => {}): void {
  for (let step = 0; step < seconds / STEP_S; step++) {
    guide(state, step);
    move(state);
    drawPower(state, step);
    each(step);
  }
}

const at = (values: Float64Array, i = 0): number => values[i] as number;

describe('motion', () => {
  it('reaches cruise speed and holds it', () => {
    const state = hovering();
    state.targetX[0] = 1000;
    fly(state, 20);
    expect(at(state.vx)).toBeCloseTo(AIRFRAME.cruiseMps, 2);
    expect(at(state.vy)).toBeCloseTo(0, 6);
  });

  it('stops from cruise in v²/2a + v·a/2j, within 2 %', () => {
    const state = hovering();
    state.targetX[0] = 10_000;
    fly(state, 20);
    const fromX = at(state.x);
    const v = at(state.vx);
    for (let s = 0; s < 120 && Math.abs(at(state.vx)) > 0.02; s++) {
      state.targetX[0] = at(state.x);
      fly(state, 0.1);
    }
    const expected =
      (v * v) / (2 * AIRFRAME.maxAccelMps2) + (v * AIRFRAME.maxAccelMps2) / (2 * AIRFRAME.maxJerkMps3);
    expect((at(state.x) - fromX) / expected).toBeGreaterThan(0.98);
    expect((at(state.x) - fromX) / expected).toBeLessThan(1.02);
  });

  it('arrives without overshoot, within the limits of speed, acceleration and jerk', () => {
    const state = hovering();
    state.targetX[0] = 120;
    state.targetY[0] = 50;
    let [speed, accel, jerk, beyond] = [0, 0, 0, 0];
    fly(state, 60, () => {
      speed = Math.max(speed, Math.hypot(at(state.vx), at(state.vy)));
      accel = Math.max(accel, Math.hypot(at(state.ax), at(state.ay)));
      jerk = Math.max(jerk, Math.hypot(at(state.jx), at(state.jy)));
      beyond = Math.max(beyond, at(state.x) - 120);
    });
    expect(Math.hypot(at(state.x) - 120, at(state.y) - 50)).toBeLessThan(0.02);
    expect(beyond).toBeLessThan(0.1);
    expect(speed).toBeLessThan(AIRFRAME.cruiseMps * 1.01);
    expect(accel).toBeLessThanOrEqual(AIRFRAME.maxAccelMps2 * 1.001);
    expect(jerk).toBeLessThanOrEqual(AIRFRAME.maxJerkMps3 * 1.001);
  });

  it('climbs at 3 m/s, descends at 1.5 m/s and settles at the height', () => {
    const state = hovering();
    state.targetZ[0] = 80;
    let [up, down] = [0, 0];
    fly(state, 30, () => {
      up = Math.max(up, at(state.vz));
    });
    expect(at(state.z)).toBeCloseTo(80, 2);
    state.targetZ[0] = 60;
    fly(state, 30, () => {
      down = Math.min(down, at(state.vz));
    });
    expect(at(state.z)).toBeCloseTo(60, 2);
    expect(up).toBeCloseTo(AIRFRAME.climbMps, 1);
    expect(down).toBeCloseTo(-AIRFRAME.descentMps, 1);
  });

  it('at the tilt limit flies at the terminal speed √(g·tan 35° / k)', () => {
    const state = hovering();
    state.targetX[0] = 1e6;
    state.speedLimit[0] = 100;
    fly(state, 120);
    const terminal = Math.sqrt((GRAVITY_MPS2 * AIRFRAME.maxTiltTan) / DRAG_PER_M);
    expect(at(state.vx) / terminal).toBeCloseTo(1, 2);
  });

  it('holds its place within half a metre in moderate turbulence, and is blown away by a wind beyond its limit', () => {
    const calm = hovering(40);
    const air = createAir({ speedMps: 7.7, fromDeg: 200 });
    fly(calm, 60, (step) => air && blow(calm, air, step));
    let sum = 0;
    for (let s = 0; s < 60; s++) {
      fly(calm, 1, (step) => air && blow(calm, air, step + 20 * s + 2000));
      for (let i = 0; i < 40; i++) sum += (at(calm.x, i) ** 2 + at(calm.y, i) ** 2) / 2400;
    }
    expect(Math.sqrt(sum)).toBeLessThan(0.5);
    expect(Math.sqrt(sum)).toBeGreaterThan(0.0005);
    const storm = hovering();
    storm.windX[0] = 45;
    storm.beliefX[0] = 45;
    fly(storm, 30);
    expect(at(storm.vx)).toBeGreaterThan(5);
  });

  it('converges when the way is cut into smaller decisions of the same law', () => {
    // The order of the integrator: error against the closed form of a constant jerk falls with the step.
    const error = (parts: number): number => {
      const dt = STEP_S / parts;
      let [x, v, a] = [0, 0, 0];
      for (let k = 0; k < 20 * parts; k++) {
        a += AIRFRAME.maxJerkMps3 * dt;
        const after = v + a * dt;
        x += ((v + after) / 2) * dt;
        v = after;
      }
      return Math.abs(x - AIRFRAME.maxJerkMps3 / 6);
    };
    expect(error(2) / error(1)).toBeLessThan(0.55);
    expect(error(4) / error(2)).toBeLessThan(0.55);
  });
});

describe('energy', () => {
  it('of hovering by Newton’s iteration is the closed form (mg)^1.5/√(2ρA)', () => {
    const state = hovering();
    fly(state, 10);
    expect(at(state.powerW) / hoverPowerW()).toBeCloseTo(1, 4);
    const weight = AIRFRAME.massKg * GRAVITY_MPS2;
    const ideal = weight ** 1.5 / Math.sqrt(2 * AIR_DENSITY_KGPM3 * AIRFRAME.discAreaM2);
    expect(ideal / hoverPowerW()).toBeGreaterThan(0.44);
    expect(ideal / hoverPowerW()).toBeLessThan(0.5);
  });

  it('integrated over a steady flight is power times time within 1 %', () => {
    const state = hovering();
    state.targetX[0] = 1e6;
    fly(state, 20);
    const before = at(state.energyJ);
    fly(state, 60);
    const drag = DRAG_PER_M * AIRFRAME.cruiseMps ** 2;
    const force = Math.hypot(drag, GRAVITY_MPS2);
    const load = {
      thrustN: AIRFRAME.massKg * force,
      axialMps: (AIRFRAME.cruiseMps * drag) / force,
      airspeedMps: AIRFRAME.cruiseMps,
    };
    const closed = 60 * electricalPower(load, inducedVelocity(load, 4, 20));
    expect((at(state.energyJ) - before) / closed).toBeGreaterThan(0.99);
    expect((at(state.energyJ) - before) / closed).toBeLessThan(1.01);
  });

  it('is least at a forward speed: flying slowly costs less than hovering, flying fast more', () => {
    const power = (speed: number): number => {
      const drag = DRAG_PER_M * speed * speed;
      const force = Math.hypot(drag, GRAVITY_MPS2);
      const load = { thrustN: AIRFRAME.massKg * force, axialMps: (speed * drag) / force, airspeedMps: speed };
      return electricalPower(load, inducedVelocity(load, 4, 20));
    };
    expect(power(10)).toBeLessThan(0.95 * power(0));
    expect(power(18)).toBeGreaterThan(power(10));
  });

  it('empties the pack: the charge that flows is what the state of charge loses', () => {
    const state = hovering();
    let ampereSeconds = 0;
    fly(state, 600, (step) => {
      drain(state, { ambientC: 20, chargeRateC: 3 }, step);
      if (step % 4 === 0) ampereSeconds += at(state.currentA) * EPOCH_S;
    });
    expect(1 - at(state.soc)).toBeCloseTo(ampereSeconds / (AIRFRAME.capacityAh * 3600), 9);
    expect(at(state.voltageV)).toBeLessThan(AIRFRAME.cells * openCircuitV(at(state.soc)));
    expect(at(state.soc)).toBeGreaterThan(0.5);
    expect(at(state.soc)).toBeLessThan(0.75);
  });

  it('comes back on the charger, ever slower beyond 80 %', () => {
    const state = createFleetState(1, 1);
    state.phase[0] = PHASE.charging;
    state.soc[0] = 0.3;
    const charge = (seconds: number): number => {
      const before = at(state.soc);
      for (let s = 0; s < seconds / EPOCH_S; s++) drain(state, { ambientC: 20, chargeRateC: 3 }, 0);
      return at(state.soc) - before;
    };
    expect(charge(60)).toBeCloseTo(3 / 60, 3);
    state.soc[0] = 0.95;
    expect(charge(60)).toBeLessThan(0.02);
    expect(charge(3600)).toBeLessThanOrEqual(0.05);
  });
});

describe('wind', () => {
  const wind: Wind = { speedMps: 8, fromDeg: 270 };

  it('grows with height by the logarithm, and is the given speed at 6.1 m', () => {
    expect(meanWindMps(wind, 6.1)).toBeCloseTo(8, 9);
    expect(meanWindMps(wind, 61) / meanWindMps(wind, 6.1)).toBeCloseTo(
      Math.log(61 / 0.05) / Math.log(6.1 / 0.05),
      9,
    );
  });

  it('has Dryden’s variance and correlation along, across and upward', () => {
    const count = 400;
    const state = hovering(count);
    const air = createAir(wind);
    if (!air) throw new Error('a wind without air');
    const mean = meanWindMps(wind, 50);
    const { sigmaUMps, sigmaWMps, lengthUM } = drydenAt(wind, 50);
    const sums = { u: 0, v: 0, w: 0, lag: 0 };
    let [samples, lags] = [0, 0];
    const lagEpochs = 20;
    const before: Float64Array[] = [];
    for (let epoch = 0; epoch < 600; epoch++) {
      for (let k = 0; k < 4; k++) blow(state, air, 4 * epoch + k);
      before.push(Float64Array.from(state.windX));
      if (epoch < 200) continue;
      const earlier = before[epoch - lagEpochs];
      for (let i = 0; i < count; i++) {
        sums.u += (at(state.windX, i) - mean) ** 2;
        sums.v += at(state.windY, i) ** 2;
        sums.w += at(state.windZ, i) ** 2;
        sums.lag += (at(state.windX, i) - mean) * (((earlier?.[i] as number) ?? 0) - mean);
        samples += 1;
        lags += 1;
      }
    }
    expect(Math.sqrt(sums.u / samples) / sigmaUMps).toBeCloseTo(1, 1);
    expect(Math.sqrt(sums.v / samples) / sigmaUMps).toBeCloseTo(1, 1);
    expect(Math.sqrt(sums.w / samples) / sigmaWMps).toBeCloseTo(1, 1);
    // Hovering, the gusts pass with the mean wind: e^(−V·t/L).
    const expected = Math.exp((-mean * lagEpochs * EPOCH_S) / lengthUM);
    expect(sums.lag / lags / (sums.u / samples)).toBeCloseTo(expected, 1);
  });
});

describe('randomness', () => {
  it('is a function of seed, drone, step and stream alone', () => {
    expect(bits(toKey(1, 2), 3, 4)).toBe(bits(toKey(1, 2), 3, 4));
    const draws = new Set([
      bits(toKey(1, 2), 3, 4),
      bits(toKey(2, 2), 3, 4),
      bits(toKey(1, 3), 3, 4),
      bits(toKey(1, 2), 4, 4),
      bits(toKey(1, 2), 3, 5),
      bits(toKey(1 + 2 ** 32, 2), 3, 4),
    ]);
    expect(draws.size).toBe(6);
  });

  it('is uniform and normal in its moments, and independent from step to step', () => {
    const key = toKey(9, 9);
    const n = 200_000;
    const sums = { u: 0, g: 0, g2: 0, g3: 0, g4: 0, lag: 0 };
    let last = 0;
    for (let k = 0; k < n; k++) {
      const g = gaussian(key, k, 1);
      sums.u += uniform(key, k, 2) / n;
      sums.g += g / n;
      sums.g2 += (g * g) / n;
      sums.g3 += g ** 3 / n;
      sums.g4 += g ** 4 / n;
      sums.lag += (g * last) / n;
      last = g;
    }
    expect(sums.u).toBeCloseTo(0.5, 2);
    expect(sums.g).toBeCloseTo(0, 2);
    expect(sums.g2).toBeCloseTo(1, 1);
    expect(Math.abs(sums.g3)).toBeLessThan(0.05);
    expect(sums.g4).toBeCloseTo(3, 0);
    expect(Math.abs(sums.lag)).toBeLessThan(0.01);
  });

  it('gives version 4 UUIDs', () => {
    expect(toUuid(toKey(1, 1), 5)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
