import { expect, test } from 'vitest';
import type { StoreContext } from './store.contract.ts';
import { anomalyOf, batchOf, NOW_MS, NOW_US } from './store-messages.contract.ts';

/** What the anomalies of a store promise. */
export function anomaliesContract(context: () => StoreContext): void {
  test('an anomaly comes back as it was written, once', async () => {
    const { store, projection, tenant } = context();
    const anomaly = anomalyOf(tenant(), {
      data: '{"anomaly":{"value":15,"note":"ü \\u2028"},"more":[null]}',
    });
    expect(await projection.write(batchOf([], [anomaly, anomaly]))).toEqual({ stored: 1, repeated: 1 });
    expect(await projection.write(batchOf([], [anomaly]))).toEqual({ stored: 0, repeated: 1 });
    const { tenant: own, timeUs: _, ...fields } = anomaly;
    expect((await store.anomalies({ tenant: own, limit: 10 })).items).toEqual([
      {
        ...fields,
        timestamp: '2025-06-15T12:00:00.000Z',
        acknowledged: false,
        data: { anomaly: { value: 15, note: 'ü \u2028' }, more: [null] },
      },
    ]);
  });

  test('anomalies are found by drone, severity, type and time, newest first, page by page', async () => {
    const { store, projection, tenant } = context();
    const own = tenant();
    const anomalies = [0, 1, 2, 3, 4, 5].map((n) =>
      anomalyOf(own, {
        ...{ anomalyId: `a-${n}`, timeUs: NOW_US + Math.floor(n / 2), droneId: `drone-${n % 2}` },
        ...{ severity: n < 3 ? 'low' : 'high', anomalyType: n === 5 ? 'gps_jump' : 'battery_low' },
      }),
    );
    await projection.write(batchOf([], anomalies));
    const ids = async (filter: object) =>
      (await store.anomalies({ tenant: own, limit: 10, ...filter })).items.map(({ anomalyId }) => anomalyId);
    expect(await ids({})).toEqual(['a-5', 'a-4', 'a-3', 'a-2', 'a-1', 'a-0']);
    expect(await ids({ droneId: 'drone-1' })).toEqual(['a-5', 'a-3', 'a-1']);
    expect(await ids({ severity: 'high', droneId: 'drone-0' })).toEqual(['a-4']);
    expect(await ids({ anomalyType: 'gps_jump' })).toEqual(['a-5']);
    expect(await ids({ fromUs: NOW_US + 1, toUs: NOW_US + 2 })).toEqual(['a-3', 'a-2']);
    expect(await ids({ tenant: tenant() })).toEqual([]);
    const first = await store.anomalies({ tenant: own, limit: 4 });
    const second = await store.anomalies({ tenant: own, limit: 4, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...second.items].map(({ anomalyId }) => anomalyId)).toEqual(await ids({}));
    expect(second.nextCursor).toBeUndefined();
    await expect(store.anomalies({ tenant: own, limit: 1, cursor: '1' })).rejects.toMatchObject({
      refusal: { code: 'VALIDATION_ERROR' },
    });
  });

  test('an anomaly is acknowledged once, by its own tenant, and keeps the first note', async () => {
    const { store, projection, tenant } = context();
    const own = tenant();
    await projection.write(batchOf([], [anomalyOf(own), anomalyOf(own, { anomalyId: 'a-2' })]));
    expect(await store.acknowledge('another', 'a-1', 'eve')).toBe(false);
    expect(await store.acknowledge(own, 'a-9', 'ann')).toBe(false);
    expect(await store.acknowledge(own, 'a-1', 'ann', 'seen')).toBe(true);
    expect(await store.acknowledge(own, 'a-1', 'bob')).toBe(true);
    const [done] = (await store.anomalies({ tenant: own, acknowledged: true, limit: 10 })).items;
    expect(done).toMatchObject({ anomalyId: 'a-1', acknowledged: true, acknowledgedBy: 'ann', note: 'seen' });
    expect(done?.acknowledgedAtMs).toBeGreaterThan(NOW_MS);
    const open = (await store.anomalies({ tenant: own, acknowledged: false, limit: 10 })).items;
    expect(open.map(({ anomalyId }) => anomalyId)).toEqual(['a-2']);
  });

  test('a repeat does not take an acknowledgement back', async () => {
    const { store, projection, tenant } = context();
    const anomaly = anomalyOf(tenant());
    await projection.write(batchOf([], [anomaly]));
    await store.acknowledge(anomaly.tenant, 'a-1', 'ann');
    await projection.write(batchOf([], [anomaly]));
    expect((await store.anomalies({ tenant: anomaly.tenant, limit: 1 })).items[0]?.acknowledged).toBe(true);
  });
}
