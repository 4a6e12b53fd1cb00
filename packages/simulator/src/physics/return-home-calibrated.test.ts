import {
  calibrate,
  createCalibration,
  type EnergyModel,
  type FlightSample,
  flightPowerW,
  toEnergyModel,
  toPowerModel,
  unknownModel,
} from '@skein/core';
import { describe, expect, it } from 'vitest';
import { createSimulation, type Simulation } from '../fleet/simulation.ts';
import { AIR_DENSITY_KGPM3 } from './airframe.ts';
import { isAirborne } from './fleet-state.ts';
import { meanWindMps, type Wind } from './wind.ts';

const DRONES = 6;
const WIND: Wind = { speedMps: 5, fromDeg: 250 };

/** What a drone's frames say once a second, as the server would take them in: no voltage, no current, per cents. */
function createEar(simulation: Simulation, i: number, wholePct: boolean) {
  let last: { readonly x: number; readonly y: number; readonly z: number } | undefined;
  return (): FlightSample => {
    const { position, telemetry, drone, timestamp } = simulation.message(i);
    const now = { x: position.x ?? Number.NaN, y: position.y ?? Number.NaN, z: position.z ?? Number.NaN };
    const before = last ?? now;
    last = now;
    const windMps = meanWindMps(WIND, now.z);
    const towardRad = ((WIND.fromDeg + 180) * Math.PI) / 180;
    return {
      timeUs: Date.parse(timestamp) * 1000,
      airborne: drone.armed === true,
      batteryPct: wholePct ? Math.round(telemetry.battery) : telemetry.battery,
      voltageV: Number.NaN,
      currentA: Number.NaN,
      eastMps: now.x - before.x,
      northMps: now.y - before.y,
      upMps: now.z - before.z,
      windEastMps: windMps * Math.sin(towardRad),
      windNorthMps: windMps * Math.cos(towardRad),
      densityKgpm3: AIR_DENSITY_KGPM3,
    };
  };
}

function predictW({ airframe }: EnergyModel, sample: FlightSample): number {
  const airspeedMps = Math.hypot(sample.eastMps - sample.windEastMps, sample.northMps - sample.windNorthMps);
  return flightPowerW(toPowerModel(airframe, sample.densityKgpm3), airspeedMps, sample.upMps);
}

describe('a model of a drone of which nothing was known', () => {
  it.each([
    ['hundredths of a per cent', false],
    ['whole per cents', true],
  ])(
    'calibrated for an hour on the simulator’s frames (%s) predicts each later flight within 8 % in the mean',
    (_, whole) => {
      const simulation = createSimulation({ drones: DRONES, seed: 31, wind: WIND, startSpreadS: 5 });
      const drones = Array.from({ length: DRONES }, (_each, i) => ({
        ear: createEar(simulation, i, whole),
        calibration: createCalibration(unknownModel),
      }));
      const listen = (heard: (i: number, sample: FlightSample) => void, seconds: number): void => {
        for (let second = 0; second < seconds; second++) {
          simulation.step(1);
          for (const [i, { ear }] of drones.entries()) heard(i, ear());
        }
      };
      listen((i, sample) => calibrate((drones[i] as (typeof drones)[number]).calibration, sample), 3600);
      const models = drones.map(({ calibration }) => toEnergyModel(calibration));
      const flights = drones.map((_each, i) => ({
        fromJ: simulation.state.energyJ[i] as number,
        predictedJ: 0,
      }));
      const errors: number[] = [];
      const finish = (i: number): void => {
        const flight = flights[i] as (typeof flights)[number];
        const usedJ = (simulation.state.energyJ[i] as number) - flight.fromJ;
        if (usedJ > 50_000) errors.push(Math.abs(flight.predictedJ / usedJ - 1));
        flights[i] = { fromJ: simulation.state.energyJ[i] as number, predictedJ: 0 };
      };
      listen((i, sample) => {
        const flight = flights[i] as (typeof flights)[number];
        if (isAirborne(simulation.state.phase[i] as number))
          flight.predictedJ += predictW(models[i] as EnergyModel, sample);
        else finish(i);
      }, 3600);
      expect(errors.length).toBeGreaterThan(DRONES);
      const mape = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      expect(mape).toBeLessThan(0.08);
      for (const { relativeSigma } of models) expect(relativeSigma).toBeLessThan(unknownModel.relativeSigma);
    },
  );
});
