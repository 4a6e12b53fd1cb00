import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEnergyBound, leastWh, mayReturn } from './energy-bound.ts';
import { createEnergyColumns, rowMayReturn, setEnergyRow } from './energy-columns.ts';
import { farthestReachable } from './reach.ts';
import { judgeReturn } from './reachability.ts';
import type { ReturnQuestion } from './return-question.ts';
import { at, given, question, questions } from './return-questions.contract.ts';

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
