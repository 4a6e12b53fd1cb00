import { randomUUID } from 'node:crypto';
import {
  type Bus,
  type Channel,
  type Clock,
  ORDER_RESULTS,
  type OrderMessage,
  type OrderName,
} from '@skein/core';
import type { VehicleAnswer, VehicleLinks } from './vehicle-links.ts';

/** What has become of an order: sent, then the vehicle's own word; or expired without one. */
export interface OrderRecord {
  readonly commandId: string;
  readonly tenant: string;
  readonly droneId: string;
  readonly command: OrderName;
  readonly params: Readonly<Record<string, unknown>>;
  readonly sentAtMs: number;
  readonly expiresAtMs: number;
  readonly channels: readonly Channel[];
  state: 'sent' | 'acknowledged' | 'in_progress' | 'succeeded' | 'failed' | 'expired';
  result?: string;
  message?: string;
  progressPct?: number;
  changedAtMs: number;
}

export interface OrderWish {
  readonly tenant: string;
  readonly droneId: string;
  readonly command: OrderName;
  readonly params: Readonly<Record<string, unknown>>;
  readonly ttlMs: number;
}

const MAX_ORDERS = 10_000;

/** The orders of this node's life, newest last; bounded, the oldest is forgotten first. */
export class OrderBook {
  readonly #links: VehicleLinks;
  readonly #clock: Clock;
  readonly #orders = new Map<string, OrderRecord>();

  constructor({ links, clock, bus }: { links: VehicleLinks; clock: Clock; bus: Bus }) {
    this.#links = links;
    this.#clock = clock;
    bus.subscribe('order_answer', (_subject, payload) =>
      this.#hear(payload as VehicleAnswer & { tenant: string }),
    );
  }

  /** Undefined: the drone cannot be reached by any channel now; nothing is kept for later. */
  send({ tenant, droneId, command, params, ttlMs }: OrderWish): OrderRecord | undefined {
    const nowMs = this.#clock.now();
    const commandId = randomUUID();
    const expiresAtMs = nowMs + ttlMs;
    const expiresAt = new Date(expiresAtMs).toISOString();
    const order: OrderMessage = { type: 'command', commandId, droneId, command, params, expiresAt, ttlMs };
    const channels = this.#links.send(tenant, droneId, order);
    if (channels.length === 0) return undefined;
    const record: OrderRecord = {
      ...{ commandId, tenant, droneId, command, params, sentAtMs: nowMs, expiresAtMs, channels },
      state: 'sent',
      changedAtMs: nowMs,
    };
    this.#orders.set(commandId, record);
    if (this.#orders.size > MAX_ORDERS) this.#orders.delete(this.#orders.keys().next().value as string);
    return record;
  }

  find(tenant: string, commandId: string): OrderRecord | undefined {
    const record = this.#orders.get(commandId);
    if (record?.tenant !== tenant) return undefined;
    const isSilent = record.state === 'sent' && this.#clock.now() > record.expiresAtMs;
    if (isSilent) record.state = 'expired';
    return record;
  }

  /** Only the drone that was ordered answers, and its first final word stands. */
  #hear({
    tenant,
    commandId,
    droneId,
    result,
    message,
    progressPct,
  }: VehicleAnswer & { tenant: string }): void {
    const record = this.find(tenant, commandId);
    const isTheirs = record && (droneId === undefined || droneId === record.droneId);
    if (!isTheirs || record.state === 'succeeded' || record.state === 'failed') return;
    record.changedAtMs = this.#clock.now();
    if (progressPct !== undefined) record.progressPct = progressPct;
    if (message !== undefined) record.message = message;
    record.state = toState(result, progressPct);
    if (result !== undefined) record.result = result;
  }
}

/** The vehicle's word says that it obeys; that it is done, only its progress. */
function toState(result: string | undefined, progressPct: number | undefined): OrderRecord['state'] {
  if (progressPct === 100) return 'succeeded';
  if (result === undefined || result === 'in_progress') return 'in_progress';
  return result === ORDER_RESULTS[0] ? 'acknowledged' : 'failed';
}
