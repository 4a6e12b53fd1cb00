import type { IncomingMessage } from 'node:http';
import { type Refusal, refuse } from '@skein/core';

/** What Node's parser lets through and a backend should not. RELIABILITY 4.3. */

const MAX_HEADERS = 100;
const MAX_URI_BYTES = 2048;
/** Headers whose second value someone else on the way might have checked instead of the first. */
const SINGLE = ['host', 'authorization', 'content-length', 'content-type', 'x-api-key'];

/** A request that is malformed as HTTP, whatever its path; undefined = nothing wrong. */
export function refuseFraming(request: IncomingMessage): Refusal | undefined {
  const { rawHeaders, url = '' } = request;
  if (request.httpVersionMajor !== 1)
    return malformed('http_version', 'HTTP/1.0 and HTTP/1.1 are spoken here');
  if (url.length > MAX_URI_BYTES)
    return refuse('PAYLOAD_TOO_LARGE', { reason: 'uri', limit: MAX_URI_BYTES }, { httpStatus: 414 });
  if (rawHeaders.length > 2 * MAX_HEADERS)
    return refuse('PAYLOAD_TOO_LARGE', { reason: 'headers', limit: MAX_HEADERS }, { httpStatus: 431 });
  const twice = SINGLE.find((name) => countHeader(rawHeaders, name) > 1);
  if (twice !== undefined) return malformed('duplicate_header', `The header ${twice} may stand only once`);
  return refuseTarget(request);
}

function refuseTarget({ headers, url = '', httpVersionMinor }: IncomingMessage): Refusal | undefined {
  const host = headers.host ?? '';
  if (host === '' && httpVersionMinor === 1) return malformed('host', 'The header Host is missing');
  if (url.startsWith('/') || url === '*') return undefined;
  const [, authority = ''] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
  return authority !== '' && authority === host
    ? undefined
    : malformed('target', 'The request’s target names another host');
}

function countHeader(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if ((rawHeaders[at] as string).toLowerCase() === name) count += 1;
  return count;
}

const malformed = (reason: string, message: string): Refusal =>
  refuse('TRANSMISSION_ERROR', { reason }, { message });

/** Node's parser errors in the words of the catalogue. */
export function refusalOfParserError(code: string | undefined): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return refuse('PAYLOAD_TOO_LARGE', { reason: 'headers' }, { httpStatus: 431 });
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return refuse('PAYLOAD_TOO_LARGE', { reason: 'chunk_extensions' });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refuse('TIMEOUT_ERROR', { reason: 'slow_request' });
    default:
      return malformed('framing', 'The bytes are no HTTP/1.1 request');
  }
}
