import { randomUUID } from 'node:crypto';
import {
  type Clock,
  type Fleet,
  isArmed,
  isRefusal,
  linkState,
  type Refusal,
  refuse,
  toEnvelope,
  typeName,
} from '@skein/core';
import type { WebSocket } from 'ws';
import type { Principal } from '../auth/principal.ts';
import { decodeJson } from '../decode/json.ts';
import type { SocketDoor } from '../net/upgrade.ts';

export interface GatewayOptions {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly statusIntervalMs: number;
  readonly maxConnections: number;
  readonly degraded: () => readonly string[];
}

const MAX_BUFFERED_BYTES = 1024 * 1024;

interface Operator {
  readonly ws: WebSocket;
  readonly principal: Principal;
}

/** The operators' socket: port 3001, and `/fleet` on the HTTP port. It shows how the fleet is; CONTRACT 6. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #operators = new Set<Operator>();
  readonly #stop: () => void;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#stop = options.clock.every(options.statusIntervalMs, () => this.#broadcastStatus());
  }

  get size(): number {
    return this.#operators.size;
  }

  door(path: string): SocketDoor {
    return {
      path,
      permission: 'telemetry:read',
      refuse: () =>
        this.#operators.size < this.#options.maxConnections
          ? undefined
          : refuse(
              'SERVICE_UNAVAILABLE',
              { reason: 'max_connections' },
              { message: 'Maximum connections exceeded', retryAfterS: 5 },
            ),
      enter: (ws, principal) =>
        principal ? this.#enter({ ws, principal }) : ws.close(1008, 'credential required'),
    };
  }

  #enter(operator: Operator): void {
    const { ws, principal } = operator;
    this.#operators.add(operator);
    ws.on('error', () => undefined);
    ws.on('close', () => this.#operators.delete(operator));
    ws.on('message', (data: Buffer) => send(ws, refuseRequest(data)));
    send(ws, this.#status(principal.tenant));
  }

  #broadcastStatus(): void {
    const nowMs = this.#options.clock.now();
    this.revoke(({ expiresAtMs = nowMs + 1 }) => expiresAtMs <= nowMs);
    const byTenant = new Map<string, object>();
    for (const { ws, principal } of this.#operators) {
      const status = byTenant.get(principal.tenant) ?? this.#status(principal.tenant);
      byTenant.set(principal.tenant, status);
      send(ws, status);
    }
  }

  #status(tenant: string): object {
    const { fleet, clock, degraded } = this.#options;
    const nowMs = clock.now();
    const counts = { total: 0, online: 0, stale: 0, offline: 0, armed: 0, anomalies: 0 };
    for (const drone of fleet.drones(tenant)) {
      counts.total += 1;
      counts[linkState(drone, nowMs)] += 1;
      if (isArmed(drone)) counts.armed += 1;
      if (drone.activeRules !== 0) counts.anomalies += 1;
    }
    const { total: total_drones, armed: active_drones, ...rest } = counts;
    return {
      type: 'fleet_status',
      timestamp: new Date(nowMs).toISOString(),
      total_drones,
      active_drones,
      ...rest,
      degraded: degraded(),
    };
  }

  /** A credential has ended: sockets that live by it end too. */
  revoke(matches: (principal: Principal) => boolean): void {
    for (const { ws, principal } of this.#operators)
      if (matches(principal)) ws.close(1008, 'credential revoked or expired');
  }

  close(): void {
    this.#stop();
    for (const { ws } of this.#operators) {
      ws.close(1012, 'restart');
      setTimeout(() => ws.terminate(), 500).unref();
    }
  }
}

function refuseRequest(data: Buffer): object {
  const decoded = decodeJson(data);
  const request = isRefusal(decoded)
    ? undefined
    : (decoded.value as { type?: unknown; request_id?: unknown } | null);
  const refusal: Refusal = isRefusal(decoded)
    ? decoded
    : refuse(
        'VALIDATION_ERROR',
        { field: 'type', expectedType: 'a known request', receivedType: typeName(request?.type) },
        { message: 'Unknown request type' },
      );
  const id = typeof request?.request_id === 'string' ? { request_id: request.request_id.slice(0, 128) } : {};
  return {
    type: 'error',
    message: refusal.message,
    ...id,
    ...toEnvelope(refusal, new Date().toISOString(), randomUUID()),
  };
}

/** Status is the latest only: who does not read misses some, and is cut when too much waits. */
function send(ws: WebSocket, message: object): void {
  if (ws.readyState !== ws.OPEN) return;
  if (ws.bufferedAmount > MAX_BUFFERED_BYTES) return ws.close(1013, 'too slow');
  ws.send(JSON.stringify(message));
}
