import type { RecordPage, RecordQuery, StateRecord } from '@skein/core';
import { toCursor } from './cursor.ts';
import { MAX_PAGE, type Row } from './stored-row.ts';

/** State records as both SQL engines keep them; the first two columns are the sort key of a page. */
export const RECORD_COLUMNS = [
  ...['created_ms', 'record_ref', 'tenant', 'kind', 'id', 'version', 'drone_id', 'state'],
  ...['changed_ms', 'started_ms', 'ended_ms', 'data'],
] as const;

/** Kinds that are dropped some time after they ended, as SQL; the others are kept for reports. */
export const PASSING_KINDS = "'command', 'decision', 'flight', 'epoch'";

export function toStateRecord(row: Row): StateRecord {
  const [
    createdAtMs,
    ,
    tenant,
    kind,
    id,
    version,
    droneId,
    state,
    changedAtMs,
    startedAtMs,
    endedAtMs,
    data,
  ] = row as [
    number,
    number,
    string,
    StateRecord['kind'],
    string,
    number,
    string | null,
    string,
    number,
    ...unknown[],
  ];
  return {
    ...{ kind, tenant, id, version, state, createdAtMs, changedAtMs },
    ...(droneId !== null && { droneId }),
    ...(startedAtMs !== null && { startedAtMs: startedAtMs as number }),
    ...(endedAtMs !== null && { endedAtMs: endedAtMs as number }),
    data: JSON.parse(data as string) as Record<string, unknown>,
  };
}

/** `rows` holds one more than the page where there is a next one. */
export function toRecordPage(rows: readonly Row[], limit: number): RecordPage {
  const items = rows.slice(0, limit).map(toStateRecord);
  const last = rows[limit - 1];
  if (rows.length <= limit || !last) return { items };
  return { items, nextCursor: toCursor([last[0] as number, last[1] as number]) };
}

/** The conditions of a query in column names; a value that is not given asks for nothing. */
export function recordConditions(
  query: RecordQuery,
): readonly (readonly [string, string | number | undefined])[] {
  return [
    ['tenant =', query.tenant],
    ['kind =', query.kind],
    ['drone_id =', query.droneId],
    ['state =', query.state],
    ['created_ms >=', query.fromMs],
    ['created_ms <', query.toMs],
  ];
}

export const recordLimit = ({ limit }: RecordQuery): number => Math.min(limit, MAX_PAGE);

/** Of several versions of one record in a batch only the last matters, and one statement may touch a row once. */
export function newestVersions(records: readonly StateRecord[]): readonly StateRecord[] {
  const newest = new Map<string, StateRecord>();
  for (const record of records) {
    const key = `${record.tenant}\u0000${record.kind}\u0000${record.id}`;
    const known = newest.get(key);
    if (!known || known.version < record.version) newest.set(key, record);
  }
  return [...newest.values()];
}

/** The values in the order of the columns, without the reference that the engine gives. */
export function recordValues(record: StateRecord): readonly (string | number | null)[] {
  const { tenant, kind, id, version, droneId, state, createdAtMs, changedAtMs, startedAtMs, endedAtMs } =
    record;
  return [
    ...[createdAtMs, tenant, kind, id, version, droneId ?? null, state, changedAtMs],
    ...[startedAtMs ?? null, endedAtMs ?? null, JSON.stringify(record.data)],
  ];
}
