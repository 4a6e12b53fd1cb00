import { type MapCell, type MapIndex, type MapWindow, toCellRange } from '@skein/core';
import { sendSnapshot, sendUpdates } from './drone-feed.ts';
import type { Following, OperatorSocket } from './operator-socket.ts';
import type { Picture } from './picture.ts';

export interface WindowOptions {
  readonly picture: Picture;
  readonly form: 'single' | 'batch';
  readonly minIntervalMs: number;
  readonly window: MapWindow;
  readonly onEmpty: () => void;
}

/** So many drones are shown one by one: at twice a second below 100 kB/s. */
const MAX_SHOWN = 100;
/** Clusters end where so few are left: a fleet at the limit does not flap. */
const FEW = 80;
/** So many clusters at once: at once a second below 100 kB/s. */
const MAX_CELLS = 512;
const LOOK_EVERY_MS = 1000;

/**
 * A part of the map: a few drones are shown one by one, many as clusters of the cells they stand in, so that the bandwidth
 * does not grow with the fleet. Shared by everybody who looks at the same part.
 */
export class WindowFeed implements Following {
  readonly #options: WindowOptions;
  readonly #members = new Set<OperatorSocket>();
  readonly #pending = new Set<number>();
  /** Undefined: they are too many, clusters are shown. */
  #shown: ReadonlySet<number> | undefined;
  #clusters = '';
  #flushedAtMs = Number.NEGATIVE_INFINITY;
  #lookedAtMs: number;

  constructor(options: WindowOptions, nowMs: number) {
    this.#options = options;
    this.#lookedAtMs = nowMs;
    const map = options.picture.map(nowMs);
    this.#shown = this.#membersOf(map, MAX_SHOWN);
    if (!this.#shown) this.#clusters = this.#toClusters(map);
  }

  join(socket: OperatorSocket): void {
    this.#members.add(socket);
  }

  leave(socket: OperatorSocket): void {
    if (!this.#members.delete(socket)) return;
    socket.forget(this);
    if (this.#members.size === 0) this.#options.onEmpty();
  }

  take(changed: readonly number[]): void {
    const shown = this.#shown;
    if (!shown) return;
    for (const index of changed) if (shown.has(index)) this.#pending.add(index);
  }

  flush(nowMs: number): void {
    const { minIntervalMs } = this.#options;
    if (nowMs - this.#lookedAtMs >= Math.max(LOOK_EVERY_MS, minIntervalMs)) this.#look(nowMs);
    if (this.#pending.size === 0 || nowMs - this.#flushedAtMs < minIntervalMs) return;
    this.#flushedAtMs = nowMs;
    const indexes = [...this.#pending];
    this.#pending.clear();
    const ready = this.#ready(indexes);
    if (ready.length > 0) sendUpdates(ready, { ...this.#options, indexes, nowMs });
  }

  snapshot(socket: OperatorSocket, nowMs: number): void {
    const indexes = [...(this.#shown ?? [])];
    sendSnapshot(socket, { ...this.#options, indexes, nowMs });
    if (!this.#shown) socket.pushShared(...this.#toPush(nowMs));
  }

  catchUp(socket: OperatorSocket, _missed: ReadonlySet<number>, nowMs: number): void {
    this.snapshot(socket, nowMs);
  }

  #ready(indexes: Iterable<number>): readonly OperatorSocket[] {
    return [...this.#members].filter((member) => {
      if (member.isBehind) member.miss(this, indexes);
      return !member.isBehind && !member.isReplaying;
    });
  }

  /** Who is in the window now. */
  #look(nowMs: number): void {
    this.#lookedAtMs = nowMs;
    const map = this.#options.picture.map(nowMs);
    const before = this.#shown;
    const shown = this.#membersOf(map, before ? MAX_SHOWN : FEW);
    this.#shown = shown;
    if (!shown) return this.#showClusters(map, nowMs);
    if (!before) {
      for (const member of this.#ready([])) this.snapshot(member, nowMs);
      return;
    }
    for (const index of shown) if (!before.has(index)) this.#pending.add(index);
    const gone = [...before]
      .filter((index) => !shown.has(index))
      .map((index) => this.#options.picture.idOf(index));
    if (gone.length === 0) return;
    for (const member of this.#ready([])) member.push({ type: 'telemetry_gone', drone_ids: gone });
  }

  #membersOf(map: MapIndex, limit: number): ReadonlySet<number> | undefined {
    const members = map.members(this.#options.window, limit, MAX_CELLS);
    return members && new Set(members);
  }

  /** Nothing is said where nothing has changed. */
  #showClusters(map: MapIndex, nowMs: number): void {
    this.#pending.clear();
    const clusters = this.#toClusters(map);
    if (clusters === this.#clusters) return;
    this.#clusters = clusters;
    const push = this.#toPush(nowMs);
    for (const member of this.#ready([])) member.pushShared(...push);
  }

  #toPush(nowMs: number): [string, Buffer] {
    const asOf = new Date(nowMs).toISOString();
    return [`"type":"telemetry_clusters","as_of":"${asOf}",`, Buffer.from(this.#clusters)];
  }

  #toClusters(map: MapIndex): string {
    const { picture, window } = this.#options;
    const range = toCellRange(window, MAX_CELLS);
    const cells = map.cells(range);
    const total = cells.reduce((sum, { count }) => sum + count, 0);
    const clusters = cells.map((cell) => toClusterText(cell, picture)).join();
    return `"zoom":${window.zoom},"level":${range.level},"total":${total},"clusters":[${clusters}]}`;
  }
}

/** A metre or so is what a cluster's middle may be rounded to. */
const DECIMALS = 5;

function toClusterText(cell: MapCell, picture: Picture): string {
  const { level, column, row, count, armed, troubled, stale, sole } = cell;
  const place = `"latitude":${cell.latitudeDeg.toFixed(DECIMALS)},"longitude":${cell.longitudeDeg.toFixed(DECIMALS)}`;
  const name = sole < 0 ? '' : `,"drone_id":"${picture.idOf(sole)}"`;
  const counts = `"count":${count},"armed":${armed},"anomalies":${troubled},"stale":${stale}`;
  return `{"cell":"${level}/${column}/${row}",${place},${counts}${name}}`;
}
