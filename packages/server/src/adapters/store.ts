import type { Projection, Store } from '@skein/core';
import type { OnRefused } from './postgres/projection.ts';

interface StoreConfig {
  /** `postgres://…`; absent: SQLite in `dataDir`. */
  readonly databaseUrl?: string | undefined;
  readonly dataDir: string;
  readonly pgPoolMax: number;
}

/** The store the configuration names; only its own engine is loaded. */
export async function openStore({ databaseUrl, dataDir, pgPoolMax }: StoreConfig): Promise<Store> {
  if (isPostgres(databaseUrl)) {
    const { openPostgresStore } = await import('./postgres/store.ts');
    return openPostgresStore({ url: databaseUrl, poolMax: pgPoolMax });
  }
  const { openSqliteStore } = await import('./sqlite/store.ts');
  return openSqliteStore({ directory: dataDir });
}

export interface ProjectionConfig {
  readonly databaseUrl?: string | undefined;
  readonly dataDir: string;
  /** Told of each row that the engine cannot hold; the rest of its batch is kept. */
  readonly onRefused?: OnRefused;
}

/** The writing side of the same store, for the projector's thread. */
export async function openProjection({
  databaseUrl,
  dataDir,
  onRefused,
}: ProjectionConfig): Promise<Projection> {
  if (isPostgres(databaseUrl)) {
    const { openPostgresProjection } = await import('./postgres/projection.ts');
    return openPostgresProjection({ url: databaseUrl, ...(onRefused && { onRefused }) });
  }
  const { openSqliteProjection } = await import('./sqlite/projection.ts');
  return openSqliteProjection({ directory: dataDir });
}

function isPostgres(url: string | undefined): url is string {
  if (url === undefined) return false;
  if (/^postgres(?:ql)?:\/\//.test(url)) return true;
  throw new Error(
    'DATABASE_URL must begin with postgres:// (or be absent: then SQLite in DATA_DIR is used).',
  );
}
