import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openProjection, openStore } from './store.ts';

test('a DATABASE_URL of an engine we do not know is refused with a sentence that names it', async () => {
  const config = { databaseUrl: 'mysql://host/db', dataDir: '/nowhere', pgPoolMax: 1 };
  await expect(openStore(config)).rejects.toThrow('DATABASE_URL must begin with postgres://');
  await expect(openProjection(config)).rejects.toThrow('DATABASE_URL must begin with postgres://');
});

test('without a DATABASE_URL the data directory holds both sides of the store', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'skein-store-'));
  const projection = await openProjection({ dataDir });
  const store = await openStore({ dataDir, pgPoolMax: 1 });
  await projection.write({ journalId: 'j', position: 5, samples: [], anomalies: [], records: [] });
  expect(await projection.position('j')).toBe(5);
  await expect(store.ping()).resolves.toBeUndefined();
  await Promise.all([store.close(), projection.close()]);
  await rm(dataDir, { recursive: true });
});
