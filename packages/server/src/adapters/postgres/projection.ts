import type { ProjectedSample, Projection, ProjectionBatch, ProjectionReport } from '@skein/core';
import type { Pool, PoolClient } from 'pg';
import { insertAnomalies } from './anomalies.ts';
import { Dimensions } from './dimensions.ts';
import { expire } from './expiry.ts';
import { migrate } from './migrate.ts';
import { Partitions } from './partitions.ts';
import { codeOf, createPool, withClient } from './pool.ts';
import { upsertRecords } from './records.ts';
import { insertSamples, mergeSamples } from './samples.ts';

/** What one batch may take. */
const STATEMENT_MS = 30_000;
const UNIQUE_VIOLATION = '23505';
/** Data that PostgreSQL cannot hold (class 22), or not at that size or depth (class 54). */
const POISON = /^(?:22|54)/;

type Rows = Pick<ProjectionBatch, 'samples' | 'anomalies' | 'records'>;
const NO_ROWS: Rows = { samples: [], anomalies: [], records: [] };
type Progress = Pick<ProjectionBatch, 'journalId' | 'position'>;
/** What a log may say of a row that was left out. */
type RefusedRow = Pick<ProjectedSample, 'tenant' | 'droneId' | 'sessionId' | 'timeUs'>;
export type OnRefused = (row: RefusedRow, reason: string) => void;

/**
 * The writing side of a store in PostgreSQL. A write that rejects may be repeated as it is, at once or when the
 * database is back: nothing is stored twice. A row that PostgreSQL cannot hold is left out and told of.
 */
export async function openPostgresProjection(options: {
  url: string;
  onRefused?: OnRefused;
}): Promise<Projection> {
  const pool = createPool({ url: options.url, max: 2, statementMs: STATEMENT_MS });
  try {
    await migrate(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const writer = new Writer(pool, options.onRefused ?? (() => undefined));
  return {
    position: (journalId) =>
      withClient(pool, async (client) => {
        const sql = 'SELECT position FROM skein_positions WHERE journal_id = $1';
        const { rows } = await client.query<{ position: number }>(sql, [journalId]);
        return rows[0]?.position ?? 0;
      }),
    write: (batch) => writer.write(batch),
    expire: (retention, nowMs) => expire(pool, retention, nowMs),
    close: () => pool.end(),
  };
}

class Writer {
  readonly #pool: Pool;
  readonly #onRefused: OnRefused;
  readonly #dimensions = new Dimensions();
  readonly #partitions = new Partitions();
  #epoch = 0;

  constructor(pool: Pool, onRefused: OnRefused) {
    this.#pool = pool;
    this.#onRefused = onRefused;
  }

  async write(batch: ProjectionBatch): Promise<ProjectionReport> {
    return withClient(this.#pool, async (client) => {
      const stored = await this.#writeOrSplit(client, batch, batch);
      return { stored, repeated: batch.samples.length + batch.anomalies.length - stored };
    });
  }

  /** Where a row poisons its batch the halves are written on their own, until only that row is left out. */
  async #writeOrSplit(client: PoolClient, rows: Rows, progress: Progress | undefined): Promise<number> {
    try {
      return await this.#writeRows(client, rows, progress);
    } catch (error) {
      if (!POISON.test(codeOf(error) ?? '')) throw error;
      const parts = split(rows);
      if (parts.length === 0) throw error;
      if (parts.length === 1) this.#refuse(rows, error as Error);
      let stored = 0;
      for (const part of parts.length === 1 ? [] : parts)
        stored += await this.#writeOrSplit(client, part, undefined);
      // The position moves only once everything before it is stored.
      return progress ? stored + (await this.#writeRows(client, NO_ROWS, progress)) : stored;
    }
  }

  #refuse({ samples, anomalies, records }: Rows, error: Error): void {
    for (const { tenant, droneId, sessionId, timeUs } of [...samples, ...anomalies])
      this.#onRefused({ tenant, droneId, sessionId, timeUs }, error.message);
    for (const { tenant, kind, id, changedAtMs, droneId = '' } of records)
      this.#onRefused(
        { tenant, droneId, sessionId: `${kind}:${id}`, timeUs: changedAtMs * 1000 },
        error.message,
      );
  }

  /** New rows straight into the table; where another writer was there first, by way of a staging table. */
  async #writeRows(client: PoolClient, rows: Rows, progress: Progress | undefined): Promise<number> {
    try {
      return await this.#attempt(client, rows, progress, insertSamples);
    } catch (error) {
      this.#dimensions.forget();
      this.#partitions.forget();
      if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
      return await this.#attempt(client, rows, progress, mergeSamples);
    }
  }

  async #attempt(
    client: PoolClient,
    { samples, anomalies, records }: Rows,
    progress: Progress | undefined,
    insert: typeof insertSamples,
  ): Promise<number> {
    await this.#prepare(client, samples);
    try {
      await this.#begin(client, samples);
      const stored =
        (await insert(client, samples, this.#dimensions)) + (await insertAnomalies(client, anomalies));
      await upsertRecords(client, records);
      if (progress) await setPosition(client, progress);
      await client.query('COMMIT');
      this.#dimensions.advance(samples);
      return stored;
    } catch (error) {
      if (codeOf(error) !== undefined) await client.query('ROLLBACK');
      throw error;
    }
  }

  async #prepare(client: PoolClient, samples: readonly ProjectedSample[]): Promise<void> {
    await this.#dimensions.load(client, samples);
    await this.#partitions.open(client, samples);
  }

  /** Begins; where refs were dropped since they were looked up, they are looked up again under the lock. */
  async #begin(client: PoolClient, samples: readonly ProjectedSample[]): Promise<void> {
    const sql = 'BEGIN; SELECT pg_advisory_xact_lock_shared(7265130004); SELECT number FROM skein_epoch';
    const results = (await client.query(sql)) as unknown as { rows: { number: number }[] }[];
    const epoch = results[2]?.rows[0]?.number ?? 0;
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#dimensions.forget();
    this.#partitions.forget();
    await this.#prepare(client, samples);
  }
}

/** No part: nothing to leave out. One part: the row itself. Else the parts of each kind, or two halves. */
function split({ samples, anomalies, records }: Rows): readonly Rows[] {
  const ofOneKind = [
    { ...NO_ROWS, samples },
    { ...NO_ROWS, anomalies },
    { ...NO_ROWS, records },
  ].filter((rows) => countOf(rows) > 0);
  if (ofOneKind.length > 1) return ofOneKind;
  const half = (count: number) => Math.ceil(count / 2);
  const [middle, at, mark] = [half(samples.length), half(anomalies.length), half(records.length)];
  const parts = [
    { samples: samples.slice(0, middle), anomalies: anomalies.slice(0, at), records: records.slice(0, mark) },
    { samples: samples.slice(middle), anomalies: anomalies.slice(at), records: records.slice(mark) },
  ];
  return parts.filter((part) => countOf(part) > 0);
}

const countOf = ({ samples, anomalies, records }: Rows): number =>
  samples.length + anomalies.length + records.length;

async function setPosition(client: PoolClient, { journalId, position }: Progress): Promise<void> {
  const sql = `INSERT INTO skein_positions VALUES ($1, $2)
    ON CONFLICT (journal_id) DO UPDATE SET position = excluded.position`;
  await client.query({ name: 'skein_position', text: sql, values: [journalId, position] });
}
