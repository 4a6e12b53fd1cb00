import { isRefusal, type JournalContent } from '@skein/core';
import { parseJson } from './json.ts';
import { decodeMsgpack } from './msgpack.ts';

/** The values of a journal record: one message, or the items of an array frame. What is in the journal decodes. */
export function itemsOf({ kind, codec, payload }: JournalContent): readonly unknown[] {
  const decoded = codec === 'msgpack' ? decodeMsgpack(payload as Uint8Array) : parseJson(toText(payload));
  if (isRefusal(decoded)) return [];
  return kind === 'frame' ? (decoded.value as readonly unknown[]) : [decoded.value];
}

function toText(payload: Uint8Array | string): string {
  if (typeof payload === 'string') return payload;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString();
}
