import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { unknownModel } from './energy-model.ts';
import { defaultEnergyPolicy, toCraft } from './leg.ts';
import { judgeReturn } from './reachability.ts';
import type { ReturnQuestion } from './return-question.ts';
import { at, calm, given, home, model, question, questions } from './return-questions.contract.ts';

describe('may the drone fly this and come back', () => {
  it('says yes with a margin, and no when the charge is just below the limit it names', () => {
    const verdict = given(judgeReturn(question));
    expect(verdict).toMatchObject({ accepted: true, reason: 'reachable', padId: 'home', floorPct: 10 });
    expect(verdict.marginPct).toBeCloseTo(80 - verdict.neededPct, 9);
    expect(verdict.batteryAtHomePct).toBeGreaterThan(10);
    expect(verdict.routeWh).toBeGreaterThan(0.2 * verdict.meanWh);
    expect(verdict.routeWh).toBeLessThan(0.6 * verdict.meanWh);
    for (const [offPct, accepted] of [
      [1e-6, true],
      [-1e-6, false],
    ] as const)
      expect(given(judgeReturn({ ...question, batteryPct: verdict.neededPct + offPct })).accepted).toBe(
        accepted,
      );
  });

  it('expects to land with what is left when the mean has been spent, and above the floor whenever it accepts', () => {
    fc.assert(
      fc.property(questions, (asked) => {
        const verdict = given(judgeReturn(asked));
        if (!verdict.accepted) return;
        expect(verdict.batteryAtHomePct).toBeGreaterThan(10);
        expect(verdict.neededWh).toBeGreaterThanOrEqual(verdict.meanWh + 3.09 * verdict.sigmaWh);
        expect(verdict.availableWh).toBeGreaterThanOrEqual(verdict.neededWh);
      }),
    );
  });

  it('with more charge never says no where less was enough', () => {
    fc.assert(
      fc.property(questions, fc.double({ min: 0, max: 1, noNaN: true }), (asked, share) => {
        if (!given(judgeReturn(asked)).accepted) return;
        const more = asked.batteryPct + share * (100 - asked.batteryPct);
        expect(given(judgeReturn({ ...asked, batteryPct: more })).accepted).toBe(true);
      }),
    );
  });

  it('never counts on a wind from behind on the way home', () => {
    const back: ReturnQuestion = { ...question, from: at(2000), route: [] };
    const still = given(judgeReturn(back));
    for (const windEastMps of [-2, -5, -8]) {
      const tail = given(judgeReturn({ ...back, air: { ...calm, windEastMps } }));
      expect(tail.meanWh).toBeGreaterThanOrEqual(still.meanWh * (1 - 1e-6));
    }
  });

  it('names the wind where the wind, or what it may turn out to be, lets nobody come back', () => {
    const verdict = given(judgeReturn({ ...question, air: { ...calm, windEastMps: 11 } }));
    expect(verdict).toMatchObject({ accepted: false, reason: 'wind' });
    expect(verdict.barrier).toMatchObject({ leg: 1, tailMps: -11 });
    expect(
      given(judgeReturn({ ...question, air: { ...calm, windEastMps: 11, windSigmaMps: 0.5 } })).accepted,
    ).toBe(true);
    expect(given(judgeReturn({ ...question, air: { ...calm, windNorthMps: 30 } })).reason).toBe('wind');
  });

  it('names a pack that cannot give the power, and pads that are all closed', () => {
    const pack = { ...model.pack, cellResistanceOhm: 0.2 };
    expect(given(judgeReturn({ ...question, model: { ...model, pack } })).reason).toBe('brown_out');
    expect(given(judgeReturn({ ...question, pads: [{ ...home, open: false }] })).reason).toBe('no_open_pad');
    expect(given(judgeReturn({ ...question, pads: [] })).accepted).toBe(false);
  });

  it('takes the open pad that leaves most', () => {
    const pads = [
      home,
      { id: 'near', at: at(900, 0, 0), open: true },
      { id: 'shut', at: at(1000, 0, 0), open: false },
    ];
    const verdict = given(judgeReturn({ ...question, pads }));
    expect(verdict.padId).toBe('near');
    expect(verdict.marginPct).toBeGreaterThan(given(judgeReturn(question)).marginPct);
  });

  it('keeps more back for a drone that it does not know', () => {
    const known = given(judgeReturn(question));
    expect(given(judgeReturn({ ...question, model: unknownModel })).neededPct).toBeGreaterThan(
      known.neededPct + 5,
    );
  });

  it('keeps back 8 % model error and the wind’s at 3.09 σ, a minute, and lands in half a minute', () => {
    const still = { ...calm, windSigmaMps: 0 };
    const here = given(judgeReturn({ ...question, air: still, from: at(0, 0, 0), route: [] }));
    const hoverW = toCraft(model.airframe, still, defaultEnergyPolicy).hoverW;
    expect(here.meanWh).toBeCloseTo((30 * hoverW) / 3600, 9);
    expect(here.neededWh).toBeCloseTo(here.meanWh * (1 + 3.09 * 0.08) + (60 * hoverW) / 3600, 9);
  });

  it('refuses what is no number, by its field', () => {
    const field = (answer: unknown): unknown => (isRefusal(answer) ? answer.details.field : answer);
    expect(field(judgeReturn({ ...question, batteryPct: Number.NaN }))).toBe('batteryPct');
    expect(field(judgeReturn({ ...question, from: at(Number.POSITIVE_INFINITY) }))).toBe('from.eastM');
    expect(field(judgeReturn({ ...question, route: [{ at: at(0) }, { at: at(0, Number.NaN) }] }))).toBe(
      'route.1.at.northM',
    );
    expect(field(judgeReturn({ ...question, route: [{ at: at(5), groundSpeedMps: 0 }] }))).toBe(
      'route.0.groundSpeedMps',
    );
    expect(field(judgeReturn({ ...question, air: { ...calm, windEastMps: Number.NaN } }))).toBe(
      'air.windEastMps',
    );
    const airframe = { ...model.airframe, massKg: 0 };
    expect(field(judgeReturn({ ...question, model: { ...model, airframe } }))).toBe('model.airframe.massKg');
    expect(field(judgeReturn(question, { ...defaultEnergyPolicy, quantileZ: Number.NaN }))).toBe(
      'policy.quantileZ',
    );
  });
});
