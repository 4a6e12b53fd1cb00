import { createScenario, flyScenario } from '@skein/simulator';
import { expect, test } from 'vitest';
import { toCells } from './columns.ts';
import { drawRun } from './draw-run.ts';
import { estimate, summarise } from './summary.ts';

test('the interval of a mean is that of Student’s t', () => {
  expect(estimate([1, 2, 3, 4])).toEqual({ mean: 2.5, halfWidth: expect.closeTo(2.0542, 3) });
  expect(estimate([7])).toEqual({ mean: 7, halfWidth: null });
});

test('a row compares with the same seeds undisturbed', () => {
  const runs = (method: 'none' | 'mvp') =>
    [1, 2].map((seed) => flyScenario({ scenario: createScenario('SUPER', 4, seed), method, seed }));
  const row = summarise(runs('mvp'), runs('none'));
  expect(row).toMatchObject({ seeds: 2, flights: 8, arrivals: 8, arrivalRatio: 1, losses: 0, riskRatio: 0 });
  expect(summarise(runs('none'), runs('none'))).toMatchObject({
    losses: 12,
    riskRatio: 1,
    domino: 0,
    preventionRate: 0,
  });
  expect(toCells(row).slice(0, 4)).toEqual(['SUPER 4', '–', 'mvp', '2']);
});

test('a picture has a line for each track and a cross for each loss', () => {
  const scenario = createScenario('SUPER', 4, 0);
  const svg = drawRun(flyScenario({ scenario, method: 'none', seed: 0, withTracks: true }), scenario);
  expect(svg.match(/<polyline class="track"/g)).toHaveLength(4);
  expect(svg.match(/<path class="loss"/g)).toHaveLength(6);
  expect(svg).toContain('D-001 and D-002: separation lost after');
});
