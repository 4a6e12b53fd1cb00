import { createHash } from 'node:crypto';
import type { Clock, Fleet, MapWindow, SubscriptionWish } from '@skein/core';
import { DroneFeed, type FeedForm } from './drone-feed.ts';
import type { OperatorSocket } from './operator-socket.ts';
import { Picture } from './picture.ts';
import { WindowFeed } from './window-feed.ts';

/** A window's drones move this often at most, whatever is asked for: its bandwidth is bounded. */
const WINDOW_HZ = 2;

/** One tenant's picture and all subscriptions to it. */
interface Tenant {
  readonly picture: Picture;
  readonly droneFeeds: Map<string, DroneFeed>;
  readonly windowFeeds: Map<string, WindowFeed>;
}

/** Telemetry to operators: who wants the same in the same form shares one feed, which is gathered and encoded once a tick. */
export class FanOut {
  readonly #fleet: Fleet;
  readonly #clock: Clock;
  readonly #tenants = new Map<string, Tenant>();

  constructor({ fleet, clock }: { readonly fleet: Fleet; readonly clock: Clock }) {
    this.#fleet = fleet;
    this.#clock = clock;
  }

  /** Everything that changed since the last tick, to whoever wants it. */
  tick(): void {
    const nowMs = this.#clock.now();
    for (const { picture, droneFeeds, windowFeeds } of this.#tenants.values()) {
      const changed = picture.scan(nowMs, toWatched(droneFeeds, windowFeeds));
      for (const feed of [...droneFeeds.values(), ...windowFeeds.values()]) {
        if (changed.length > 0) feed.take(changed);
        feed.flush(nowMs);
      }
    }
  }

