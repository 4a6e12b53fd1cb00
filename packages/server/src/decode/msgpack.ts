import { decode } from '@msgpack/msgpack';
import { refuse } from '@skein/core';
import type { Decoded } from './json.ts';

const LIMITS = {
  maxStrLength: 65_536,
  maxBinLength: 65_536,
  maxArrayLength: 4096,
  maxMapLength: 1000,
  maxDepth: 32,
};

/** One MessagePack value; the limits are those of a JSON message. */
export function decodeMsgpack(bytes: Uint8Array): Decoded {
  try {
    return { value: decode(bytes, LIMITS) };
  } catch {
    return refuse('TRANSMISSION_ERROR', { reason: 'msgpack' }, { message: 'Invalid MessagePack format' });
  }
}
