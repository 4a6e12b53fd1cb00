import type { AnomalyMessage, ClientErrorCode, OrderMessage, TelemetryMessage } from '@skein/core';
import { type DroneConfig, type Settings, toSettings } from './config.ts';
import {
  type ChannelState,
  type DroneEvents,
  Emitter,
  type Listener,
  type MessageRef,
  type Unsubscribe,
} from './events.ts';
import { HttpChannel } from './http-channel.ts';
import { HttpClient } from './http-client.ts';
import { HttpHeartbeat } from './http-heartbeat.ts';
import type { LineContext } from './line.ts';
import { OrderPoll } from './order-poll.ts';
import { type OrderHandler, type OrderReply, Orders, type OrderTaker } from './orders.ts';
import { type HeldMessage, Outbox, toHeld, toRef } from './outbox.ts';
import { Postbag } from './postbag.ts';
import { isReply } from './reply.ts';
import { SocketChannel } from './socket-channel.ts';

/** `sent` = `acked` + `rejected` + `dropped` + `unconfirmed` + `buffered`, at every moment. */
export interface DroneStats {
  /** Messages taken by `send`. */
  readonly sent: number;
  readonly acked: number;
  readonly rejected: number;
  readonly dropped: number;
  /** Handed to a channel that acknowledges nothing (`ack: 'none'`). */
  readonly unconfirmed: number;
  /** Transmissions of a message over a channel that had carried it before. */
  readonly resent: number;
  /** Connections after the first. */
  readonly reconnects: number;
  readonly buffered: number;
  readonly bufferedBytes: number;
  readonly errors: number;
  readonly channel: ChannelState;
}

/** The drone's end of the line. */
export interface Drone {
  /**
   * Takes the message as it is now; it is sent, and resent after every interruption, until it is acknowledged. False:
   * the line is closed, or the message cannot be sent at all (then `rejected` says why).
   */
  send(message: TelemetryMessage | AnomalyMessage): boolean;
  on<E extends keyof DroneEvents>(event: E, listener: Listener<E>): Unsubscribe;
  /** Who executes orders. Without a handler they are answered `unsupported`. */
  onCommand(handler: OrderHandler): void;
  /**
   * Instead of `onCommand`, for a vehicle with a memory of its own: hands over every order as it comes, repeats too, and
   * leaves all answers to `tell`.
   */
  onOrder(taker: OrderTaker): void;
  /** Answers an order, or tells how far it is, now or later. Best effort: it waits for a channel. */
  tell(reply: OrderReply): void;
  /** True as soon as nothing is held any more, false after `timeoutMs` or `close`. */
  flush(timeoutMs: number): Promise<boolean>;
  stats(): DroneStats;
  /** Ends the line at once; what is still held is gone: `flush` before. */
  close(): void;
}

/** Connects at once and stays connected until `close`. Throws a TypeError for a configuration that cannot work. */
export function connectDrone(config: DroneConfig): Drone {
  return new Line(toSettings(config));
}

/** The HTTP side, with all that belongs to it. */
interface HttpSide {
  readonly client: HttpClient;
  readonly channel: HttpChannel;
  readonly poll: OrderPoll;
  readonly heartbeat: HttpHeartbeat;
}

class Line implements Drone {
  readonly #settings: Settings;
  readonly #events = new Emitter();
  readonly #outbox: Outbox;
  readonly #orders: Orders;
  readonly #socket: SocketChannel | undefined;
  readonly #http: HttpSide | undefined;
  readonly #postbag: Postbag;
  readonly #flushes = new Set<(empty: boolean) => void>();
  #droneId: string | undefined;
  #state: ChannelState = 'none';
  #errors = 0;
  #closed = false;

