import { describe, test } from 'vitest';
import { storeContract } from '../store.contract.ts';
import { createTestDatabase, whyNoPostgres } from './database.contract.ts';
import { openPostgresProjection } from './projection.ts';
import { openPostgresStore } from './store.ts';

const absent = await whyNoPostgres();

if (absent === undefined)
  storeContract('PostgreSQL', async () => {
    const { url, drop } = await createTestDatabase();
    return {
      openStore: () => openPostgresStore({ url, poolMax: 5 }),
      openProjection: () => openPostgresProjection({ url }),
      drop,
    };
  });
else describe('PostgreSQL', () => test.skip(absent, () => undefined));
