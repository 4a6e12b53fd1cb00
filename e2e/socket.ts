import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

export type Json = Readonly<Record<string, unknown>>;

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface SocketOptions {
  readonly key?: string | undefined;
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly decode?: (data: Buffer) => unknown;
  /** False: a peer that answers no ping. */
  readonly autoPong?: boolean;
}

/** A WebSocket client that lets a test wait for what it expects instead of for time to pass. */
export class TestSocket {
  readonly ws: WebSocket;
  readonly closed: Promise<Closed>;
  #received: Json[] = [];
  #waiting: (() => void) | undefined;
  #end: Closed | undefined;

  private constructor(ws: WebSocket, decode: (data: Buffer) => unknown) {
    this.ws = ws;
    ws.on('message', (data: Buffer) => {
      this.#received.push(decode(data) as Json);
      this.#waiting?.();
    });
    ws.on('error', () => undefined);
    this.closed = once(ws, 'close').then(([code, reason]) => {
      this.#end = { code, reason: String(reason) };
      this.#waiting?.();
      return this.#end;
    });
  }

  /** Resolves with the socket once it is open; its first message is still to be read. */
  static async open(
    url: string,
    { key, protocols = [], headers = {}, decode = parse, autoPong = true }: SocketOptions = {},
  ) {
    const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const ws = new WebSocket(url, [...protocols], { headers: { ...headers, ...authorization }, autoPong });
    const socket = new TestSocket(ws, decode);
    await Promise.race([once(ws, 'open'), socket.closed]);
    if (socket.#end) throw new Error(`the server refused ${url}`);
    return socket;
  }

  send(message: object | string | Buffer): void {
    this.ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The next message not read yet that `matches`; those before it are dropped. */
  async next(matches: (message: Json) => boolean = () => true): Promise<Json> {
    for (;;) {
      const at = this.#received.findIndex(matches);
      const found = this.#received[at];
      if (found) {
        this.#received = this.#received.slice(at + 1);
        return found;
      }
      if (this.#end) throw new Error(`closed with ${this.#end.code} ${this.#end.reason} while waiting`);
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  nextOf(type: string): Promise<Json> {
    return this.next((message) => message['type'] === type);
  }

  close(): void {
    this.ws.close();
  }
}

const parse = (data: Buffer): unknown => JSON.parse(data.toString());

export interface RefusedUpgrade {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Json;
}

/** What an upgrade that is refused is answered with. */
export async function refusedUpgrade(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RefusedUpgrade> {
  const ws = new WebSocket(url, { headers });
  ws.on('error', () => undefined);
  const [, response] = (await once(ws, 'unexpected-response')) as [unknown, IncomingMessage];
  const body = (await response.toArray()).join('');
  return { status: response.statusCode as number, headers: response.headers, body: JSON.parse(body) as Json };
}