  constructor(settings: Settings) {
    const { websocketUrl, httpEndpoint } = settings;
    this.#settings = settings;
    this.#droneId = settings.droneId;
    this.#outbox = new Outbox(settings, this.#events);
    this.#orders = new Orders(settings.timers, (reply) => this.#postbag.reply(reply));
    const line = this.#context();
    this.#socket = websocketUrl ? new SocketChannel(websocketUrl, line) : undefined;
    const client = httpEndpoint ? new HttpClient(httpEndpoint, line) : undefined;
    this.#postbag = new Postbag(line, this.#socket, client);
    this.#http = client && openHttp(client, line);
    this.#events.on('error', ({ code, message }) => {
      this.#errors += 1;
      this.#postbag.report(code, message);
    });
    this.#socket?.open();
  }

  send(message: TelemetryMessage | AnomalyMessage): boolean {
    if (this.#closed) return false;
    const held = this.#take(message);
    if (!held) return false;
    this.#outbox.add(held);
    this.#socket?.offer(held);
    this.#http?.channel.offer(held);
    if (this.#droneId === undefined) {
      this.#droneId = held.droneId;
      this.#pollIfNeeded();
    }
    return true;
  }

  on<E extends keyof DroneEvents>(event: E, listener: Listener<E>): Unsubscribe {
    return this.#events.on(event, listener);
  }

  onCommand(handler: OrderHandler): void {
    this.#orders.handle(handler);
    this.#pollIfNeeded();
  }

  onOrder(taker: OrderTaker): void {
    this.#orders.handTo(taker);
    this.#pollIfNeeded();
  }

  tell(reply: OrderReply): void {
    if (!this.#closed) this.#postbag.reply(reply);
  }

  flush(timeoutMs: number): Promise<boolean> {
    if (this.#outbox.size === 0) return Promise.resolve(true);
    if (this.#closed) return Promise.resolve(false);
    this.#http?.channel.hurry();
    const { timers } = this.#settings;
    return new Promise((resolve) => {
      const end = (empty: boolean) => {
        timers.clearTimeout(timer);
        forget();
        this.#flushes.delete(end);
        resolve(empty);
      };
      const timer = timers.setTimeout(() => end(false), timeoutMs);
      const forget = this.#outbox.whenEmpty(() => end(true));
      this.#flushes.add(end);
    });
  }

  stats(): DroneStats {
    return {
      ...this.#outbox.counts,
      reconnects: this.#socket?.reconnects ?? 0,
      buffered: this.#outbox.size,
      bufferedBytes: this.#outbox.bytes,
      errors: this.#errors,
      channel: this.#state,
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#http?.poll.close();
    this.#http?.heartbeat.close();
    this.#http?.channel.close();
    this.#http?.client.close();
    this.#socket?.close();
    for (const end of this.#flushes) end(false);
    this.#changed();
  }

  #context(): LineContext {
    return {
      settings: this.#settings,
      outbox: this.#outbox,
      droneId: () => this.#droneId,
      fail: (code: ClientErrorCode, message: string) => this.#events.emit('error', { code, message }),
      changed: () => this.#changed(),
      ordered: (order) => this.#receive(order),
    };
  }

  /** The message as it will be sent, or undefined where it never can be. */
  #take(message: TelemetryMessage | AnomalyMessage): HeldMessage | undefined {
    const { maxMessageBytes } = this.#settings;
    try {
      const held = toHeld(message);
      if (held.bytes <= maxMessageBytes) return held;
      this.#refuse(held, 'PAYLOAD_TOO_LARGE', `${held.bytes} bytes, at most ${maxMessageBytes} can be sent`);
    } catch (fault) {
      this.#refuse(toRef(message), 'VALIDATION_ERROR', String(fault));
    }
    return undefined;
  }

  #refuse(message: MessageRef, code: string, reason: string): void {
    this.#events.emit('rejected', { message, code, reason, details: {} });
    this.#events.emit('error', { code: 'DATA_VALIDATION_ERROR', message: `${code}: ${reason}` });
  }

  #receive(order: OrderMessage): void {
    if (!isReply(order) || typeof order.commandId !== 'string') return;
    const isNew = this.#orders.receive(order, order.droneId ?? this.#droneId);
    if (isNew) this.#events.emit('command', order);
  }

  #changed(): void {
    const state = toState(this.#socket?.isOpen === true, this.#http?.client.alive === true && !this.#closed);
    if (state !== this.#state) {
      this.#state = state;
      this.#events.emit('state', { channel: state });
    }
    if (this.#closed) return;
    this.#postbag.deliver();
    this.#pollIfNeeded();
  }

  /** Beside a socket too: it may be long dead before that is noticed. */
  #pollIfNeeded(): void {
    this.#http?.poll.set(this.#orders.handled && !this.#closed);
  }
}

function openHttp(client: HttpClient, line: LineContext): HttpSide {
  const channel = new HttpChannel(client, line);
  return { client, channel, poll: new OrderPoll(client, line), heartbeat: new HttpHeartbeat(client, line) };
}

function toState(websocket: boolean, http: boolean): ChannelState {
  if (websocket) return http ? 'both' : 'websocket';
  return http ? 'http' : 'none';
}
