import type { Channel, ClientErrorCode, Durability, OrderMessage } from '@skein/core';

/** What a line tells its application. */

export type MessageKind = 'telemetry' | 'anomaly';

/** Which message is meant: the parts of its identity. */
export interface MessageRef {
  readonly kind: MessageKind;
  readonly droneId: string;
  readonly sessionId: string;
  readonly timestamp: string;
  readonly seq?: number;
}

export interface Acked {
  readonly message: MessageRef;
  readonly channel: Channel;
  /** What the server's word stands for; absent where it did not say. */
  readonly durability?: Durability;
  /** Given over HTTP and with `ack: 'each'`. */
  readonly dataId?: string;
}

/** The server (or, for what cannot be sent at all, the line itself) refuses the message for good. */
export interface Rejected {
  readonly message: MessageRef;
  /** A code of the server's catalogue. */
  readonly code: string;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Dropped {
  readonly message: MessageRef;
  readonly reason: 'buffer_full';
}

/** Guide A's five codes; each is also reported to the server, best effort. */
export interface LineError {
  readonly code: ClientErrorCode;
  readonly message: string;
}

export type ChannelState = Channel | 'both' | 'none';

export interface DroneEvents {
  readonly acked: Acked;
  readonly rejected: Rejected;
  readonly dropped: Dropped;
  readonly error: LineError;
  readonly state: { readonly channel: ChannelState };
  readonly command: OrderMessage;
}

export type Unsubscribe = () => void;
export type Listener<E extends keyof DroneEvents> = (event: DroneEvents[E]) => void;
type Listeners = { readonly [E in keyof DroneEvents]: Set<Listener<E>> };

export class Emitter {
  readonly #listeners: Listeners = {
    acked: new Set(),
    rejected: new Set(),
    dropped: new Set(),
    error: new Set(),
    state: new Set(),
    command: new Set(),
  };

  on<E extends keyof DroneEvents>(event: E, listener: Listener<E>): Unsubscribe {
    const listeners: Set<Listener<E>> = this.#listeners[event];
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  emit<E extends keyof DroneEvents>(event: E, value: DroneEvents[E]): void {
    const listeners: Set<Listener<E>> = this.#listeners[event];
    for (const listener of listeners) call(listener, value);
  }
}

/** A listener's fault is the application's, and must not stop the line: it surfaces as an uncaught exception. */
function call<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (fault) {
    queueMicrotask(() => {
      throw fault;
    });
  }
}
