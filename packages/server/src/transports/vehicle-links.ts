import type { Bus, Channel, OrderMessage, VehicleLink } from '@skein/core';

/** The ways to every vehicle that are open now: its sockets, its long poll. */
export class VehicleLinks {
  /** By tenant, then by drone: a key made of both would be one more text a drone. */
  readonly #links = new Map<string, Map<string, readonly VehicleLink[]>>();
  /** A drone has one way open as a rule, and a socket many drones: they share one list. */
  readonly #sole = new WeakMap<VehicleLink, readonly VehicleLink[]>();
  readonly #bus: Bus;
  #onAttached: (tenant: string, droneId: string) => void = () => undefined;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  attach(tenant: string, droneId: string, link: VehicleLink): void {
    const ofTenant = this.#links.get(tenant) ?? new Map<string, readonly VehicleLink[]>();
    this.#links.set(tenant, ofTenant);
    const links = ofTenant.get(droneId);
    if (links?.includes(link)) return;
    ofTenant.set(droneId, links ? [...links, link] : this.#only(link));
    this.#onAttached(tenant, droneId);
  }

  /** Called whenever a further way to a vehicle has opened. */
  onAttached(listener: (tenant: string, droneId: string) => void): void {
    this.#onAttached = listener;
  }

  #only(link: VehicleLink): readonly VehicleLink[] {
    const known = this.#sole.get(link) ?? [link];
    this.#sole.set(link, known);
    return known;
  }

  detach(tenant: string, droneId: string, link: VehicleLink): void {
    const links = this.#of(tenant, droneId).filter((each) => each !== link);
    if (links.length === 0) this.#links.get(tenant)?.delete(droneId);
    else this.#links.get(tenant)?.set(droneId, links);
  }

  #of(tenant: string, droneId: string): readonly VehicleLink[] {
    return this.#links.get(tenant)?.get(droneId) ?? [];
  }

  channels(tenant: string, droneId: string): readonly Channel[] {
    return this.#of(tenant, droneId).map(({ channel }) => channel);
  }

  /** Over every way at once; the vehicle knows a repeat by its command id. Returns the ways the bytes went. */
  send(tenant: string, droneId: string, order: OrderMessage): readonly Channel[] {
    const links = this.#of(tenant, droneId);
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
