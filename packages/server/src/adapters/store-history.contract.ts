import { type HistoryQuery, type Store, type TelemetryColumn, toDataId } from '@skein/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoreContext } from './store.contract.ts';
import { batchOf, NOW_US, sampleOf, toMessage } from './store-messages.contract.ts';

const S_US = 1_000_000;

async function allPages(store: Store, query: HistoryQuery, between = async () => {}) {
  const items = [];
  let cursor: string | undefined;
  do {
    const found = await store.telemetry({ ...query, ...(cursor !== undefined && { cursor }) });
    expect(found.items.length).toBeLessThanOrEqual(query.limit);
    items.push(...found.items);
    cursor = found.nextCursor;
    await between();
  } while (cursor !== undefined);
  return items;
}

/** What reading promises. */
export function historyContract(context: () => StoreContext): void {
  test('a stored sample says who, when and how it came', async () => {
    const { store, projection, tenant } = context();
    const own = { tenant: tenant(), channel: 'http', receivedAtMs: 1_749_988_800_123 } as const;
    const sample = sampleOf({ seq: 3, timeUs: NOW_US + 5 }, own);
    await projection.write(batchOf([sample]));
    const { items } = await store.telemetry({
      tenant: own.tenant,
      droneId: 'drone-1',
      limit: 1,
      order: 'newest',
    });
    expect(items).toEqual([
      {
        dataId: toDataId(sample.sessionKey, 3),
        ...{ droneId: 'drone-1', sessionId: 's-1', timestamp: '2025-06-15T12:00:00.000005Z', seq: 3 },
        ...{
          receivedAtMs: own.receivedAtMs,
          channel: 'http',
          data: toMessage({ seq: 3, timeUs: NOW_US + 5 }),
        },
      },
    ]);
  });

  test('newest first by time, then seq, whatever the order of arrival', async () => {
    const { store, projection, tenant } = context();
    const own = { tenant: tenant() };
    const query = { ...own, droneId: 'drone-1', limit: 10 };
    const flights = [
      [2, 1],
      [0, 9],
      [2, 3],
      [1, 4],
      [2, 2],
    ].map(([s = 0, seq = 0]) => sampleOf({ seq, timeUs: NOW_US + s * S_US }, own));
    await projection.write(batchOf(flights));
    const seqs = async (order: 'newest' | 'oldest') =>
      (await store.telemetry({ ...query, order })).items.map(({ seq }) => seq);
    expect(await seqs('newest')).toEqual([3, 2, 1, 4, 9]);
    expect(await seqs('oldest')).toEqual([9, 4, 1, 2, 3]);
  });

  test('from is inclusive, to is exclusive', async () => {
    const { store, projection, tenant } = context();
    const own = { tenant: tenant() };
    await projection.write(batchOf([0, 1, 2, 3].map((s) => sampleOf({ seq: s, timeUs: NOW_US + s }, own))));
    const query = { ...own, droneId: 'drone-1', limit: 10, order: 'oldest' } as const;
    const { items } = await store.telemetry({ ...query, fromUs: NOW_US + 1, toUs: NOW_US + 3 });
    expect(items.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test('pages follow one another without gap or repeat while new samples arrive', async () => {
    const { store, projection, tenant } = context();
    const anyTimes = fc.array(fc.nat(20), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        anyTimes,
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        async (times, limit, newest) => {
          const own = { tenant: tenant() };
          const samples = times.map((time, seq) =>
            sampleOf({ seq, sessionId: `s-${seq % 3}`, timeUs: NOW_US + time }, own),
          );
          await projection.write(batchOf(samples));
          const query = { ...own, droneId: 'drone-1', limit, order: newest ? 'newest' : 'oldest' } as const;
          let more = 0;
          const items = await allPages(store, query, async () => {
            more += 1;
            // Beyond the side that reading began from, so it belongs to no later page.
            const timeUs = NOW_US + (newest ? 1000 + more : -1000 - more);
            await projection.write(batchOf([sampleOf({ sessionId: 'new', timeUs }, own)]));
          });
          const sign = newest ? -1 : 1;
          const expected = samples.toSorted((a, b) => sign * (a.timeUs - b.timeUs || a.seq - b.seq));
          expect(items.map(({ seq }) => seq)).toEqual(expected.map(({ seq }) => seq));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('a cursor that is none is refused as the asker’s mistake', async () => {
    const { store, projection, tenant } = context();
    const own = { tenant: tenant() };
    await projection.write(batchOf([sampleOf({}, own)]));
    const query = { ...own, droneId: 'drone-1', limit: 1, order: 'newest' } as const;
    for (const cursor of ['', 'x', '1_2', '1_2_3_4', '1_2_99999999999999999', "1_2_3'; --"])
      await expect(store.telemetry({ ...query, cursor })).rejects.toMatchObject({
        refusal: { code: 'VALIDATION_ERROR', details: { field: 'cursor' } },
      });
  });

  test('a dataId leads to its sample, and to no other tenant’s', async () => {
    const { store, projection, tenant } = context();
    const own = { tenant: tenant() };
    const samples = [sampleOf({ seq: 0 }, own), sampleOf({ timeUs: NOW_US + 7 }, own)];
    await projection.write(batchOf(samples));
    for (const { sessionKey, place, timeUs } of samples) {
      const dataId = toDataId(sessionKey, place);
      const found = await store.byDataId(own.tenant, dataId);
      expect(found).toMatchObject({ dataId, droneId: 'drone-1' });
      expect(found?.timestamp).toBe(toMessage({ timeUs }).timestamp);
      expect(await store.byDataId('another', dataId)).toBeUndefined();
    }
    expect(await store.byDataId(own.tenant, toDataId(samples[0]?.sessionKey ?? '', 5))).toBeUndefined();
    expect(await store.byDataId(own.tenant, 'no data id')).toBeUndefined();
  });

  test('[S6] no tenant sees another’s samples, and an unknown drone has none', async () => {
    const { store, projection, tenant } = context();
    const [a, b] = [tenant(), tenant()];
    await projection.write(
      batchOf([sampleOf({ seq: 1 }, { tenant: a }), sampleOf({ seq: 2 }, { tenant: b })]),
    );
    const query = { droneId: 'drone-1', limit: 10, order: 'newest' } as const;
    expect((await store.telemetry({ ...query, tenant: a })).items.map(({ seq }) => seq)).toEqual([1]);
    expect((await store.telemetry({ ...query, tenant: b })).items.map(({ seq }) => seq)).toEqual([2]);
    expect(await store.telemetry({ ...query, tenant: b, droneId: 'drone-9' })).toEqual({ items: [] });
    const range = { fromUs: NOW_US - S_US, toUs: NOW_US + S_US, bucketUs: S_US, columns: [] };
    expect(
      (await store.series({ tenant: b, droneId: 'drone-1', ...range })).map(({ count }) => count),
    ).toEqual([1]);
    expect(await store.series({ tenant: b, droneId: 'drone-9', ...range })).toEqual([]);
  });

  test('latest is the newest by event time of every drone of every tenant', async () => {
    const { store, projection, tenant } = context();
    const [a, b] = [tenant(), tenant()];
    await projection.write(
      batchOf([
        sampleOf({ seq: 2, timeUs: NOW_US + 2 }, { tenant: a }),
        sampleOf({ seq: 3, timeUs: NOW_US + 2 }, { tenant: a }),
        sampleOf({ seq: 4, timeUs: NOW_US + 1 }, { tenant: a }),
        sampleOf({ seq: 5, droneId: 'drone-2' }, { tenant: a }),
        sampleOf({ seq: 6 }, { tenant: b }),
      ]),
    );
    const latest = (await store.latest()).filter((sample) => [a, b].includes(sample.tenant));
    const found = latest.map((sample) => [sample.tenant, sample.droneId, sample.seq]).sort();
    expect(found).toEqual(
      [
        [a, 'drone-1', 3],
        [a, 'drone-2', 5],
        [b, 'drone-1', 6],
      ].sort(),
    );
  });

  test('a series is what counting by hand gives, in buckets aligned to the epoch', async () => {
    const { store, projection, tenant } = context();
    const anySamples = fc.array(
      fc.tuple(fc.nat(5000), fc.double({ min: 0, max: 100, noNaN: true }), fc.boolean()),
      {
        maxLength: 60,
      },
    );
    await fc.assert(
      fc.asyncProperty(anySamples, fc.integer({ min: 1, max: 2000 }), async (times, bucketUs) => {
        const own = { tenant: tenant() };
        const samples = times.map(([time, batteryPct], seq) =>
          sampleOf({ seq, timeUs: NOW_US + time, batteryPct }, own),
        );
        await projection.write(batchOf(samples));
        const range = { fromUs: NOW_US + 100, toUs: NOW_US + 4000, bucketUs };
        const columns: TelemetryColumn[] = ['battery_pct', 'heading_deg'];
        const series = await store.series({ ...own, droneId: 'drone-1', ...range, columns });
        const within = samples.filter(({ timeUs }) => timeUs >= range.fromUs && timeUs < range.toUs);
        const byStart = Map.groupBy(within, ({ timeUs }) => Math.floor(timeUs / bucketUs) * bucketUs);
        const starts = [...byStart.keys()].sort((x, y) => x - y);
        expect(series.map(({ startUs, count }) => [startUs, count])).toEqual(
          starts.map((start) => [start, byStart.get(start)?.length]),
        );
        for (const { startUs, columns: measured } of series) {
          const batteries = (byStart.get(startUs) ?? []).map(({ values }) => values[6] as number);
          expect(measured.heading_deg).toBeUndefined();
          expect(measured.battery_pct?.min).toBeCloseTo(Math.min(...batteries), 9);
          expect(measured.battery_pct?.max).toBeCloseTo(Math.max(...batteries), 9);
          const sum = batteries.reduce((total, value) => total + value, 0);
          expect(measured.battery_pct?.avg).toBeCloseTo(sum / batteries.length, 9);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('a series of a column that is none, or of too many buckets, fails', async () => {
    const { store, tenant } = context();
    const query = { tenant: tenant(), droneId: 'drone-1', fromUs: 0, toUs: 1e12, bucketUs: 1e9 };
    const columns = ['battery_pct), (SELECT 1' as TelemetryColumn];
    await expect(store.series({ ...query, columns })).rejects.toThrow('Unknown telemetry column');
    await expect(store.series({ ...query, columns: [], bucketUs: 1 })).rejects.toThrow('buckets');
  });
}
