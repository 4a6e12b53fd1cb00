import { decode, encode } from '@msgpack/msgpack';
import WebSocket from 'ws';
import type { Target } from './check.ts';

export interface SocketOptions {
  readonly query?: string;
  readonly key?: string | null;
  readonly protocols?: readonly string[];
}

/** One connection to the drone port, as a check sees it. */
export interface SocketLine {
  readonly send: (message: unknown) => void;
  readonly sendPacked: (message: unknown) => void;
  /** The next message of the server; undefined: none came in time. */
  readonly next: () => Promise<unknown>;
  /** The code the server closed with; undefined: it did not in time. */
  readonly closed: () => Promise<number | undefined>;
}

type Ask = (line: SocketLine) => Promise<unknown>;

/** Opens a connection, lets a check speak on it, and closes it; a refused upgrade is told as `{refused, body}`. */
export async function onSocket(target: Target, options: SocketOptions, speak: Ask): Promise<unknown> {
  const { query = '', key = target.key, protocols = [] } = options;
  const socket = new WebSocket(`${target.ws}${query}`, [...protocols], {
    ...(key !== null && { headers: { authorization: `Bearer ${key}` } }),
    handshakeTimeout: target.timeoutMs,
  });
  const line = createLine(socket, target.timeoutMs);
  try {
    const refused = await opened(socket);
    return refused ?? (await speak(line));
  } finally {
    socket.terminate();
  }
}

function opened(socket: WebSocket): Promise<object | undefined> {
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(undefined));
    socket.on('error', reject);
    socket.on('unexpected-response', (_request, response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ refused: response.statusCode, body: parse(text) }));
    });
  });
}

function createLine(socket: WebSocket, timeoutMs: number): SocketLine {
  const received: unknown[] = [];
  let wake = () => {};
  let code: number | undefined;
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    received.push(isBinary ? decode(data) : parse(data.toString('utf8')));
    wake();
  });
  socket.on('close', (closeCode) => {
    code = closeCode;
    wake();
  });
  const until = async (isDone: () => boolean) => {
    const endMs = performance.now() + timeoutMs;
    while (!isDone() && performance.now() < endMs)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, endMs - performance.now());
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
  };
  return {
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    sendPacked: (message) => socket.send(encode(message)),
    next: async () => {
      await until(() => received.length > 0 || code !== undefined);
      return received.shift();
    },
    closed: async () => {
      await until(() => code !== undefined);
      return code;
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
