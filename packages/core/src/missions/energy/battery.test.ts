import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  brownOutSoc,
  currentA,
  effectiveCapacityAh,
  loadV,
  openCellV,
  packResistanceOhm,
  socHolding,
  storedWh,
  terminalPowerW,
  toDischarge,
  unknownPack,
} from './battery.ts';

const fresh = { ...unknownPack, cycles: 0, peukertExponent: 1 };
const socs = fc.double({ min: 0.15, max: 1, noNaN: true });
const powers = fc.double({ min: 1, max: 1500, noNaN: true });

describe('a pack', () => {
  it('gives the current that solves P = (OCV − I·R)·I', () => {
    fc.assert(
      fc.property(socs, powers, (soc, powerW) => {
        const amperes = currentA(unknownPack, soc, powerW);
        if (amperes === undefined) throw new Error('brown-out');
        const volts = unknownPack.cells * openCellV(soc) - amperes * packResistanceOhm(unknownPack);
        expect((volts * amperes) / powerW).toBeCloseTo(1, 9);
        expect(terminalPowerW(unknownPack, soc, amperes)).toBeCloseTo(powerW, 6);
      }),
    );
  });

  it('refuses a power that has no current, and one that would pull its cells below cut-off', () => {
    const most = (6 * openCellV(0.5)) ** 2 / (4 * packResistanceOhm(fresh));
    expect(currentA({ ...fresh, cutoffCellV: 0 }, 0.5, 1.001 * most)).toBeUndefined();
    expect(currentA({ ...fresh, cutoffCellV: 0 }, 0.5, 0.999 * most)).toBeDefined();
    expect(currentA(fresh, 0.5, 0.999 * most)).toBeUndefined();
    expect(currentA(fresh, 0.5, Number.NaN)).toBeUndefined();
  });

  it('gives out at the charge below which it cannot give the power', () => {
    const weak = { ...fresh, cellResistanceOhm: 0.02 };
    const soc = brownOutSoc(weak, 500);
    expect(soc).toBeGreaterThan(0.03);
    expect(loadV(weak, (soc as number) + 1e-6, 500)).toBeDefined();
    expect(loadV(weak, (soc as number) - 1e-6, 500)).toBeUndefined();
    expect(brownOutSoc(weak, 5000)).toBeUndefined();
    expect(toDischarge(weak, 5000)).toBeUndefined();
  });

  it('stores what an integration of its current at that power takes out, within 0.1 %', () => {
    for (const powerW of [50, 400, 900]) {
      const discharge = toDischarge(fresh, powerW);
      if (!discharge) throw new Error('brown-out');
      let soc = 0.95;
      let joules = 0;
      while (soc > 0.12) {
        soc -= (currentA(fresh, soc, powerW) as number) / (fresh.capacityAh * 3600);
        joules += powerW;
      }
      const stored = storedWh(discharge, 0.95) - storedWh(discharge, soc);
      expect(joules / 3600 / stored).toBeGreaterThan(0.999);
      expect(joules / 3600 / stored).toBeLessThan(1.001);
    }
  });

  it('turns energy back into charge exactly, and goes on beyond its ends', () => {
    const discharge = toDischarge(unknownPack, 500);
    if (!discharge) throw new Error('brown-out');
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (soc) => {
        expect(socHolding(discharge, storedWh(discharge, soc))).toBeCloseTo(soc, 9);
      }),
    );
    expect(socHolding(discharge, storedWh(discharge, 1) + 10)).toBeGreaterThan(1.03);
    expect(socHolding(discharge, -10)).toBeLessThan(-0.03);
  });

  it('holds less and resists more with age, with cold and with current', () => {
    const old = { ...fresh, cycles: 500 };
    expect(effectiveCapacityAh(old, 100)).toBeCloseTo(9, 6);
    expect(packResistanceOhm(old) / packResistanceOhm(fresh)).toBeCloseTo(1.5, 6);
    expect(packResistanceOhm({ ...fresh, temperatureC: 0 }) / packResistanceOhm(fresh)).toBeCloseTo(1.2, 6);
    const peukert = { ...fresh, peukertExponent: 1.05 };
    expect(effectiveCapacityAh(peukert, 100)).toBe(10);
    expect(effectiveCapacityAh(peukert, 444)).toBeCloseTo(10 * 2 ** -0.05, 6);
  });
});
