import type { OrderMessage } from '@skein/core';
import { backoffMs, slowMs } from './backoff.ts';
import { Delivery } from './delivery.ts';
import { Heartbeat } from './heartbeat.ts';
import type { LineContext } from './line.ts';
import type { HeldMessage } from './outbox.ts';
import { askWhy } from './refused-upgrade.ts';
import { isReply, type Reply, toRefusal, toRetryMs } from './reply.ts';
import type { Socket } from './socket.ts';

const PROTOCOL = 'skein.v1';
const PACKED_PROTOCOL = 'skein.v1+msgpack';
/** "Message too big", RFC 6455 section 7.4.1. */
const TOO_BIG = 1009;
/** Frames that show that a connection works: the next loss is a new one, not one more failed attempt. */
const PROOFS: ReadonlySet<string> = new Set(['ack', 'telemetry_ack', 'anomaly_ack', 'heartbeat_ack']);
const CREDENTIAL_CODES: ReadonlySet<string> = new Set(['AUTHENTICATION_ERROR', 'AUTHORIZATION_ERROR']);

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
    this.#say(this.#connection.socket, frame);
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
      this.#lose(socket);
    }, timeoutMs);
    socket.addEventListener('open', () => this.#begin(socket));
    socket.addEventListener('message', ({ data }) => this.#hear(socket, data));
    socket.addEventListener('close', ({ code }) => this.#lose(socket, code));
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
    this.#greet(socket);
    const heartbeat = new Heartbeat({
      timers: settings.timers,
      intervalMs: settings.heartbeatIntervalMs,
      answersExpected: settings.ack !== 'none',
      beat: () => this.#beat(socket),
      lost: () => {
        this.#line.fail('TIMEOUT_ERROR', 'Two heartbeats without an answer');
        this.#lose(socket);
      },
    });
    this.#connection = { socket, heartbeat, delivery: new Delivery(this.#line, wire, this.#caution) };
    this.#line.changed();
  }

  /** Says whose line it is, so that orders find the drone before its first message. A guide A server would not know. */
  #greet(socket: Socket): void {
    const droneId = this.#line.droneId();
    if (droneId !== undefined && this.#line.settings.ack !== 'none')
      this.#say(socket, { type: 'hello', droneId });
  }

  /** For every drone that this connection has carried. */
  #beat(socket: Socket): void {
    this.#say(socket, {
      type: 'heartbeat',
      timestamp: new Date(this.#line.settings.timers.now()).toISOString(),
    });
  }

  #say(socket: Socket, frame: Frame): void {
    socket.send(this.#encode(socket, [JSON.stringify(frame)]));
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

  #decode(data: unknown): Reply | undefined {
    try {
      const { codec } = this.#line.settings;
      const isText = typeof data === 'string';
      const value = isText ? JSON.parse(data) : codec?.decode(new Uint8Array(data as ArrayBuffer));
      return isReply(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  #answer({ delivery, heartbeat }: Connection, reply: Reply): void {
    const { type } = reply;
    if (typeof type === 'string' && PROOFS.has(type)) this.#attempt = 0;
    if (type === 'ack') delivery.ackUpTo(reply);
    else if (type === 'telemetry_ack') delivery.ackOne('telemetry', reply);
    else if (type === 'anomaly_ack') delivery.ackOne('anomaly', reply);
    else if (type === 'heartbeat_ack') heartbeat.answered();
    else if (type === 'command') this.#line.ordered(reply as OrderMessage);
    else if (type === 'error' && !delivery.refuse(reply)) this.#complain(delivery, reply);
  }

  /** An error about the connection, not about one of its messages. */
  #complain(delivery: Delivery, reply: Reply): void {
    const refusal = toRefusal(reply, 'TRANSMISSION_ERROR');
    const { code, reason } = refusal;
    if (code === 'RATE_LIMITED' || code === 'SERVICE_UNAVAILABLE') delivery.pause(toRetryMs(refusal));
    else
      this.#line.fail(
        CREDENTIAL_CODES.has(code) ? 'AUTHENTICATION_ERROR' : 'TRANSMISSION_ERROR',
        `${code}: ${reason}`,
      );
  }

  #lose(socket: Socket, code?: number): void {
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
    if (!delivery && code !== undefined) void this.#explain();
  }

  /** Some of the refused attempts are asked about: the 1st, 2nd, 4th, 8th, …, so that a storm does not double. */
  async #explain(): Promise<void> {
    const attempt = this.#attempt;
    if (!Number.isInteger(Math.log2(attempt))) return;
    const { status, retryAfterMs } = await askWhy(this.#url, this.#line.settings);
    if (this.#closed || this.#attempt !== attempt) return;
    if (status === 401 || status === 403)
      this.#line.fail('AUTHENTICATION_ERROR', `The server answered ${status}`);
    if (retryAfterMs > 0 && !this.#socket) this.#connectAfter(retryAfterMs + this.#backoffMs());
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
    const { random, maxReconnectAttempts } = this.#line.settings;
    this.#attempt += 1;
    if (this.#attempt === maxReconnectAttempts + 1) {
      this.#line.fail(
        'CONNECTION_FAILED',
        `No connection after ${maxReconnectAttempts} attempts; still trying`,
      );
    }
    this.#connectAfter(this.#attempt > maxReconnectAttempts ? slowMs(random) : this.#backoffMs());
  }

  #backoffMs(): number {
    const { reconnectIntervalMs, random } = this.#line.settings;
    return backoffMs(reconnectIntervalMs, this.#attempt - 1, random);
  }

  #connectAfter(ms: number): void {
    const { timers } = this.#line.settings;
    timers.clearTimeout(this.#timer);
    this.#timer = timers.setTimeout(() => void this.#connect(), ms);
  }
}
