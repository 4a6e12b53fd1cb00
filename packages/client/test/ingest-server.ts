import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { type WebSocket, WebSocketServer } from 'ws';

/** A small server that speaks the drone's line (CONTRACT 2.3, 2.4) and misbehaves when told to. */

export interface Data {
  readonly sessionId: string;
  readonly timestamp: string;
  readonly seq?: number;
  readonly drone: { readonly id: string };
  readonly anomaly?: unknown;
  readonly metadata?: { readonly transmissionMethod?: string };
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a test may change while the server runs. */
interface Behaviour {
  /** False: stores, but its acknowledgements are lost. */
  acks: boolean;
  heartbeats: boolean;
  refuse: (data: Data) => Refusal | undefined;
  /** Answers before the ordinary routes do. */
  http: (request: Request) => Answer | undefined;
  /** Refuses the upgrade. */
  upgrade: (request: IncomingMessage) => Answer | undefined;
}

function toIdentity({ drone, sessionId, seq, timestamp, anomaly }: Data): string {
  return [drone.id, sessionId, seq ?? timestamp, anomaly ? 'anomaly' : 'telemetry'].join();
}

type Frame = Data & { readonly type?: string };

const wss = new WebSocketServer({
  noServer: true,
  handleProtocols: (offered) => (offered.has('skein.v1+msgpack') ? 'skein.v1+msgpack' : 'skein.v1'),
});

export class IngestServer {
  readonly behaviour: Behaviour = {
    acks: true,
    heartbeats: true,
    refuse: () => undefined,
    http: () => undefined,
    upgrade: () => undefined,
  };
  /** The first of each identity, in the order of arrival. */
  readonly stored = new Map<string, Data>();
  /** Every telemetry and anomaly, over both channels. */
  readonly received: Data[] = [];
  /** Every other frame. */
  readonly frames: Readonly<Record<string, unknown>>[] = [];
  readonly requests: Request[] = [];
  readonly upgrades: IncomingMessage[] = [];
  readonly sockets = new Set<WebSocket>();
  readonly #events = new EventEmitter().setMaxListeners(0);
  #server = createServer();
  #port = 0;

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}/api/drone/telemetry`;
  }

  /** Listens; after a `stop` on the same port again. */
  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#serveHttp(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** As a killed process: every connection is cut, nobody listens. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Cuts every WebSocket. */
  cut(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  /** To every drone. */
  say(frame: unknown): void {
    for (const socket of this.sockets) socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Resolves as soon as the condition holds; looked at after everything that comes in. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#events.off('change', look);
        resolve();
      };
      this.#events.on('change', look);
      look();
    });
  }

  #store(data: Data): Refusal | undefined {
    this.received.push(data);
    const refusal = this.behaviour.refuse(data);
    const identity = toIdentity(data);
    if (!(refusal || this.stored.has(identity))) this.stored.set(identity, data);
    return refusal;
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.upgrades.push(request);
    const refused = this.behaviour.upgrade(request);
    if (refused)
      socket.end(`HTTP/1.1 ${refused.status} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    else wss.handleUpgrade(request, socket, head, (opened) => this.#serveSocket(opened, request.url ?? '/'));
    this.#events.emit('change');
  }

  #serveSocket(socket: WebSocket, path: string): void {
    const mode = new URL(path, this.url).searchParams.get('ack');
    let count = 0;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('message', (bytes) => {
      const value = JSON.parse(String(bytes));
      for (const frame of Array.isArray(value) ? value : [value]) {
        if (isData(frame)) count += 1;
        for (const reply of isData(frame) ? this.#takeData(frame, count, mode) : this.#takeOther(frame)) {
          socket.send(JSON.stringify(reply));
        }
      }
      this.#events.emit('change');
    });
    socket.send(JSON.stringify({ type: 'connection_ack', status: 'connected', heartbeatIntervalMs: 30_000 }));
    this.#events.emit('change');
  }

  /** CONTRACT 2.3: a refusal goes before the acknowledgement that passes it. */
  #takeData(data: Data, n: number, mode: string | null): unknown[] {
    const refusal = this.#store(data);
    const error = refusal ? [{ type: 'error', n, seq: data.seq, ...toEnvelope(refusal) }] : [];
    if (!this.behaviour.acks || mode === null) return error;
    if (mode === 'count') return [...error, { type: 'ack', upto: n, durability: 'disk' }];
    return refusal ? error : [toAck(data)];
  }

  #takeOther(frame: Frame): unknown[] {
    this.frames.push(frame as unknown as Readonly<Record<string, unknown>>);
    return frame.type === 'heartbeat' && this.behaviour.heartbeats ? [{ type: 'heartbeat_ack' }] : [];
  }

  async #serveHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request);
    const { method = '', url: path = '', headers } = request;
    const seen = { method, path, headers, body: text ? JSON.parse(text) : undefined };
    this.requests.push(seen);
    const answer = this.behaviour.http(seen) ?? this.#route(seen);
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body ?? {}));
    this.#events.emit('change');
  }

  #route({ path, body }: Request): Answer {
    if (path.endsWith('/telemetry/batch')) {
      return {
        status: 200,
        body: { results: (body as Data[]).map((data) => toItem(data, this.#store(data))) },
      };
    }
    if (path.endsWith('/telemetry') || path.endsWith('/anomaly')) {
      const refusal = this.#store(body as Data);
      return { status: refusal ? 400 : 200, body: toItem(body as Data, refusal) };
    }
    return { status: 200, body: path.includes('/commands?') ? { commands: [] } : { status: 'success' } };
  }
}

export async function openIngestServer(): Promise<IngestServer> {
  const server = new IngestServer();
  await server.start();
  return server;
}

function isData({ type = 'telemetry' }: Frame): boolean {
  return type === 'telemetry' || type === 'anomaly';
}

function toEnvelope({ code, message, details = {} }: Refusal) {
  return { status: 'error', message, error: { code, message, details }, requestId: 'r-1' };
}

function toAck(data: Data) {
  const type = data.anomaly ? 'anomaly_ack' : 'telemetry_ack';
  return { type, status: 'success', dataId: toIdentity(data), seq: data.seq, durability: 'disk' };
}

function toItem(data: Data, refusal: Refusal | undefined) {
  return refusal ? toEnvelope(refusal) : { status: 'success', dataId: toIdentity(data), durability: 'disk' };
}
