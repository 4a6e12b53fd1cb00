import type { AnomalyMessage, Channel, TelemetryMessage } from '@skein/core';
import type { Acked, Emitter, MessageKind, MessageRef, Rejected } from './events.ts';

/** What is held until it is acknowledged: bounded, and never given up but for want of room. */

/** A message as it was when it was sent: the caller may go on using its object, every resend is the same. */
export interface HeldMessage extends MessageRef {
  /** JSON without `metadata`, which says over which channel it goes. */
  readonly body: string;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  readonly bytes: number;
  /** `delivered`: acknowledged by one channel; `gone`: rejected or dropped. */
  state: 'held' | 'delivered' | 'gone';
  readonly sentBy: Record<Channel, boolean>;
}

/** The message's JSON for one channel. */
export function toText({ body, metadata }: HeldMessage, channel: Channel): string {
  if (!metadata) return body;
  return `${body.slice(0, -1)},"metadata":${JSON.stringify({ ...metadata, transmissionMethod: channel })}}`;
}

type Message = TelemetryMessage | AnomalyMessage;

/** A message's identity, also of one that cannot be sent. */
export function toRef(message: Message): MessageRef {
  const { drone, sessionId, timestamp, seq } = message as Partial<TelemetryMessage>;
  const kind: MessageKind = 'anomaly' in message ? 'anomaly' : 'telemetry';
  const ref = {
    kind,
    droneId: String(drone?.id),
    sessionId: String(sessionId),
    timestamp: String(timestamp),
  };
  return typeof seq === 'number' ? { ...ref, seq } : ref;
}

/** Throws where JSON.stringify does (a cycle, a BigInt). */
export function toHeld(message: Message): HeldMessage {
  const { metadata, ...rest } = message as TelemetryMessage;
  const body = JSON.stringify(metadata ? rest : message);
  const held: HeldMessage = {
    ...toRef(message),
    body,
    metadata: metadata ? (JSON.parse(JSON.stringify(metadata)) as Record<string, unknown>) : undefined,
    bytes: utf8Bytes(body),
    state: 'held',
    sentBy: { websocket: false, http: false },
  };
  return metadata ? { ...held, bytes: utf8Bytes(toText(held, 'websocket')) } : held;
}

const encoder = new TextEncoder();
// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const ASCII = /^[\x00-\x7f]*$/;

function utf8Bytes(text: string): number {
  return ASCII.test(text) ? text.length : encoder.encode(text).length;
}

export interface OutboxLimits {
  readonly bufferMessages: number;
  readonly bufferBytes: number;
}

export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #events: Emitter;
  readonly #held: Record<MessageKind, Set<HeldMessage>> = { telemetry: new Set(), anomaly: new Set() };
  readonly #whenEmpty = new Set<() => void>();
  readonly counts = { sent: 0, acked: 0, rejected: 0, dropped: 0, unconfirmed: 0, resent: 0 };
  #bytes = 0;

  constructor(limits: OutboxLimits, events: Emitter) {
    this.#limits = limits;
    this.#events = events;
  }

  get size(): number {
    return this.#held.telemetry.size + this.#held.anomaly.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the message; where there is no room the oldest telemetry goes, and only then the oldest anomaly. */
  add(message: HeldMessage): void {
    this.counts.sent += 1;
    this.#held[message.kind].add(message);
    this.#bytes += message.bytes;
    while (this.size > this.#limits.bufferMessages || this.#bytes > this.#limits.bufferBytes)
      this.#dropOldest();
  }

  acknowledge(message: HeldMessage, receipt: Omit<Acked, 'message'>): void {
    if (!this.#remove(message, 'delivered')) return;
    this.counts.acked += 1;
    this.#events.emit('acked', { message, ...receipt });
    this.#checkEmpty();
  }

  reject(message: HeldMessage, refusal: Omit<Rejected, 'message'>): void {
    if (!this.#remove(message, 'gone')) return;
    this.counts.rejected += 1;
    this.#events.emit('rejected', { message, ...refusal });
    this.#events.emit('error', {
      code: 'DATA_VALIDATION_ERROR',
      message: `${refusal.code}: ${refusal.reason}`,
    });
    this.#checkEmpty();
  }

  /** Handed to a channel that acknowledges nothing. */
  release(message: HeldMessage): void {
    if (!this.#remove(message, 'delivered')) return;
    this.counts.unconfirmed += 1;
    this.#checkEmpty();
  }

  markSent(message: HeldMessage, channel: Channel): void {
    if (message.sentBy[channel]) this.counts.resent += 1;
    message.sentBy[channel] = true;
  }

  /** Everything held, oldest first, anomalies before telemetry. */
  all(): readonly HeldMessage[] {
    return [...this.#held.anomaly, ...this.#held.telemetry];
  }

  /** Calls back once, when nothing is held any more. */
  whenEmpty(listener: () => void): () => void {
    this.#whenEmpty.add(listener);
    return () => void this.#whenEmpty.delete(listener);
  }

  #checkEmpty(): void {
    if (this.size > 0) return;
    for (const listener of this.#whenEmpty) listener();
    this.#whenEmpty.clear();
  }

  #remove(message: HeldMessage, state: 'delivered' | 'gone'): boolean {
    if (message.state !== 'held') return false;
    message.state = state;
    this.#held[message.kind].delete(message);
    this.#bytes -= message.bytes;
    return true;
  }

  #dropOldest(): void {
    const oldest = first(this.#held.telemetry) ?? first(this.#held.anomaly);
    if (!oldest) return;
    this.#remove(oldest, 'gone');
    this.counts.dropped += 1;
    this.#events.emit('dropped', { message: oldest, reason: 'buffer_full' });
  }
}

function first<T>(set: ReadonlySet<T>): T | undefined {
  return set.values().next().value;
}
