import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { type Refusal, refuse } from '@skein/core';
import { refusalOfParserError, refuseFraming } from './framing.ts';
import { refuseRaw } from './reply-raw.ts';

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface ListenerOptions {
  readonly onRequest: RequestHandler;
  readonly onUpgrade: UpgradeHandler;
  readonly maxBodyBytes: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
}

const HEADERS_TIMEOUT_MS = 8000;
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 5000;

/** One hardened HTTP server: every malformed request is answered in the standard envelope, nothing waits for ever. */
export function createListener({ onRequest, onUpgrade, maxBodyBytes, tls }: ListenerOptions): Server {
  const options = {
    maxHeaderSize: 16_384,
    requireHostHeader: false,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: 1000,
    noDelay: true,
  };
  const server = tls
    ? createTlsServer({
        ...options,
        cert: readFileSync(tls.certFile),
        key: readFileSync(tls.keyFile),
        minVersion: 'TLSv1.2',
      })
    : createServer(options);
  server.maxHeadersCount = 0;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const refusal = refuseFraming(request);
    if (refusal) return refuseEarly(request, refusal);
    onRequest(request, response);
  });
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes)
      return refuseEarly(request, refuse('PAYLOAD_TOO_LARGE', { reason: 'body', limit: maxBodyBytes }));
    response.writeContinue();
    server.emit('request', request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage) =>
    refuseEarly(
      request,
      refuse(
        'TRANSMISSION_ERROR',
        { field: 'Expect', reason: 'expectation' },
        { httpStatus: 417, message: 'Expectation failed' },
      ),
    ),
  );
  server.on('connect', (request: IncomingMessage) => refuseEarly(request, refuse('METHOD_NOT_ALLOWED', {})));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refuseFraming(request);
    if (refusal) return refuseRaw(socket, refusal);
    onUpgrade(request, socket, head);
  });
  server.on('clientError', onClientError);
  return server;
}

/** Answers before anything of the body is read, and closes: what follows is not read as another request. */
function refuseEarly({ socket }: IncomingMessage, refusal: Refusal): void {
  refuseRaw(socket, refusal);
}

interface ParserSocket extends Duplex {
  /** Set by Node while a response is being written on the socket. */
  readonly _httpMessage?: { readonly headersSent: boolean } | null;
}

function onClientError(error: NodeJS.ErrnoException, socket: ParserSocket): void {
  if (error.code === 'ECONNRESET' || socket._httpMessage?.headersSent) {
    socket.destroy();
    return;
  }
  refuseRaw(socket, refusalOfParserError(error.code));
}
