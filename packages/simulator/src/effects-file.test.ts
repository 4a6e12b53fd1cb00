import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EffectsFileError, openEffectsFile } from './effects-file.ts';
import type { OrderEntry } from './fleet/order-journal.ts';
import { createSimulation } from './fleet/simulation.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'skein-effects-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const entry = (k: number): OrderEntry => ({
  ...{ droneId: 'drone-001', commandId: `c${k}`, command: 'arm', result: 'accepted', effect: 1, atMs: k },
  message: 'é'.repeat(k % 50),
});

it('gives back what was written, in its order, over any number of lives', () => {
  const path = join(directory, 'lives');
  const all = Array.from({ length: 20_000 }, (_, k) => entry(k));
  for (let life = 0; life < 4; life++) {
    const file = openEffectsFile(path);
    expect([...file.entries]).toEqual(all.slice(0, life * 5000));
    for (const each of all.slice(life * 5000, (life + 1) * 5000)) file.append(each);
    file.close();
  }
  const file = openEffectsFile(path);
  expect([...file.entries]).toEqual(all);
  expect([...file.entries]).toHaveLength(20_000);
  file.close();
});

it('cut at whatever byte keeps every whole line, and goes on behind them', async () => {
  const path = join(directory, 'cut');
  const text = `${JSON.stringify(entry(1))}\n${JSON.stringify(entry(2))}\n`;
  const bytes = Buffer.from(text);
  const firstEnds = bytes.indexOf('\n') + 1;
  for (let length = 0; length <= bytes.length; length++) {
    await writeFile(path, bytes.subarray(0, length));
    const file = openEffectsFile(path);
    const expected =
      length === bytes.length ? [entry(1), entry(2)] : [entry(1)].slice(0, length >= firstEnds ? 1 : 0);
    expect([...file.entries]).toEqual(expected);
    file.append(entry(3));
    file.close();
    const again = openEffectsFile(path);
    expect([...again.entries]).toEqual([...expected, entry(3)]);
    again.close();
  }
});

it('names a line that is no entry', async () => {
  for (const line of ['{', '7', 'null', '{}', '{"droneId":"d","commandId":"c"}']) {
    const path = join(directory, 'bad');
    await writeFile(path, `${JSON.stringify(entry(1))}\n${line}\n`);
    const file = openEffectsFile(path);
    expect(() => [...file.entries]).toThrow(EffectsFileError);
    expect(() => [...file.entries]).toThrow(/bad:2 is no order/);
    file.close();
  }
});

it('is written before the effect, and remembered by the next simulation', async () => {
  const path = join(directory, 'orders');
  const parked = { drones: 2, autonomous: false, startMs: 1_800_000_000_000 };
  const order = { commandId: 'up', command: 'takeoff', params: { altitude: 20 }, epoch: 4 };
  const first = openEffectsFile(path);
  const flown = createSimulation({ ...parked, orderJournal: first });
  flown.order(1, order);
  expect(JSON.parse((await readFile(path, 'utf8')).trim())).toEqual({
    ...{ droneId: 'drone-002', commandId: 'up', command: 'takeoff', epoch: 4, result: 'accepted', effect: 1 },
    atMs: 1_800_000_000_000,
  });
  first.close();
  // Other drones' lines are none of ours.
  await appendFile(path, `${JSON.stringify({ ...entry(1), droneId: 'elsewhere' })}\n`);
  const second = openEffectsFile(path);
  const again = createSimulation({ ...parked, orderJournal: second });
  expect(again.order(1, order)).toMatchObject({ result: 'accepted', isRepeat: true });
  expect(again.order(0, order)).toMatchObject({ result: 'accepted', isRepeat: false });
  expect(again.orderEffects()).toEqual({ up: 1 });
  second.close();
});
