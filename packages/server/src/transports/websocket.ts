import type { IncomingMessage } from 'node:http';
import { ACK_MODES, type AckMode, auth, type ConnectionAck, isArmed, isRefusal, refuse } from '@skein/core';
import type { WebSocket } from 'ws';
import type { Authenticator } from '../auth/authenticator.ts';
import { mayDo } from '../auth/permissions.ts';
import type { Principal } from '../auth/principal.ts';
import type { RateLimiter } from '../auth/rate-limit.ts';
import { decodeJson } from '../decode/json.ts';
import type { SocketDoor } from '../net/upgrade.ts';
import { takeFrame } from './drone-frames.ts';
import { DroneSocket } from './drone-socket.ts';
import type { Line } from './line.ts';
import { StalledFrames } from './stalled-frames.ts';

export interface DroneSocketsOptions {
  readonly line: Line;
  readonly authenticator: Authenticator;
  readonly rateLimiter: RateLimiter;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress?: number | undefined;
  readonly heartbeatIntervalMs: number;
  readonly idleTimeoutMs: number;
}

const AUTH_FRAME_MS = 10_000;
const SWEEP_MS = 1000;
/** An idle socket is read in one of so many seconds; after an order, in all of so long. */
const SPARED_TURNS = 4;
const ORDERED_MS = 60_000;

/** The drones' WebSocket: port 8080, and `/ingest` on the HTTP port. CONTRACT 2.3. */
export class DroneSockets {
  readonly #options: DroneSocketsOptions;
  readonly #sockets = new Set<DroneSocket>();
  readonly #addresses = new Map<string, number>();
  readonly #stalled = new StalledFrames();
  readonly #stopSweep: () => void;
  #isDraining = false;
  #isSparing = false;

  constructor(options: DroneSocketsOptions) {
    this.#options = options;
    this.#stopSweep = options.line.clock.every(SWEEP_MS, () => this.#sweep());
  }

  get size(): number {
    return this.#sockets.size;
  }

  door(path: string): SocketDoor {
    return {
      path,
      permission: 'telemetry:write',
      subprotocols: ['skein.v1+msgpack', 'skein.v1'],
      refuse: (request) => this.#refuseEntry(request.socket.remoteAddress ?? ''),
      enter: (ws, principal, request) => this.#enter(ws, principal, request),
    };
  }

