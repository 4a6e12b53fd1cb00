import { createRequire } from 'node:module';
import { TELEMETRY_COLUMNS } from '@skein/core';
import { Failure } from './console.ts';

/** What we use of @duckdb/node-api, an optional peer: who never writes Parquet need not install its 60 MB. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string): Promise<{
      connect(): Promise<{ run(sql: string): Promise<unknown>; closeSync(): void }>;
      closeSync(): void;
    }>;
  };
}

const DUCKDB = '@duckdb/node-api';

type WriteParquet = (csv: string, parquet: string) => Promise<void>;

/** Turns a CSV file of ours into a Parquet file; types are told, not guessed. Fails at once where DuckDB is missing. */
export function openParquetWriter(): WriteParquet {
  const { DuckDBInstance } = openDuckDb();
  return async (csv, parquet) => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    try {
      await connection.run(
        `COPY (SELECT * FROM read_csv(${quote(csv)}, header = true, all_varchar = false, types = {${types()}}))
         TO ${quote(parquet)} (FORMAT parquet, COMPRESSION zstd)`,
      );
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  };
}

function openDuckDb(): DuckDb {
  try {
    return createRequire(import.meta.url)(DUCKDB) as DuckDb;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Failure(
      `Parquet is written by DuckDB, which is not installed: npm install ${DUCKDB}@1.5.5-r.5`,
      {
        cause: error,
      },
    );
  }
}

function types(): string {
  const texts = ['data_id', 'drone_id', 'session_id', 'channel', 'status', 'mission_id'].map((name) => [
    name,
    'VARCHAR',
  ]);
  const instants = ['timestamp', 'received_at'].map((name) => [name, 'TIMESTAMPTZ']);
  const numbers = TELEMETRY_COLUMNS.map(([name]) => [name, 'DOUBLE']);
  const all = [...texts, ...instants, ['seq', 'BIGINT'], ...numbers];
  return all.map(([name, type]) => `'${name}': '${type}'`).join(', ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
