import { connectDrone, type Drone, type DroneConfig, type OrderReply, type Timers } from '@skein/client';
import type { OrderMessage, TelemetryMessage } from '@skein/core';

/** The lines a fleet is connected by: each carries every n-th drone. */

export interface ConnectOptions {
  /** WebSocket address, such as ws://127.0.0.1:8080. Default: guide A's own. */
  readonly url?: string;
  /** HTTP address of the server, or of its telemetry route. Default: guide A's own. */
  readonly httpUrl?: string;
  /** Default websocket. */
  readonly mode?: 'websocket' | 'http' | 'hybrid';
  /** API key. */
  readonly key?: string;
  /** Anything else the client understands; wins over the above. */
  readonly client?: Partial<DroneConfig>;
}

/** What became of the messages; `sent` = `acked` + `rejected` + `dropped` + `unconfirmed` + `unacknowledged`. */
export interface Delivery {
  readonly sent: number;
  readonly acked: number;
  readonly rejected: number;
  readonly dropped: number;
  /** Handed to a server that acknowledges nothing. */
  readonly unconfirmed: number;
  /** Still held when the line was closed. */
  readonly unacknowledged: number;
  readonly resent: number;
  readonly reconnects: number;
}

const TELEMETRY_PATH = '/api/drone/telemetry';

/** One line with the options' address and key. Throws a TypeError for an address that cannot be one. */
export function openLine(options: ConnectOptions, droneId: string | undefined): Drone {
  const { url, httpUrl, mode = 'websocket', key, client } = options;
  return connectDrone({
    streamingMethod: mode,
    ...(url !== undefined && { websocket: { url } }),
    ...(httpUrl !== undefined && { http: { endpoint: toEndpoint(httpUrl) } }),
    ...(key !== undefined && { key }),
    ...(droneId !== undefined && { droneId }),
    ...client,
  });
}

function toEndpoint(httpUrl: string): string {
  if (!URL.canParse(httpUrl)) return httpUrl;
  const { pathname } = new URL(httpUrl);
  return pathname === '/' ? new URL(TELEMETRY_PATH, httpUrl).href : httpUrl;
}

/** `reply` goes up the line that brought the order. */
export type TakeOrder = (order: OrderMessage, reply: (reply: OrderReply) => void) => void;

export interface Lines {
  readonly count: number;
  send(i: number, message: TelemetryMessage): void;
  /** Says something about an order up the line of drone `i`. */
  tell(i: number, reply: OrderReply): void;
  /** True when every line has a channel open. */
  connected(): boolean;
  delivery(): Delivery;
  /** Waits until everything is acknowledged or the time is over, then ends the lines. */
  close(flushTimeoutMs: number): Promise<void>;
}

/** Connects `connections` lines for the drones; drone i has line i modulo their number. */
export function openLines(
  options: ConnectOptions,
  ids: readonly string[],
  connections: number,
  takeOrder: TakeOrder,
): Lines {
  const count = Math.max(1, Math.min(connections, ids.length));
  const alone = count === ids.length;
  const lines = Array.from({ length: count }, (_, k) => {
    const line = openLine(options, alone ? ids[k] : undefined);
    line.onOrder((order) => takeOrder(order, (reply) => line.tell(reply)));
    return line;
  });
  return {
    count,
    send: (i, message) => void lines[i % count]?.send(message),
    tell: (i, reply) => lines[i % count]?.tell(reply),
    connected: () => lines.every((line) => line.stats().channel !== 'none'),
    delivery: () => toDelivery(lines),
    close: async (flushTimeoutMs) => {
      await Promise.all(lines.map((line) => line.flush(flushTimeoutMs)));
      for (const line of lines) line.close();
    },
  };
}

export function toDelivery(lines: readonly Drone[]): Delivery {
  const sum = {
    sent: 0,
    acked: 0,
    rejected: 0,
    dropped: 0,
    unconfirmed: 0,
    unacknowledged: 0,
    resent: 0,
    reconnects: 0,
  };
  for (const line of lines) {
    const stats = line.stats();
    sum.sent += stats.sent;
    sum.acked += stats.acked;
    sum.rejected += stats.rejected;
    sum.dropped += stats.dropped;
    sum.unconfirmed += stats.unconfirmed;
    sum.unacknowledged += stats.buffered;
    sum.resent += stats.resent;
    sum.reconnects += stats.reconnects;
  }
  return sum;
}

/** Waits, or less when the signal aborts. */
export function pause(timers: Timers, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      timers.clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = timers.setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

export const systemTimers: Timers = {
  now: () => Date.now(),
  setTimeout: (task, ms) => globalThis.setTimeout(task, ms),
  clearTimeout: (handle) => globalThis.clearTimeout(handle as number),
};
