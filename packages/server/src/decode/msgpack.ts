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

/** Of an array: how many items, and where the first begins. */
export function msgpackList(bytes: Buffer): { readonly start: number; readonly count: number } | undefined {
  const type = bytes[0] ?? 0;
  if (type >= 0x90 && type <= 0x9f) return { start: 1, count: type & 15 };
  return type === 0xdc && bytes.length > 3 ? { start: 3, count: bytes.readUInt16BE(1) } : undefined;
}
