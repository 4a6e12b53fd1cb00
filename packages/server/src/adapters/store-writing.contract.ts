import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoreContext } from './store.contract.ts';
import {
  anomalyOf,
  anyMessage,
  batchOf,
  type Json,
  NOW_MS,
  NOW_US,
  sampleOf,
  toProjected,
} from './store-messages.contract.ts';

const DAY_MS = 86_400_000;
const page = { limit: 100, order: 'newest' } as const;

/** What the projection promises. */
export function writingContract(context: () => StoreContext): void {
  test('[S4] a repeated sample is counted and the first one kept', async () => {
    const { store, projection, tenant } = context();
    const own = { tenant: tenant() };
    const first = sampleOf({ seq: 1, batteryPct: 85 }, own);
    const other = sampleOf({ seq: 1, batteryPct: 12 }, own);
    expect(await projection.write(batchOf([first, first]))).toEqual({ stored: 1, repeated: 1 });
    expect(await projection.write(batchOf([other, sampleOf({ seq: 2 }, own)]))).toEqual({
      stored: 1,
      repeated: 1,
    });
    const { items } = await store.telemetry({ ...own, droneId: 'drone-1', ...page });
    expect(items.map(({ seq, data }) => [seq, batteryOf(data)])).toEqual([
      [2, 85],
      [1, 85],
    ]);
  });

  test('a sample without seq is identified by its time', async () => {
    const { projection, tenant } = context();
    const own = { tenant: tenant() };
    const batch = batchOf([sampleOf({}, own), sampleOf({ timeUs: NOW_US + 1 }, own)]);
    expect(await projection.write(batch)).toEqual({ stored: 2, repeated: 0 });
    expect(await projection.write(batch)).toEqual({ stored: 0, repeated: 2 });
  });

  test('the same seq on another day is still the same sample', async () => {
    const { store, projection, tenant } = context();
    const own = { tenant: tenant() };
    const again = sampleOf({ seq: 7, timeUs: NOW_US - 3 * DAY_MS * 1000 }, own);
    await projection.write(batchOf([sampleOf({ seq: 7 }, own), sampleOf({ seq: 8 }, own)]));
    expect(await projection.write(batchOf([again, sampleOf({ seq: 9 }, own)]))).toEqual({
      stored: 1,
      repeated: 1,
    });
    const { items } = await store.telemetry({ ...own, droneId: 'drone-1', ...page });
    expect(items.map(({ seq }) => seq)).toEqual([9, 8, 7]);
  });

  test('the same seq twice in one batch on two days is one sample', async () => {
    const { projection, tenant } = context();
    const own = { tenant: tenant() };
    const days = [0, 1, 2, 400].map((back) =>
      sampleOf({ seq: 7, timeUs: NOW_US - back * DAY_MS * 1000 }, own),
    );
    expect(await projection.write(batchOf(days))).toEqual({ stored: 1, repeated: 3 });
  });

  test('two drones may share a session id, two sessions a seq', async () => {
    const { projection, tenant } = context();
    const own = { tenant: tenant() };
    const flights = [{ seq: 1 }, { seq: 1, droneId: 'drone-2' }, { seq: 1, sessionId: 's-2' }];
    expect((await projection.write(batchOf(flights.map((flight) => sampleOf(flight, own))))).stored).toBe(3);
  });

  test('a position is committed with its rows and kept per journal', async () => {
    const { place, projection, tenant } = context();
    const own = { tenant: tenant() };
    expect(await projection.position('journal-a')).toBe(0);
    await projection.write({
      journalId: 'journal-a',
      position: 4711,
      samples: [sampleOf({}, own)],
      anomalies: [],
      records: [],
    });
    await projection.write({
      journalId: 'journal-b',
      position: 2 ** 52,
      samples: [],
      anomalies: [],
      records: [],
    });
    const other = await place.openProjection();
    expect([await other.position('journal-a'), await other.position('journal-b')]).toEqual([4711, 2 ** 52]);
    await other.close();
  });

  test('a batch that fails leaves neither rows nor position', async () => {
    const { store, projection, tenant } = context();
    const own = { tenant: tenant() };
    const broken = { ...anomalyOf(own.tenant), severity: null as never };
    const batch = {
      journalId: 'journal-c',
      position: 9,
      samples: [sampleOf({}, own)],
      anomalies: [broken],
      records: [],
    };
    await expect(projection.write(batch)).rejects.toThrow();
    expect(await projection.position('journal-c')).toBe(0);
    expect((await store.telemetry({ ...own, droneId: 'drone-1', ...page })).items).toEqual([]);
    expect((await projection.write({ ...batch, anomalies: [], records: [] })).stored).toBe(1);
  });

  test('two projections write at the same time without loss or repeat', async () => {
    const { place, store, projection, tenant } = context();
    const own = { tenant: tenant() };
    const other = await place.openProjection();
    const all = Array.from({ length: 300 }, (_, seq) => sampleOf({ seq, timeUs: NOW_US + seq }, own));
    const reports = await Promise.all([
      projection.write({ ...batchOf(all.slice(0, 200)), journalId: 'one' }),
      other.write({ ...batchOf(all.slice(100)), journalId: 'two' }),
    ]);
    await other.close();
    expect(reports.reduce((sum, { stored }) => sum + stored, 0)).toBe(300);
    const { items } = await store.telemetry({ ...own, droneId: 'drone-1', limit: 1000, order: 'oldest' });
    expect(items.map(({ seq }) => seq)).toEqual(all.map(({ seq }) => seq));
  });

  test('data comes back equal to what was sent, whatever was sent', async () => {
    const { store, projection, tenant } = context();
    await fc.assert(
      fc.asyncProperty(fc.array(anyMessage, { minLength: 1, maxLength: 30 }), async (messages) => {
        const own = { tenant: tenant(), receivedAtMs: NOW_MS + 86_400_000 };
        const sent = new Map<string, Json>();
        const samples = messages.flatMap((message) => {
          const sample = toProjected(message, own);
          if (!sample) return [];
          const identity = `${sample.sessionKey} ${sample.place}`;
          if (!sent.has(identity)) sent.set(identity, message);
          return [sample];
        });
        const report = await projection.write(batchOf(samples));
        expect(report).toEqual({ stored: sent.size, repeated: samples.length - sent.size });
        const stored = await Promise.all(
          [...new Set(samples.map(({ droneId }) => droneId))].map((droneId) =>
            store.telemetry({ tenant: own.tenant, droneId, ...page }),
          ),
        );
        const text = (data: unknown) => JSON.stringify(sorted(data));
        expect(stored.flatMap(({ items }) => items.map(({ data }) => text(data))).sort()).toEqual(
          [...sent.values()].map(text).sort(),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('what arrived before its time to keep is dropped, and only that', async () => {
    const place = await context().createPlace();
    const [store, projection] = [await place.openStore(), await place.openProjection()];
    const own = { tenant: 'tenant' };
    const flights = [0, 1, 29, 31, 35].map((back) => ({ seq: back, back }));
    const samples = flights.map(({ seq, back }) =>
      sampleOf(
        { seq, timeUs: NOW_US - back * DAY_MS * 1000 },
        { ...own, receivedAtMs: NOW_MS - back * DAY_MS },
      ),
    );
    const late = sampleOf({ seq: 99, timeUs: NOW_US - 900 * DAY_MS * 1000 }, own);
    const oldLate = sampleOf(
      { seq: 98, timeUs: NOW_US - 900 * DAY_MS * 1000 },
      { ...own, receivedAtMs: NOW_MS - 50 * DAY_MS },
    );
    const anomalies = [0, 50].map((back) =>
      anomalyOf(own.tenant, { anomalyId: `a-${back}`, receivedAtMs: NOW_MS - back * DAY_MS }),
    );
    await projection.write(batchOf([oldLate, ...samples.toReversed(), late], anomalies.toReversed()));
    const retention = { telemetryMs: 30 * DAY_MS, anomaliesMs: 40 * DAY_MS };
    expect(await projection.expire(retention, NOW_MS)).toBe(3);
    expect(await projection.expire(retention, NOW_MS)).toBe(0);
    const { items } = await store.telemetry({ ...own, droneId: 'drone-1', ...page });
    expect(items.map(({ seq }) => seq)).toEqual([0, 1, 29, 99]);
    expect((await store.anomalies({ ...own, limit: 10 })).items.map(({ anomalyId }) => anomalyId)).toEqual([
      'a-0',
    ]);
    await Promise.all([store.close(), projection.close()]);
    await place.drop();
  });

  test('after everything has expired the same samples are stored anew', async () => {
    const place = await context().createPlace();
    const [store, projection] = [await place.openStore(), await place.openProjection()];
    const own = { tenant: 'tenant' };
    const batch = batchOf([sampleOf({ seq: 1 }, own), sampleOf({ seq: 2 }, own)]);
    await projection.write(batch);
    const sweeper = await place.openProjection();
    await sweeper.expire({ telemetryMs: DAY_MS, anomaliesMs: DAY_MS }, NOW_MS + 400 * DAY_MS);
    await sweeper.close();
    expect((await store.telemetry({ ...own, droneId: 'drone-1', ...page })).items).toEqual([]);
    expect(await projection.write(batch)).toEqual({ stored: 2, repeated: 0 });
    expect((await store.telemetry({ ...own, droneId: 'drone-1', ...page })).items).toHaveLength(2);
    await Promise.all([store.close(), projection.close()]);
    await place.drop();
  });
}

const batteryOf = (data: Json): unknown => (data['telemetry'] as Json | undefined)?.['battery'];

/** With names in order, so that equal objects are equal texts. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.entries(value)
    .map(([name, field]) => [name, sorted(field)])
    .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1));
}
