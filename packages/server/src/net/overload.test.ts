import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Overload } from './overload.ts';
import { groundState, type LoadReading, OVERLOAD_RUNGS, pressureOf, stepLadder } from './overload-ladder.ts';

const calm: LoadReading = { loopDelayMs: 20, queueShare: 0.1, memoryShare: 0.2 };
const between: LoadReading = { ...calm, loopDelayMs: 70 };
const causes: readonly LoadReading[] = [
  { ...calm, loopDelayMs: 101 },
  { ...calm, queueShare: 0.51 },
  { ...calm, memoryShare: 0.71 },
];

const walk = (readings: readonly LoadReading[], from = groundState) => readings.reduce(stepLadder, from);
const times = (count: number, reading: LoadReading) => Array.from({ length: count }, () => reading);

test.each(causes)(
  '%o is overload: a rung after three readings in a row, all of them in the end, and no more',
  (load) => {
    expect(walk(times(2, load)).level).toBe(0);
    expect(walk(times(3, load)).level).toBe(1);
    expect(walk(times(100, load)).level).toBe(OVERLOAD_RUNGS.length);
  },
);

test('one stall is none, and what was shed is taken up again below half of the limit only, the last first', () => {
  const stall = causes[0] as LoadReading;
  expect(walk([stall, stall, between, stall, stall, calm]).level).toBe(0);
  const high = walk(times(9, stall));
  expect(high.level).toBe(3);
  expect(walk(times(100, between), high).level).toBe(3);
  expect(walk(times(4, calm), high).level).toBe(3);
  expect(walk(times(5, calm), high).level).toBe(2);
  expect(walk(times(15, calm), high).level).toBe(0);
});

const anyReading = fc.record({
  loopDelayMs: fc.double({ min: 0, max: 400, noNaN: true }),
  queueShare: fc.double({ min: 0, max: 1, noNaN: true }),
  memoryShare: fc.double({ min: 0, max: 1, noNaN: true }),
});

test('whatever the load does the level moves a rung at a time, upward under overload only, downward below half only', () => {
  fc.assert(
    fc.property(fc.array(anyReading), (readings) => {
      let state = groundState;
      for (const reading of readings) {
        const next = stepLadder(state, reading);
        const moved = next.level - state.level;
        expect(Math.abs(moved)).toBeLessThanOrEqual(1);
        if (moved > 0) expect(pressureOf(reading)).toBeGreaterThan(1);
        if (moved < 0) expect(pressureOf(reading)).toBeLessThan(0.5);
        expect(next.level).toBeGreaterThanOrEqual(0);
        expect(next.level).toBeLessThanOrEqual(OVERLOAD_RUNGS.length);
        state = next;
      }
    }),
  );
});

function openOverload() {
  const world = { nowMs: 0, load: calm, tick: (): void => undefined };
  const overload = new Overload({
    clock: {
      now: () => world.nowMs,
      monotonic: () => world.nowMs,
      every: (_ms, task) => {
        world.tick = task;
        return () => undefined;
      },
    },
    log: pino({ level: 'silent' }),
    queueShare: () => 0,
    read: () => world.load,
  });
  const pass = (seconds: number, load: LoadReading) => {
    world.load = load;
    for (let count = 0; count < seconds; count += 1) {
      world.nowMs += 1000;
      world.tick();
    }
  };
  return { overload, world, pass };
}

test('rungs are shed in their order, refuse by name with a time to come again, and are told', () => {
  const { overload, pass } = openOverload();
  expect(overload.refuse('history')).toBeUndefined();
  for (const [at, rung] of OVERLOAD_RUNGS.entries()) {
    expect(overload.sheds(rung)).toBe(false);
    pass(3, causes[at % 3] as LoadReading);
    expect(overload.sheds(rung)).toBe(true);
    expect(overload.degraded()).toEqual(OVERLOAD_RUNGS.slice(0, at + 1).map((each) => `overload_${each}`));
  }
  expect(overload.refuse('history')).toMatchObject({ httpStatus: 503, retryAfterS: 10 });
  pass(60, calm);
  expect(overload.degraded()).toEqual([]);
  overload.close();
});

test('new drones are still let in under overload, so many a second', () => {
  const { overload, world, pass } = openOverload();
  const enter = () =>
    Array.from({ length: 100 }, () => overload.refuseDrone()).filter((each) => !each).length;
  expect(enter()).toBe(100);
  pass(15, causes[0] as LoadReading);
  expect([enter(), enter()]).toEqual([20, 0]);
  world.nowMs += 1000;
  expect(enter()).toBe(20);
  overload.close();
});
