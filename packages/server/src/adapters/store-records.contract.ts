import type { StateRecord } from '@skein/core';
import { expect, test } from 'vitest';
import type { StoreContext } from './store.contract.ts';
import { anomalyOf, batchOf, NOW_MS } from './store-messages.contract.ts';

function recordOf(tenant: string, fields: Partial<StateRecord> = {}): StateRecord {
  return {
    ...{ kind: 'command', tenant, id: 'c-1', version: 1, droneId: 'drone-1', state: 'queued' },
    ...{
      createdAtMs: NOW_MS,
      changedAtMs: NOW_MS,
      data: { command: 'goto', params: { x: 1.5, note: 'ü \u2028' } },
    },
    ...fields,
  };
}

/** What the records of a store promise: commands, missions and whatever else lives and changes. */
export function recordsContract(context: () => StoreContext): void {
  test('a record comes back as it was written, under its own tenant and kind only', async () => {
    const { store, projection, tenant } = context();
    const record = recordOf(tenant(), { startedAtMs: NOW_MS + 1, endedAtMs: NOW_MS + 2 });
    const bare = { ...record, id: 'c-2', startedAtMs: undefined, endedAtMs: undefined, droneId: undefined };
    await projection.write(batchOf([], [], [record, bare as never]));
    expect(await store.record(record.tenant, 'command', 'c-1')).toEqual(record);
    expect(await store.record(record.tenant, 'command', 'c-2')).toEqual(JSON.parse(JSON.stringify(bare)));
    expect(await store.record(record.tenant, 'mission', 'c-1')).toBeUndefined();
    expect(await store.record('another', 'command', 'c-1')).toBeUndefined();
  });

  test('the highest version is kept, in whatever order versions come', async () => {
    const { store, projection, tenant } = context();
    const own = tenant();
    const versions = [2, 4, 1, 3].map((version) => recordOf(own, { version, state: `s-${version}` }));
    await projection.write(batchOf([], [], versions.slice(0, 2)));
    await projection.write(batchOf([], [], versions.slice(2)));
    expect(await store.record(own, 'command', 'c-1')).toMatchObject({ version: 4, state: 's-4' });
    expect((await store.records({ tenant: own, kind: 'command', limit: 10 })).items).toHaveLength(1);
  });

  test('records are found by drone, state, end and time, newest first, page by page', async () => {
    const { store, projection, tenant } = context();
    const own = tenant();
    const records = [0, 1, 2, 3, 4, 5].map((n) =>
      recordOf(own, {
        ...{ id: `c-${n}`, createdAtMs: NOW_MS + Math.floor(n / 2), droneId: `drone-${n % 2}` },
        ...{ state: n < 3 ? 'queued' : 'succeeded', ...(n >= 3 && { endedAtMs: NOW_MS + 10 }) },
      }),
    );
    await projection.write(batchOf([], [], records));
    const ids = async (filter: object) =>
      (await store.records({ tenant: own, kind: 'command', limit: 10, ...filter })).items.map(({ id }) => id);
    expect(await ids({})).toEqual(['c-5', 'c-4', 'c-3', 'c-2', 'c-1', 'c-0']);
    expect(await ids({ droneId: 'drone-1' })).toEqual(['c-5', 'c-3', 'c-1']);
    expect(await ids({ state: 'queued', droneId: 'drone-0' })).toEqual(['c-2', 'c-0']);
    expect(await ids({ ended: true })).toEqual(['c-5', 'c-4', 'c-3']);
    expect(await ids({ fromMs: NOW_MS + 1, toMs: NOW_MS + 2 })).toEqual(['c-3', 'c-2']);
    const first = await store.records({ tenant: own, kind: 'command', limit: 4 });
    const second = await store.records({
      tenant: own,
      kind: 'command',
      limit: 4,
      cursor: first.nextCursor ?? '',
    });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(await ids({}));
    expect(second.nextCursor).toBeUndefined();
  });

  test('what has not ended, and what ended lately, is given back after a start', async () => {
    const { store, projection, tenant } = context();
    const own = tenant();
    await projection.write(
      batchOf(
        [],
        [],
        [
          recordOf(own, { id: 'open' }),
          recordOf(own, { id: 'lately', endedAtMs: NOW_MS }),
          recordOf(own, { id: 'long-ago', endedAtMs: NOW_MS - 1 }),
        ],
      ),
    );
    const recent = (await store.recentRecords(NOW_MS)).filter((record) => record.tenant === own);
    expect(recent.map(({ id }) => id).sort()).toEqual(['lately', 'open']);
  });

  test('a batch that fails leaves no record either', async () => {
    const { store, projection, tenant } = context();
    const own = tenant();
    const broken = { ...anomalyOf(own), severity: null as never };
    await expect(projection.write(batchOf([], [broken], [recordOf(own)]))).rejects.toThrow();
    expect(await store.record(own, 'command', 'c-1')).toBeUndefined();
  });
}