  #refuseEntry(address: string) {
    const { maxConnections, maxConnectionsPerAddress = maxConnections } = this.#options;
    if (this.#isDraining) return refuse('SERVICE_UNAVAILABLE', { reason: 'stopping' }, { retryAfterS: 2 });
    const shed = this.#options.line.overload.refuseDrone();
    if (shed) return shed;
    const isFull = this.#sockets.size >= maxConnections;
    if (!isFull && (this.#addresses.get(address) ?? 0) < maxConnectionsPerAddress) return undefined;
    const details = { reason: 'max_connections', limit: isFull ? maxConnections : maxConnectionsPerAddress };
    return refuse('SERVICE_UNAVAILABLE', details, {
      message: 'Maximum connections exceeded',
      retryAfterS: 5,
    });
  }

  #countAddress(address: string, change: 1 | -1): void {
    const count = (this.#addresses.get(address) ?? 0) + change;
    if (count > 0) this.#addresses.set(address, count);
    else this.#addresses.delete(address);
  }

  #enter(ws: WebSocket, principal: Principal | undefined, request: IncomingMessage): void {
    const { line, heartbeatIntervalMs } = this.#options;
    const nowMs = line.clock.now();
    const socket = new DroneSocket(ws, request.socket, line, nowMs);
    line.reading.attach(ws, request.socket);
    applyQuery(socket, request.url ?? '');
    if (principal) socket.admit(principal);
    this.#sockets.add(socket);
    this.#listen(socket, request.socket.remoteAddress ?? '');
    if (!line.parts.journal.state().accepting) socket.setAccepting(false);
    const ack: ConnectionAck = {
      type: 'connection_ack',
      timestamp: new Date(nowMs).toISOString(),
      status: 'connected',
      heartbeatIntervalMs,
    };
    socket.send(ack);
    if (!principal)
      setTimeout(
        () => socket.principal ?? ws.close(1008, 'no credential within 10 s'),
        AUTH_FRAME_MS,
      ).unref();
  }

  #listen(socket: DroneSocket, address: string): void {
    const { ws, line } = socket;
    this.#countAddress(address, 1);
    ws.on('message', (data: Buffer, isBinary: boolean) => {
      // What ws had already read when reading stopped: not taken, so not acknowledged.
      if (this.#isDraining) return;
      const nowMs = line.clock.now();
      socket.lastHeardMs = nowMs;
      socket.origin.receivedAtMs = nowMs;
      line.counters.bytes += data.length;
      if (!socket.principal) return void this.#authenticate(socket, data, address);
      if (this.#refuseRate(socket)) return;
      takeFrame(socket, data, isBinary && ws.protocol === 'skein.v1+msgpack' ? 'msgpack' : 'json');
    });
    const heard = () => {
      socket.lastHeardMs = line.clock.now();
    };
    ws.on('pong', heard);
    ws.on('ping', heard);
    // ws closes with the right code by itself; what the peer did wrong is its own business.
    ws.on('error', () => undefined);
    ws.on('close', () => {
      this.#sockets.delete(socket);
      this.#countAddress(address, -1);
      socket.end();
    });
  }

  #refuseRate(socket: DroneSocket): boolean {
    const { principal } = socket;
    if (principal?.ratePerMinute === undefined) return false;
    const refusal = this.#options.rateLimiter.take('ingest', principal);
    if (refusal) socket.refuse(refusal);
    return refusal !== undefined;
  }

  /** First frame `{"type":"auth","token":…}` of a client that could set no header. */
  async #authenticate(socket: DroneSocket, data: Buffer, address: string): Promise<void> {
    const decoded = decodeJson(data);
    if (isRefusal(decoded)) return socket.refuse(decoded);
    const { value } = decoded;
    if (!auth.accepts(value)) return socket.refuse(refuse('AUTHENTICATION_ERROR', { reason: 'missing' }));
    const principal = await this.#options.authenticator.authenticate(
      (value as { token: string }).token,
      address,
    );
    const refusal =
      isRefusal(principal) || mayDo(principal, 'telemetry:write')
        ? principal
        : refuse('AUTHORIZATION_ERROR', { reason: 'telemetry:write' });
    if (isRefusal(refusal)) {
      socket.refuse(refusal);
      return socket.ws.close(1008, refusal.message);
    }
    socket.admit(refusal);
    socket.send({ type: 'auth_ack', status: 'success' });
  }

  /** A credential has ended: sockets that live by it end too. */
  revoke(matches: (principal: Principal) => boolean): void {
    for (const { principal, ws } of this.#sockets)
      if (principal && matches(principal)) ws.close(1008, 'credential revoked or expired');
  }

  /** The journal takes nothing now: nobody is read. Nothing is dropped: what is not read is not acknowledged. */
  setAccepting(isAccepting: boolean): void {
    if (isAccepting && this.#isDraining) return;
    for (const socket of this.#sockets) socket.setAccepting(isAccepting);
  }

  #sweep(): void {
    const { line, heartbeatIntervalMs, idleTimeoutMs } = this.#options;
    const nowMs = line.clock.now();
    this.#spare(nowMs);
    for (const socket of this.#sockets) {
      const { ws, principal } = socket;
      if (principal?.expiresAtMs !== undefined && principal.expiresAtMs <= nowMs)
        ws.close(1008, 'credential expired');
      else if (this.#stalled.isStalled(ws, socket.lastHeardMs, nowMs)) {
        ws.close(1008, 'a message was begun and not ended');
        ws.terminate();
      } else if (nowMs - socket.lastHeardMs >= idleTimeoutMs) {
        ws.close(1001, 'idle');
        ws.terminate();
      } else if (nowMs - socket.lastPingMs >= heartbeatIntervalMs) {
        socket.lastPingMs = nowMs;
        ws.ping();
      }
    }
  }

  /** Under overload idle sockets are read in a part of the seconds only: what is not read yet is not acknowledged yet. */
  #spare(nowMs: number): void {
    const isShed = this.#options.line.overload.sheds('idle_sockets');
    if (!isShed && !this.#isSparing) return;
    this.#isSparing = isShed;
    const isTurn = Math.floor(nowMs / SWEEP_MS) % SPARED_TURNS === 0;
    for (const socket of this.#sockets) socket.spare(isShed && !isTurn && this.#isIdle(socket, nowMs));
  }

  /** All its drones stand, and none was ordered anything a moment ago. */
  #isIdle({ drones, origin, lastOrderMs }: DroneSocket, nowMs: number): boolean {
    if (drones.size === 0 || nowMs - lastOrderMs < ORDERED_MS) return false;
    const { fleet } = this.#options.line;
    for (const droneId of drones) {
      const drone = fleet.find(origin.tenant, droneId);
      if (drone && isArmed(drone)) return false;
    }
    return true;
  }

  /** No one new comes in, and nobody is read any more. */
  drain(): void {
    this.#isDraining = true;
    this.setAccepting(false);
  }

  close(): void {
    this.#stopSweep();
    for (const { ws } of this.#sockets) ws.close(1012, 'restart');
    setTimeout(() => {
      for (const { ws } of this.#sockets) ws.terminate();
    }, 500).unref();
  }
}

function applyQuery(socket: DroneSocket, url: string): void {
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  const ack = query.get('ack');
  if ((ACK_MODES as readonly (string | null)[]).includes(ack)) socket.ackMode = ack as AckMode;
  if (query.get('durability') === 'stored') socket.waitFor('stored');
}
