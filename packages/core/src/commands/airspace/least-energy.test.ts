import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unknownModel } from '../../missions/energy/energy-model.ts';
import { defaultEnergyPolicy, toCraft } from '../../missions/energy/leg.ts';
import { flightPowerW } from '../../missions/energy/power.ts';
import { LeastEnergyCache } from './least-energy.ts';
import { toDensityKgpm3 } from './wind.ts';

const drone = fc.record({
  efficiency: fc.double({ min: 0.25, max: 0.8, noNaN: true }),
  dragAreaM2: fc.double({ min: 0.005, max: 0.2, noNaN: true }),
});
const air = fc.record({
  windMps: fc.double({ min: 0, max: 15, noNaN: true }),
  altitudeM: fc.double({ min: 0, max: 5000, noNaN: true }),
});

test('no metre of any speed costs less, by a calibration that has moved a little since it was reckoned too', () => {
  const share = fc.double({ min: -0.009, max: 0.009, noNaN: true });
  const speed = fc.double({ min: 0.5, max: unknownModel.airframe.airspeedMaxMps, noNaN: true });
  fc.assert(
    fc.property(drone, air, fc.tuple(share, share, speed), (own, { windMps, altitudeM }, [e, d, mps]) => {
      const cache = new LeastEnergyCache();
      const of = (drivetrainEfficiency: number, dragAreaM2: number) => ({
        ...unknownModel,
        airframe: { ...unknownModel.airframe, drivetrainEfficiency, dragAreaM2 },
      });
      cache.read(of(own.efficiency, own.dragAreaM2), windMps, altitudeM);
      const model = of(own.efficiency * (1 + e), own.dragAreaM2 * (1 + d));
      const least = cache.read(model, windMps, altitudeM);
      const densityKgpm3 = toDensityKgpm3(altitudeM);
      const now = { windEastMps: windMps, windNorthMps: 0, windSigmaMps: 0, densityKgpm3 };
      const { power, hoverW } = toCraft(model.airframe, now, defaultEnergyPolicy);
      const whPerM = flightPowerW(power, mps, 0) / (mps + windMps) / 3600;
      expect(least.leastWhPerM).toBeLessThanOrEqual(whPerM);
      // What is compared is energy in seconds of hovering.
      expect(least.leastWhPerM / least.hoverW).toBeLessThanOrEqual(whPerM / hoverW);
    }),
  );
});

test('a bound is near what the cheapest flight costs', () => {
  const least = new LeastEnergyCache().read(unknownModel, 0, 0);
  const { power } = toCraft(unknownModel.airframe, { ...calm, densityKgpm3: 1.225 }, defaultEnergyPolicy);
  const metres = Array.from(
    { length: 150 },
    (_none, at) => flightPowerW(power, at / 10 + 1, 0) / (at / 10 + 1),
  );
  expect(least.leastWhPerM).toBeGreaterThan((0.9 * Math.min(...metres)) / 3600);
});

const calm = { windEastMps: 0, windNorthMps: 0, windSigmaMps: 0 };
