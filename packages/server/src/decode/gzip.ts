import { gunzipSync } from 'node:zlib';
import { isRefusal, type Refusal, refuse } from '@skein/core';
import { type Decoded, decodeJson } from './json.ts';

/** Decoded bytes, at most `limit` of them: a bomb is refused before it is unpacked. */
export function gunzip(bytes: Uint8Array, limit: number): Buffer | Refusal {
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? refuse('PAYLOAD_TOO_LARGE', { reason: 'decompressed', limit })
      : refuse('TRANSMISSION_ERROR', { reason: 'gzip' }, { message: 'Invalid gzip data' });
  }
}

interface Compressed {
  readonly payload: string;
  readonly metadata: { readonly compression: true };
}

/** CONTRACT 2.4: `metadata.compression: true` with a `payload` means that the message is inside, base64 gzip. */
export function isCompressed(value: unknown): value is Compressed {
  if (typeof value !== 'object' || value === null) return false;
  const { payload, metadata } = value as Partial<Compressed>;
  return typeof payload === 'string' && typeof metadata === 'object' && metadata?.compression === true;
}

/** The message inside, and its bytes. */
export function decodeCompressed(
  { payload }: Compressed,
  limit: number,
): { value: unknown; bytes: Buffer } | Refusal {
  const bytes = gunzip(Buffer.from(payload, 'base64'), limit);
  if (isRefusal(bytes)) return bytes;
  const decoded: Decoded = decodeJson(bytes);
  return isRefusal(decoded) ? decoded : { value: decoded.value, bytes };
}
