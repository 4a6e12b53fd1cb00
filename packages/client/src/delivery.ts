import { backoffMs } from './backoff.ts';
import type { MessageKind } from './events.ts';
import { InFlight } from './in-flight.ts';
import type { LineContext } from './line.ts';
import { type HeldMessage, toText } from './outbox.ts';
import { isTemporary, type Reply, toReceipt, toRefusal, toRetryMs } from './reply.ts';
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

export class Delivery {
  readonly #line: LineContext;
  readonly #wire: Wire;
  readonly #queue: SendQueue;
  readonly #inFlight = new InFlight();
  /** Refused for the time being. */
  readonly #again: HeldMessage[] = [];
  readonly #single: boolean;
  #window: number;
  #pumping = false;
  #closed = false;
  #pause: unknown;
  #pauses = 0;

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
  ackUpTo(reply: Reply): void {
    for (const message of this.#inFlight.passTo(Number(reply.upto))) this.#acknowledge(message, reply);
    this.#pumpSoon();
  }

  /** `telemetry_ack`, `anomaly_ack` */
  ackOne(kind: MessageKind, reply: Reply): void {
    const message = this.#find(kind, reply);
    if (message) this.#acknowledge(message, reply);
    this.#pumpSoon();
  }

  /** An error frame; false when it is about none of the messages. */
  refuse(reply: Reply): boolean {
    const message = this.#find(undefined, reply);
    if (!message) return false;
    const refusal = toRefusal(reply, 'VALIDATION_ERROR');
    if (isTemporary(refusal.code)) {
      this.#again.push(message);
      this.pause(toRetryMs(refusal));
    } else {
      this.#line.outbox.reject(message, refusal);
    }
    this.#pumpSoon();
    return true;
  }

  /** Sends nothing for at least `ms`, and some more, so that those who wait do not return together. */
  pause(ms: number): void {
    if (this.#pause !== undefined) return;
    const { random, reconnectIntervalMs } = this.#line.settings;
    this.#pauses += 1;
    this.#pumpAfter(ms + backoffMs(reconnectIntervalMs, this.#pauses, random));
  }

  /** The one message without an answer, when it is the only one. */
  soleWaiting(): HeldMessage | undefined {
    return this.waiting === 1 ? this.#inFlight.passTo(Number.MAX_SAFE_INTEGER)[0] : undefined;
  }

  close(): void {
    this.#closed = true;
    this.#line.settings.timers.clearTimeout(this.#pause);
  }

  #acknowledge(message: HeldMessage, reply: Reply): void {
    this.#pauses = 0;
    this.#line.outbox.acknowledge(message, { channel: 'websocket', ...toReceipt(reply) });
  }

  /** By its number; without one by its `seq`; without either it must be the only one, or the oldest of its kind. */
  #find(kind: MessageKind | undefined, { n, seq }: Reply): HeldMessage | undefined {
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

  #pumpAfter(ms: number): void {
    this.#pause = this.#line.settings.timers.setTimeout(() => {
      this.#pause = undefined;
      this.#queue.putBack(this.#again.splice(0));
      this.#pump();
    }, ms);
  }

  #pump(): void {
    while (!this.#closed && this.#pause === undefined) {
      const room = this.#window - this.waiting;
      if (room <= 0) return;
      if (this.#wire.bufferedAmount > SOCKET_BYTES) {
        this.#pumpAfter(SOCKET_WAIT_MS);
        return;
      }
      const messages = this.#next(room);
      if (messages.length > 0) this.#send(messages);
      else if (this.waiting === 0) this.#window = WINDOW;
      if (messages.length === 0) return;
    }
  }

  #next(room: number): HeldMessage[] {
    const items = this.#single ? 1 : Math.min(room, FRAME_ITEMS);
    return this.#queue.take(items, this.#line.settings.maxMessageBytes, ({ state }) => state === 'held');
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
