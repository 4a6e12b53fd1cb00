import { type Bus, type Channel, type OrderMessage, traitsOf, type VehicleLink } from '@skein/core';

/** A socket younger than this is given no missions: what it says first, and the answer to that, come before what is asked of it. */
const SETTLING_MS = 1000;

/** The ways to every vehicle that are open now: its sockets, its long poll. */
export class VehicleLinks {
  /** By tenant, then by drone: a key made of both would be one more text a drone. */
  readonly #links = new Map<string, Map<string, readonly VehicleLink[]>>();
  /** A drone has one way open as a rule, and a socket many drones: they share one list. */
  readonly #sole = new WeakMap<VehicleLink, readonly VehicleLink[]>();
  readonly #bus: Bus;
  #onAttached: (tenant: string, droneId: string) => void = () => undefined;
  /** Sockets that have just come, and whose they are. */
  readonly #settled = new WeakSet<VehicleLink>();
  readonly #settling = new Map<VehicleLink, (readonly [tenant: string, droneId: string])[]>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  attach(tenant: string, droneId: string, link: VehicleLink): void {
    const ofTenant = this.#links.get(tenant) ?? new Map<string, readonly VehicleLink[]>();
    this.#links.set(tenant, ofTenant);
    const links = ofTenant.get(droneId);
    if (links?.includes(link)) return;
    ofTenant.set(droneId, links ? [...links, link] : this.#only(link));
    if (link.channel === 'websocket') this.#settle(tenant, droneId, link);
    this.#onAttached(tenant, droneId);
  }

  #settle(tenant: string, droneId: string, link: VehicleLink): void {
    if (this.#settled.has(link)) return;
    const others = this.#settling.get(link);
    if (others) return void others.push([tenant, droneId]);
    const carried = [[tenant, droneId] as const];
    this.#settling.set(link, carried);
    setTimeout(() => {
      this.#settling.delete(link);
      this.#settled.add(link);
      for (const [whose, which] of carried)
        if (this.#of(whose, which).includes(link)) this.#onAttached(whose, which);
    }, SETTLING_MS).unref();
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
    const isMission = traitsOf(order.command).lane === 'mission';
    const links = this.#of(tenant, droneId).filter((link) => !(isMission && this.#settling.has(link)));
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
