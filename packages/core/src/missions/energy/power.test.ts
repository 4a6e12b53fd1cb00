import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Airframe, unknownAirframe } from './airframe.ts';
import {
  airDensityKgpm3,
  calibrateHover,
  flightPowerW,
  inducedVelocityMps,
  leastPowerW,
  toPowerModel,
  totalEfficiency,
} from './power.ts';

const SEA_LEVEL = 1.225;

/** ArduPilot's reference frame: 3 kg on 0.385 m², 29.3 A at 12.09 V, flown 593 m above sea level. */
const reference: Airframe = { ...unknownAirframe, massKg: 3, discAreaM2: 0.385 };

const airframes: fc.Arbitrary<Airframe> = fc.record({
  massKg: fc.double({ min: 0.3, max: 30, noNaN: true }),
  discAreaM2: fc.double({ min: 0.05, max: 3, noNaN: true }),
  dragAreaM2: fc.double({ min: 0, max: 0.3, noNaN: true }),
  inducedFactor: fc.double({ min: 1, max: 1.3, noNaN: true }),
  figureOfMerit: fc.double({ min: 0.4, max: 0.75, noNaN: true }),
  drivetrainEfficiency: fc.double({ min: 0.4, max: 0.9, noNaN: true }),
  tipSpeedMps: fc.double({ min: 60, max: 150, noNaN: true }),
  avionicsPowerW: fc.double({ min: 0, max: 40, noNaN: true }),
  airspeedMaxMps: fc.double({ min: 10, max: 25, noNaN: true }),
  groundSpeedMaxMps: fc.double({ min: 10, max: 25, noNaN: true }),
  climbMps: fc.double({ min: 1, max: 6, noNaN: true }),
  descentMps: fc.double({ min: 0.5, max: 3, noNaN: true }),
  accelMps2: fc.double({ min: 1, max: 5, noNaN: true }),
});
const speeds = fc.double({ min: 0, max: 25, noNaN: true });
const climbs = fc.double({ min: -3, max: 6, noNaN: true });

describe('the power model', () => {
  it('hovers at the closed form (mg)^1.5/√(2ρA) over the total efficiency', () => {
    fc.assert(
      fc.property(airframes, fc.double({ min: 0.7, max: 1.4, noNaN: true }), (airframe, density) => {
        const ideal = (airframe.massKg * 9.80665) ** 1.5 / Math.sqrt(2 * density * airframe.discAreaM2);
        const { figureOfMerit, drivetrainEfficiency, avionicsPowerW } = airframe;
        const expected = ideal / figureOfMerit / drivetrainEfficiency + avionicsPowerW;
        const model = toPowerModel(airframe, density);
        expect(flightPowerW(model, 0, 0) / expected).toBeCloseTo(1, 9);
        expect(ideal / totalEfficiency(model)).toBeCloseTo(expected, 6);
      }),
    );
  });

  it('agrees with the M100 of 3.71 kg: 522 W hovering, least 415 W at 10 m/s, 545 W at 18 m/s, within 3 %', () => {
    const model = toPowerModel(unknownAirframe, SEA_LEVEL);
    const within = (value: number, expected: number): void =>
      expect(Math.abs(value / expected - 1)).toBeLessThan(0.03);
    within(model.hoverW, 522);
    within(flightPowerW(model, 10, 0), 415);
    within(flightPowerW(model, 18, 0), 545);
    const speedsMps = Array.from({ length: 181 }, (_, k) => k / 10);
    const cheapest = speedsMps.reduce((a, b) =>
      flightPowerW(model, b, 0) < flightPowerW(model, a, 0) ? b : a,
    );
    expect(cheapest).toBeGreaterThan(9);
    expect(cheapest).toBeLessThan(11.5);
    const heavier = toPowerModel({ ...unknownAirframe, massKg: 4.21 }, SEA_LEVEL);
    within(heavier.hoverW / model.hoverW, 1.2);
  });

  it('takes 5 to 15 % less at 5 m/s than hovering, and more when climbing', () => {
    const model = toPowerModel(unknownAirframe, SEA_LEVEL);
    expect(flightPowerW(model, 5, 0) / model.hoverW).toBeGreaterThan(0.85);
    expect(flightPowerW(model, 5, 0) / model.hoverW).toBeLessThan(0.95);
    expect(flightPowerW(model, 0, 3)).toBeGreaterThan(1.1 * model.hoverW);
  });

  it('finds ArduPilot’s reference frame 47.8 % efficient from its one hover reading', () => {
    const density = airDensityKgpm3(593);
    const calibrated = calibrateHover(reference, density, 29.3 * 12.09);
    const model = toPowerModel(calibrated, density);
    expect(model.hoverW).toBeCloseTo(29.3 * 12.09, 6);
    expect(totalEfficiency(model)).toBeCloseTo(0.478, 2);
  });

  it('solves Glauert’s equation to a billionth at any speed and climb', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 15, noNaN: true }), speeds, climbs, (hover, across, axial) => {
        const v = inducedVelocityMps(hover, across, axial);
        expect(v).toBeGreaterThan(0);
        expect((v * Math.hypot(across, axial + v)) / hover ** 2).toBeCloseTo(1, 6);
      }),
    );
  });

  it('never gives a heavier drone less power, nor a climb less than level flight, nor any flight less than its floor', () => {
    fc.assert(
      fc.property(
        airframes,
        speeds,
        climbs,
        fc.double({ min: 1, max: 2, noNaN: true }),
        (airframe, v, w, more) => {
          const model = toPowerModel(airframe, SEA_LEVEL);
          const heavier = toPowerModel({ ...airframe, massKg: airframe.massKg * more }, SEA_LEVEL);
          const power = flightPowerW(model, v, w);
          expect(flightPowerW(heavier, v, w)).toBeGreaterThanOrEqual(power * (1 - 1e-9));
          expect(flightPowerW(model, v, Math.max(0, w))).toBeGreaterThanOrEqual(
            flightPowerW(model, v, 0) * (1 - 1e-9),
          );
          expect(power).toBeGreaterThanOrEqual(leastPowerW(model) * (1 - 1e-9));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('falls to one least value with airspeed and rises after it, so that a range’s worst stands at an end', () => {
    fc.assert(
      fc.property(airframes, fc.double({ min: 0, max: 4, noNaN: true }), (airframe, climb) => {
        const model = toPowerModel(airframe, SEA_LEVEL);
        const powers = Array.from({ length: 101 }, (_, k) => flightPowerW(model, k / 4, climb));
        const least = powers.indexOf(Math.min(...powers));
        for (let k = 1; k < powers.length; k++) {
          const step = (powers[k] as number) - (powers[k - 1] as number);
          if (k <= least) expect(step).toBeLessThanOrEqual(1e-6);
          else expect(step).toBeGreaterThanOrEqual(-1e-6);
        }
      }),
    );
  });
});

describe('air density', () => {
  it('is the standard atmosphere’s', () => {
    expect(airDensityKgpm3(0)).toBeCloseTo(1.225, 3);
    expect(airDensityKgpm3(1000)).toBeCloseTo(1.1117, 3);
    expect(airDensityKgpm3(5000)).toBeCloseTo(0.7364, 3);
  });

  it('is less in the heat, so that hovering costs more', () => {
    expect(airDensityKgpm3(0, 40)).toBeLessThan(airDensityKgpm3(0));
    expect(toPowerModel(unknownAirframe, airDensityKgpm3(0, 40)).hoverW).toBeGreaterThan(
      toPowerModel(unknownAirframe, airDensityKgpm3(0)).hoverW,
    );
  });
});
