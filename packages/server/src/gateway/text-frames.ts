/** Text frames (RFC 6455 section 5.2, unmasked, whole) of pushes, each with its number: `{"seq":N,` and the rest. */

const TEXT = 0x81;
const MAX_HEADER = 10;
const SHORT = 126;
const LONG = 127;
const MAX_SHORT = 0xffff;

/** All frames in one piece; ws would write each in two. */
export function toTextFrames(tails: readonly Buffer[], firstSeq: number): Buffer {
  const beginnings = tails.map((_tail, at) => `{"seq":${firstSeq + at},`);
  let size = tails.length * MAX_HEADER;
  for (let at = 0; at < tails.length; at += 1)
    size += (beginnings[at] as string).length + (tails[at] as Buffer).length;
  const bytes = Buffer.allocUnsafe(size);
  let end = 0;
  for (let at = 0; at < tails.length; at += 1) {
    const beginning = beginnings[at] as string;
    const tail = tails[at] as Buffer;
    end = writeHeader(bytes, end, beginning.length + tail.length);
    end += bytes.write(beginning, end, 'latin1');
    end += tail.copy(bytes, end);
  }
  return bytes.subarray(0, end);
}

function writeHeader(bytes: Buffer, at: number, length: number): number {
  bytes[at] = TEXT;
  if (length < SHORT) {
    bytes[at + 1] = length;
    return at + 2;
  }
  if (length <= MAX_SHORT) {
    bytes[at + 1] = SHORT;
    return bytes.writeUInt16BE(length, at + 2);
  }
  bytes[at + 1] = LONG;
  return bytes.writeBigUInt64BE(BigInt(length), at + 2);
}