  subscribe(socket: OperatorSocket, wish: SubscriptionWish): void {
    const { droneId: bound } = socket.principal;
    const isById = Array.isArray(wish.drones);
    // Whose credential is bound to one drone sees that one, whatever is asked for.
    const drones = bound !== undefined && !isById ? [bound] : wish.drones;
    if (typeof drones === 'object' && 'bounds' in drones)
      return this.#follow(socket, { ...wish, drones }, drones);
    if (drones === 'all') socket.droneIds.clear();
    else for (const droneId of drones) socket.droneIds.add(droneId);
    socket.wish = { ...wish, drones: socket.wish?.drones === 'all' ? 'all' : drones };
    const feed = this.#refeed(socket);
    const { picture } = this.#tenantOf(socket);
    const indexes = drones === 'all' ? undefined : toIndexes(picture, drones);
    socket.later(() => feed?.snapshot(socket, this.#clock.now(), indexes && [...indexes]));
  }

  /** Everything the connection follows, as it is now. */
  snapshot(socket: OperatorSocket): void {
    const nowMs = this.#clock.now();
    socket.droneFeed?.snapshot(socket, nowMs);
    socket.windowFeed?.snapshot(socket, nowMs);
  }

  #follow(socket: OperatorSocket, wish: SubscriptionWish, window: MapWindow): void {
    socket.windowFeed?.leave(socket);
    socket.windowWish = wish;
    const form = wish.batch || socket.isBinary ? 'batch' : 'single';
    const minIntervalMs = 1000 / Math.min(wish.maxRateHz ?? WINDOW_HZ, WINDOW_HZ);
    const key = JSON.stringify([window, form, minIntervalMs]);
    const { picture, droneFeeds, windowFeeds } = this.#tenantOf(socket);
    const create = () => {
      const options = {
        picture,
        form,
        minIntervalMs,
        window,
        onEmpty: () => this.#drop(socket, key),
      } as const;
      picture.see(undefined, toWatched(droneFeeds, windowFeeds));
      const feed = new WindowFeed(options, this.#clock.now());
      windowFeeds.set(key, feed);
      return feed;
    };
    const feed = windowFeeds.get(key) ?? create();
    feed.join(socket);
    socket.windowFeed = feed;
    socket.later(() => feed.snapshot(socket, this.#clock.now()));
  }

  unsubscribe(socket: OperatorSocket, droneIds: readonly string[] | undefined): void {
    if (droneIds) for (const droneId of droneIds) socket.droneIds.delete(droneId);
    else {
      socket.droneIds.clear();
      socket.wish = undefined;
      socket.windowWish = undefined;
      socket.windowFeed?.leave(socket);
      socket.windowFeed = undefined;
    }
    this.#refeed(socket);
  }

  /** The feed of what the connection follows by id (or of everything) now. */
  #refeed(socket: OperatorSocket): DroneFeed | undefined {
    const before = socket.droneFeed;
    const { wish } = socket;
    const isNothing = !wish || (wish.drones !== 'all' && socket.droneIds.size === 0);
    const feed = isNothing ? undefined : this.#droneFeed(socket, wish);
    socket.droneFeed = feed;
    feed?.join(socket);
    if (before !== feed) before?.leave(socket);
    return feed;
  }

  #droneFeed(socket: OperatorSocket, wish: SubscriptionWish): DroneFeed {
    const form = toForm(socket, wish);
    const minIntervalMs = wish.maxRateHz === undefined ? 0 : 1000 / wish.maxRateHz;
    const isAll = wish.drones === 'all';
    const key = `${form} ${minIntervalMs} ${isAll ? 'all' : hashOf(socket.droneIds)}`;
    const { picture, droneFeeds, windowFeeds } = this.#tenantOf(socket);
    const known = droneFeeds.get(key);
    if (known) return known;
    const selection = isAll ? undefined : toIndexes(picture, socket.droneIds);
    picture.see(selection, toWatched(droneFeeds, windowFeeds));
    const onEmpty = () => this.#drop(socket, key);
    const feed = new DroneFeed({ picture, form, minIntervalMs, selection, onEmpty });
    droneFeeds.set(key, feed);
    return feed;
  }

  #tenantOf({ principal: { tenant } }: OperatorSocket): Tenant {
    const known = this.#tenants.get(tenant);
    if (known) return known;
    const picture = new Picture(this.#fleet, tenant, this.#clock.now());
    const made: Tenant = { picture, droneFeeds: new Map(), windowFeeds: new Map() };
    this.#tenants.set(tenant, made);
    return made;
  }

  /** Nobody follows it any more; without any feed the picture itself is let go of. */
  #drop({ principal: { tenant } }: OperatorSocket, key: string): void {
    const known = this.#tenants.get(tenant);
    known?.droneFeeds.delete(key);
    known?.windowFeeds.delete(key);
    if (known && known.droneFeeds.size + known.windowFeeds.size === 0) this.#tenants.delete(tenant);
  }
}

function toForm({ isBinary }: OperatorSocket, { batch }: SubscriptionWish): FeedForm {
  if (isBinary) return 'binary';
  return batch ? 'batch' : 'single';
}

function toIndexes(picture: Picture, droneIds: Iterable<string>): Set<number> {
  const indexes = [...droneIds].map((droneId) => picture.indexOf(droneId));
  return new Set(indexes.filter((index) => index !== undefined));
}

const hashOf = (droneIds: ReadonlySet<string>): string =>
  createHash('sha256')
    .update([...droneIds].toSorted().join())
    .digest('base64');

/** Undefined: every drone has to be looked at. */
function toWatched(
  droneFeeds: ReadonlyMap<string, DroneFeed>,
  windowFeeds: ReadonlyMap<string, WindowFeed>,
): ReadonlySet<number> | undefined {
  if (windowFeeds.size > 0) return undefined;
  const selections = [...droneFeeds.values()].map(({ selection }) => selection);
  if (selections.length === 1) return selections[0];
  const union = new Set<number>();
  for (const selection of selections) {
    if (!selection) return undefined;
    for (const index of selection) union.add(index);
  }
  return union;
}
