import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalEntry } from '@skein/core';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from './journal.ts';
import { JournalReader } from './journal-reader.ts';
import { listSegments } from './segments.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-journal-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const entry = (text: string, more: Partial<JournalEntry> = {}): JournalEntry => ({
  kind: 'telemetry',
  codec: 'json',
  channel: 'websocket',
  tenant: 'default',
  receivedAtMs: 1_764_000_000_123.5,
  payload: Buffer.from(text),
  ...more,
});

interface Seen {
  readonly entry: JournalEntry;
  readonly text: string;
  readonly position: number;
}

function open(options: { quotaBytes?: number; segmentBytes?: number; from?: number } = {}) {
  const seen: Seen[] = [];
  const journal = openJournal({
    directory,
    quotaBytes: 1e9,
    onRecord: (found, position) => seen.push({ entry: found, text: found.payload.toString(), position }),
    onFatal: (error) => {
      throw error;
    },
    ...options,
  });
  return { journal, seen };
}

const flushed = (journal: ReturnType<typeof open>['journal'], position: number): Promise<void> =>
  new Promise((resolve) => {
    if (journal.durable > position) return resolve();
    journal.onDurable((durable) => durable > position && resolve());
  });

const segmentFiles = () => readdirSync(directory).filter((name) => name.endsWith('.journal'));
const onlySegment = () => join(directory, segmentFiles()[0] as string);

test('what was appended is there after a reopening, in order and in full', async () => {
  const { journal } = open();
  journal.append(entry('{"a":1}'));
  journal.append(entry('zwölf', { kind: 'anomaly', channel: 'http', tenant: 'b', codec: 'msgpack' }));
  const last = journal.append(entry('[1,2,3]', { kind: 'frame', accepted: [0, 2] }));
  await flushed(journal, last);
  await journal.close();
  const { seen, journal: again } = open();
  expect(seen.map(({ text }) => text)).toEqual(['{"a":1}', 'zwölf', '[1,2,3]']);
  expect(seen[1]?.entry).toMatchObject({ kind: 'anomaly', channel: 'http', tenant: 'b', codec: 'msgpack' });
  expect(seen[2]?.entry.accepted).toEqual([0, 2]);
  expect(seen[0]?.entry.receivedAtMs).toBe(1_764_000_000_123.5);
  await again.close();
});

test('a record is readable by its position before and after it is flushed', async () => {
  const { journal } = open();
  const position = journal.append(entry('first'));
  expect(Buffer.from(journal.read(position)?.payload as Uint8Array).toString()).toBe('first');
  await flushed(journal, position);
  expect(Buffer.from(journal.read(position)?.payload as Uint8Array).toString()).toBe('first');
  expect(journal.read(position + 8)).toBeUndefined();
  await journal.close();
});

test('[S1] nothing is durable before its flush', () => {
  const { journal } = open();
  const position = journal.append(entry('x'));
  expect(journal.durable).toBeLessThanOrEqual(position);
  return journal.close();
});

test('[S2] a tail torn at any byte loses the torn record only, and no position is used twice', async () => {
  const { journal } = open();
  const positions = ['one', 'two', 'three'].map((text) => journal.append(entry(text.repeat(20))));
  await flushed(journal, positions[2] as number);
  await journal.close();
  const whole = readFileSync(onlySegment());
  for (let bytes = (positions[2] as number) + 1; bytes < whole.length; bytes += 3) {
    writeFileSync(onlySegment(), whole.subarray(0, bytes));
    const { seen, journal: again } = open();
    expect(seen).toHaveLength(2);
    expect(again.cutBytes).toBe(bytes - (positions[2] as number));
    expect(again.end).toBeGreaterThanOrEqual(bytes);
    const position = again.append(entry('after'));
    await flushed(again, position);
    await again.close();
    const reopened = open();
    expect(reopened.seen.map(({ text }) => text)).toEqual(['one'.repeat(20), 'two'.repeat(20), 'after']);
    await reopened.journal.close();
    for (const name of segmentFiles().slice(1)) rmSync(join(directory, name));
  }
});

test('[S3] a bit flipped in a middle record stops the start and names the record', async () => {
  const { journal } = open();
  const positions = ['one', 'two', 'three'].map((text) => journal.append(entry(text.repeat(20))));
  await flushed(journal, positions[2] as number);
  await journal.close();
  const whole = readFileSync(onlySegment());
  for (let bit = (positions[1] as number) * 8; bit < (positions[2] as number) * 8; bit += 5) {
    const damaged = Buffer.from(whole);
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    writeFileSync(onlySegment(), damaged);
    expect(() => open()).toThrow(`record at byte ${positions[1]} of ${onlySegment()} is damaged`);
  }
});

test('a bit flipped in the last record drops that record', async () => {
  const { journal } = open();
  const positions = ['one', 'two'].map((text) => journal.append(entry(text.repeat(20))));
  await flushed(journal, positions[1] as number);
  await journal.close();
  const damaged = readFileSync(onlySegment());
  damaged[(positions[1] as number) + 40] = 0;
  writeFileSync(onlySegment(), damaged);
  const { seen, journal: again } = open();
  expect(seen.map(({ text }) => text)).toEqual(['one'.repeat(20)]);
  await again.close();
});

