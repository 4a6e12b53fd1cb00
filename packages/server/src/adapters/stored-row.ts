import {
  type AnomalyPage,
  channels,
  fromTelemetryRow,
  type HistoryPage,
  type SeriesBucket,
  type SeriesQuery,
  type Severity,
  type StoredAnomaly,
  type StoredSample,
  TELEMETRY_COLUMNS,
  type TelemetryColumn,
  toDataId,
  toTimestamp,
} from '@skein/core';
import { toCursor } from './cursor.ts';

/** Rows as both SQL engines answer them, in arrays, and what becomes of them. */
export type Row = readonly unknown[];

/** No page is longer, whatever is asked. */
export const MAX_PAGE = 10_000;
/** No series has more buckets. */
const MAX_BUCKETS = 100_000;

export const VALUE_COLUMNS: readonly TelemetryColumn[] = TELEMETRY_COLUMNS.map(([name]) => name);
const known: ReadonlySet<string> = new Set(VALUE_COLUMNS);

/** How an engine spells what the two keep in different forms: instants as integers, JSON as text. */
interface Spelling {
  readonly timeUs: string;
  readonly receivedMs: string;
  readonly profile: string;
  readonly rest: string;
}

/** Of telemetry `t`, sessions `s`, drones `d` and profiles `p`; the first three are the sort key. */
export function sampleFields({ timeUs, receivedMs, profile, rest }: Spelling): string {
  return [
    ...[timeUs, 't.place', 't.session_ref', 's.session_key', 's.session_id', 'd.tenant', 'd.drone_id'],
    ...[receivedMs, 't.channel', profile, rest, 't.verbatim', ...VALUE_COLUMNS.map((name) => `t.${name}`)],
  ].join(', ');
}
const FIRST_VALUE = 12;

export function toStoredSample(row: Row): StoredSample {
  const [timeUs, place, , sessionKey, sessionId, , droneId, receivedAtMs, channel, profile, rest, verbatim] =
    row as [
      number,
      number,
      number,
      string,
      string,
      string,
      string,
      number,
      number,
      string,
      string | null,
      unknown,
    ];
  const seq = place >= 0 ? place : -1;
  const values = row.slice(FIRST_VALUE) as (number | null)[];
  const data = fromTelemetryRow(
    { droneId, sessionId, seq, timeUs },
    { values, profile, rest, verbatim: Boolean(verbatim) },
  );
  return {
    dataId: toDataId(sessionKey, place),
    droneId,
    sessionId,
    timestamp: toTimestamp(timeUs),
    ...(seq >= 0 && { seq }),
    receivedAtMs,
    channel: channels[channel] ?? 'http',
    data,
  };
}

/** The tenant a row of `sampleFields` belongs to. */
export const tenantOf = (row: Row): string => row[5] as string;

/** One row more than `limit` was asked for: where it came there is a next page. */
export function toHistoryPage(rows: readonly Row[], limit: number): HistoryPage {
  const items = rows.slice(0, limit).map(toStoredSample);
  return rows.length > limit ? { items, nextCursor: toCursor(sortKeyOf(rows[limit - 1], 3)) } : { items };
}

const sortKeyOf = (row: Row | undefined, length: number): readonly number[] =>
  (row ?? []).slice(0, length) as readonly number[];

/** In the order in which the engines select them; the first two are the sort key. */
type AnomalyRow = readonly [
  ...[
    timeUs: number,
    ref: number,
    anomalyId: string,
    droneId: string,
    sessionId: string,
    receivedAtMs: number,
  ],
  ...[anomalyType: string, severity: Severity, source: 'drone' | 'rule'],
  ...[by: string | null, atMs: number | null, note: string | null, data: string],
];

function toStoredAnomaly(row: Row): StoredAnomaly {
  const [timeUs, , anomalyId, droneId, sessionId, receivedAtMs, ...rest] = row as AnomalyRow;
  const [anomalyType, severity, source, by, atMs, note, data] = rest;
  return {
    ...{ anomalyId, droneId, sessionId, receivedAtMs, anomalyType, severity, source },
    timestamp: toTimestamp(timeUs),
    acknowledged: atMs !== null,
    ...(by !== null && { acknowledgedBy: by }),
    ...(atMs !== null && { acknowledgedAtMs: atMs }),
    ...(note !== null && { note }),
    data: JSON.parse(data) as Record<string, unknown>,
  };
}

export function toAnomalyPage(rows: readonly Row[], limit: number): AnomalyPage {
  const items = rows.slice(0, limit).map(toStoredAnomaly);
  return rows.length > limit ? { items, nextCursor: toCursor(sortKeyOf(rows[limit - 1], 2)) } : { items };
}

/** Without the fields that are null: an optional field of ours is absent, never null. */
export function present<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as never;
}

/** What a series selects after bucket and count; throws where a column or the number of buckets is not ours. */
export function seriesFields({ fromUs, toUs, bucketUs, columns }: SeriesQuery): string {
  if (!columns.every((name) => known.has(name)))
    throw new Error(`Unknown telemetry column in ${columns.join(', ')}.`);
  if (!(bucketUs > 0) || (toUs - fromUs) / bucketUs > MAX_BUCKETS)
    throw new Error(`A series has at most ${MAX_BUCKETS} buckets of at least 1 µs.`);
  return columns.map((name) => `, min(${name}), max(${name}), avg(${name})`).join('');
}

export function toSeriesBucket(row: Row, { bucketUs, columns }: SeriesQuery): SeriesBucket {
  const [bucket, count, ...values] = row as number[];
  const measured = columns.flatMap((name, at) => {
    const [min, max, avg] = values.slice(3 * at, 3 * at + 3);
    return typeof min === 'number' ? [[name, { min, max, avg }]] : [];
  });
  return {
    startUs: (bucket as number) * bucketUs,
    count: count as number,
    columns: Object.fromEntries(measured) as SeriesBucket['columns'],
  };
}
