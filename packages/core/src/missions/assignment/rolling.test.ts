import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Pairing, type RollingInput, rollForward } from './rolling.ts';

const costsOf = (table: Readonly<Record<string, number>>) => (mission: string, drone: string) =>
  table[`${mission} ${drone}`] ?? Number.POSITIVE_INFINITY;

const pair = (mission: string, drone: string, started = false): Pairing => ({ mission, drone, started });

function rolled(input: RollingInput): readonly string[] {
  return rollForward(input).pairings.map(({ mission, drone }) => `${mission} ${drone}`);
}

test('a committed pairing is kept unless leaving it saves more than 20 s', () => {
  const current = [pair('M1', 'D1')];
  const proposed = [pair('M1', 'D2')];
  const at = (costS: number) => costsOf({ 'M1 D1': 100, 'M1 D2': costS });
  expect(rolled({ current, proposed, costS: at(80) })).toEqual(['M1 D1']);
  expect(rolled({ current, proposed, costS: at(79.9) })).toEqual(['M1 D2']);
  expect(rolled({ current, proposed, costS: at(79.9), hysteresisS: 30 })).toEqual(['M1 D1']);
});

test('two that exchange their drones do so together, for twice the hysteresis', () => {
  const current = [pair('M1', 'D1'), pair('M2', 'D2')];
  const proposed = [pair('M1', 'D2'), pair('M2', 'D1')];
  const at = (costS: number) => costsOf({ 'M1 D1': 100, 'M2 D2': 100, 'M1 D2': 60, 'M2 D1': costS });
  expect(rolled({ current, proposed, costS: at(101) })).toEqual(['M1 D1', 'M2 D2']);
  expect(rolled({ current, proposed, costS: at(99) })).toEqual(['M1 D2', 'M2 D1']);
});

test('a mission that has begun keeps its drone, and nobody else gets it', () => {
  const current = [pair('M1', 'D1', true), pair('M2', 'D2')];
  const proposed = [pair('M1', 'D2'), pair('M2', 'D1'), pair('M3', 'D3')];
  const costS = costsOf({ 'M1 D1': 900, 'M1 D2': 1, 'M2 D1': 1, 'M2 D2': 900, 'M3 D3': 5 });
  expect(rolled({ current, proposed, costS })).toEqual(['M1 D1', 'M2 D2', 'M3 D3']);
});

test('a mission without a drone, or with one that cannot fly any more, gets the new one at once', () => {
  const costS = costsOf({ 'M1 D2': 500 });
  expect(rolled({ current: [], proposed: [pair('M1', 'D2')], costS })).toEqual(['M1 D2']);
  expect(rolled({ current: [pair('M1', 'D1')], proposed: [pair('M1', 'D2')], costS })).toEqual(['M1 D2']);
  expect(rolled({ current: [pair('M1', 'D1')], proposed: [], costS })).toEqual([]);
});

test('a pairing is not given up for one that is impossible', () => {
  const costS = costsOf({ 'M1 D1': 500 });
  expect(rolled({ current: [pair('M1', 'D1')], proposed: [pair('M1', 'D2')], costS })).toEqual(['M1 D1']);
  expect(rolled({ current: [pair('M1', 'D1')], proposed: [], costS })).toEqual(['M1 D1']);
});

test('a pairing without a cost is a fault', () => {
  const current = [pair('M1', 'D1')];
  expect(() => rollForward({ current, proposed: [], costS: () => Number.NaN })).toThrow('M1');
});

const names = (letter: string) => fc.integer({ min: 0, max: 7 }).map((at) => `${letter}${at}`);
const pairings = fc
  .uniqueArray(fc.record({ mission: names('M'), drone: names('D'), started: fc.boolean() }), {
    selector: ({ mission }) => mission,
  })
  .map((list) => list.filter(({ drone }, at) => list.findIndex((other) => other.drone === drone) === at));

test('no drone flies two missions, what has begun stays, and the cost falls or more is served', () => {
  const costs = fc.array(fc.constantFrom(5, 40, 90, 200, Number.POSITIVE_INFINITY), {
    minLength: 64,
    maxLength: 64,
  });
  fc.assert(
    fc.property(pairings, pairings, costs, (current, proposed, table) => {
      const costS = (mission: string, drone: string) =>
        table[8 * Number(mission.slice(1)) + Number(drone.slice(1))] as number;
      const { pairings: after } = rollForward({ current, proposed, costS });
      expect(new Set(after.map(({ drone }) => drone)).size).toBe(after.length);
      expect(new Set(after.map(({ mission }) => mission)).size).toBe(after.length);
      expect(after).toEqual(expect.arrayContaining(current.filter(({ started }) => started)));
      const sumOf = (list: readonly Pairing[]) => {
        const able = list.filter(
          (each) => !each.started && costS(each.mission, each.drone) < Number.POSITIVE_INFINITY,
        );
        return [able.length, able.reduce((sum, each) => sum + costS(each.mission, each.drone), 0)] as const;
      };
      const [servedBefore, beforeS] = sumOf(current);
      const [servedAfter, afterS] = sumOf(after);
      expect(servedAfter).toBeGreaterThanOrEqual(servedBefore);
      if (servedAfter === servedBefore) expect(afterS).toBeLessThanOrEqual(beforeS);
      expect(rollForward({ current: after, proposed, costS }).pairings).toEqual(after);
    }),
    { numRuns: 1000 },
  );
});

test('costs that tremble by less than half the hysteresis change nothing', () => {
  const current = [pair('M1', 'D1'), pair('M2', 'D2'), pair('M3', 'D3')];
  const tremble = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 9, maxLength: 9 });
  const orders = fc.shuffledSubarray(['D1', 'D2', 'D3'], { minLength: 3 });
  fc.assert(
    fc.property(tremble, orders, (shakes, drones) => {
      const costS = (mission: string, drone: string) =>
        100 + (shakes[3 * (Number(mission.slice(1)) - 1) + Number(drone.slice(1)) - 1] as number);
      const proposed = drones.map((drone, at) => pair(`M${at + 1}`, drone));
      expect(rollForward({ current, proposed, costS }).pairings).toEqual(current);
    }),
  );
});
