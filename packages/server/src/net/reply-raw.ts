import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Refusal, toEnvelope } from '@skein/core';

/** Headers that go with a refusal wherever it is sent. */
export function refusalHeaders({ code, httpStatus, retryAfterS }: Refusal): Readonly<Record<string, string>> {
  return {
    ...(httpStatus === 401 && { 'www-authenticate': 'Bearer realm="skein"' }),
    ...(retryAfterS !== undefined && { 'retry-after': String(Math.ceil(retryAfterS)) }),
    ...(code === 'SERVICE_UNAVAILABLE' && retryAfterS === undefined && { 'retry-after': '1' }),
  };
}

/** Answers on a bare socket (no HTTP response object exists: parser errors, refused upgrades) and ends it. */
export function refuseRaw(
  socket: Duplex,
  refusal: Refusal,
  extra: Readonly<Record<string, string>> = {},
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const body = JSON.stringify(toEnvelope(refusal, new Date().toISOString(), requestId));
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    'x-request-id': requestId,
    ...refusalHeaders(refusal),
    ...extra,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${refusal.httpStatus} ${STATUS_CODES[refusal.httpStatus] ?? ''}\r\n${lines.join('')}\r\n${body}`,
  );
}
