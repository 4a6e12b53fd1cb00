import type { OperatorCommandName, OperatorReply, OperatorRequest } from '@skein/core';
import { type OperatorConfig, type OperatorSettings, toOperatorSettings } from './operator-config.ts';
import type { OperatorEvents, Push } from './operator-messages.ts';
import { OperatorPushes } from './operator-pushes.ts';
import { OperatorRequests } from './operator-requests.ts';
import { OperatorSocket } from './operator-socket.ts';
import { OperatorSubscriptions } from './operator-subscriptions.ts';

export type OperatorListener<E extends keyof OperatorEvents> = (event: OperatorEvents[E]) => void;

export interface RequestOptions {
  /** An id of your own: the same id is the same command, whatever happens in between. */
  readonly requestId?: string;
  readonly timeoutMs?: number;
}

/** An operator's end of the line: asks, follows, and stays connected. */
export interface Operator {
  /**
   * Asks, and asks again under the same id after a reconnect. Rejects with OperatorRefusal where the gateway says no, with
   * OperatorTimeout where it says nothing in time.
   */
  request<Name extends OperatorCommandName>(
    type: Name,
    fields: OperatorRequest<Name>,
    options?: RequestOptions,
  ): Promise<OperatorReply<Name>>;
  on<E extends keyof OperatorEvents>(event: E, listener: OperatorListener<E>): () => void;
  /** Up to where everything that is never dropped has been told: to be kept for the next process. */
  readonly cursor: string | undefined;
  readonly connected: boolean;
  close(): void;
}

/** Connects at once and stays connected until `close`; subscribes anew and asks for what was missed after each loss. */
export function connectOperator(config: OperatorConfig = {}): Operator {
  return new Line(toOperatorSettings(config));
}

class Line implements Operator {
  readonly #requests: OperatorRequests;
  readonly #subscriptions = new OperatorSubscriptions();
  readonly #pushes: OperatorPushes;
  readonly #socket: OperatorSocket;

  constructor(settings: OperatorSettings) {
    this.#requests = new OperatorRequests(settings.timers, settings.timeoutMs);
    this.#pushes = new OperatorPushes(settings);
    this.#socket = new OperatorSocket({
      settings,
      cursor: () => this.#pushes.cursor,
      opened: () => this.#begin(),
      closed: () => this.#pushes.emit('state', { connected: false }),
      heard: (data) => this.#hear(data),
      failed: (code, message) => this.#pushes.emit('error', { code, message }),
    });
    void this.#socket.open();
  }

  get cursor(): string | undefined {
    return this.#pushes.cursor;
  }

  get connected(): boolean {
    return this.#socket.isOpen;
  }

  async request<Name extends OperatorCommandName>(
    type: Name,
    fields: OperatorRequest<Name>,
    { requestId = newRequestId(), timeoutMs }: RequestOptions = {},
  ): Promise<OperatorReply<Name>> {
    const message = {
      type,
      request_id: requestId,
      ...this.#subscriptions.complete(type, fields as Readonly<Record<string, unknown>>),
    };
    const text = JSON.stringify(message);
    const reply = this.#requests.add(requestId, text, timeoutMs);
    this.#socket.send(text);
    const accepted = await reply;
    this.#subscriptions.accepted(message);
    return accepted as unknown as OperatorReply<Name>;
  }

  on<E extends keyof OperatorEvents>(event: E, listener: OperatorListener<E>): () => void {
    return this.#pushes.on(event, listener);
  }

  close(): void {
    this.#socket.close();
    this.#requests.close();
    this.#pushes.emit('state', { connected: false });
  }

  /** What was missed comes by itself; then what is followed, then what has no reply yet. */
  #begin(): void {
    this.#pushes.forgetIndexes();
    this.#pushes.emit('state', { connected: true });
    for (const message of this.#subscriptions.messages) this.#say(message);
    for (const text of this.#requests.texts) this.#socket.send(text);
  }

  /** Asked by the line itself: nobody waits for the reply. */
  #say(message: object): void {
    this.#socket.send(JSON.stringify({ ...message, request_id: newRequestId() }));
  }

  #hear(data: unknown): void {
    if (typeof data !== 'string') return this.#pushes.takeRecords(new Uint8Array(data as ArrayBuffer));
    const message = parse(data);
    if (!message)
      return this.#pushes.emit('error', { code: 'TRANSMISSION_ERROR', message: 'a frame cannot be read' });
    if ('success' in message && this.#requests.answer(message)) return;
    if ('success' in message) return this.#pushes.takeOwnReply(message);
    this.#pushes.take(message);
  }
}

function parse(text: string): Push | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Push) : undefined;
  } catch {
    return undefined;
  }
}

/** 128 random bits; unlike randomUUID also where the page did not come over TLS. */
function newRequestId(): string {
  const words = globalThis.crypto.getRandomValues(new Uint32Array(4));
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
}
