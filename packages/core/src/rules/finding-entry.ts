import type { AnomalyMessage } from '../messages/anomaly.ts';
import type { Sample } from '../messages/sample.ts';
import { toTimestamp } from '../messages/timestamp.ts';
import type { JournalEntry } from '../ports.ts';
import type { Finding } from './rule.ts';

/** A finding in the form a drone would have reported it (guide A's anomaly). */
export function toFindingMessage(sample: Sample, finding: Finding): AnomalyMessage {
  const { type, severity, description, value, threshold, action } = finding;
  const missionId = sample.message.mission?.id;
  const anomaly = { type, severity, description, value, threshold, ...(action !== undefined && { action }) };
  const { x, y, z } = sample.message.position;
  return {
    sessionId: sample.sessionId,
    timestamp: toTimestamp(sample.timeUs),
    anomaly,
    drone: { id: sample.droneId, ...(x !== undefined && { position: { x, y: y ?? null, z: z ?? null } }) },
    context: { ...(missionId && { missionId }) },
  };
}

/** The journal record that carries a finding into the store. */
export function toFindingEntry(sample: Sample, finding: Finding): JournalEntry {
  return {
    kind: 'finding',
    codec: 'json',
    channel: sample.channel,
    tenant: sample.tenant,
    receivedAtMs: sample.receivedAtMs,
    payload: JSON.stringify(toFindingMessage(sample, finding)),
  };
}
