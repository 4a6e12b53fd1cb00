import { expect, test } from 'vitest';
import { calm, type PointMass, stepPointMass, trim } from './point-mass.ts';

const still: PointMass = { eastM: 0, northM: 0, upM: 60, eastMps: 0, northMps: 0, upMps: 0 };

function flownFor(
  from: PointMass,
  command: Parameters<typeof stepPointMass>[1],
  seconds: number,
  dtS = 0.1,
): PointMass {
  let state = from;
  for (let step = 0; step < Math.round(seconds / dtS); step += 1) state = stepPointMass(state, command, dtS);
  return state;
}

test('from 10 m/s a vehicle stops within v²/2a', () => {
  const stopped = flownFor({ ...still, eastMps: 10 }, { eastMps: 0, northMps: 0, upMps: 0 }, 5);
  expect(stopped.eastMps).toBe(0);
  expect(stopped.eastM).toBeCloseTo(100 / 6, 1);
});

test('half the step leads to the same place', () => {
  const command = { eastMps: 9, northMps: -4, upMps: 2 };
  const [coarse, fine] = [flownFor(still, command, 6), flownFor(still, command, 6, 0.05)];
  expect(Math.hypot(coarse.eastM - fine.eastM, coarse.northM - fine.northM)).toBeLessThan(0.05);
});

test('no command makes it faster than 15 m/s across the ground or 3 m/s in height', () => {
  const { eastMps, northMps, upMps } = flownFor(still, { eastMps: 30, northMps: 40, upMps: -9 }, 20);
  expect([eastMps, northMps, upMps].map((mps) => Number(mps.toFixed(6)))).toEqual([9, 12, -3]);
});

test('against a wind of 8 m/s it makes 7 m/s, and a gust takes it along before it trims', () => {
  let [state, gust] = [still, calm];
  const command = { eastMps: 10, northMps: 0, upMps: 0 };
  for (let step = 0; step < 300; step += 1) {
    gust = trim(gust, -8, 0, 0.1);
    state = stepPointMass(state, command, 0.1, gust);
  }
  expect(state.eastMps).toBeCloseTo(7, 3);
  expect(
    stepPointMass(still, { eastMps: 0, northMps: 0, upMps: 0 }, 0.1, trim(calm, 0, 8, 0.1)).northM,
  ).toBeGreaterThan(0);
});
