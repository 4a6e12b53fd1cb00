import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Enu } from '../../geo/wgs84.ts';
import { withPayload } from './energy-model.ts';
import { type AirState, defaultEnergyPolicy, flyLeg, isBarrier, toCraft } from './leg.ts';
import { airs, at, calm, model, places, routes, speedsMps } from './return-questions.contract.ts';
import { atRest, type Flight, type FlightPoint, flyRoute, isRouteBarrier } from './route.ts';

function flown(air: AirState, route: readonly FlightPoint[], from = at(0), used = model): Flight | undefined {
  const flight = flyRoute(toCraft(used.airframe, air, defaultEnergyPolicy), { from, flown: atRest }, route);
  return isRouteBarrier(flight) ? undefined : flight;
}

const headwinds = fc.double({ min: -8, max: 8, noNaN: true });

function flyAgainst(headwindMps: number, homeward: boolean, groundSpeedMps?: number) {
  const craft = toCraft(model.airframe, { ...calm, windEastMps: -headwindMps }, defaultEnergyPolicy);
  const leg = { from: at(0), to: at(800), homeward };
  return flyLeg(craft, groundSpeedMps === undefined ? leg : { ...leg, groundSpeedMps });
}

describe('the energy of a route', () => {
  it('against more wind is more, outward and homeward, in the mean and in the worst', () => {
    fc.assert(
      fc.property(headwinds, headwinds, fc.boolean(), (a, b, homeward) => {
        const [less, more] = [flyAgainst(Math.min(a, b), homeward), flyAgainst(Math.max(a, b), homeward)];
        if (isBarrier(more)) return;
        if (isBarrier(less)) throw new Error('less wind bars what more does not');
        expect(more.meanWh).toBeGreaterThanOrEqual(less.meanWh * (1 - 1e-4));
        expect(more.adverseWh).toBeGreaterThanOrEqual(less.adverseWh * (1 - 1e-2));
      }),
      { numRuns: 500 },
    );
  });

  it('homeward at a given speed against more wind is more; what the wind lifts is not counted', () => {
    const against = fc.double({ min: 0, max: 8, noNaN: true });
    fc.assert(
      fc.property(against, against, (a, b) => {
        const [less, more] = [flyAgainst(Math.min(a, b), true, 9), flyAgainst(Math.max(a, b), true, 9)];
        if (isBarrier(more) || isBarrier(less)) return;
        expect(more.meanWh).toBeGreaterThanOrEqual(less.meanWh * (1 - 1e-12));
        expect(more.adverseWh).toBeGreaterThanOrEqual(less.adverseWh * (1 - 1e-12));
      }),
      { numRuns: 500 },
    );
  });

  it('with more mass is more', () => {
    fc.assert(
      fc.property(airs, routes, fc.double({ min: 0, max: 2, noNaN: true }), (air, route, payloadKg) => {
        const light = flown(air, route);
        const heavy = flown(air, route, at(0), withPayload(model, payloadKg));
        if (!light || !heavy) return;
        expect(heavy.meanWh).toBeGreaterThanOrEqual(light.meanWh * (1 - 1e-4));
      }),
    );
  });

  it('over more distance in the same direction is more', () => {
    const legs = fc.double({ min: 1, max: 3000, noNaN: true });
    fc.assert(
      fc.property(airs, legs, legs, (air, a, b) => {
        const [near, far] = [
          flown(air, [{ at: at(Math.min(a, b)) }]),
          flown(air, [{ at: at(Math.max(a, b)) }]),
        ];
        if (near && far) expect(far.meanWh).toBeGreaterThanOrEqual(near.meanWh - 1e-9);
      }),
    );
  });

  it('does not change when a leg is split on its line', () => {
    fc.assert(
      fc.property(
        airs,
        places,
        speedsMps,
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (air, to, speed, share) => {
          const from = at(0, 0, 30);
          const middle = at(share * to.eastM, share * to.northM, 30 + share * (to.upM - 30));
          if (Math.hypot(to.eastM, to.northM) < 20) return;
          const leg = (place: Enu) =>
            speed === undefined ? { at: place } : { at: place, groundSpeedMps: speed };
          const whole = flown(air, [leg(to)], from);
          const split = flown(air, [leg(middle), leg(to)], from);
          expect(split === undefined).toBe(whole === undefined);
          if (!whole || !split) return;
          expect(split.meanWh / whole.meanWh).toBeCloseTo(1, 5);
          expect(split.adverseWh / whole.adverseWh).toBeCloseTo(1, 5);
          expect(split.timeS / whole.timeS).toBeCloseTo(1, 5);
        },
      ),
    );
  });

  it('at the chosen speed is no more than at any other', () => {
    fc.assert(
      fc.property(
        airs,
        places,
        fc.boolean(),
        fc.double({ min: 2, max: 18, noNaN: true }),
        (air, to, homeward, speed) => {
          const craft = toCraft(model.airframe, air, defaultEnergyPolicy);
          const chosen = flyLeg(craft, { from: at(0), to, homeward });
          const other = flyLeg(craft, { from: at(0), to, homeward, groundSpeedMps: speed });
          if (isBarrier(chosen) || isBarrier(other)) return;
          expect(chosen.meanWh).toBeLessThanOrEqual(other.meanWh * (1 + 1e-4));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('follows the wind triangle: the speed over ground is w∥ + √(V² − w⊥²) where the wind holds the drone back', () => {
    const air = { ...calm, windEastMps: -9, windNorthMps: 4, windSigmaMps: 0 };
    const leg = flyLeg(toCraft(model.airframe, air, defaultEnergyPolicy), {
      from: at(0),
      to: at(500),
      homeward: false,
      groundSpeedMps: 15,
    });
    if (isBarrier(leg)) throw new Error('barred');
    expect(leg.groundSpeedMps).toBeCloseTo(-9 + Math.sqrt((0.9 * 18) ** 2 - 16), 9);
  });
});
