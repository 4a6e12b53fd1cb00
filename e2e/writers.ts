import { once } from 'node:events';
import { WebSocket } from 'ws';
import { newSession, telemetryOf } from './messages.ts';
import type { Json } from './socket.ts';

/**
 * Drones at full load that keep a ledger of what was acknowledged to them, outside the server's process. Each is a drone
 * with one session; its messages are told apart by `seq` alone.
 */

export interface WritersOptions {
  /** Changes with every restart of the server. */
  readonly url: () => string;
  readonly writers: number;
  /** The first half is answered message by message, the second cumulatively. */
  readonly ack?: 'both' | 'each' | 'count';
  /** Unacknowledged messages of one drone at most. */
  readonly window?: number;
  readonly key?: string | undefined;
}

/** Acknowledged messages that a drone sends again after each interruption, as one whose memory is shorter than it thinks. */
const REPEATED = 20;

export class Writers {
  readonly #drones: readonly Writer[];
  /** Never resolves; rejects with the first refusal: none of what the writers send may be refused. */
  readonly #refused = Promise.withResolvers<never>();
  #acked = 0;
  #waits: { readonly count: number; readonly resolve: () => void }[] = [];

  constructor({ url, writers, ack = 'both', window = 32, key }: WritersOptions) {
    const onAck = (count: number) => this.#count(count);
    this.#refused.promise.catch(() => undefined);
    const onError = (error: Json) => this.#refused.reject(new Error(`refused: ${JSON.stringify(error)}`));
    const run = newSession().slice(0, 8);
    this.#drones = Array.from({ length: writers }, (_, n) => {
      const half = n % 2 === 0 ? 'each' : 'count';
      const mode = ack === 'both' ? half : ack;
      return new Writer({ url, ack: mode, window, key, droneId: `writer-${run}-${n}`, onAck, onError });
    });
  }

  get droneIds(): readonly string[] {
    return this.#drones.map(({ droneId }) => droneId);
  }

  /** Acknowledgements so far, repeats not counted. */
  get acked(): number {
    return this.#acked;
  }

  ackedOf(droneId: string): ReadonlySet<number> {
    return this.#drone(droneId).acked;
  }

  sentOf(droneId: string): number {
    return this.#drone(droneId).sent;
  }

  /** Connects (again): first what is unacknowledged is sent once more, and some of what is not; then on and on. */
  async connect(): Promise<void> {
    await Promise.all(this.#drones.map((drone) => drone.connect()));
  }

  /** Resolves after so many further acknowledgements. */
  untilAcked(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waits.push({ count: this.#acked + count, resolve });
    return Promise.race([promise, this.#refused.promise]);
  }

  /** Nothing new is sent; resolves when everything that was sent has been acknowledged. */
  async finish(): Promise<void> {
    const all = Promise.all(this.#drones.map((drone) => drone.finish()));
    await Promise.race([all, this.#refused.promise]);
  }

  close(): void {
    for (const drone of this.#drones) drone.close();
  }

  #drone(droneId: string): Writer {
    return this.#drones.find((drone) => drone.droneId === droneId) as Writer;
  }

  #count(count: number): void {
    this.#acked += count;
    for (const wait of this.#waits) if (this.#acked >= wait.count) wait.resolve();
    this.#waits = this.#waits.filter((wait) => this.#acked < wait.count);
  }
}

interface WriterOptions {
  readonly url: () => string;
  readonly ack: 'each' | 'count';
  readonly window: number;
  readonly key: string | undefined;
  readonly droneId: string;
  readonly onAck: (count: number) => void;
  readonly onError: (error: Json) => void;
}

class Writer {
  readonly droneId: string;
  readonly acked = new Set<number>();
  readonly #options: WriterOptions;
  readonly #session = newSession();
  /** A message is the same whenever it is sent: its time follows from its `seq`. */
  readonly #startMs = Date.now() - 3_600_000;
  /** Sent on this connection, in order, from `#first` on; a cumulative answer counts along this list. */
  #order: number[] = [];
  #first = 0;
  #next = 0;
  #isFinishing = false;
  #onDone: (() => void) | undefined;
  #ws: WebSocket | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.droneId = options.droneId;
  }

  /** Distinct messages sent so far: those with `seq` 0 … sent - 1. */
  get sent(): number {
    return this.#next;
  }

  async connect(): Promise<void> {
    const { url, ack, key } = this.#options;
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const ws = new WebSocket(`${url()}/?ack=${ack}`, { headers });
    ws.on('error', () => undefined);
    ws.on('message', (data: Buffer) => {
      // What an earlier connection still has to say counts along another list.
      if (this.#ws === ws) this.#hear(JSON.parse(data.toString()) as Json);
    });
    await once(ws, 'open');
    this.#ws = ws;
    const repeated = [...this.acked].slice(-REPEATED);
    const unacked = this.#order.slice(this.#first).filter((seq) => !this.acked.has(seq));
    this.#order = [];
    this.#first = 0;
    for (const seq of [...repeated, ...unacked]) this.#send(seq);
    this.#pump();
  }

  finish(): Promise<void> {
    this.#isFinishing = true;
    return new Promise((resolve) => {
      this.#onDone = resolve;
      this.#judgeDone();
    });
  }

  close(): void {
    this.#ws?.close();
  }

  #hear(message: Json): void {
    const { type, seq, upto } = message as { type: string; seq: number; upto: number };
    if (type === 'error') this.#options.onError(message);
    else if (type === 'telemetry_ack') this.#settle([seq]);
    else if (type === 'ack') this.#settle(this.#order.slice(this.#first, upto));
    else return;
    while (this.#first < this.#order.length && this.acked.has(this.#order[this.#first] as number))
      this.#first += 1;
    this.#pump();
    this.#judgeDone();
  }

  #settle(seqs: readonly number[]): void {
    const before = this.acked.size;
    for (const seq of seqs) this.acked.add(seq);
    this.#options.onAck(this.acked.size - before);
  }

  #pump(): void {
    while (!this.#isFinishing && this.#order.length - this.#first < this.#options.window) {
      this.#send(this.#next);
      this.#next += 1;
    }
  }

  #send(seq: number): void {
    this.#order.push(seq);
    const timestamp = new Date(this.#startMs + seq).toISOString();
    this.#ws?.send(
      JSON.stringify(telemetryOf({ droneId: this.droneId, sessionId: this.#session, seq, timestamp })),
    );
  }

  #judgeDone(): void {
    if (this.#isFinishing && this.acked.size === this.#next) this.#onDone?.();
  }
}
