import type { Durability } from '@skein/core';
import { backoffMs } from './backoff.ts';
import type { MessageKind } from './events.ts';
import { InFlight } from './in-flight.ts';
import type { LineContext } from './line.ts';
import { type HeldMessage, toText } from './outbox.ts';
import { isTemporary, toRefusal } from './refusal.ts';
import { SendQueue } from './send-queue.ts';

/** What one WebSocket connection carries: sent in order, answered by number. A new connection begins anew. */

/** Messages without an answer at most; above the server's own 256, so that it is the server that sets the pace. */
const WINDOW = 1024;
/** Guide A's BATCH_SIZE. */
const FRAME_ITEMS = 100;
/** Bytes left in the socket at most, and how long to wait for it to drain: browsers tell nobody when it has. */
const SOCKET_BYTES = 1024 * 1024;
const SOCKET_WAIT_MS = 50;

export interface Wire {
  readonly bufferedAmount: number;
  /** A frame of these JSON texts: one message, or several as an array. */
  write(texts: readonly string[]): void;
}

export interface Caution {
  /** One message a frame, because the server found a frame too large. */
  readonly single: boolean;
  /** One message at a time, until everything held has passed: to find the one that is too large. */
  readonly oneAtATime: boolean;
}

type Frame = Readonly<Record<string, unknown>>;

export class Delivery {
  readonly #line: LineContext;
  readonly #wire: Wire;
  readonly #queue: SendQueue;
  readonly #inFlight = new InFlight();
  readonly #single: boolean;
  #window: number;
  #pumping = false;
  #closed = false;
  #pause: unknown;
  #refusals = 0;

  constructor(line: LineContext, wire: Wire, caution: Caution) {
    this.#line = line;
    this.#wire = wire;
    this.#queue = new SendQueue(line.settings.bufferMessages);
    // A guide A server knows no array frames.
    this.#single = caution.single || line.settings.ack === 'none';
    this.#window = caution.oneAtATime ? 1 : WINDOW;
    this.#queue.fill(line.outbox.all());
    this.#pumpSoon();
  }

  get waiting(): number {
    return this.#inFlight.waiting;
  }

  offer(message: HeldMessage): void {
    this.#queue.push(message);
    this.#pumpSoon();
  }

  /** `{"type":"ack","upto":n}` */
  ackUpTo(n: number, durability: Durability | undefined): void {
    for (const message of this.#inFlight.passTo(n)) this.#acknowledge(message, durability, undefined);
    this.#pumpSoon();
  }

  /** `telemetry_ack`, `anomaly_ack` */
  ackOne(kind: MessageKind, frame: Frame): void {
    const message = this.#find(kind, frame);
    const dataId = frame['dataId'] ?? frame['anomalyId'];
    if (message) this.#acknowledge(message, frame['durability'] as Durability | undefined, dataId);
    this.#pumpSoon();
  }

  /** An error frame; false when it is about none of the messages. */
  refuse(frame: Frame): boolean {
    const message = this.#find(undefined, frame);
    if (!message) return false;
    const refusal = toRefusal(frame, 'VALIDATION_ERROR');
    if (isTemporary(refusal.code)) {
      this.#queue.putBack([message]);
      this.pause(Number(refusal.details['retryAfterS'] ?? 0) * 1000);
    } else {
      this.#line.outbox.reject(message, refusal);
    }
    this.#pumpSoon();
    return true;
  }

  /** Sends nothing for at least `ms`, and some more, so that those who wait do not return together. */
  pause(ms: number): void {
    const { timers, random, reconnectIntervalMs } = this.#line.settings;
    this.#refusals += 1;
    const waitMs = (ms || 0) + backoffMs(reconnectIntervalMs, this.#refusals, random);
    timers.clearTimeout(this.#pause);
    this.#pause = timers.setTimeout(() => {
      this.#pause = undefined;
      this.#pump();
    }, waitMs);
  }

  /** The one message without an answer, when it is the only one. */
  soleWaiting(): HeldMessage | undefined {
    return this.waiting === 1 ? this.#inFlight.passTo(Number.MAX_SAFE_INTEGER)[0] : undefined;
  }

  close(): void {
    this.#closed = true;
    this.#line.settings.timers.clearTimeout(this.#pause);
  }

  #acknowledge(message: HeldMessage, durability: Durability | undefined, dataId: unknown): void {
    this.#refusals = 0;
    this.#line.outbox.acknowledge(message, {
      channel: 'websocket',
      ...(durability && { durability }),
      ...(typeof dataId === 'string' && { dataId }),
    });
  }

  #find(kind: MessageKind | undefined, { n, seq }: Frame): HeldMessage | undefined {
    if (typeof n === 'number') return this.#inFlight.take(n);
    if (typeof seq === 'number') return this.#inFlight.takeOldest(kind, seq);
    return kind || this.waiting === 1 ? this.#inFlight.takeOldest(kind, undefined) : undefined;
  }

  /** What is sent in the same turn travels in the same frame. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    const { maxMessageBytes, timers } = this.#line.settings;
    while (!this.#closed && this.#pause === undefined) {
      const room = this.#window - this.waiting;
      if (room <= 0) return;
      if (this.#wire.bufferedAmount > SOCKET_BYTES) {
        this.#pause = timers.setTimeout(() => {
          this.#pause = undefined;
          this.#pump();
        }, SOCKET_WAIT_MS);
        return;
      }
      const items = this.#single ? 1 : Math.min(room, FRAME_ITEMS);
      const messages = this.#queue.take(items, maxMessageBytes, ({ state }) => state === 'held');
      if (messages.length === 0) {
        this.#drained();
        return;
      }
      this.#send(messages);
    }
  }

  #drained(): void {
    if (this.waiting === 0) this.#window = WINDOW;
  }

  #send(messages: readonly HeldMessage[]): void {
    const { settings, outbox } = this.#line;
    const unconfirmed = settings.ack === 'none';
    for (const message of messages) {
      outbox.markSent(message, 'websocket');
      if (!unconfirmed) this.#inFlight.push(message);
    }
    this.#wire.write(messages.map((message) => toText(message, 'websocket')));
    // Where there is HTTP too, its answer is waited for.
    if (unconfirmed && !settings.httpEndpoint) for (const message of messages) outbox.release(message);
  }
}
