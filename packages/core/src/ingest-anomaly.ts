import { isRefusal, type Refusal, refuse } from './errors.ts';
import { hear } from './fleet/drone-state.ts';
import type { Frame, IngestParts } from './ingest.ts';
import { type AnomalyReport, toAnomalyMessage, toAnomalyReport } from './messages/anomaly.ts';
import { parseSessionKey, toDataId, toPlace } from './messages/identity.ts';
import { isSameContent } from './messages/same-content.ts';
import type { Origin } from './messages/sample.ts';
import { mayWrite, NOT_YOURS } from './ownership.ts';

export interface AnomalyReceipt {
  readonly anomalyId: string;
  readonly position: number;
  readonly duplicate: boolean;
}

/** What the id of an anomaly is derived from: whose it is, who said it (the drone or a rule), and its type. */
export function anomalyKind(source: 'drone' | 'rule', anomalyType: string): string {
  return `${source}:${anomalyType}`;
}

/** The way of an anomaly that a drone reports itself: validate, identity, duplicates → journal → bus. */
export function ingestAnomaly(
  parts: IngestParts,
  value: unknown,
  origin: Origin,
  frame: Frame,
): AnomalyReceipt | Refusal {
  const { fleet, duplicates, journal, bus } = parts;
  const report = toAnomalyReport(value, origin);
  if (isRefusal(report)) return report;
  if (!mayWrite(origin, report.droneId)) return NOT_YOURS;
  const drone = fleet.meet(report.tenant, report.droneId);
  if (!drone) return refuse('SERVICE_UNAVAILABLE', { reason: 'max_drones' }, { retryAfterS: 60 });
  hear(drone, origin.channel, origin.receivedAtMs);
  const { tenant, droneId, sessionId, seq, timeUs, anomalyType } = report;
  const key = fleet.options.hashSession({
    tenant,
    droneId,
    sessionId,
    kind: anomalyKind('drone', anomalyType),
  });
  const place = toPlace(seq, timeUs);
  const identity = { ...parseSessionKey(key), place };
  const anomalyId = toDataId(key, place);
  const seen = duplicates.find(identity);
  if (seen) return repeat(parts, report, { anomalyId, position: seen.position, duplicate: true });
  const position = journal.append({
    kind: 'anomaly',
    channel: origin.channel,
    tenant,
    receivedAtMs: origin.receivedAtMs,
    payload: frame.payload,
    codec: frame.codec,
  });
  duplicates.add(identity, position, 0, origin.receivedAtMs);
  bus.publish('anomaly', { report, anomalyId });
  return { anomalyId, position, duplicate: false };
}

function repeat(
  { journal, items }: IngestParts,
  report: AnomalyReport,
  receipt: AnomalyReceipt,
): AnomalyReceipt | Refusal {
  const entry = journal.read(receipt.position);
  const first = entry && toAnomalyMessage(items(entry)[0]);
  if (first === undefined || isRefusal(first) || isSameContent(first, report.message)) return receipt;
  return refuse('CONFLICT', { field: 'timestamp', reason: 'same_identity' });
}
