import {
  type DroneState,
  FLEET_RECORD_BYTES,
  type Fleet,
  isArmed,
  type LinkState,
  linkState,
  MAP_MARKS,
  MapIndex,
  writeFleetRecord,
} from '@skein/core';
import { toFleetRecord, toRowText, toTelemetryText } from './telemetry-text.ts';

/** A large fleet is looked at a part at a time: this many drones a tick. */
const MAX_SCANNED = 20_000;
const LINKS_EVERY_MS = 1000;
const MAP_EVERY_MS = 1000;
const MAX_STATUSES = 255;

/**
 * One tenant's live picture as operators follow it: every drone has an index, and a tick finds which have a newer sample by
 * comparing numbers. The line of ingest does nothing for it, and without operators nothing is done at all.
 */
export class Picture {
  readonly tenant: string;
  readonly drones: DroneState[] = [];
  /** Words of `status` that were met; 0 is none. */
  readonly statuses: string[] = [''];
  readonly #fleet: Fleet;
  readonly #indexes = new Map<string, number>();
  readonly #statusIndexes = new Map<string, number>();
  /** Event time and `seq` of the sample a drone was last seen with: newer is what has another. */
  readonly #seenUs: number[] = [];
  readonly #seenSeq: number[] = [];
  readonly #links: LinkState[] = [];
  readonly #texts = new Map<number, string>();
  #fleetSize = -1;
  #next = 0;
  #linksAtMs = Number.NEGATIVE_INFINITY;
  #map: { readonly index: MapIndex; readonly atMs: number } | undefined;

  constructor(fleet: Fleet, tenant: string, nowMs: number) {
    this.#fleet = fleet;
    this.tenant = tenant;
    this.#meet(nowMs);
  }

  indexOf(droneId: string): number | undefined {
    return this.#indexes.get(droneId);
  }

  idOf(index: number): string {
    return (this.drones[index] as DroneState).droneId;
  }

  /** The drones that changed since they were last looked at: of those asked for, or of all. */
  scan(nowMs: number, watched: Iterable<number> | undefined): readonly number[] {
    this.#texts.clear();
    const changed = this.#meet(nowMs);
    for (const index of watched ?? this.#part()) {
      const { latestTimeUs, latestSeq } = this.drones[index] as DroneState;
      if (latestTimeUs === this.#seenUs[index] && latestSeq === this.#seenSeq[index]) continue;
      if (Number.isNaN(latestTimeUs)) continue;
      this.#seenUs[index] = latestTimeUs;
      this.#seenSeq[index] = latestSeq;
      changed.push(index);
    }
    if (nowMs - this.#linksAtMs >= LINKS_EVERY_MS) this.#judgeLinks(nowMs, changed);
    return changed;
  }

  /** What nobody has followed so far counts as seen now: its first follower gets a snapshot. */
  see(selection: ReadonlySet<number> | undefined, watched: ReadonlySet<number> | undefined): void {
    if (!watched) return;
    for (const index of selection ?? this.drones.keys()) {
      if (watched.has(index)) continue;
      const { latestTimeUs, latestSeq } = this.drones[index] as DroneState;
      this.#seenUs[index] = latestTimeUs;
      this.#seenSeq[index] = latestSeq;
    }
  }

  *#part(): Generator<number> {
    const count = this.drones.length;
    const from = this.#next < count ? this.#next : 0;
    const to = Math.min(count, from + MAX_SCANNED);
    this.#next = to;
    for (let index = from; index < to; index += 1) yield index;
  }

  /** Drones are met and never forgotten: those beyond the known ones are new. */
  #meet(nowMs: number): number[] {
    const met: number[] = [];
    if (this.#fleet.size === this.#fleetSize) return met;
    this.#fleetSize = this.#fleet.size;
    let at = 0;
    for (const drone of this.#fleet.drones(this.tenant)) {
      at += 1;
      if (at <= this.drones.length) continue;
      this.#indexes.set(drone.droneId, this.drones.length);
      met.push(this.drones.length);
      this.drones.push(drone);
      this.#seenUs.push(drone.latestTimeUs);
      this.#seenSeq.push(drone.latestSeq);
      this.#links.push(linkState(drone, nowMs));
    }
    return met;
  }

  /** What falls silent changes without a sample. */
  #judgeLinks(nowMs: number, changed: number[]): void {
    this.#linksAtMs = nowMs;
    for (const [index, drone] of this.drones.entries()) {
      const link = linkState(drone, nowMs);
      if (link === this.#links[index]) continue;
      this.#links[index] = link;
      if (changed.at(-1) !== index) changed.push(index);
    }
  }

  /** The inside of a drone's JSON object; made once a tick, whoever wants it. */
  textOf(index: number): string {
    const known = this.#texts.get(index);
    if (known !== undefined) return known;
    const text = toTelemetryText(this.drones[index] as DroneState, this.#links[index] as LinkState);
    this.#texts.set(index, text);
    return text;
  }

  /** The same as rows of a batch, one after the other. */
  rowsOf(indexes: readonly number[]): string {
    return indexes
      .map((index) => toRowText(this.drones[index] as DroneState, this.#links[index] as LinkState))
      .join();
  }

  /** Records one after the other. */
  recordsOf(indexes: readonly number[], baseMs: number): Buffer {
    const bytes = Buffer.allocUnsafe(indexes.length * FLEET_RECORD_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (const [at, index] of indexes.entries()) {
      const drone = this.drones[index] as DroneState;
      const link = this.#links[index] as LinkState;
      const record = toFleetRecord(index, drone, link, this.#statusOf(drone));
      writeFleetRecord(view, at * FLEET_RECORD_BYTES, record, baseMs);
    }
    return bytes;
  }

  #statusOf({ status }: DroneState): number {
    if (status === undefined) return 0;
    const known = this.#statusIndexes.get(status);
    if (known !== undefined) return known;
    if (this.statuses.length > MAX_STATUSES) return 0;
    this.#statusIndexes.set(status, this.statuses.length);
    this.statuses.push(status);
    return this.statuses.length - 1;
  }

  /** Where everybody is: at most a second old, shared by all windows. */
  map(nowMs: number): MapIndex {
    if (!this.#map || nowMs - this.#map.atMs >= MAP_EVERY_MS)
      this.#map = { index: this.#toMap(), atMs: nowMs };
    return this.#map.index;
  }

  #toMap(): MapIndex {
    const count = this.drones.length;
    const latitudeDeg = new Float64Array(count);
    const longitudeDeg = new Float64Array(count);
    const marks = new Uint8Array(count);
    for (const [index, drone] of this.drones.entries()) {
      const { latest } = drone;
      latitudeDeg[index] = latest?.latitudeDeg ?? Number.NaN;
      longitudeDeg[index] = latest?.longitudeDeg ?? Number.NaN;
      marks[index] =
        (isArmed(drone) ? MAP_MARKS.armed : 0) |
        (drone.activeRules === 0 ? 0 : MAP_MARKS.troubled) |
        (this.#links[index] === 'online' ? 0 : MAP_MARKS.stale);
    }
    return new MapIndex({ count, latitudeDeg, longitudeDeg, marks });
  }
}
