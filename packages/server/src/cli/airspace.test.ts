import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { callSkein } from './call-skein.contract.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-airspace-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a row for each scenario and method, the progress apart from it', async () => {
  const { code, out, notes } = await callSkein('airspace', 'SUPER', '4', 'simple', '--seeds', '2', '--json');
  expect(code).toBe(0);
  const { rows } = JSON.parse(out);
  expect(rows.map(({ scenario, method, losses }: never) => [scenario, method, losses])).toEqual([
    ['SUPER 4', 'none', 12],
    ['SUPER 4', 'mvp', 0],
    ['SUPER 4', 'skein', 0],
    ['SIMPLE', 'none', 2],
    ['SIMPLE', 'mvp', 0],
    ['SIMPLE', 'skein', 0],
  ]);
  expect(notes.split('\n').at(-1)).toBe('12/12 SIMPLE skein seed 1');
});

test('pictures and a page are written where they are asked for', async () => {
  const [page, pictures] = [join(directory, 'report.html'), join(directory, 'pictures')];
  const { code } = await callSkein(
    'airspace',
    'SIMPLE',
    '--method',
    'none,skein',
    '--html',
    page,
    '--svg',
    pictures,
  );
  expect(code).toBe(0);
  expect(readdirSync(pictures).sort()).toEqual(['simple-none-seed-0.svg', 'simple-skein-seed-0.svg']);
  const html = readFileSync(page, 'utf8');
  expect(html.match(/<svg/g)).toHaveLength(2);
  expect(html).not.toMatch(/(src|href)=/);
});

test('where nothing can be written, it says so', async () => {
  const { code, notes } = await callSkein('airspace', 'SIMPLE', '--html', join(directory, 'no', 'such.html'));
  expect(code).toBe(1);
  expect(notes).toContain('such.html cannot be written');
});

test.each([
  [['SOOPER'], 'No scenario "SOOPER": there are SIMPLE, SUPER'],
  [['SUPER', '1'], 'SUPER 1: expected 2 to 256 drones.'],
  [['16', 'SUPER'], '16 follows no scenario'],
  [['SUPER', '4', '5'], '5 follows no scenario'],
  [['--method', 'luck'], '--method is "luck", expected one of none, mvp, skein.'],
  [['--disturb', 'rain'], '--disturb is "rain"'],
  [['--seeds', '0'], '--seeds is "0"'],
  [['SUPER', '--table', 'x.md'], 'leave the names away'],
])('%j is no airspace: exit 2 and why', async (argv, why) => {
  const { code, out, notes } = await callSkein('airspace', ...argv);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(notes).toContain(why);
});
