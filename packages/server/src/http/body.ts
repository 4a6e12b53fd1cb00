import { isUtf8 } from 'node:buffer';
import { isRefusal, type Refusal, refuse } from '@skein/core';
import type { FastifyRequest } from 'fastify';
import { gunzip } from '../decode/gzip.ts';
import { type Decoded, decodeJson, parseJson } from '../decode/json.ts';
import type { BodyKind } from './route.ts';

/** Bodies: media type, encoding and size before they are read; bytes to values after. RELIABILITY 4.1. */

const GZIP_TOO = /^(?:gzip|x-gzip|identity)$/i;
const MEDIA: Readonly<Record<Exclude<BodyKind, 'none'>, RegExp>> = {
  json: /^application\/json(?: *; *charset="?utf-8"?)? *$/i,
  list: /^application\/(?:json|x-ndjson|ndjson|jsonl)(?: *; *charset="?utf-8"?)? *$/i,
};

export interface BodyLimits {
  readonly kind: BodyKind;
  readonly maxBytes: number;
  readonly compression: boolean;
}

export function refuseMedia(
  { headers }: FastifyRequest,
  { kind, maxBytes, compression }: BodyLimits,
): Refusal | undefined {
  if (kind === 'none') return undefined;
  if (!MEDIA[kind].test(headers['content-type'] ?? ''))
    return refuse('UNSUPPORTED_MEDIA_TYPE', {
      field: 'Content-Type',
      expectedType: kind === 'json' ? 'application/json' : 'application/json or application/x-ndjson',
      receivedType: String(headers['content-type'] ?? ''),
      reason: 'media_type',
    });
  const encoding = headers['content-encoding'] ?? 'identity';
  if (!(compression ? GZIP_TOO : /^identity$/i).test(encoding))
    return refuse('UNSUPPORTED_MEDIA_TYPE', {
      field: 'Content-Encoding',
      expectedType: compression ? 'gzip or identity' : 'identity',
      reason: 'encoding',
    });
  if (Number(headers['content-length'] ?? 0) > maxBytes)
    return refuse('PAYLOAD_TOO_LARGE', { reason: 'body', limit: maxBytes });
  return undefined;
}

/** The bytes after decompression, at most `limit` of them. */
export function inflate({ headers }: FastifyRequest, body: Buffer, limit: number): Buffer | Refusal {
  return /gzip/i.test(headers['content-encoding'] ?? '') ? gunzip(body, limit) : body;
}

export interface DecodedBody {
  readonly value: unknown;
  readonly bytes: Buffer;
}

export function decodeBody(request: FastifyRequest, bytes: Buffer, kind: BodyKind): DecodedBody | Refusal {
  const isLines = kind === 'list' && !/^application\/json/i.test(request.headers['content-type'] ?? '');
  const decoded = isLines ? decodeLines(bytes) : { bytes, ...decodeJson(bytes) };
  return 'refused' in decoded ? decoded : (decoded as DecodedBody);
}

/** NDJSON: one JSON value a line, blank lines aside. In the journal it stands as an array. */
function decodeLines(bytes: Buffer): DecodedBody | Refusal {
  if (!isUtf8(bytes)) return refuse('TRANSMISSION_ERROR', { reason: 'utf8' });
  const values: unknown[] = [];
  const lines = bytes.toString().split('\n');
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const decoded: Decoded = parseJson(line);
    if (isRefusal(decoded)) return { ...decoded, details: { ...decoded.details, line: at + 1 } };
    values.push(decoded.value);
  }
  return { value: values, bytes: Buffer.from(JSON.stringify(values)) };
}
