import { expect, test } from 'vitest';
import { AIRCRAFT_KINDS } from './aircraft-kinds.ts';
import { ConflictWatch } from './conflict-watch.ts';
import { createSky } from './sky.ts';
import { SkyScan } from './sky-scan.ts';

const NOW_S = 1_790_000_000;

function headOn(apartM: number) {
  const sky = createSky(2);
  sky.kind.fill(AIRCRAFT_KINDS.fleet);
  sky.eastM.set([0, apartM]);
  sky.eastMps.set([10, -10]);
  return sky;
}

test('two drones that fly toward each other are found, with when and how near', () => {
  const { conflicts, beyond, isComplete } = new SkyScan().scan(headOn(250), NOW_S);
  expect([conflicts.length, beyond, isComplete]).toEqual([1, 0, true]);
  expect(conflicts[0]).toMatchObject({ one: 0, other: 1, inS: 10, outS: 15, worstS: 12.5, severity: 0 });
  expect(conflicts[0]?.by).toEqual(['state', 'state']);
});

test('a conflict is raised at the second sight and cleared some time after the last', () => {
  const watch = new ConflictWatch();
  const scan = new SkyScan();
  const changes: string[] = [];
  for (let at = 0; at < 40; at += 1) {
    const nowS = NOW_S + at;
    const pass = { ...scan.scan(headOn(500 - 20 * at), nowS), nowS, idOf: (row: number) => `D-${row}` };
    for (const { change, conflict } of watch.update(pass)) changes.push(`${at} ${change} ${conflict.level}`);
  }
  expect(changes).toMatchInlineSnapshot(`
    [
      "4 raised RESOLVE",
      "16 level_changed CRITICAL",
      "31 cleared CRITICAL",
    ]
  `);
  expect(watch.size).toBe(0);
});
