import { isRefusal, type Refusal } from '@skein/core';
import { invalidCredential } from './invalid.ts';

/** What of a token's header decides which key it may be checked with. */
export interface TokenHeader {
  readonly alg: string;
  readonly typ: string;
  readonly kid?: string;
}

const MAX_TOKEN_BYTES = 4096;
const MAX_KID_LENGTH = 256;

/**
 * Parameters by which a token would choose its own key or change what is signed. RFC 8725 3.10: never followed; we
 * do not even ignore them, for nobody honest sends them here.
 */
const FORBIDDEN = ['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'zip', 'enc'] as const;

/** Exactly three parts, at most 4 KiB, base64url without padding: nothing is decoded of what is not a token. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export function readTokenHeader(token: string): TokenHeader | Refusal {
  if (token.length > MAX_TOKEN_BYTES || !COMPACT.test(token)) return invalidCredential('malformed');
  const header = decodeHeader(token.slice(0, token.indexOf('.')));
  if (isRefusal(header)) return header;
  if (FORBIDDEN.some((name) => Object.hasOwn(header, name))) return invalidCredential('header');
  const { alg, typ, kid } = header;
  if (typeof alg !== 'string' || typeof typ !== 'string') return invalidCredential('header');
  if (kid === undefined) return { alg, typ };
  return typeof kid === 'string' && kid.length <= MAX_KID_LENGTH
    ? { alg, typ, kid }
    : invalidCredential('header');
}

function decodeHeader(part: string): { alg?: unknown; typ?: unknown; kid?: unknown } | Refusal {
  try {
    const header: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header;
  } catch {
    // Not JSON is one more way of not being a header.
  }
  return invalidCredential('malformed');
}
