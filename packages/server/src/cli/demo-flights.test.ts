import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDemoFlights } from './demo-flights.ts';

const DATA = fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const hasData = existsSync(DATA);
if (!hasData) process.stderr.write(`Recorded flights are not at ${DATA}: a test is left out.\n`);

let directory: string;
let notes: string[];
const note = (line: string) => notes.push(line);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-flights-'));
  mkdirSync(join(directory, 'recordings'));
  notes = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

function keep(name: string, seconds: number): string {
  const rows = Array.from({ length: seconds + 1 }, (_row, second) => `${second},46.94${second},7.4475,600`);
  const file = join(directory, 'recordings', name);
  writeFileSync(file, ['time_s,latitude,longitude,altitude_m', ...rows].join('\n'));
  return file;
}

test('of the recordings kept, the first of each kind that is worth seeing is chosen; what is none is said', async () => {
  writeFileSync(join(directory, 'recordings', 'a.ulg'), 'no log');
  writeFileSync(join(directory, 'recordings', 'b.csv'), 'x,y,z\n1,2,3\n1,2,4\n');
  keep('c.csv', 3);
  keep('d.csv', 40);
  keep('e.csv', 50);
  const flights = await openDemoFlights([], directory, note);
  expect(flights.map(({ droneId }) => droneId)).toEqual(['d']);
  expect(notes).toEqual([
    expect.stringMatching(/a\.ulg is not replayed: /),
    expect.stringMatching(/b\.csv is not replayed: it knows no place on earth/),
  ]);
});

test('a short flight is better than none', async () => {
  keep('a.csv', 2);
  keep('b.csv', 3);
  expect(await openDemoFlights([], directory, note)).toMatchObject([{ droneId: 'b' }]);
});

test('files that are named all fly, each as a drone of its own, and a bad one spoils no other', async () => {
  const [file, missing] = [keep('a.csv', 2), join(directory, 'missing.ulg')];
  const flights = await openDemoFlights([file, missing, file], directory, note);
  expect(flights.map(({ droneId }) => droneId)).toEqual(['a', 'a-2']);
  expect(notes).toEqual([expect.stringMatching(/missing\.ulg is not replayed: ENOENT/)]);
});

test('where only recordings are that cannot be read, a line says how to name one', async () => {
  writeFileSync(join(directory, 'recordings', 'a.ulg'), 'no log');
  expect(await openDemoFlights([], directory, note)).toEqual([]);
  expect(notes.at(-1)).toMatch(/^No recorded flight is shown: name one with --replay FILE/);
});

test.skipIf(!hasData)(
  'beside the repository recorded flights are found by themselves, one of each kind',
  async () => {
    rmSync(join(directory, 'recordings'), { recursive: true });
    const flights = await openDemoFlights([], directory, note);
    const kinds = flights.map(({ file }) => file.slice(file.lastIndexOf('.')));
    expect(kinds).toEqual(['.ulg', '.tlog', '.log']);
    for (const { recording } of flights)
      expect(recording.samples.some(({ latitudeDeg }) => latitudeDeg !== undefined)).toBe(true);
  },
);
