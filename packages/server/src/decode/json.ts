import { isUtf8 } from 'node:buffer';
import { type Refusal, refuse } from '@skein/core';

/** Decoded, or refused: a refusal is told apart by `isRefusal`. */
export type Decoded = { readonly value: unknown } | Refusal;

const BOM = 0xfe_ff;

/** Strict UTF-8 and strict JSON; a byte order mark is tolerated (RFC 8259 section 8.1). */
export function decodeJson(bytes: Buffer): Decoded {
  if (!isUtf8(bytes)) return refuse('TRANSMISSION_ERROR', { reason: 'utf8' });
  return parseJson(bytes.toString());
}

export function parseJson(text: string): Decoded {
  try {
    const clean = text.charCodeAt(0) === BOM ? text.slice(1) : text;
    return { value: JSON.parse(clean) as unknown };
  } catch {
    return refuse('TRANSMISSION_ERROR', { reason: 'json', expectedType: 'JSON' });
  }
}
