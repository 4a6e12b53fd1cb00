import {
  isRefusal,
  parseDataId,
  parseSessionKey,
  RefusalError,
  refuse,
  type Store,
  type StoredSample,
  TELEMETRY_COLUMNS,
  type TelemetryColumn,
  toDataId,
  toSample,
  toTimestamp,
} from '@skein/core';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.ts';
import { itemsOf } from '../decode/items.ts';
import { hashSession } from '../decode/session-hash.ts';
import type { Line } from '../transports/line.ts';
import { findDrone } from './drones.ts';
import { cursor, duration, instant, integer, list, readQuery } from './parameters.ts';
import type { Route } from './route.ts';
import { asked } from './store-answer.ts';

const QUERY = {
  limit: integer(1, 10_000, 100),
  from: instant,
  to: instant,
  resolution: duration,
  fields: list,
  cursor,
} as const;
/** What was acknowledged before the question is in its answer, if the store is not further behind than this. */
const CATCH_UP_MS = 500;
const MAX_BUCKETS = 10_000;

/** What was stored. */
export function historyRoutes(line: Line, store: Store): readonly Route[] {
  const common = { method: 'GET', permission: 'telemetry:read', tag: 'history' } as const;
  return [
    {
      ...common,
      path: '/api/drones/:id/telemetry',
      summary: 'Telemetry, newest first; with `resolution`, min/max/avg per bucket',
      query: QUERY,
      handle: (request) => history(line, store, request),
    },
    {
      ...common,
      path: '/api/telemetry/:dataId',
      summary: 'One sample by its dataId, from the moment it was acknowledged',
      handle: (request) => byDataId(line, store, request),
    },
  ];
}

async function history(line: Line, store: Store, request: FastifyRequest): Promise<object> {
  const shed = line.overload.refuse('history');
  if (shed) return shed;
  const drone = findDrone(line.fleet, request);
  if (isRefusal(drone)) return drone;
  const { limit = 100, from, to, resolution, fields, cursor: after } = readQuery(QUERY, request.query);
  await line.stored.reached(line.parts.journal.end - 1, CATCH_UP_MS);
  const { tenant, droneId } = drone;
  const range = { ...(from !== undefined && { fromUs: from }), ...(to !== undefined && { toUs: to }) };
  if (resolution !== undefined) return series(store, { tenant, droneId, ...range }, { resolution, fields });
  const page = await asked(
    store.telemetry({
      tenant,
      droneId,
      ...range,
      limit,
      order: 'newest',
      ...(after !== undefined && { cursor: after }),
    }),
  );
  return {
    items: page.items.map((item) => toItem(item, fields)),
    ...(page.nextCursor && { nextCursor: page.nextCursor }),
  };
}

function toItem(
  { dataId, sessionId, timestamp, seq, receivedAtMs, channel, data }: StoredSample,
  fields?: readonly string[],
) {
  return {
    dataId,
    sessionId,
    timestamp,
    ...(seq !== undefined && { seq }),
    receivedAt: new Date(receivedAtMs).toISOString(),
    channel,
    data: fields ? pick(data, fields) : data,
  };
}

/** `fields=telemetry.battery,position` keeps those parts of the message. */
function pick(data: Readonly<Record<string, unknown>>, fields: readonly string[]): object {
  const kept: Record<string, unknown> = {};
  for (const field of fields) {
    const names = field.split('.');
    const value = names.reduce<unknown>(
      (at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined),
      data,
    );
    if (value !== undefined) kept[field] = value;
  }
  return kept;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const DEFAULT_COLUMNS: readonly TelemetryColumn[] = [
  'battery_pct',
  'signal_pct',
  'temperature_c',
  'ground_speed_mps',
  'up_m',
];
const columnNames = new Map<string, TelemetryColumn>(
  TELEMETRY_COLUMNS.flatMap(([column, ...path]) => [
    [column, column],
    [path.join('.'), column],
  ]),
);

interface SeriesWish {
  readonly resolution: number;
  readonly fields: readonly string[] | undefined;
}

async function series(
  store: Store,
  { fromUs, toUs, ...drone }: { tenant: string; droneId: string; fromUs?: number; toUs?: number },
  { resolution, fields }: SeriesWish,
): Promise<object> {
  if (fromUs === undefined || toUs === undefined || toUs <= fromUs)
    throw invalid('from', 'from and to, to later than from, together with resolution');
  if ((toUs - fromUs) / resolution > MAX_BUCKETS)
    throw invalid('resolution', `at most ${MAX_BUCKETS} buckets`);
  const columns = fields?.map(toColumn) ?? DEFAULT_COLUMNS;
  const buckets = await asked(store.series({ ...drone, fromUs, toUs, bucketUs: resolution, columns }));
  return {
    resolutionS: resolution / 1_000_000,
    buckets: buckets.map(({ startUs, count, columns: values }) => ({
      start: toTimestamp(startUs),
      count,
      ...values,
    })),
  };
}

function toColumn(field: string): TelemetryColumn {
  const column = columnNames.get(field);
  if (column === undefined) throw invalid('fields', `of ${[...columnNames.values()].join(', ')}`);
  return column;
}

const invalid = (field: string, expectedType: string): RefusalError =>
  new RefusalError(
    refuse(
      'VALIDATION_ERROR',
      { field, expectedType, reason: 'query' },
      { message: `The query parameter ${field} is not valid` },
    ),
  );

async function byDataId(line: Line, store: Store, request: FastifyRequest): Promise<object> {
  const { dataId } = request.params as { dataId: string };
  const { tenant, droneId } = request.principal as Principal;
  const found = fromJournal(line, tenant, dataId) ?? (await asked(store.byDataId(tenant, dataId)));
  const isMine = found && (droneId === undefined || droneId === found.droneId);
  if (!isMine) return refuse('NOT_FOUND', { field: 'dataId' }, { message: 'No such sample' });
  return { droneId: found.droneId, ...toItem(found) };
}

/** What is acknowledged but not yet in the store still stands in the journal, and the window leads to it. */
function fromJournal({ parts }: Line, tenant: string, dataId: string): StoredSample | undefined {
  const identity = parseDataId(dataId);
  if (!identity) return undefined;
  const seen = parts.duplicates.find({ ...parseSessionKey(identity.sessionKey), place: identity.place });
  const entry = seen && parts.journal.read(seen.position);
  if (!entry || entry.tenant !== tenant || (entry.kind !== 'telemetry' && entry.kind !== 'frame'))
    return undefined;
  const value = itemsOf(entry)[seen.index];
  const sample = toSample(value, entry);
  if (isRefusal(sample)) return undefined;
  const { droneId, sessionId, seq, timeUs, receivedAtMs, channel } = sample;
  if (toDataId(hashSession({ tenant, droneId, sessionId }), identity.place) !== dataId) return undefined;
  const data = value as Readonly<Record<string, unknown>>;
  const stored = { dataId, droneId, sessionId, timestamp: toTimestamp(timeUs), receivedAtMs, channel, data };
  return seq >= 0 ? { ...stored, seq } : stored;
}
