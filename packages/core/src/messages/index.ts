/** Every message on a drone's line: the schema of what comes in, by the name in its `type`. */
import { AnomalyMessage } from './anomaly.ts';
import { ErrorReportMessage } from './error-report.ts';
import { HeartbeatMessage } from './heartbeat.ts';
import { AuthMessage, HelloMessage } from './hello.ts';
import { CommandAckMessage, CommandProgressMessage } from './order.ts';
import { TelemetryMessage } from './telemetry-schema.ts';

export const droneMessages = {
  telemetry: TelemetryMessage,
  anomaly: AnomalyMessage,
  heartbeat: HeartbeatMessage,
  ping: HeartbeatMessage,
  error_report: ErrorReportMessage,
  command_ack: CommandAckMessage,
  command_progress: CommandProgressMessage,
  hello: HelloMessage,
  auth: AuthMessage,
} as const;

export type DroneMessageType = keyof typeof droneMessages;
const types: ReadonlySet<string> = new Set(Object.keys(droneMessages));

/** What operators say on their own socket: a drone that says it is told that it may not. */
export const OPERATOR_TYPES: ReadonlySet<string> = new Set([
  ...['subscribe_telemetry', 'unsubscribe_telemetry', 'modify_waypoint', 'assign_mission', 'emergency_land'],
  ...['emergency_land_all', 'coordination_override', 'acknowledge_alert', 'command', 'cancel_command'],
  ...['replay', 'live'],
]);

/**
 * The kind of a decoded frame. Guide A's clients send no `type`: `anomaly` present means an anomaly, else telemetry.
 * Undefined: a `type` that nobody knows.
 */
export function toMessageType(frame: Readonly<Record<string, unknown>>): DroneMessageType | undefined {
  const { type } = frame;
  if (type === undefined) return frame['anomaly'] === undefined ? 'telemetry' : 'anomaly';
  return typeof type === 'string' && types.has(type) ? (type as DroneMessageType) : undefined;
}
