import { type Clock, type Fleet, toFleetStatus } from '@skein/core';
import type { OperatorSocket } from './operator-socket.ts';

export interface GreetingOptions {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly statusIntervalMs: number;
  readonly degraded: () => readonly string[];
}

/** `fleet_status` of a new connection: at once, as far as people can tell. */
const GREETING_MS = 40;
/** Whoever speaks first is answered first, and may take the first frame for the answer. */
const AFTER_REQUEST_MS = 1000;
const SHARED_MS = 250;

/** The fleet in numbers: to every operator at once and then at an interval of its own. */
export class Greeting {
  readonly #options: GreetingOptions;
  readonly #made = new Map<string, { readonly atMs: number; readonly status: object }>();

  constructor(options: GreetingOptions) {
    this.#options = options;
  }

  greet(socket: OperatorSocket): void {
    socket.statusDueMs = this.#options.clock.monotonic() + GREETING_MS;
    socket.isGreeted = false;
  }

  /** A request came. */
  yieldTo(socket: OperatorSocket): void {
    if (socket.isGreeted) return;
    socket.isGreeted = true;
    socket.statusDueMs = this.#options.clock.monotonic() + AFTER_REQUEST_MS;
  }

  /** Sends the status where it is due; only the newest is of use, so who is behind gets none. */
  tell(socket: OperatorSocket): void {
    const { clock, statusIntervalMs } = this.#options;
    const nowMs = clock.monotonic();
    if (nowMs < socket.statusDueMs) return;
    socket.isGreeted = true;
    socket.statusDueMs = nowMs + statusIntervalMs;
    const message = { ...this.#status(socket.principal.tenant, nowMs), cursor: socket.cursor };
    socket.pushLatest('fleet_status', message, undefined);
  }

  #status(tenant: string, nowMs: number): object {
    const { fleet, clock, degraded } = this.#options;
    const known = this.#made.get(tenant);
    if (known && nowMs - known.atMs < SHARED_MS) return known.status;
    const atMs = clock.now();
    const counts = toFleetStatus(fleet, tenant, atMs);
    const timestamp = new Date(atMs).toISOString();
    const status = { type: 'fleet_status', timestamp, ...counts, degraded: degraded() };
    // Tenants come and go with their operators; what is older is of no use to anybody.
    if (this.#made.size > 1000) this.#made.clear();
    this.#made.set(tenant, { atMs: nowMs, status });
    return status;
  }
}
