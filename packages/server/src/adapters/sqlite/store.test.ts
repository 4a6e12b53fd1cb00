import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { storeContract } from '../store.contract.ts';
import { openSqliteProjection } from './projection.ts';
import { openSqliteStore } from './store.ts';

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'skein-sqlite-'));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

storeContract('SQLite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'skein-sqlite-'));
  return {
    openStore: () => openSqliteStore({ directory }),
    openProjection: () => openSqliteProjection({ directory }),
    drop: () => rm(directory, { recursive: true }),
  };
});

test('a directory that cannot be written stops the opening with a sentence', async () => {
  await expect(openSqliteStore({ directory: '/dev/null/skein' })).rejects.toThrow(
    /database failed|ENOTDIR|database/,
  );
});

test('a database of a newer version is left alone', () =>
  withDirectory(async (directory) => {
    const db = new DatabaseSync(join(directory, 'history.db'));
    db.exec('PRAGMA user_version = 999');
    db.close();
    await expect(openSqliteProjection({ directory })).rejects.toThrow('newer version of Skein');
    await expect(openSqliteStore({ directory })).rejects.toThrow('newer version of Skein');
  }));

test('more requests than may wait are refused at once, the others are answered', () =>
  withDirectory(async (directory) => {
    const store = await openSqliteStore({ directory });
    const answers = await Promise.allSettled(Array.from({ length: 1500 }, () => store.revision()));
    const refused = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused).toHaveLength(500);
    expect(refused[0]?.reason).toMatchObject({ message: expect.stringContaining('busy') });
    expect(await store.revision()).toBe(0);
    await store.close();
  }));

test('what was asked before the closing is answered', () =>
  withDirectory(async (directory) => {
    const store = await openSqliteStore({ directory });
    const asked = store.revision();
    await store.close();
    expect(await asked).toBe(0);
  }));
