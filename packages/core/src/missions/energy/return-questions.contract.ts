import fc from 'fast-check';
import { isRefusal, type Refusal } from '../../errors.ts';
import type { Enu } from '../../geo/wgs84.ts';
import { CALIBRATED_SIGMA, type EnergyModel, unknownModel, withPayload } from './energy-model.ts';
import type { AirState } from './leg.ts';
import type { ReturnQuestion } from './return-question.ts';
import type { FlightPoint } from './route.ts';

/** For tests: flights asked about, one and any. */

export const model: EnergyModel = { ...unknownModel, relativeSigma: CALIBRATED_SIGMA };
export const calm: AirState = { windEastMps: 0, windNorthMps: 0, windSigmaMps: 2, densityKgpm3: 1.225 };
export const at = (eastM: number, northM = 0, upM = 50): Enu => ({ eastM, northM, upM });
export const home = { id: 'home', at: at(0, 0, 0), open: true };
export const question: ReturnQuestion = {
  batteryPct: 80,
  model,
  air: calm,
  from: at(0),
  route: [{ at: at(1000) }],
  pads: [home],
};

export function given<T>(answer: T | Refusal | undefined): T {
  if (answer === undefined || isRefusal(answer)) throw new Error(JSON.stringify(answer));
  return answer;
}

const metres = fc.double({ min: -1500, max: 1500, noNaN: true });
export const places = fc.record({
  eastM: metres,
  northM: metres,
  upM: fc.double({ min: 5, max: 120, noNaN: true }),
});
export const airs: fc.Arbitrary<AirState> = fc.record({
  windEastMps: fc.double({ min: -6, max: 6, noNaN: true }),
  windNorthMps: fc.double({ min: -6, max: 6, noNaN: true }),
  windSigmaMps: fc.double({ min: 0, max: 2, noNaN: true }),
  densityKgpm3: fc.double({ min: 0.9, max: 1.3, noNaN: true }),
});
export const speedsMps = fc.option(fc.double({ min: 1, max: 15, noNaN: true }), { nil: undefined });
const points = fc
  .record({ at: places, groundSpeedMps: speedsMps, holdS: fc.double({ min: 0, max: 30, noNaN: true }) })
  .map(({ groundSpeedMps, ...rest }) => (groundSpeedMps === undefined ? rest : { ...rest, groundSpeedMps }));
export const routes: fc.Arbitrary<FlightPoint[]> = fc.array(points, { maxLength: 6 });
export const questions: fc.Arbitrary<ReturnQuestion> = fc.record({
  batteryPct: fc.double({ min: 0, max: 100, noNaN: true }),
  model: fc.constantFrom(model, unknownModel, withPayload(model, 1), {
    ...model,
    airframe: { ...model.airframe, returnGroundSpeedMps: 10 },
  }),
  air: airs,
  from: places,
  route: routes,
  pads: fc.array(
    fc.record({
      id: fc.constant('pad'),
      at: places.map((place) => ({ ...place, upM: 0 })),
      open: fc.boolean(),
    }),
    { maxLength: 6 },
  ),
  returnUpM: fc.double({ min: 0, max: 120, noNaN: true }),
});
