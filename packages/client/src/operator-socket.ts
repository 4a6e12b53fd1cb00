import { backoffMs } from './backoff.ts';
import type { OperatorSettings } from './operator-config.ts';
import type { Socket } from './socket.ts';

const PROTOCOL = 'skein.v1';
const FLEET_PROTOCOL = 'skein.v1+fleet';

export interface OperatorLine {
  readonly settings: OperatorSettings;
  /** Up to where everything has been told; the next connection begins with what came after. */
  readonly cursor: () => string | undefined;
  /** The connection stands. */
  readonly opened: () => void;
  readonly closed: (code: number | undefined, reason: string) => void;
  readonly heard: (data: unknown) => void;
  readonly failed: (code: string, message: string) => void;
}

/** Connects, and connects again after every loss, until it is closed. */
export class OperatorSocket {
  readonly #line: OperatorLine;
  #socket: Socket | undefined;
  #isOpen = false;
  #isClosed = false;
  #attempt = 0;
  #timer: unknown;

  constructor(line: OperatorLine) {
    this.#line = line;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async open(): Promise<void> {
    const { settings, failed } = this.#line;
    try {
      const credential = await settings.credential();
      if (this.#isClosed) return;
      const forms = settings.readFleetFrame ? [FLEET_PROTOCOL, PROTOCOL] : [PROTOCOL];
      const protocols = credential === undefined ? forms : [...forms, `bearer.${credential}`];
      this.#attach(new settings.WebSocket(this.#address(), protocols));
    } catch (fault) {
      failed('AUTHENTICATION_ERROR', fault instanceof Error ? fault.message : String(fault));
      this.#again();
    }
  }

  #address(): string {
    const address = new URL(this.#line.settings.url);
    const cursor = this.#line.cursor();
    if (cursor !== undefined) address.searchParams.set('cursor', cursor);
    return address.href;
  }

  /** Nothing where there is no connection: whoever needs an answer asks again on the next. */
  send(text: string): void {
    if (this.#isOpen) this.#socket?.send(text);
  }

  close(): void {
    this.#isClosed = true;
    this.#line.settings.timers.clearTimeout(this.#timer);
    this.#isOpen = false;
    this.#socket?.close(1000);
    this.#socket = undefined;
  }

  #attach(socket: Socket): void {
    const { settings, failed, heard, opened } = this.#line;
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    this.#watch(socket, settings.timeoutMs);
    socket.addEventListener('open', () => {
      if (socket !== this.#socket) return;
      this.#isOpen = true;
      this.#watch(socket, settings.silenceMs);
      opened();
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket !== this.#socket) return;
      this.#attempt = 0;
      this.#watch(socket, settings.silenceMs);
      heard(data);
    });
    socket.addEventListener('close', ({ code, reason }) => this.#lose(socket, code, reason));
    // Always followed by `close`; but `ws` throws where nobody listens.
    socket.addEventListener('error', () => failed('CONNECTION_FAILED', 'the connection failed'));
  }

  /** A connection that says nothing is no connection. */
  #watch(socket: Socket, ms: number): void {
    const { timers } = this.#line.settings;
    timers.clearTimeout(this.#timer);
    this.#timer = timers.setTimeout(() => {
      this.#line.failed('TIMEOUT_ERROR', `nothing heard within ${ms} ms`);
      this.#lose(socket, undefined, 'silence');
    }, ms);
  }

  #lose(socket: Socket, code: number | undefined, reason = ''): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#isOpen = false;
    if (code === undefined) socket.close();
    this.#line.closed(code, reason);
    this.#again();
  }

  #again(): void {
    if (this.#isClosed) return;
    const { timers, random, reconnectIntervalMs } = this.#line.settings;
    timers.clearTimeout(this.#timer);
    this.#timer = timers.setTimeout(
      () => void this.open(),
      backoffMs(reconnectIntervalMs, this.#attempt, random),
    );
    this.#attempt += 1;
  }
}
