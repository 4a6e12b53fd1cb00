import type { Durability, OrderMessage } from '@skein/core';
import { backoffMs, slowMs } from './backoff.ts';
import { Delivery } from './delivery.ts';
import { Heartbeat } from './heartbeat.ts';
import type { LineContext } from './line.ts';
import type { HeldMessage } from './outbox.ts';
import { isAboutCredentials, isFields, toRefusal } from './refusal.ts';
import type { Socket, SocketEvent } from './socket.ts';

const PROTOCOL = 'skein.v1';
const PACKED_PROTOCOL = 'skein.v1+msgpack';
/** "Message too big", RFC 6455 section 7.4.1. */
const TOO_BIG = 1009;

type Frame = Readonly<Record<string, unknown>>;

/** One connection that is open. */
interface Connection {
  readonly socket: Socket;
  readonly delivery: Delivery;
  readonly heartbeat: Heartbeat;
}

/** The WebSocket side of a line: connects, stays connected, and starts each connection with everything held. */
export class SocketChannel {
  readonly #line: LineContext;
  readonly #url: string;
  #socket: Socket | undefined;
  #connection: Connection | undefined;
  #timer: unknown;
  #attempt = 0;
  #opened = 0;
  #closed = false;
  #caution = { single: false, oneAtATime: false };

  constructor(url: string, line: LineContext) {
    this.#line = line;
    const { ack, durability } = line.settings;
    const address = new URL(url);
    if (ack !== 'none') address.searchParams.set('ack', ack);
    if (durability !== 'disk') address.searchParams.set('durability', durability);
    this.#url = address.href;
  }

  get isOpen(): boolean {
    return this.#connection !== undefined;
  }

