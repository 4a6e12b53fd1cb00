import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefusal, type Refusal } from '../../errors.ts';
import type { Enu } from '../../geo/wgs84.ts';
import { createEnergyBound, leastWh, mayReturn } from './energy-bound.ts';
import { createEnergyColumns, rowMayReturn, setEnergyRow } from './energy-columns.ts';
import { CALIBRATED_SIGMA, unknownModel, withPayload } from './energy-model.ts';
import type { AirState } from './leg.ts';
import { farthestReachable } from './reach.ts';
import { judgeReturn } from './reachability.ts';
import type { ReturnQuestion } from './return-question.ts';

const model = { ...unknownModel, relativeSigma: CALIBRATED_SIGMA };
const calm: AirState = { windEastMps: 0, windNorthMps: 0, windSigmaMps: 2, densityKgpm3: 1.225 };
const at = (eastM: number, northM = 0, upM = 50): Enu => ({ eastM, northM, upM });
const home = { id: 'home', at: at(0, 0, 0), open: true };
const question: ReturnQuestion = {
  batteryPct: 80,
  model,
  air: calm,
  from: at(0),
  route: [{ at: at(1000) }],
  pads: [home],
};

function given<T>(answer: T | Refusal | undefined): T {
  if (answer === undefined || isRefusal(answer)) throw new Error(JSON.stringify(answer));
  return answer;
}

const metres = fc.double({ min: -1500, max: 1500, noNaN: true });
const places = fc.record({
  eastM: metres,
  northM: metres,
  upM: fc.double({ min: 5, max: 120, noNaN: true }),
});
const airs: fc.Arbitrary<AirState> = fc.record({
  windEastMps: fc.double({ min: -6, max: 6, noNaN: true }),
  windNorthMps: fc.double({ min: -6, max: 6, noNaN: true }),
  windSigmaMps: fc.double({ min: 0, max: 2, noNaN: true }),
  densityKgpm3: fc.double({ min: 0.9, max: 1.3, noNaN: true }),
});
const speedsMps = fc.option(fc.double({ min: 1, max: 15, noNaN: true }), { nil: undefined });
const points = fc
  .record({ at: places, groundSpeedMps: speedsMps, holdS: fc.double({ min: 0, max: 30, noNaN: true }) })
  .map(({ groundSpeedMps, ...rest }) => (groundSpeedMps === undefined ? rest : { ...rest, groundSpeedMps }));
const routes = fc.array(points, { maxLength: 6 });
const questions: fc.Arbitrary<ReturnQuestion> = fc.record({
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

describe('the bound for a scan', () => {
  const wayM = ({ from, route, pads }: ReturnQuestion) => {
    let outM = 0;
    let last = from;
    for (const { at: to } of route) {
      outM += Math.hypot(to.eastM - last.eastM, to.northM - last.northM);
      last = to;
    }
    const open = pads.filter((pad) => pad.open);
    const homeM = Math.min(
      ...open.map((pad) => Math.hypot(pad.at.eastM - last.eastM, pad.at.northM - last.northM)),
    );
    return [outM, homeM] as const;
  };

  const columns = createEnergyColumns(2);

  it('never leaves out a drone that the exact rule accepts, nor prices a flight above what it costs', () => {
    fc.assert(
      fc.property(questions, (asked) => {
        const verdict = given(judgeReturn(asked));
        if (Number.isNaN(verdict.meanWh)) return;
        const bound = createEnergyBound(asked.model, asked.air);
        expect(leastWh(bound, ...wayM(asked))).toBeLessThanOrEqual(verdict.meanWh);
        const may = mayReturn(bound, asked.batteryPct, ...wayM(asked));
        if (verdict.accepted) expect(may).toBe(true);
        setEnergyRow(columns, 1, bound, asked.batteryPct);
        expect(rowMayReturn(columns, 1, ...wayM(asked))).toBe(may);
        expect(rowMayReturn(columns, 0, ...wayM(asked))).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves out what is clearly too far: half as much again as the exact range', () => {
    const exact = given(farthestReachable({ ...question, route: [{ at: at(20_000) }] })).at.eastM;
    const bound = createEnergyBound(question.model, question.air);
    expect(mayReturn(bound, question.batteryPct, exact, exact)).toBe(true);
    expect(mayReturn(bound, question.batteryPct, 1.6 * exact, 1.6 * exact)).toBe(false);
  });
});
