import Type, { type Static } from 'typebox';
import { isRefusal, type Refusal } from '../errors.ts';
import { checked } from './checked.ts';
import type { Origin } from './sample.ts';
import { toCamelFields } from './spelling.ts';
import { refuseTime } from './telemetry.ts';
import { Id, maybe, SessionId, safeText, Timestamp } from './text.ts';
import { parseTimestampUs } from './timestamp.ts';
import { refuseUnsafe } from './unknown-fields.ts';

/** An anomaly report as a drone sends it. CONTRACT 2.2; the structure is guide A's. */

export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

const Threshold = Type.Union([
  Type.Number(),
  Type.Object({ min: maybe(Type.Number()), max: maybe(Type.Number()) }),
]);

export const AnomalyMessage = Type.Object(
  {
    type: Type.Optional(Type.Literal('anomaly')),
    sessionId: SessionId,
    timestamp: Timestamp,
    seq: maybe(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    anomaly: Type.Object({
      type: Type.String({ pattern: '^(?!__proto__$)[A-Za-z0-9._-]{1,64}$' }),
      severity: Type.Enum([...SEVERITIES]),
      description: maybe(safeText(1000)),
      value: maybe(Type.Number()),
      threshold: maybe(Threshold),
      action: maybe(safeText(64)),
    }),
    drone: Type.Object({
      id: Id(),
      position: maybe(
        Type.Object({ x: maybe(Type.Number()), y: maybe(Type.Number()), z: maybe(Type.Number()) }),
      ),
    }),
    context: maybe(
      Type.Object({
        missionId: maybe(safeText(128)),
        flightTime: maybe(Type.Number({ minimum: 0, description: 'seconds' })),
        previousAnomalies: maybe(Type.Array(Type.Unknown(), { maxItems: 100 })),
      }),
    ),
  },
  { $id: 'AnomalyMessage', description: 'An anomaly that a drone noticed itself.' },
);
export type AnomalyMessage = Static<typeof AnomalyMessage>;

/** An anomaly report inside the system. */
export interface AnomalyReport {
  readonly tenant: string;
  readonly droneId: string;
  readonly sessionId: string;
  /** -1: none was sent; then the time is its identity. */
  readonly seq: number;
  readonly timeUs: number;
  readonly receivedAtMs: number;
  readonly anomalyType: string;
  readonly severity: Severity;
  readonly message: AnomalyMessage;
}

const standard = checked(AnomalyMessage, 'Invalid anomaly report structure');

/** The report in the contract's spelling; both spellings are understood. */
export function toAnomalyMessage(value: unknown): AnomalyMessage | Refusal {
  const unsafe = refuseUnsafe(value);
  if (unsafe) return unsafe;
  if (standard.accepts(value)) return value as AnomalyMessage;
  const respelled = toCamelFields(value);
  return standard.accepts(respelled) ? (respelled as AnomalyMessage) : standard.explain(respelled);
}

export function toAnomalyReport(value: unknown, origin: Origin): AnomalyReport | Refusal {
  const message = toAnomalyMessage(value);
  if (isRefusal(message)) return message;
  const timeUs = parseTimestampUs(message.timestamp);
  const refusal = refuseTime(timeUs, origin.receivedAtMs);
  if (refusal) return refusal;
  return {
    tenant: origin.tenant,
    droneId: message.drone.id,
    sessionId: message.sessionId,
    seq: message.seq ?? -1,
    timeUs: timeUs as number,
    receivedAtMs: origin.receivedAtMs,
    anomalyType: message.anomaly.type,
    severity: message.anomaly.severity,
    message,
  };
}
