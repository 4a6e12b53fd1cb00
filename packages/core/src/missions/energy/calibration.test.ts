import { describe, expect, it } from 'vitest';
import { currentA, effectiveCapacityAh, loadV } from './battery.ts';
import { type Calibration, calibrate, createCalibration, learn, toEnergyModel } from './calibration.ts';
import { CALIBRATED_SIGMA, type EnergyModel, unknownModel } from './energy-model.ts';
import { flightPowerW, liftShaftW, toPowerModel } from './power.ts';
import type { FlightSample } from './power-window.ts';

/** Deterministic draws in [0, 1): mulberry32. */
function createRng(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const normal = (rng: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());

/** A drone of a truth that differs from the prior in everything. */
function createTruth(rng: () => number): EnergyModel {
  const { airframe, pack } = unknownModel;
  return {
    airframe: {
      ...airframe,
      drivetrainEfficiency: 0.45 + 0.35 * rng(),
      dragAreaM2: 0.02 + 0.08 * rng(),
    },
    pack: { ...pack, cellResistanceOhm: 0.002 + 0.003 * rng() },
    relativeSigma: 0,
  };
}

interface FlightOptions {
  readonly rng: () => number;
  /** Level speeds over ground, one each two minutes. */
  readonly speedsMps: readonly number[];
  readonly electrical?: boolean;
  /** Share of readings that are nonsense. */
  readonly wrong?: number;
  readonly startUs?: number;
}

interface Flown {
  readonly samples: readonly FlightSample[];
  readonly energyWh: number;
}

/** In every two minutes: a quarter of a minute up, another down, then level. */
const CLIMBS_MPS = [1.5, -1];

/** One flight of the truth: gusts that the wind estimate does not have, a gauge in whole per cents, telemetry each second. */
function fly(
  truth: EnergyModel,
  { rng, speedsMps, electrical, wrong = 0, startUs = 0 }: FlightOptions,
): Flown {
  const power = toPowerModel(truth.airframe, 1.2);
  const samples: FlightSample[] = [];
  const [windEastMps, windNorthMps] = [3 * normal(rng), 3 * normal(rng)];
  let soc = 0.98;
  let gustMps = 0;
  let joules = 0;
  for (let second = 0; second < 120 * speedsMps.length && soc > 0.12; second++) {
    const eastMps = speedsMps[Math.floor(second / 120)] as number;
    const upMps = CLIMBS_MPS[Math.floor((second % 120) / 15)] ?? 0;
    gustMps = 0.9 * gustMps + 0.7 * normal(rng);
    const airspeedMps = Math.hypot(eastMps - windEastMps - gustMps, windNorthMps + 0.5 * normal(rng));
    const powerW = flightPowerW(power, airspeedMps, upMps) * (1 + 0.03 * normal(rng));
    const amperes = currentA(truth.pack, soc, powerW) as number;
    soc -= amperes / (effectiveCapacityAh(truth.pack, powerW) * 3600);
    joules += powerW;
    const volts = loadV(truth.pack, soc, powerW) as number;
    const read = { batteryPct: Math.round(100 * soc), voltageV: volts, currentA: amperes };
    samples.push({
      ...(rng() < wrong
        ? { batteryPct: 100 * rng(), voltageV: volts, currentA: 30 * rng() * amperes }
        : read),
      ...(!electrical && { voltageV: Number.NaN, currentA: Number.NaN }),
      timeUs: startUs + second * 1e6,
      airborne: true,
      eastMps,
      northMps: 0,
      upMps,
      windEastMps: windEastMps + 0.7 * normal(rng),
      windNorthMps: windNorthMps + 0.7 * normal(rng),
      densityKgpm3: 1.2,
    });
  }
  return { samples, energyWh: joules / 3600 };
}

function predictWh(model: EnergyModel, samples: readonly FlightSample[]): number {
  const power = toPowerModel(model.airframe, 1.2);
  const joules = samples.reduce(
    (sum, s) => sum + flightPowerW(power, Math.hypot(s.eastMps - s.windEastMps, s.windNorthMps), s.upMps),
    0,
  );
  return joules / 3600;
}

const VARIED = [0, 6, 12, 15, 9, 3, 14, 10];

function train(
  truth: EnergyModel,
  flights: number,
  options: Omit<FlightOptions, 'speedsMps' | 'startUs'>,
): Calibration {
  const calibration = createCalibration(unknownModel);
  for (let k = 0; k < flights; k++) {
    const { samples } = fly(truth, { ...options, speedsMps: VARIED, startUs: k * 7200e6 });
    for (const sample of samples) calibrate(calibration, sample);
  }
  return calibration;
}

describe('calibration', () => {
  it.each([
    ['a gauge of whole per cents', {}],
    ['voltage and current', { electrical: true }],
    ['a gauge of which every fiftieth reading is nonsense', { wrong: 0.02 }],
    ['voltage and current of which every fiftieth is nonsense', { electrical: true, wrong: 0.02 }],
  ])('from %s predicts each flight’s energy within 8 % in the mean, for any drone', (_, kind) => {
    const errors: number[] = [];
    for (let drone = 0; drone < 12; drone++) {
      const rng = createRng(1000 + drone);
      const truth = createTruth(rng);
      const model = toEnergyModel(train(truth, 4, { rng, ...kind }));
      for (let k = 0; k < 5; k++) {
        const speedsMps = VARIED.map(() => 15 * rng());
        const { samples, energyWh } = fly(truth, { rng, speedsMps });
        // A gauge shows charge: what the pack gives for it is known only as well as its resistance.
        errors.push(Math.abs(predictWh(model, samples) / energyWh - 1));
      }
    }
    const mape = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(mape).toBeLessThan(0.08);
    expect(Math.max(...errors)).toBeLessThan(0.16);
  });

  it('recovers the efficiency within 5 % and the drag area within a quarter or 0.015 m² from voltage and current', () => {
    for (let drone = 0; drone < 12; drone++) {
      const rng = createRng(drone);
      const truth = createTruth(rng);
      const { airframe } = toEnergyModel(train(truth, 4, { rng, electrical: true }));
      expect(airframe.drivetrainEfficiency / truth.airframe.drivetrainEfficiency).toBeGreaterThan(0.95);
      expect(airframe.drivetrainEfficiency / truth.airframe.drivetrainEfficiency).toBeLessThan(1.05);
      expect(Math.abs(airframe.dragAreaM2 - truth.airframe.dragAreaM2)).toBeLessThan(
        Math.max(0.015, 0.25 * truth.airframe.dragAreaM2),
      );
    }
  });

  it('begins as unsure as its prior and ends little less sure than a good model can be', () => {
    const rng = createRng(5);
    expect(toEnergyModel(createCalibration(unknownModel)).relativeSigma).toBeGreaterThan(
      unknownModel.relativeSigma,
    );
    const { relativeSigma } = toEnergyModel(train(createTruth(rng), 4, { rng, electrical: true }));
    expect(relativeSigma).toBeGreaterThanOrEqual(CALIBRATED_SIGMA);
    expect(relativeSigma).toBeLessThan(1.3 * CALIBRATED_SIGMA);
  });

  it('hovering for a day teaches hovering, and neither moves the drag nor makes it less sure than at first', () => {
    const rng = createRng(8);
    const truth = createTruth(rng);
    const calibration = createCalibration(unknownModel);
    const power = toPowerModel(truth.airframe, 1.225);
    const liftW = liftShaftW(toPowerModel(unknownModel.airframe, 1.225), 0, 0);
    for (let k = 0; k < 1440; k++)
      learn(calibration, {
        powerW: power.hoverW * (1 + 0.03 * normal(rng)),
        sigmaW: 0.05 * power.hoverW,
        liftW,
        dragWpm2: 0,
        seconds: 60,
      });
    expect(calibration.theta1 * truth.airframe.drivetrainEfficiency).toBeCloseTo(1, 1);
    expect(calibration.theta2).toBeCloseTo(createCalibration(unknownModel).theta2, 9);
    expect(calibration.i22).toBeGreaterThanOrEqual(calibration.prior22 * (1 - 1e-9));
  });

  it('follows a drone that has become another: new rotors, a worn pack', () => {
    const rng = createRng(21);
    const truth = createTruth(rng);
    const calibration = train(truth, 3, { rng, electrical: true });
    const worn = {
      ...truth,
      airframe: { ...truth.airframe, drivetrainEfficiency: 0.6 * truth.airframe.drivetrainEfficiency },
    };
    for (let k = 0; k < 3; k++)
      for (const sample of fly(worn, { rng, speedsMps: VARIED, electrical: true, startUs: (k + 10) * 7200e6 })
        .samples)
        calibrate(calibration, sample);
    const { airframe } = toEnergyModel(calibration);
    expect(airframe.drivetrainEfficiency / worn.airframe.drivetrainEfficiency).toBeGreaterThan(0.9);
    expect(airframe.drivetrainEfficiency / worn.airframe.drivetrainEfficiency).toBeLessThan(1.1);
  });

  it('learns nothing on the ground, from late samples, or from numbers that are none', () => {
    const rng = createRng(3);
    const truth = createTruth(rng);
    const { samples } = fly(truth, { rng, speedsMps: VARIED });
    const untouched = createCalibration(unknownModel);
    for (const sample of samples) {
      expect(calibrate(untouched, { ...sample, airborne: false })).toBe(false);
      expect(calibrate(untouched, { ...sample, timeUs: 0 })).toBe(false);
    }
    const broken = createCalibration(unknownModel);
    for (const field of ['batteryPct', 'eastMps', 'upMps', 'windEastMps', 'densityKgpm3', 'timeUs'] as const)
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1e300])
        for (const sample of samples.slice(0, 50)) calibrate(broken, { ...sample, [field]: value });
    expect(toEnergyModel(broken)).toEqual(toEnergyModel(createCalibration(unknownModel)));
    expect(samples.some((sample) => calibrate(broken, { ...sample, timeUs: sample.timeUs + 7200e6 }))).toBe(
      true,
    );
    expect(toEnergyModel(untouched)).toEqual(toEnergyModel(createCalibration(unknownModel)));
  });
});
