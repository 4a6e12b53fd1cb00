import type { Durability } from '@skein/core';
import type { SocketConstructor } from './socket.ts';
import { systemTimers, type Timers } from './timers.ts';

/** How a drone is connected: guide A's configuration object as it stands, in both of its forms, and what Skein adds. */

/**
 * How the server confirms over WebSocket. `count`: cumulatively, by the number of messages on the connection; `each`:
 * one by one, with the `dataId`; `none`: not at all (a plain guide A server), then a message counts as delivered once
 * it has been handed to the socket.
 */
export type AckMode = 'count' | 'each' | 'none';

/** MessagePack or any other form the server negotiates as `skein.v1+msgpack`. */
export interface Codec {
  encode(value: unknown): Uint8Array<ArrayBuffer>;
  decode(bytes: Uint8Array): unknown;
}

export interface DroneConfig {
  /** Guide A. Absent: both when a `websocket` and an `http` part are given, else the one that is. */
  readonly streamingMethod?: 'websocket' | 'http' | 'hybrid';
  readonly websocket?: { readonly url?: string; readonly enabled?: boolean };
  /** `interval`: milliseconds between posts; 0 or absent posts at once. */
  readonly http?: { readonly endpoint?: string; readonly interval?: number; readonly enabled?: boolean };
  /** Guide A's flat form: the WebSocket's address. */
  readonly url?: string;
  /** First step of the backoff, ms. Default 1000. */
  readonly reconnectInterval?: number;
  /** After so many attempts CONNECTION_FAILED is reported; attempts go on, slowly, for what is still held. Default 10. */
  readonly maxReconnectAttempts?: number;
  /** Milliseconds. Default 30 000; 0 sends none. */
  readonly heartbeatInterval?: number;

  /** The drone this line belongs to. Absent: learned from the first message. One line may carry several drones. */
  readonly droneId?: string;
  /** API key. */
  readonly key?: string;
  /** JWT, or a function that gives a fresh one at each connection and request. */
  readonly token?: string | (() => string | Promise<string>);
  readonly ack?: AckMode;
  /** `stored`: acknowledged only once the database has committed too. */
  readonly durability?: Durability;
  /** Messages held at most until they are acknowledged. Default 10 000. */
  readonly bufferSize?: number;
  /** Bytes held at most. Default 16 MiB. */
  readonly bufferBytes?: number;
  /** The server's MAX_MESSAGE_BYTES: bounds one message, one frame and one batch. Default 65 536. */
  readonly maxMessageBytes?: number;
  /** Bounds one connection attempt and one request, ms. Default 10 000. */
  readonly timeout?: number;
  readonly codec?: Codec;
  readonly WebSocket?: SocketConstructor;
  readonly fetch?: typeof fetch;
  /** In [0, 1). */
  readonly random?: () => number;
  readonly timers?: Timers;
}

/** The same, complete. */
export interface Settings {
  readonly websocketUrl: string | undefined;
  readonly httpEndpoint: string | undefined;
  readonly httpIntervalMs: number;
  readonly reconnectIntervalMs: number;
  readonly maxReconnectAttempts: number;
  readonly heartbeatIntervalMs: number;
  readonly timeoutMs: number;
  readonly droneId: string | undefined;
  readonly credential: () => string | undefined | Promise<string>;
  readonly ack: AckMode;
  readonly durability: Durability;
  readonly bufferMessages: number;
  readonly bufferBytes: number;
  readonly maxMessageBytes: number;
  readonly codec: Codec | undefined;
  readonly WebSocket: SocketConstructor;
  readonly fetch: typeof fetch;
  readonly random: () => number;
  readonly timers: Timers;
}

/** Guide A's own addresses. */
const WEBSOCKET_URL = 'ws://localhost:8080';
const HTTP_ENDPOINT = 'http://localhost:3000/api/drone/telemetry';

/** Throws a TypeError that names the field when the configuration cannot work. */
export function toSettings(config: DroneConfig): Settings {
  const { websocketUrl, httpEndpoint } = toAddresses(config);
  const { reconnectInterval = 1000, maxReconnectAttempts = 10, heartbeatInterval = 30_000 } = config;
  const {
    bufferSize = 10_000,
    bufferBytes = 16 * 1024 * 1024,
    maxMessageBytes = 65_536,
    timeout = 10_000,
  } = config;
  const { ack = 'count', durability = 'disk', random = Math.random, timers = systemTimers } = config;
  const { WebSocket = globalThis.WebSocket, fetch = (url, init) => globalThis.fetch(url, init) } = config;
  if (websocketUrl && !WebSocket)
    throw new TypeError('WebSocket: this platform has none, give a constructor');
  return {
    ...{
      websocketUrl,
      httpEndpoint,
      droneId: config.droneId,
      credential: toCredential(config),
      codec: config.codec,
    },
    ...{ ack, durability, random, timers, WebSocket, fetch },
    httpIntervalMs: atLeast(0, 'http.interval', config.http?.interval ?? 0),
    reconnectIntervalMs: atLeast(1, 'reconnectInterval', reconnectInterval),
    maxReconnectAttempts: atLeast(0, 'maxReconnectAttempts', maxReconnectAttempts),
    heartbeatIntervalMs: atLeast(0, 'heartbeatInterval', heartbeatInterval),
    timeoutMs: atLeast(1, 'timeout', timeout),
    bufferMessages: atLeast(1, 'bufferSize', bufferSize),
    bufferBytes: atLeast(1, 'bufferBytes', bufferBytes),
    maxMessageBytes: atLeast(1, 'maxMessageBytes', maxMessageBytes),
  };
}

function toCredential({ key, token }: DroneConfig): Settings['credential'] {
  return typeof token === 'function' ? async () => token() : () => token ?? key;
}

function toAddresses(config: DroneConfig) {
  const { streamingMethod, websocket, http } = config;
  const url = websocket?.url ?? config.url;
  const both = url !== undefined && http !== undefined;
  const one = http === undefined ? 'websocket' : 'http';
  const method = streamingMethod ?? (both ? 'hybrid' : one);
  const byWebsocket = method !== 'http' && websocket?.enabled !== false;
  const byHttp = method !== 'websocket' && http?.enabled !== false;
  if (!byWebsocket && !byHttp) {
    throw new TypeError(`streamingMethod "${method}" leaves no channel: enable websocket or http`);
  }
  return {
    websocketUrl: byWebsocket ? address('websocket.url', url ?? WEBSOCKET_URL, /^wss?:$/) : undefined,
    httpEndpoint: byHttp ? address('http.endpoint', http?.endpoint ?? HTTP_ENDPOINT, /^https?:$/) : undefined,
  };
}

function address(field: string, text: string, scheme: RegExp): string {
  if (!URL.canParse(text) || !scheme.test(new URL(text).protocol)) {
    throw new TypeError(`${field}: "${text}" is not an address of this kind (${scheme.source})`);
  }
  return text;
}

function atLeast(minimum: number, field: string, value: number): number {
  if (typeof value !== 'number' || !(value >= minimum)) {
    throw new TypeError(`${field}: expected a number of at least ${minimum}, got ${String(value)}`);
  }
  return value;
}
