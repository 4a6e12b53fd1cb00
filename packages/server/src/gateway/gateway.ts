import type { IncomingMessage } from 'node:http';
import {
  auth,
  type Bus,
  type Clock,
  FLEET_PROTOCOL,
  type Fleet,
  type History,
  isRefusal,
  OPERATOR_PUSH,
  type OperatorPush,
  refuse,
} from '@skein/core';
import type { WebSocket } from 'ws';
import type { Authenticator } from '../auth/authenticator.ts';
import { mayDo } from '../auth/permissions.ts';
import type { Principal } from '../auth/principal.ts';
import { decodeJson } from '../decode/json.ts';
import type { FairReading } from '../net/fair-reading.ts';
import type { Overload } from '../net/overload.ts';
import type { SocketDoor } from '../net/upgrade.ts';
import type { Answer, Dispatcher } from './dispatch.ts';
import { FanOut } from './fan-out.ts';
import { Greeting } from './greeting.ts';
import { type OperatorHome, OperatorSocket } from './operator-socket.ts';
import { PushLog } from './push-log.ts';
import { Replays } from './replay.ts';

export interface GatewayOptions {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly history: History;
  readonly projected: () => Promise<unknown>;
  readonly reading: FairReading;
  readonly dispatcher: Dispatcher;
  readonly authenticator: Authenticator;
  readonly statusIntervalMs: number;
  readonly heartbeatIntervalMs: number;
  readonly idleTimeoutMs: number;
  readonly maxConnections: number;
  readonly degraded: () => readonly string[];
  readonly overload: Overload;
}

/** What changed is gathered for so long, and goes out as one. */
const TICK_MS = 20;
/** Under overload, one of so many: once a second. */
const SHED_TICKS = 50;
const SWEEP_MS = 1000;
const AUTH_FRAME_MS = 10_000;
/** Requests of one connection that have no answer yet. */
const MAX_PENDING = 256;
const PERMISSION = 'telemetry:read';

