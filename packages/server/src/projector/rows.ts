import {
  type AnomalyMessage,
  anomalyKind,
  fromRecordValue,
  isRefusal,
  type JournalEntry,
  type ProjectedAnomaly,
  type ProjectedSample,
  type StateRecord,
  toAnomalyReport,
  toDataId,
  toPlace,
  toSample,
  toTelemetryRow,
} from '@skein/core';
import { itemsOf } from '../decode/items.ts';
import { msgpackList } from '../decode/msgpack.ts';
import { hashSession } from '../decode/session-hash.ts';
import { RowTemplates } from './row-templates.ts';

/** What a journal record means for the store. */
export interface Rows {
  readonly samples: ProjectedSample[];
  readonly anomalies: ProjectedAnomaly[];
  readonly records: StateRecord[];
}

const MAX_CACHED_KEYS = 100_000;

/** Turns journal records into rows; remembers session keys, which cost a hash each. */
export function createRowMaker(): (entry: JournalEntry, rows: Rows) => void {
  const keys = new Map<string, string>();
  const keyOf = (tenant: string, droneId: string, sessionId: string): string => {
    const name = `${tenant}\u0000${droneId}\u0000${sessionId}`;
    const known = keys.get(name);
    if (known !== undefined) return known;
    if (keys.size >= MAX_CACHED_KEYS) keys.clear();
    const key = hashSession({ tenant, droneId, sessionId });
    keys.set(name, key);
    return key;
  };
  const templates = new RowTemplates();
  const addSamples = (entry: JournalEntry, rows: Rows): void => {
    const record = entry as JournalEntry & { readonly payload: Buffer };
    if (addLike(templates, record, rows)) return;
    const items = itemsOf(entry);
    for (const index of entry.accepted ?? FIRST) {
      const row = addSample(items[index], { entry, rows, keyOf });
      const start = index === 0 ? startOf(record) : undefined;
      if (row && start !== undefined) templates.learn(record, start, row);
    }
  };
  const add = {
    ...{ telemetry: addSamples, frame: addSamples },
    ...{ anomaly: addAnomaly, finding: addAnomaly, state: addRecord },
  } as const satisfies Record<JournalEntry['kind'], unknown>;
  return (entry, rows) => add[entry.kind](entry, rows);
}

/** Where the first message of a record stands; undefined in a JSON array, whose items a template does not read. */
function startOf({ kind, codec, payload }: JournalEntry & { readonly payload: Buffer }): number | undefined {
  if (kind === 'telemetry') return 0;
  return codec === 'msgpack' ? msgpackList(payload)?.start : undefined;
}

/** All rows of a record whose messages are like the ones before; false, and no row, where they are not. */
function addLike(
  templates: RowTemplates,
  record: JournalEntry & { readonly payload: Buffer },
  rows: Rows,
): boolean {
  let at = startOf(record);
  if (at === undefined) return false;
  const count = record.kind === 'telemetry' ? 1 : (msgpackList(record.payload)?.count ?? 0);
  const accepted = new Set(record.accepted ?? FIRST);
  const found: ProjectedSample[] = [];
  for (let index = 0; index < count; index += 1) {
    const match = templates.match(record, at);
    if (!match) return false;
    if (accepted.has(index)) found.push(match.row);
    at = match.end;
  }
  if (at !== record.payload.length) return false;
  rows.samples.push(...found);
  return true;
}

const FIRST = [0] as const;

interface Target {
  readonly entry: JournalEntry;
  readonly rows: Rows;
  readonly keyOf: (tenant: string, droneId: string, sessionId: string) => string;
}

function addSample(value: unknown, { entry, rows, keyOf }: Target): ProjectedSample | undefined {
  const sample = toSample(value, entry);
  if (isRefusal(sample)) return undefined;
  const { tenant, droneId, sessionId, seq, timeUs, receivedAtMs, channel } = sample;
  const { values, profile, rest, verbatim } = toTelemetryRow(sample, value);
  const row = {
    tenant,
    droneId,
    sessionId,
    sessionKey: keyOf(tenant, droneId, sessionId),
    place: toPlace(seq, timeUs),
    seq,
    timeUs,
    receivedAtMs,
    channel,
    values,
    profile,
    rest,
    verbatim,
  };
  rows.samples.push(row);
  return row;
}

function addRecord(entry: JournalEntry, rows: Rows): void {
  const [value] = itemsOf(entry);
  const record = fromRecordValue(value);
  if (record) rows.records.push(record);
}

function addAnomaly(entry: JournalEntry, rows: Rows): void {
  const [value] = itemsOf(entry);
  const report = toAnomalyReport(value, entry);
  if (isRefusal(report)) return;
  const { tenant, droneId, sessionId, seq, timeUs, receivedAtMs, anomalyType, severity } = report;
  const source = entry.kind === 'finding' ? 'rule' : 'drone';
  const key = hashSession({ tenant, droneId, sessionId, kind: anomalyKind(source, anomalyType) });
  const anomalyId = toDataId(key, toPlace(seq, timeUs));
  const data = JSON.stringify(value as AnomalyMessage);
  rows.anomalies.push({
    tenant,
    anomalyId,
    droneId,
    sessionId,
    timeUs,
    receivedAtMs,
    anomalyType,
    severity,
    source,
    data,
  });
}
