import { type Refusal, refuse } from '@skein/core';

/** Headers that decide who is speaking and to whom; Node silently keeps the first of two, a proxy may keep the last. */
const ONLY_ONCE: ReadonlySet<string> = new Set(['authorization', 'host', 'x-api-key']);

/** The subprotocol a browser carries its token in, for it can set no headers on a WebSocket. */
const BEARER_SUBPROTOCOL = 'bearer.';

interface Found {
  /** In the order of the request; more than one only when they say the same. */
  readonly credentials: Set<string>;
  readonly once: Set<string>;
}

/**
 * The credential of a request, from `message.rawHeaders` (name, value, name, value…): `Authorization: Bearer x`,
 * `X-API-Key`, or the WebSocket subprotocol `bearer.x`. Never from a URL, a cookie or a body. Undefined: none was
 * given; what is malformed is given back as it came, to be refused like any wrong credential.
 */
export function credentialOf(rawHeaders: readonly string[]): string | undefined | Refusal {
  const found: Found = { credentials: new Set(), once: new Set() };
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    if (ONLY_ONCE.has(name) && found.once.has(name)) return ambiguous(name);
    found.once.add(name);
    collect(found.credentials, name, (rawHeaders[at + 1] as string).trim());
  }
  found.credentials.delete('');
  if (found.credentials.size > 1) return ambiguous('authorization');
  return found.credentials.values().next().value;
}

function collect(credentials: Set<string>, name: string, value: string): void {
  if (name === 'authorization') credentials.add(afterScheme(value));
  else if (name === 'x-api-key') credentials.add(value);
  else if (name === 'sec-websocket-protocol') {
    for (const token of bearerSubprotocols(value)) credentials.add(token);
  }
}

/** Scheme names have no case (RFC 9110 11.1). */
function afterScheme(value: string): string {
  const [scheme, token = '', ...more] = value.split(' ');
  return scheme?.toLowerCase() === 'bearer' && more.length === 0 ? token : value;
}

function bearerSubprotocols(value: string): string[] {
  return value
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol.startsWith(BEARER_SUBPROTOCOL))
    .map((protocol) => protocol.slice(BEARER_SUBPROTOCOL.length));
}

function ambiguous(field: string): Refusal {
  return refuse(
    'TRANSMISSION_ERROR',
    { field, reason: 'ambiguous' },
    { message: 'A header was given twice' },
  );
}
