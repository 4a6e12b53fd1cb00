import type { Socket } from 'node:net';
import type { OrderMessage, VehicleLink } from '@skein/core';
import type { VehicleLinks } from './vehicle-links.ts';

/** How long a vehicle that polls counts as reachable between two polls. */
const LINGER_MS = 30_000;
const MAX_WAITING_ORDERS = 64;

interface Mailbox extends VehicleLink {
  readonly orders: OrderMessage[];
  waiting: (() => void) | undefined;
  leave: NodeJS.Timeout;
}

export interface Poll {
  readonly tenant: string;
  readonly droneId: string;
  readonly waitMs: number;
  readonly socket: Socket;
}

/** Long polls of drones that have no socket: an order waits in the drone's mailbox for its next question. */
export class OrderPolls {
  readonly #links: VehicleLinks;
  readonly #boxes = new Map<string, Mailbox>();

  constructor(links: VehicleLinks) {
    this.#links = links;
  }

  /** The orders for this drone, as soon as there is one, or none after `waitMs`. */
  async next({ tenant, droneId, waitMs, socket }: Poll): Promise<readonly OrderMessage[]> {
    const box = this.#box(tenant, droneId);
    box.waiting?.();
    if (box.orders.length === 0 && waitMs > 0) await this.#wait(box, waitMs, socket);
    return box.orders.splice(0);
  }

  async #wait(box: Mailbox, waitMs: number, socket: Socket): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        socket.off('close', end);
        if (box.waiting === end) box.waiting = undefined;
        resolve();
      };
      const timer = setTimeout(end, waitMs);
      socket.once('close', end);
      box.waiting = end;
    });
    box.leave.refresh();
  }

  #box(tenant: string, droneId: string): Mailbox {
    const key = `${tenant}:${droneId}`;
    const known = this.#boxes.get(key);
    if (known) {
      known.leave.refresh();
      return known;
    }
    const box: Mailbox = {
      channel: 'http',
      orders: [],
      waiting: undefined,
      send: (order) => {
        if (box.orders.length >= MAX_WAITING_ORDERS) return false;
        box.orders.push(order);
        box.waiting?.();
        return true;
      },
      leave: setTimeout(() => {
        if (box.waiting) return box.leave.refresh();
        this.#boxes.delete(key);
        return this.#links.detach(tenant, droneId, box);
      }, LINGER_MS).unref(),
    };
    this.#boxes.set(key, box);
    this.#links.attach(tenant, droneId, box);
    return box;
  }

  /** Nobody is kept waiting by a stop. */
  close(): void {
    for (const box of this.#boxes.values()) {
      clearTimeout(box.leave);
      box.waiting?.();
    }
  }
}
