import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../errors.ts';
import {
  type Charger,
  chargeAfter,
  chargeRatePctPerMin,
  chargingS,
  defaultPlug,
  defaultSwap,
  rankForCharging,
} from './charging.ts';
import {
  type ChargeRequest,
  type ChargeSchedule,
  type ChargeSlot,
  scheduleCharging,
} from './charging-schedule.ts';

const plugs: fc.Arbitrary<Charger> = fc.record({
  kind: fc.constant('plug' as const),
  rateC: fc.double({ min: 0.2, max: 6, noNaN: true }),
  voltageFromSoc: fc.double({ min: 0.5, max: 0.95, noNaN: true }),
  tauS: fc.double({ min: 60, max: 3600, noNaN: true }),
});
const socs = fc.double({ min: 0, max: 0.99, noNaN: true });

describe('charging', () => {
  it('takes exactly as long to a charge as leads to that charge', () => {
    fc.assert(
      fc.property(plugs, socs, socs, (plug, a, b) => {
        const [soc, target] = [Math.min(a, b), Math.max(a, b)];
        const seconds = chargingS(plug, soc, target);
        expect(chargeAfter(plug, soc, seconds)).toBeCloseTo(target, 9);
        const after = chargeAfter(plug, soc, 0.7 * seconds);
        expect(chargingS(plug, soc, after)).toBeCloseTo(0.7 * seconds, 5);
      }),
      { numRuns: 500 },
    );
  });

  it('only ever rises, never beyond full, and goes on from where it was interrupted', () => {
    const times = fc.double({ min: 0, max: 20_000, noNaN: true });
    fc.assert(
      fc.property(plugs, socs, times, times, (plug, soc, a, b) => {
        const first = chargeAfter(plug, soc, a);
        expect(first).toBeGreaterThanOrEqual(soc);
        expect(first).toBeLessThanOrEqual(1);
        expect(chargeAfter(plug, soc, a + b)).toBeGreaterThanOrEqual(first);
        expect(chargeAfter(plug, first, b)).toBeCloseTo(chargeAfter(plug, soc, a + b), 9);
      }),
    );
  });

  it('is what its rate integrates to', () => {
    let soc = 0.2;
    for (let tenth = 0; tenth < 36_000; tenth++) soc += chargeRatePctPerMin(defaultPlug, soc) / 100 / 600;
    expect(soc).toBeCloseTo(chargeAfter(defaultPlug, 0.2, 3600), 4);
    expect(chargeAfter(defaultPlug, 0.2, 0.6 * 3600)).toBeCloseTo(0.8, 9);
    expect(chargingS(defaultPlug, 0.2, 1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('at a swap station takes three minutes whatever is missing', () => {
    expect(chargingS(defaultSwap, 0.1, 1)).toBe(180);
    expect(chargeAfter(defaultSwap, 0.1, 179)).toBe(0.1);
    expect(chargeAfter(defaultSwap, 0.1, 180)).toBe(1);
  });

  it('gives the charger to the drone whose minute is worth most: not to a nearly full one', () => {
    const ranked = rankForCharging(defaultPlug, [
      { droneId: 'full', soc: 0.95, valueSPerPct: 4 },
      { droneId: 'empty', soc: 0.3, valueSPerPct: 2 },
      { droneId: 'idle', soc: 0.1, valueSPerPct: 0 },
    ]);
    expect(ranked.map(({ droneId }) => droneId)).toEqual(['empty', 'full', 'idle']);
    expect(ranked[0]?.minuteValueS).toBeCloseTo(2 * (100 / 60), 9);
  });
});

const requests = fc.array(
  fc.record({
    soc: socs,
    targetSoc: fc.double({ min: 0, max: 0.98, noNaN: true }),
    dueS: fc.double({ min: 0, max: 9000, noNaN: true }),
    readyS: fc.double({ min: 0, max: 3000, noNaN: true }),
  }),
  { maxLength: 25 },
);
const named = (list: readonly Omit<ChargeRequest, 'droneId'>[]): ChargeRequest[] =>
  list.map((request, k) => ({ ...request, droneId: `d${k}` }));

function schedule(charger: Charger, chargers: number, list: readonly ChargeRequest[]): ChargeSchedule {
  const made = scheduleCharging(charger, chargers, list);
  if (isRefusal(made)) throw new Error(JSON.stringify(made));
  return made;
}

/** The shortest possible end, over every order of whole jobs (small cases). */
function bruteForceEndS(jobs: readonly number[], chargers: number): number {
  const place = (k: number, loads: readonly number[]): number => {
    if (k === jobs.length) return Math.max(0, ...loads);
    return Math.min(
      ...loads.map((_, c) => place(k + 1, loads.with(c, (loads[c] as number) + (jobs[k] as number)))),
    );
  };
  return place(0, new Array<number>(chargers).fill(0));
}

const inOrder = (slots: readonly ChargeSlot[], own: (slot: ChargeSlot) => boolean): readonly ChargeSlot[] =>
  slots.filter(own).sort((a, b) => a.startS - b.startS);

/** One after another from when it came, each slot as long as its charge takes, up to the target. */
function expectCharged(plug: Charger, request: ChargeRequest, own: readonly ChargeSlot[]): void {
  expect(own.at(-1)?.toSoc ?? request.soc).toBe(Math.max(request.soc, request.targetSoc));
  let [last, reached] = [request.readyS ?? 0, request.soc];
  for (const slot of own) {
    expect(slot.startS).toBeGreaterThanOrEqual(last - 1e-9);
    expect(slot.fromSoc).toBe(reached);
    expect(chargeAfter(plug, slot.fromSoc, slot.endS - slot.startS)).toBeCloseTo(slot.toSoc, 9);
    [last, reached] = [slot.endS, slot.toSoc];
  }
}

describe('the charging schedule', () => {
  it('charges everyone to the target, one drone a charger and one charger a drone at a time', () => {
    fc.assert(
      fc.property(plugs, fc.integer({ min: 1, max: 5 }), requests, (plug, chargers, list) => {
        const { slots } = schedule(plug, chargers, named(list));
        for (const [k, request] of list.entries())
          expectCharged(
            plug,
            { droneId: `d${k}`, ...request },
            inOrder(slots, (slot) => slot.droneId === `d${k}`),
          );
        for (let charger = 0; charger < chargers; charger++) {
          const own = inOrder(slots, (slot) => slot.charger === charger);
          for (const [k, slot] of own.slice(1).entries())
            expect(slot.startS).toBeGreaterThanOrEqual((own[k]?.endS ?? 0) - 1e-9);
        }
      }),
    );
  });

  it('ends no earlier than its lower bound and within 2 − 1/m of it when all are there', () => {
    fc.assert(
      fc.property(plugs, fc.integer({ min: 1, max: 6 }), requests, (plug, chargers, list) => {
        const all = named(list).map(({ readyS: _, ...request }) => request);
        const { endS, lowerBoundS } = schedule(plug, chargers, all);
        expect(endS).toBeGreaterThanOrEqual(lowerBoundS - 1e-6);
        expect(endS).toBeLessThanOrEqual((2 - 1 / chargers) * lowerBoundS + 1e-6);
      }),
      { numRuns: 300 },
    );
  });

  it('ends within twice its lower bound when drones come one by one', () => {
    fc.assert(
      fc.property(plugs, fc.integer({ min: 1, max: 6 }), requests, (plug, chargers, list) => {
        const { endS, lowerBoundS } = schedule(plug, chargers, named(list));
        expect(endS).toBeGreaterThanOrEqual(lowerBoundS - 1e-6);
        expect(endS).toBeLessThanOrEqual(2 * lowerBoundS + 1e-6);
      }),
      { numRuns: 300 },
    );
  });

  it('has a lower bound that no order of the whole jobs beats', () => {
    const few = fc.array(fc.record({ soc: socs, targetSoc: socs }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), few, (chargers, list) => {
        const jobs = list.map(({ soc, targetSoc }) => chargingS(defaultPlug, soc, targetSoc));
        const { lowerBoundS } = schedule(defaultPlug, chargers, named(list));
        expect(lowerBoundS).toBeLessThanOrEqual(bruteForceEndS(jobs, chargers) + 1e-6);
      }),
    );
  });

  it('tops up beyond 80 % only when nobody below waits, and serves who is due first', () => {
    const { slots } = schedule(defaultPlug, 1, [
      { droneId: 'early', soc: 0.7, targetSoc: 0.95, dueS: 100 },
      { droneId: 'late', soc: 0.6, targetSoc: 0.9, dueS: 5000 },
    ]);
    expect(slots.map(({ droneId, toSoc }) => [droneId, toSoc])).toEqual([
      ['early', 0.8],
      ['late', 0.8],
      ['early', 0.95],
      ['late', 0.9],
    ]);
  });

  it('says who will be late and by how much', () => {
    const made = schedule(defaultSwap, 1, [
      { droneId: 'a', soc: 0.2, targetSoc: 1, dueS: 200 },
      { droneId: 'b', soc: 0.2, targetSoc: 1, dueS: 300 },
    ]);
    expect(made.late).toEqual([{ droneId: 'b', lateS: 60 }]);
  });

  it('refuses what cannot be scheduled', () => {
    const field = (answer: unknown): unknown => (isRefusal(answer) ? answer.details.field : answer);
    const one = { droneId: 'a', soc: 0.5, targetSoc: 0.9 };
    expect(field(scheduleCharging(defaultPlug, 0, [one]))).toBe('chargers');
    expect(field(scheduleCharging(defaultPlug, 1, [one, one]))).toBe('requests');
    expect(field(scheduleCharging(defaultPlug, 1, [{ ...one, targetSoc: 1 }]))).toBe('requests.0.targetSoc');
    expect(field(scheduleCharging(defaultPlug, 1, [{ ...one, soc: Number.NaN }]))).toBe('requests.0.soc');
    expect(field(scheduleCharging(defaultPlug, 1, [{ ...one, readyS: Number.POSITIVE_INFINITY }]))).toBe(
      'requests.0',
    );
  });
});
