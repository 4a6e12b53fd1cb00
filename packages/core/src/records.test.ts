import { expect, test } from 'vitest';
import type { StateRecord } from './messages/state-record.ts';
import type { Bus, Clock, Journal, JournalEntry } from './ports.ts';
import { KEEP_ENDED_MS, type RecordChange, Records } from './records.ts';

function createWorld() {
  const world = { nowMs: 1_764_000_000_000.7, entries: [] as JournalEntry[], told: [] as StateRecord[] };
  const clock: Clock = { now: () => world.nowMs, monotonic: () => world.nowMs, every: () => () => undefined };
  const bus: Bus = {
    publish: (_subject, payload) => void world.told.push(payload as StateRecord),
    subscribe: () => () => undefined,
  };
  const journal = {
    append: (entry: JournalEntry) => world.entries.push(entry) - 1,
    state: () => ({ accepting: true, bytes: 0, quotaBytes: 1 }),
  } as unknown as Journal;
  return { world, records: new Records({ journal, bus, clock }) };
}

const change = (id: string, more: Partial<RecordChange> = {}): RecordChange => ({
  ...{ kind: 'mission', tenant: 't', id, state: 'planned', data: { name: id } },
  ...more,
});

test('each change is a whole record with the next version, in the journal and told to whoever listens', () => {
  const { world, records } = createWorld();
  records.put(change('m'));
  const { record, position } = records.put(change('m', { state: 'active' }));
  expect(record).toMatchObject({ version: 2, state: 'active', createdAtMs: 1_764_000_000_001 });
  expect(position).toBe(1);
  expect(JSON.parse(world.entries[1]?.payload as string)).toEqual(record);
  expect(world.told.map(({ version }) => version)).toEqual([1, 2]);
});

test('after a start the highest version counts, in whatever order they are read', () => {
  const { records } = createWorld();
  const at = (version: number): StateRecord => ({
    ...change('m'),
    version,
    createdAtMs: 1,
    changedAtMs: version,
  });
  for (const version of [2, 5, 3]) records.restore(at(version));
  expect(records.find('t', 'mission', 'm')?.version).toBe(5);
  expect(records.put(change('m')).record.version).toBe(6);
});

test('records are apart by tenant and kind', () => {
  const { records } = createWorld();
  records.put(change('m'));
  records.put(change('m', { tenant: 'u' }));
  records.put(change('m', { kind: 'geofence' }));
  expect([...records.list('mission')]).toHaveLength(2);
  expect([...records.list('mission', 'u')]).toHaveLength(1);
  expect(records.find('u', 'geofence', 'm')).toBeUndefined();
});

test('what has ended is at hand for a day, and what lives for ever', () => {
  const { world, records } = createWorld();
  records.put(change('alive'));
  records.put(change('over', { endedAtMs: world.nowMs }));
  world.nowMs += KEEP_ENDED_MS + 1;
  records.put(change('lately', { endedAtMs: world.nowMs }));
  expect([...records.list('mission')].map(({ id }) => id)).toEqual(['alive', 'lately']);
});