test('a reader in another place follows the writer over all segments', async () => {
  const { journal } = open({ segmentBytes: 2000 });
  const reader = new JournalReader(directory);
  const read: string[] = [];
  let at = 0;
  for (let round = 0; round < 30; round += 1) {
    let position = 0;
    for (let each = 0; each < 5; each += 1) position = journal.append(entry(`${round}.${each}`.padEnd(100)));
    await flushed(journal, position);
    while (at < journal.durable)
      at = reader.read(at, journal.durable, ({ payload }) => read.push(payload.toString().trim()));
  }
  expect(read).toEqual(
    Array.from({ length: 150 }, (_none, index) => `${Math.floor(index / 5)}.${index % 5}`),
  );
  expect(segmentFiles().length).toBeGreaterThan(3);
  reader.close();
  await journal.close();
});

test('a reader crosses the gap that a cut tail has left, whether or not anything was written since', async () => {
  const { journal } = open();
  const positions = ['one', 'two', 'three'].map((text) => journal.append(entry(text)));
  await flushed(journal, positions[2] as number);
  await journal.close();
  truncateSync(onlySegment(), (positions[2] as number) + 40);
  const again = open().journal;
  const reader = new JournalReader(directory);
  const texts: string[] = [];
  const readOn = (from: number): number => {
    let at = from;
    while (at < again.durable)
      at = reader.read(at, again.durable, ({ payload }) => texts.push(payload.toString()));
    return at;
  };
  const at = readOn(0);
  expect(texts).toEqual(['one', 'two']);
  await flushed(again, again.append(entry('four')));
  readOn(at);
  expect(texts).toEqual(['one', 'two', 'four']);
  reader.close();
  await again.close();
});

test('nothing new is written where the store has already been', async () => {
  const { journal } = open();
  const position = journal.append(entry('one'));
  await flushed(journal, position);
  await journal.close();
  const from = 4096;
  const again = open({ from }).journal;
  expect(again.durable).toBe(from);
  expect(again.append(entry('two'))).toBe(from);
  await flushed(again, from);
  const reader = new JournalReader(directory);
  const texts: string[] = [];
  reader.read(from, again.durable, ({ payload }) => texts.push(payload.toString()));
  expect(texts).toEqual(['two']);
  reader.close();
  await again.close();
});

test('released segments are deleted, the rest stays', async () => {
  const { journal } = open({ segmentBytes: 1000 });
  let position = 0;
  for (let round = 0; round < 10; round += 1) {
    position = journal.append(entry('x'.repeat(900)));
    await flushed(journal, position);
  }
  const before = segmentFiles().length;
  journal.release(position);
  expect(segmentFiles().length).toBeLessThan(before);
  expect(journal.read(position)).toBeDefined();
  expect(journal.read(0)).toBeUndefined();
  await journal.close();
});

test('[S8] near its quota the journal says that it accepts no more, until there is room again', async () => {
  const states: boolean[] = [];
  const journal = openJournal({
    directory,
    quotaBytes: 100_000,
    segmentBytes: 10_000,
    onRecord: () => undefined,
    onFatal: (error) => {
      throw error;
    },
    onStateChange: ({ accepting }) => states.push(accepting),
  });
  let position = 0;
  while (journal.state().accepting) {
    position = journal.append(entry('x'.repeat(3000)));
    await flushed(journal, position);
  }
  expect(journal.state()).toMatchObject({ accepting: false, reason: 'quota' });
  expect(journal.state().bytes).toBeLessThan(100_000);
  journal.release(position);
  expect(journal.state().accepting).toBe(true);
  expect(states).toEqual([false, true]);
  await journal.close();
});

test('any records of any size come back as they went in', async () => {
  const record = fc.record({
    kind: fc.constantFrom<JournalEntry['kind']>('telemetry', 'anomaly', 'finding'),
    tenant: fc.stringMatching(/^[a-z0-9-]{1,128}$/),
    receivedAtMs: fc.double({ noNaN: true }),
    payload: fc.uint8Array({ maxLength: 3000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 40 }), async (records) => {
      rmSync(directory, { recursive: true, force: true });
      const { journal } = open({ segmentBytes: 5000 });
      let position = 0;
      for (const each of records) position = journal.append({ ...entry(''), ...each });
      await flushed(journal, position);
      await journal.close();
      const reader = new JournalReader(directory);
      const back: unknown[] = [];
      const { journal: again, seen } = open();
      for (let at = 0; at < again.end; )
        at = reader.read(at, again.end, ({ kind, tenant, receivedAtMs, payload }) =>
          back.push({ kind, tenant, receivedAtMs, payload: new Uint8Array(payload) }),
        );
      expect(back).toEqual(records);
      expect(seen).toHaveLength(records.length);
      reader.close();
      await again.close();
    }),
    { numRuns: 30 },
  );
});

test('an empty file left by a crash is no obstacle', async () => {
  const { journal } = open();
  const position = journal.append(entry('one'));
  await flushed(journal, position);
  await journal.close();
  truncateSync(onlySegment(), 0);
  const { seen, journal: again } = open();
  expect(seen).toEqual([]);
  await flushed(again, again.append(entry('two')));
  await again.close();
});

test('a file that is deleted while another thread lists them is no fault', async () => {
  const { journal } = open({ segmentBytes: 200 });
  for (let round = 0; round < 3; round += 1) await flushed(journal, journal.append(entry('x'.repeat(300))));
  const [oldest, ...rest] = segmentFiles();
  // A name without a file behind it is what a listing sees that is overtaken by a deletion.
  rmSync(join(directory, oldest as string));
  symlinkSync(join(directory, 'gone'), join(directory, oldest as string));
  expect(listSegments(directory).map(({ path }) => path)).toEqual(rest.map((name) => join(directory, name)));
  await journal.close();
});