  /** Connections after the first. */
  get reconnects(): number {
    return Math.max(0, this.#opened - 1);
  }

  open(): void {
    void this.#connect();
  }

  offer(message: HeldMessage): void {
    this.#connection?.delivery.offer(message);
  }

  /** True when the frame is on its way. */
  write(frame: Frame): boolean {
    if (!this.#connection) return false;
    this.#connection.socket.send(this.#encode(this.#connection.socket, [JSON.stringify(frame)]));
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#line.settings.timers.clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#forget();
    socket?.close(1000);
  }

  async #connect(): Promise<void> {
    const { settings } = this.#line;
    try {
      const credential = await settings.credential();
      if (this.#closed) return;
      this.#attach(new settings.WebSocket(this.#url, this.#protocols(credential)));
    } catch (fault) {
      // A token that could not be had, or one that cannot be written in a header.
      this.#line.fail('AUTHENTICATION_ERROR', fault instanceof Error ? fault.message : String(fault));
      this.#reconnectLater();
    }
  }

  /** A constructor that can set no headers carries the credential as a subprotocol. CONTRACT 5. */
  #protocols(credential: string | undefined): string[] {
    const forms = this.#line.settings.codec ? [PACKED_PROTOCOL, PROTOCOL] : [PROTOCOL];
    if (credential !== undefined) return [...forms, `bearer.${credential}`];
    return this.#line.settings.codec ? forms : [];
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    const { timers, timeoutMs } = this.#line.settings;
    this.#timer = timers.setTimeout(() => {
      this.#line.fail('TIMEOUT_ERROR', `No connection within ${timeoutMs} ms`);
      this.#lose(socket, {});
    }, timeoutMs);
    socket.addEventListener('open', () => this.#begin(socket));
    socket.addEventListener('message', ({ data }) => this.#hear(socket, data));
    socket.addEventListener('close', (event) => this.#lose(socket, event));
    // Always followed by `close`, which says more; but `ws` throws where nobody listens.
    socket.addEventListener('error', () => undefined);
  }

  #begin(socket: Socket): void {
    if (socket !== this.#socket) return;
    const { settings } = this.#line;
    settings.timers.clearTimeout(this.#timer);
    this.#opened += 1;
    if (settings.ack === 'none') this.#attempt = 0;
    const wire = {
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      write: (texts: readonly string[]) => socket.send(this.#encode(socket, texts)),
    };
    const heartbeat = new Heartbeat({
      timers: settings.timers,
      intervalMs: settings.heartbeatIntervalMs,
      answersExpected: settings.ack !== 'none',
      beat: () => socket.send(this.#encode(socket, [this.#heartbeatText()])),
      lost: () => {
        this.#line.fail('TIMEOUT_ERROR', 'Two heartbeats without an answer');
        this.#lose(socket, {});
      },
    });
    this.#connection = { socket, heartbeat, delivery: new Delivery(this.#line, wire, this.#caution) };
    this.#line.changed();
  }

  #heartbeatText(): string {
    const timestamp = new Date(this.#line.settings.timers.now()).toISOString();
    return JSON.stringify({ type: 'heartbeat', timestamp, droneId: this.#line.droneId() });
  }

  #encode(socket: Socket, texts: readonly string[]): string | Uint8Array<ArrayBuffer> {
    const text = texts.length === 1 ? (texts[0] as string) : `[${texts.join()}]`;
    const { codec } = this.#line.settings;
    // Text is what is held, because it cannot change any more and its size is known.
    return codec && socket.protocol === PACKED_PROTOCOL ? codec.encode(JSON.parse(text)) : text;
  }

  #hear(socket: Socket, data: unknown): void {
    const connection = this.#connection;
    if (!connection || connection.socket !== socket) return;
    connection.heartbeat.heard();
    const frame = this.#decode(data);
    if (frame) this.#answer(connection, frame);
    else this.#line.fail('TRANSMISSION_ERROR', 'The server sent a frame that cannot be read');
  }

  #decode(data: unknown): Frame | undefined {
    try {
      const { codec } = this.#line.settings;
      const isText = typeof data === 'string';
      const value = isText ? JSON.parse(data) : codec?.decode(new Uint8Array(data as ArrayBuffer));
      return isFields(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  #answer({ delivery, heartbeat }: Connection, frame: Frame): void {
    const { type } = frame;
    if (typeof type === 'string' && type.endsWith('ack') && type !== 'connection_ack') this.#attempt = 0;
    const durability = frame['durability'] as Durability | undefined;
    if (type === 'ack') delivery.ackUpTo(Number(frame['upto']), durability);
    else if (type === 'telemetry_ack') delivery.ackOne('telemetry', frame);
    else if (type === 'anomaly_ack') delivery.ackOne('anomaly', frame);
    else if (type === 'heartbeat_ack') heartbeat.answered();
    else if (type === 'command') this.#line.ordered(frame as unknown as OrderMessage);
    else if (type === 'error' && !delivery.refuse(frame)) this.#complain(delivery, frame);
  }

  /** An error about the connection, not about one of its messages. */
  #complain(delivery: Delivery, frame: Frame): void {
    const { code, reason, details } = toRefusal(frame, 'TRANSMISSION_ERROR');
    if (code === 'RATE_LIMITED' || code === 'SERVICE_UNAVAILABLE') {
      delivery.pause(Number(details['retryAfterS'] ?? 0) * 1000);
    } else {
      const reported = isAboutCredentials(code) ? 'AUTHENTICATION_ERROR' : 'TRANSMISSION_ERROR';
      this.#line.fail(reported, `${code}: ${reason}`);
    }
  }

  #lose(socket: Socket, { code }: SocketEvent): void {
    if (socket !== this.#socket) return;
    const delivery = this.#connection?.delivery;
    this.#forget();
    // A half-open connection would take its time to close; nobody waits for it.
    socket.close();
    if (delivery) {
      if (code === TOO_BIG) this.#findTooBig(delivery);
      else this.#reportLoss(delivery.waiting, code);
      this.#line.changed();
    }
    this.#reconnectLater();
  }

  #reportLoss(waiting: number, code: number | undefined): void {
    if (waiting === 0) return;
    this.#line.fail(
      'TRANSMISSION_ERROR',
      `Connection lost (${code ?? 'silent'}): ${waiting} messages are sent again`,
    );
  }

  /** The frame that was too large would be too large again: it is found by sending one message at a time. */
  #findTooBig(delivery: Delivery): void {
    const culprit = delivery.soleWaiting();
    this.#caution = { single: true, oneAtATime: culprit === undefined };
    if (!culprit) return;
    const reason = 'Payload too large';
    this.#line.outbox.reject(culprit, { code: 'PAYLOAD_TOO_LARGE', reason, details: {} });
  }

  #forget(): void {
    this.#line.settings.timers.clearTimeout(this.#timer);
    this.#connection?.heartbeat.stop();
    this.#connection?.delivery.close();
    this.#connection = undefined;
    this.#socket = undefined;
  }

  #reconnectLater(): void {
    if (this.#closed) return;
    const { timers, random, reconnectIntervalMs, maxReconnectAttempts } = this.#line.settings;
    this.#attempt += 1;
    if (this.#attempt === maxReconnectAttempts + 1) {
      this.#line.fail(
        'CONNECTION_FAILED',
        `No connection after ${maxReconnectAttempts} attempts; still trying`,
      );
    }
    const usedUp = this.#attempt > maxReconnectAttempts;
    const waitMs = usedUp ? slowMs(random) : backoffMs(reconnectIntervalMs, this.#attempt - 1, random);
    this.#timer = timers.setTimeout(() => void this.#connect(), waitMs);
  }
}