/** The operators' socket: port 3001, and `/fleet` on the HTTP port. CONTRACT 6. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #operators = new Map<string, Set<OperatorSocket>>();
  readonly #logs = new Map<string, PushLog>();
  readonly #fanOut: FanOut;
  readonly #greeting: Greeting;
  readonly #replays: Replays;
  readonly #home: OperatorHome;
  readonly #epoch: string;
  readonly #stops: (() => void)[];
  #size = 0;
  #ticks = 0;

  constructor(options: GatewayOptions) {
    const { clock, bus, fleet } = options;
    this.#options = options;
    this.#epoch = clock.now().toString(36);
    this.#fanOut = new FanOut({ fleet, clock });
    this.#greeting = new Greeting(options);
    this.#replays = new Replays({ ...options, onEnd: (socket) => this.#fanOut.snapshot(socket) });
    this.#home = {
      logOf: (tenant) => this.#logOf(tenant),
      subscribe: (socket, wish) => this.#fanOut.subscribe(socket, wish),
      unsubscribe: (socket, droneIds) => this.#fanOut.unsubscribe(socket, droneIds),
      replay: (socket, asOfMs, speed) =>
        options.overload.refuse('history') ?? this.#replays.start(socket, asOfMs, speed),
      live: (socket) => {
        if (this.#replays.stop(socket)) socket.later(() => this.#fanOut.snapshot(socket));
      },
    };
    this.#stops = [
      clock.every(TICK_MS, () => this.#tick()),
      clock.every(SWEEP_MS, () => this.#sweep()),
      bus.subscribe(OPERATOR_PUSH, (_subject, payload) => this.#push(payload as OperatorPush)),
    ];
  }

  get size(): number {
    return this.#size;
  }

  door(path: string): SocketDoor {
    return {
      path,
      permission: PERMISSION,
      subprotocols: [FLEET_PROTOCOL, 'skein.v1'],
      refuse: () =>
        this.#size < this.#options.maxConnections
          ? this.#options.overload.refuse('new_dashboards')
          : refuse(
              'SERVICE_UNAVAILABLE',
              { reason: 'max_connections' },
              { message: 'Maximum connections exceeded', retryAfterS: 5 },
            ),
      enter: (ws, principal, request) => this.#open(ws, principal, request),
    };
  }

  #open(ws: WebSocket, principal: Principal | undefined, request: IncomingMessage): void {
    this.#size += 1;
    this.#options.reading.attend(true);
    // ws closes with the right code by itself; what the peer did wrong is its own business.
    ws.on('error', () => undefined);
    ws.on('close', () => {
      this.#size -= 1;
      this.#options.reading.attend(this.#size > 0);
    });
    if (principal) return this.#enter(ws, principal, request);
    const timer = setTimeout(() => ws.close(1008, 'no credential within 10 s'), AUTH_FRAME_MS).unref();
    ws.once('message', (data: Buffer) => {
      clearTimeout(timer);
      void this.#authenticate(ws, data, request);
    });
  }

  /** First frame `{"type":"auth","token":…}` of a browser that could set no header. */
  async #authenticate(ws: WebSocket, data: Buffer, request: IncomingMessage): Promise<void> {
    const { authenticator, dispatcher } = this.#options;
    const address = request.socket.remoteAddress ?? '';
    const decoded = decodeJson(data);
    const value = isRefusal(decoded) ? undefined : decoded.value;
    const token = auth.accepts(value) ? (value as { token: string }).token : undefined;
    const found =
      token === undefined
        ? refuse('AUTHENTICATION_ERROR', { reason: 'missing' })
        : await authenticator.authenticate(token, address);
    const principal =
      isRefusal(found) || mayDo(found, PERMISSION)
        ? found
        : refuse('AUTHORIZATION_ERROR', { reason: PERMISSION });
    if (ws.readyState !== ws.OPEN) return;
    if (isRefusal(principal)) {
      ws.send(JSON.stringify(dispatcher.refuseStranger(principal)));
      return ws.close(1008, principal.message);
    }
    ws.send(JSON.stringify({ type: 'auth_ack', status: 'success' }));
    this.#enter(ws, principal, request);
  }

  #enter(ws: WebSocket, principal: Principal, request: IncomingMessage): void {
    const socket = new OperatorSocket(ws, request.socket, principal, this.#home);
    const { tenant } = principal;
    const operators = this.#operators.get(tenant) ?? new Set();
    this.#operators.set(tenant, operators.add(socket));
    this.#greeting.greet(socket);
    const cursor = new URLSearchParams((request.url ?? '').split('?')[1] ?? '').get('cursor');
    if (cursor !== null) socket.resumeAtOnce(cursor);
    const heard = () => {
      socket.lastHeardMs = this.#options.clock.monotonic();
    };
    heard();
    ws.on('pong', heard);
    ws.on('ping', heard);
    ws.on('message', (data: Buffer) => {
      heard();
      this.#hear(socket, data);
    });
    ws.on('close', () => {
      operators.delete(socket);
      if (operators.size === 0 && this.#operators.get(tenant) === operators) this.#operators.delete(tenant);
      this.#replays.stop(socket);
      socket.end();
    });
  }

  #hear(socket: OperatorSocket, data: Buffer): void {
    const { dispatcher } = this.#options;
    const { principal, address } = socket;
    this.#greeting.yieldTo(socket);
    const caller = { principal, address, connection: socket };
    const decoded = decodeJson(data);
    if (isRefusal(decoded)) return this.#reply(socket, dispatcher.refuse(decoded, caller));
    socket.pending += 1;
    const answer = dispatcher.answer(decoded.value, caller);
    if (!(answer instanceof Promise)) {
      socket.pending -= 1;
      return this.#reply(socket, answer);
    }
    if (socket.pending >= MAX_PENDING) socket.ws.pause();
    void answer.then((late) => {
      socket.pending -= 1;
      if (socket.ws.isPaused) socket.ws.resume();
      this.#reply(socket, late);
    });
  }

  #reply(socket: OperatorSocket, { message, refusal }: Answer): void {
    socket.reply(message);
    if (refusal && BAD_CODES.has(refusal.code)) socket.countBad(this.#options.clock.monotonic());
  }

  #logOf(tenant: string): PushLog {
    const known = this.#logs.get(tenant);
    if (known) return known;
    const log = new PushLog(this.#epoch);
    this.#logs.set(tenant, log);
    return log;
  }

  #push({ tenant, class: kind, droneId, droneIds, actor, message }: OperatorPush): void {
    const operators = this.#operators.get(tenant) ?? [];
    if (kind === 'latest') {
      for (const socket of operators) socket.pushLatest(message.type, message, droneId);
      return;
    }
    const tail = JSON.stringify(message).slice(1);
    const kept = this.#logOf(tenant).append({ tail, droneId, droneIds, actor });
    for (const socket of operators) socket.pushKept(kept);
  }

  *#sockets(): Generator<OperatorSocket> {
    for (const operators of this.#operators.values()) yield* operators;
  }

  #tick(): void {
    if (this.#operators.size === 0) return;
    const nowMs = this.#options.clock.monotonic();
    for (const socket of this.#sockets()) {
      socket.judge(nowMs);
      this.#greeting.tell(socket);
    }
    this.#ticks += 1;
    if (!this.#options.overload.sheds('dashboards') || this.#ticks % SHED_TICKS === 0) this.#fanOut.tick();
    this.#replays.tick();
  }

  /** Who has fallen silent, and whose credential has run out. */
  #sweep(): void {
    const { clock, heartbeatIntervalMs, idleTimeoutMs } = this.#options;
    const [nowMs, epochMs] = [clock.monotonic(), clock.now()];
    this.revoke(({ expiresAtMs = epochMs + 1 }) => expiresAtMs <= epochMs);
    for (const socket of this.#sockets()) {
      const { ws, lastHeardMs } = socket;
      if (nowMs - lastHeardMs >= idleTimeoutMs) {
        ws.close(1001, 'idle');
        ws.terminate();
      } else if (nowMs - socket.lastPingMs >= heartbeatIntervalMs) {
        socket.lastPingMs = nowMs;
        ws.ping();
      }
    }
  }

  /** A credential has ended: sockets that live by it end too. */
  revoke(matches: (principal: Principal) => boolean): void {
    for (const { ws, principal } of this.#sockets())
      if (matches(principal)) ws.close(1008, 'credential revoked or expired');
  }

  close(): void {
    for (const stop of this.#stops) stop();
    for (const { ws } of this.#sockets()) {
      ws.close(1012, 'restart');
      setTimeout(() => ws.terminate(), 500).unref();
    }
  }
}

/** A peer that says these over and over is no operator. */
const BAD_CODES: ReadonlySet<string> = new Set(['TRANSMISSION_ERROR', 'VALIDATION_ERROR', 'RATE_LIMITED']);
