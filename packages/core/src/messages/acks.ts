import type { ErrorEnvelope } from '../errors.ts';
import type { Durability } from './hello.ts';

/** Everything the server says to a drone that is not an order. CONTRACT 2.3, 2.4. */

export interface ConnectionAck {
  readonly type: 'connection_ack';
  readonly timestamp: string;
  readonly status: 'connected';
  readonly heartbeatIntervalMs: number;
}

/** `?ack=each`: one answer a message. */
export interface TelemetryAck {
  readonly type: 'telemetry_ack';
  readonly status: 'success';
  readonly dataId: string;
  readonly seq?: number;
  readonly durability: Durability;
  readonly duplicate?: true;
}

export interface AnomalyAck {
  readonly type: 'anomaly_ack';
  readonly status: 'success';
  readonly anomalyId: string;
  readonly durability: Durability;
  readonly duplicate?: true;
}

/** `?ack=batch`: everything up to `upto` (the client's `seq`, or the count of messages on the connection). */
export interface CumulativeAck {
  readonly type: 'ack';
  readonly upto: number;
  readonly durability: Durability;
}

/** A refusal on a socket: the envelope, with A's top-level `message` and the `seq` of the message it answers. */
export interface SocketError extends ErrorEnvelope {
  readonly type: 'error';
  readonly message: string;
  readonly seq?: number;
}

export interface TelemetryReply {
  readonly status: 'success';
  readonly timestamp: string;
  readonly dataId: string;
  readonly message: 'Telemetry data received successfully';
  readonly durability: Durability;
  readonly duplicate?: true;
}

export interface AnomalyReply {
  readonly status: 'success';
  readonly timestamp: string;
  readonly message: 'Anomaly report processed';
  readonly anomalyId: string;
  readonly durability: Durability;
  readonly duplicate?: true;
}
