import { expect, test } from 'vitest';
import { type CostFacts, toCostTerms, totalCostS } from './cost.ts';

const none: CostFacts = {
  ...{ etaS: 0, energyWh: 0, hoverW: 360, latenessS: 0, priority: 0, socEndPct: 100, wearPct: 0 },
  ...{ displacementS: 0, conflictS: 0, leavesMission: false },
};

const costOf = (facts: Partial<CostFacts>) => totalCostS(toCostTerms({ ...none, ...facts }));

test('every term is in seconds, with its usual weight', () => {
  expect(costOf({})).toBe(0);
  expect(costOf({ etaS: 180 })).toBe(180);
  // 10 Wh are 100 s of hovering at 360 W.
  expect(costOf({ energyWh: 10 })).toBeCloseTo(30, 9);
  expect(costOf({ latenessS: 10 })).toBe(10);
  expect(costOf({ latenessS: 10, priority: 10 })).toBe(20);
  expect(costOf({ latenessS: -10 })).toBe(0);
  expect(costOf({ socEndPct: 35 })).toBe(0);
  expect(costOf({ socEndPct: 17.5 })).toBe(60);
  expect(costOf({ socEndPct: 0 })).toBe(120);
  expect(costOf({ wearPct: 3 })).toBe(6);
  expect(costOf({ wearPct: -3 })).toBe(0);
  expect(costOf({ displacementS: 7, conflictS: 4, leavesMission: true })).toBe(31);
});

test('a fact that is not known makes the sum unknown', () => {
  expect(costOf({ etaS: Number.NaN })).toBeNaN();
  expect(costOf({ socEndPct: Number.NaN })).toBeNaN();
  expect(costOf({ wearPct: Number.NaN })).toBeNaN();
});
