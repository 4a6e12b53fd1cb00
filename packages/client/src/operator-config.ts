import type { FleetFrame } from '@skein/core';
import type { SocketConstructor } from './socket.ts';
import { systemTimers, type Timers } from './timers.ts';

export interface OperatorConfig {
  /** Default ws://localhost:3001; `/fleet` on the HTTP port is the same. */
  readonly url?: string;
  /** API key. */
  readonly key?: string;
  /** JWT, or a function that gives a fresh one at each connection. */
  readonly token?: string | (() => string | Promise<string>);
  /** Given `readFleetFrame` of @skein/core, telemetry comes in 28 bytes a drone, as the event `fleet`. */
  readonly readFleetFrame?: (bytes: Uint8Array) => FleetFrame | undefined;
  /** Up to where an earlier connection was told everything: what came after is told first. */
  readonly cursor?: string;
  /** First step of the backoff, ms. Default 1000. */
  readonly reconnectIntervalMs?: number;
  /** Bounds one connection attempt and one request, ms. Default 10 000. */
  readonly timeoutMs?: number;
  /** A connection that says nothing for so long is dead, ms. Default 20 000: four times the interval of `fleet_status`. */
  readonly silenceMs?: number;
  readonly WebSocket?: SocketConstructor;
  /** In [0, 1). */
  readonly random?: () => number;
  readonly timers?: Timers;
}

/** The same, complete. */
export interface OperatorSettings {
  readonly url: string;
  readonly credential: () => string | undefined | Promise<string>;
  readonly readFleetFrame: OperatorConfig['readFleetFrame'];
  readonly cursor: string | undefined;
  readonly reconnectIntervalMs: number;
  readonly timeoutMs: number;
  readonly silenceMs: number;
  readonly WebSocket: SocketConstructor;
  readonly random: () => number;
  readonly timers: Timers;
}

/** Throws a TypeError that names the field when the configuration cannot work. */
export function toOperatorSettings(config: OperatorConfig): OperatorSettings {
  const { url = 'ws://localhost:3001', key, token, cursor, readFleetFrame } = config;
  const { random = Math.random, timers = systemTimers, WebSocket = globalThis.WebSocket } = config;
  const { reconnectIntervalMs = 1000, timeoutMs = 10_000, silenceMs = 20_000 } = config;
  if (!URL.canParse(url) || !/^wss?:$/.test(new URL(url).protocol))
    throw new TypeError(`url: "${url}" is not the address of a WebSocket`);
  if (!WebSocket) throw new TypeError('WebSocket: this platform has none, give a constructor');
  for (const [field, value] of Object.entries({ reconnectIntervalMs, timeoutMs, silenceMs }))
    if (!(value >= 1)) throw new TypeError(`${field}: expected a number of at least 1, got ${String(value)}`);
  const credential = typeof token === 'function' ? async () => token() : () => token ?? key;
  return {
    ...{ url, credential, readFleetFrame, cursor, reconnectIntervalMs, timeoutMs, silenceMs },
    ...{ WebSocket, random, timers },
  };
}
