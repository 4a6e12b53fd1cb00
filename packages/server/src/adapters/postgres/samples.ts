/// <reference path="./pg-copy-streams.d.ts" />
import type { ProjectedSample } from '@skein/core';
import type { PoolClient } from 'pg';
import { type CopyFrom, from } from 'pg-copy-streams';
import { COPY_COLUMNS, type CopyRow, toCopyBuffer } from './copy-buffer.ts';
import type { Dimensions } from './dimensions.ts';

const COPY_MS = 30_000;

interface PlacedRow extends CopyRow {
  /** It may be stored already: its session has come at least as far. */
  readonly doubtful: boolean;
}

/** Copies what is not stored yet; fails with a unique violation where another writer stores the same meanwhile. */
export async function insertSamples(
  client: PoolClient,
  samples: readonly ProjectedSample[],
  dimensions: Dimensions,
): Promise<number> {
  const rows = inIndexOrder(samples, dimensions);
  const fresh = await withoutStored(client, rows);
  await copy(client, 'skein_telemetry', fresh);
  return fresh.length;
}

/** The slower way, which no other writer disturbs. */
export async function mergeSamples(
  client: PoolClient,
  samples: readonly ProjectedSample[],
  dimensions: Dimensions,
): Promise<number> {
  const rows = inIndexOrder(samples, dimensions);
  const fresh = await withoutStored(client, rows);
  await client.query('CREATE TEMP TABLE staging (LIKE skein_telemetry INCLUDING DEFAULTS) ON COMMIT DROP');
  await copy(client, 'staging', fresh);
  const { rowCount } = await client.query(
    'INSERT INTO skein_telemetry SELECT * FROM staging ON CONFLICT DO NOTHING',
  );
  return rowCount ?? 0;
}

/** Neighbours in the index are written together. Of samples with one identity the first stays. */
function inIndexOrder(samples: readonly ProjectedSample[], dimensions: Dimensions): readonly PlacedRow[] {
  const rows = samples.map((sample) => {
    const { session, profileRef } = dimensions.of(sample);
    const doubtful =
      sample.place >= 0 ? sample.place <= session.highestSeq : sample.timeUs <= session.latestUs;
    return { sample, sessionRef: session.ref, droneRef: session.droneRef, profileRef, doubtful };
  });
  rows.sort((a, b) => a.sessionRef - b.sessionRef || a.sample.place - b.sample.place);
  return rows.filter((row, at) => at === 0 || !isSame(row, rows[at - 1] as PlacedRow));
}

const isSame = (a: CopyRow, b: CopyRow): boolean =>
  a.sessionRef === b.sessionRef && a.sample.place === b.sample.place;

/** Lateral: one look into the index for each, whatever the planner believes of a partition it has not counted yet. */
const FIND = `SELECT u.at FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS u(session_ref, place, at)
  CROSS JOIN LATERAL (
    SELECT 1 FROM skein_telemetry t WHERE t.session_ref = u.session_ref AND t.place = u.place LIMIT 1) stored`;
const CHUNK = 1000;

/** The unique key is each partition's own, so that a sample stored under another day has to be looked for. */
async function withoutStored(client: PoolClient, rows: readonly PlacedRow[]): Promise<readonly PlacedRow[]> {
  const doubtful = rows.filter((row) => row.doubtful);
  const stored = new Set<PlacedRow>();
  for (let start = 0; start < doubtful.length; start += CHUNK) {
    const chunk = doubtful.slice(start, start + CHUNK);
    const { rows: found } = await client.query<[number]>({
      text: FIND,
      rowMode: 'array',
      values: [chunk.map(({ sessionRef }) => sessionRef), chunk.map(({ sample }) => sample.place)],
    });
    for (const [at] of found) stored.add(chunk[at - 1] as PlacedRow);
  }
  return stored.size === 0 ? rows : rows.filter((row) => !stored.has(row));
}

async function copy(client: PoolClient, table: string, rows: readonly CopyRow[]): Promise<void> {
  if (rows.length === 0) return;
  const stream: CopyFrom = from(`COPY ${table} (${COPY_COLUMNS}) FROM STDIN (FORMAT binary)`);
  stream.query_timeout = COPY_MS;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.once('finish', resolve).once('error', reject);
  client.query(stream);
  stream.end(toCopyBuffer(rows));
  await promise;
}
