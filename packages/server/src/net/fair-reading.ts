import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

/** What one turn of the event loop spends on connections that have a lot to say. */
const BUDGET_MS = 8;
/** The same while operators are connected: an emergency landing waits for one turn at most. */
const ATTENTIVE_BUDGET_MS = 2;
/** So little is taken at once, whatever the others do: a drone that sends a message now and then waits for nobody. */
const LIGHT_BYTES = 4096;

type Deliver = (this: Socket, chunk: Buffer) => void;

interface Reader {
  readonly ws: WebSocket;
  readonly socket: Socket;
  /** Of ws: decodes the chunk and hands over what is in it, all of it at once. */
  readonly deliver: Deliver;
  /** Read from the system, not decoded yet; two or three at most, as the socket is paused meanwhile. */
  readonly chunks: Buffer[];
}

/**
 * Stands between the sockets and ws. A chunk of 64 KiB holds a hundred messages, and the system offers one of every
 * flooding connection in every turn of the event loop: a hundred floods would make a turn last a second, for timers,
 * operators and polite drones alike. So large chunks wait in a ring, which is served for `BUDGET_MS` a turn, or less.
 */
export class FairReading {
  readonly #monotonic: () => number;
  #ring: Reader[] = [];
  #budgetMs = BUDGET_MS;
  #spentMs = 0;
  #isArmed = false;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Somebody may command at any moment: turns are kept short. */
  attend(isAttended: boolean): void {
    this.#budgetMs = isAttended ? ATTENTIVE_BUDGET_MS : BUDGET_MS;
  }

  /** From now on this connection takes its turn. To be called as soon as it is open. */
  attach(ws: WebSocket, socket: Socket): void {
    const deliver = socket.listeners('data').at(-1) as Deliver;
    const reader: Reader = { ws, socket, deliver, chunks: [] };
    socket.off('data', deliver);
    socket.on('data', (chunk: Buffer) => this.#offer(reader, chunk));
  }

  #offer(reader: Reader, chunk: Buffer): void {
    this.#arm();
    const { chunks, socket } = reader;
    const mayPass = chunk.length <= LIGHT_BYTES || this.#spentMs < this.#budgetMs;
    if (mayPass && chunks.length === 0) return this.#take(reader, chunk);
    if (chunks.length === 0) this.#ring.push(reader);
    chunks.push(chunk);
    socket.pause();
  }

  #take({ socket, deliver }: Reader, chunk: Buffer): void {
    const startedMs = this.#monotonic();
    deliver.call(socket, chunk);
    this.#spentMs += this.#monotonic() - startedMs;
  }

  #arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    setImmediate(() => {
      this.#isArmed = false;
      this.#spentMs = 0;
      if (this.#ring.length > 0) this.#serve();
    });
  }

  #serve(): void {
    this.#arm();
    const ring = this.#ring;
    this.#ring = [];
    let served = 0;
    for (; served < ring.length && this.#spentMs < this.#budgetMs; served += 1)
      this.#serveOne(ring[served] as Reader);
    this.#ring = [...ring.slice(served), ...this.#ring];
  }

  #serveOne(reader: Reader): void {
    const { ws, socket, chunks } = reader;
    // What a connection that has broken off had sent last was not acknowledged: it is as if it had not come.
    if (socket.destroyed) return;
    this.#take(reader, chunks.shift() as Buffer);
    if (chunks.length > 0) this.#ring.push(reader);
    else if (!ws.isPaused) socket.resume();
  }
}
