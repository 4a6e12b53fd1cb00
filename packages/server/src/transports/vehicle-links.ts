import type { Bus, Channel, OrderMessage, VehicleLink } from '@skein/core';

/** The ways to every vehicle that are open now: its sockets, its long poll. */
export class VehicleLinks {
  readonly #links = new Map<string, readonly VehicleLink[]>();
  /** A drone has one way open as a rule, and a socket many drones: they share one list. */
  readonly #sole = new WeakMap<VehicleLink, readonly VehicleLink[]>();
  readonly #bus: Bus;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  attach(tenant: string, droneId: string, link: VehicleLink): void {
    const key = keyOf(tenant, droneId);
    const links = this.#links.get(key);
    if (!links) this.#links.set(key, this.#only(link));
    else if (!links.includes(link)) this.#links.set(key, [...links, link]);
  }

  #only(link: VehicleLink): readonly VehicleLink[] {
    const known = this.#sole.get(link) ?? [link];
    this.#sole.set(link, known);
    return known;
  }

  detach(tenant: string, droneId: string, link: VehicleLink): void {
    const key = keyOf(tenant, droneId);
    const links = this.#links.get(key)?.filter((each) => each !== link) ?? [];
    if (links.length === 0) this.#links.delete(key);
    else this.#links.set(key, links);
  }

  channels(tenant: string, droneId: string): readonly Channel[] {
    return (this.#links.get(keyOf(tenant, droneId)) ?? []).map(({ channel }) => channel);
  }

  /** Over every way at once; the vehicle knows a repeat by its command id. Returns the ways the bytes went. */
  send(tenant: string, droneId: string, order: OrderMessage): readonly Channel[] {
    const links = this.#links.get(keyOf(tenant, droneId)) ?? [];
    return links.filter((link) => link.send(order)).map(({ channel }) => channel);
  }

  /** What a vehicle says about an order, from whichever way. */
  answer(tenant: string, answer: VehicleAnswer): void {
    this.#bus.publish('order_answer', { tenant, ...answer });
  }
}

export interface VehicleAnswer {
  readonly commandId: string;
  readonly droneId: string | undefined;
  readonly result?: string;
  readonly progressPct?: number;
  readonly message?: string;
}

const keyOf = (tenant: string, droneId: string): string => `${tenant}:${droneId}`;
