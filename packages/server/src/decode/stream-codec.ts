import { isRefusal, type StreamCodec } from '@skein/core';
import { decodeMsgpack } from './msgpack.ts';

/** A template's messages are ASCII, or MessagePack bytes: Latin-1 keeps either as a small string of its own. */
export const streamCodec: StreamCodec = {
  toText: (bytes, start, end) => (bytes as Buffer).toString('latin1', start, end),
  parse: {
    json: (text) => JSON.parse(text) as unknown,
    msgpack: (text) => {
      const decoded = decodeMsgpack(Buffer.from(text, 'latin1'));
      return isRefusal(decoded) ? undefined : decoded.value;
    },
  },
};
