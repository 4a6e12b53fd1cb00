import type { Following, OperatorSocket } from './operator-socket.ts';
import type { Picture } from './picture.ts';
import { BATCH_COLUMNS } from './telemetry-text.ts';

/** How a subscription's pushes are written. */
export type FeedForm = 'single' | 'batch' | 'binary';

export interface FeedOptions {
  readonly picture: Picture;
  readonly form: FeedForm;
  readonly minIntervalMs: number;
  /** Undefined: every drone. */
  readonly selection: ReadonlySet<number> | undefined;
  readonly onEmpty: () => void;
}

const SNAPSHOT_DRONES = 1000;

/** Who wants the same drones at the same pace in the same form: gathered and encoded once for all of them. */
export class DroneFeed implements Following {
  readonly #options: FeedOptions;
  readonly #members = new Set<OperatorSocket>();
  readonly #pending = new Set<number>();
  readonly #told = new Set<number>();
  #statusesTold = 0;
  #flushedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get selection(): ReadonlySet<number> | undefined {
    return this.#options.selection;
  }

  join(socket: OperatorSocket): void {
    this.#members.add(socket);
  }

  leave(socket: OperatorSocket): void {
    if (!this.#members.delete(socket)) return;
    socket.forget(this);
    if (this.#members.size === 0) this.#options.onEmpty();
  }

  #all(): readonly number[] {
    return [...(this.selection ?? this.#options.picture.drones.keys())];
  }

  /** These drones changed. */
  take(changed: readonly number[]): void {
    const { selection } = this;
    for (const index of changed) if (selection?.has(index) !== false) this.#pending.add(index);
  }

  flush(nowMs: number): void {
    const { minIntervalMs } = this.#options;
    if (this.#pending.size === 0 || nowMs - this.#flushedAtMs < minIntervalMs) return;
    this.#flushedAtMs = nowMs;
    const indexes = [...this.#pending];
    this.#pending.clear();
    const ready: OperatorSocket[] = [];
    for (const member of this.#members) {
      if (member.isReplaying) continue;
      if (member.isBehind) member.miss(this, indexes);
      else ready.push(member);
    }
    if (ready.length > 0) this.#send(ready, indexes, nowMs);
  }

  /** The state of these drones (of all, unless given), as one or more snapshots. */
  snapshot(socket: OperatorSocket, nowMs: number, indexes: readonly number[] = this.#all()): void {
    const { picture, form } = this.#options;
    if (form === 'binary') {
      this.#tellIndex([socket], this.#all(), true);
      return socket.pushRecords('snapshot', nowMs, picture.recordsOf(indexes, nowMs));
    }
    sendSnapshot(socket, { picture, indexes, nowMs });
  }

  catchUp(socket: OperatorSocket, missed: ReadonlySet<number>, nowMs: number): void {
    this.#send([socket], [...missed], nowMs);
  }

  #send(sockets: readonly OperatorSocket[], indexes: readonly number[], nowMs: number): void {
    const { picture, form } = this.#options;
    if (form === 'binary') {
      const records = picture.recordsOf(indexes, nowMs);
      this.#tellIndex([...this.#members], indexes, false);
      for (const socket of sockets) socket.pushRecords('update', nowMs, records);
      return;
    }
    sendUpdates(sockets, { picture, indexes, nowMs, form });
  }

  /** The names of indexes not told yet; `isWhole`: of all, to somebody who is new. */
  #tellIndex(sockets: readonly OperatorSocket[], indexes: readonly number[], isWhole: boolean): void {
    const { picture } = this.#options;
    // Fills the table of status words with those in use.
    if (isWhole) picture.recordsOf(indexes, 0);
    const fresh = isWhole ? indexes : indexes.filter((index) => !this.#told.has(index));
    for (const index of fresh) this.#told.add(index);
    if (!isWhole && fresh.length === 0 && this.#statusesTold === picture.statuses.length) return;
    this.#statusesTold = picture.statuses.length;
    const drones = fresh.map((index) => [index, picture.idOf(index)]);
    for (const socket of sockets) socket.push({ type: 'fleet_index', statuses: picture.statuses, drones });
  }
}

const COLUMNS = JSON.stringify(BATCH_COLUMNS);

export interface Batch {
  readonly picture: Picture;
  readonly indexes: readonly number[];
  readonly nowMs: number;
}

/** One message a drone, or rows of all; made once for everybody. */
export function sendUpdates(
  sockets: readonly OperatorSocket[],
  { picture, indexes, nowMs, form }: Batch & { readonly form: 'single' | 'batch' },
): void {
  const asOf = new Date(nowMs).toISOString();
  if (form === 'batch') {
    const body = Buffer.from(`"as_of":"${asOf}","columns":${COLUMNS},"rows":[${picture.rowsOf(indexes)}]}`);
    for (const socket of sockets) socket.pushShared('"type":"telemetry_batch",', body);
    return;
  }
  const tails = indexes.map((index) =>
    Buffer.from(`"type":"telemetry_update","as_of":"${asOf}",${picture.textOf(index)}}`),
  );
  for (const socket of sockets) socket.pushTails(tails);
}

/** In parts that can be read one by one. */
export function sendSnapshot(socket: OperatorSocket, { picture, indexes, nowMs }: Batch): void {
  const asOf = new Date(nowMs).toISOString();
  const parts = Math.max(1, Math.ceil(indexes.length / SNAPSHOT_DRONES));
  for (let part = 1; part <= parts; part += 1) {
    const some = indexes.slice((part - 1) * SNAPSHOT_DRONES, part * SNAPSHOT_DRONES);
    const drones = some.map((index) => `{${picture.textOf(index)}}`).join();
    const begin = `"type":"telemetry_snapshot","as_of":"${asOf}","part":${part},"parts":${parts}`;
    socket.pushTail(`${begin},"drones":[${drones}]}`);
  }
}
