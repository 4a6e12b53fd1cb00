import { randomUUID } from 'node:crypto';
import { fullSample } from '../packages/server/src/conform/samples.ts';

/** Guide A's message (728 bytes as JSON) with what makes each one its own. */
export interface Written {
  readonly droneId: string;
  readonly sessionId: string;
  readonly seq?: number;
  readonly timestamp?: string;
}

export function telemetryOf({ droneId, sessionId, seq, timestamp = new Date().toISOString() }: Written) {
  const { sessionId: _session, timestamp: _time, ...rest } = fullSample({ droneId });
  return { sessionId, timestamp, ...(seq !== undefined && { seq }), ...rest };
}

export const newSession = (): string => randomUUID();
