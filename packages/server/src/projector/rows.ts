import {
  type AnomalyMessage,
  anomalyKind,
  isRefusal,
  type JournalEntry,
  type ProjectedAnomaly,
  type ProjectedSample,
  toAnomalyReport,
  toDataId,
  toPlace,
  toSample,
  toTelemetryRow,
} from '@skein/core';
import { itemsOf } from '../decode/items.ts';
import { hashSession } from '../decode/session-hash.ts';

/** What a journal record means for the store. */
export interface Rows {
  readonly samples: ProjectedSample[];
  readonly anomalies: ProjectedAnomaly[];
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
  return (entry, rows) => {
    if (entry.kind === 'anomaly' || entry.kind === 'finding') return addAnomaly(entry, rows);
    const items = itemsOf(entry);
    for (const index of entry.accepted ?? FIRST) addSample(items[index], { entry, rows, keyOf });
  };
}

const FIRST = [0] as const;

interface Target {
  readonly entry: JournalEntry;
  readonly rows: Rows;
  readonly keyOf: (tenant: string, droneId: string, sessionId: string) => string;
}

function addSample(value: unknown, { entry, rows, keyOf }: Target): void {
  const sample = toSample(value, entry);
  if (isRefusal(sample)) return;
  const { tenant, droneId, sessionId, seq, timeUs, receivedAtMs, channel } = sample;
  const { values, profile, rest, verbatim } = toTelemetryRow(sample, value);
  rows.samples.push({
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
  });
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
