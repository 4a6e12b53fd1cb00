import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32cWords } from './crc32c.ts';

/** The definition, a bit at a time. */
function bitwise(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

const words = (bytes: Uint8Array): Int32Array =>
  new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);

test('the checksum of 32 zero bytes is the one RFC 3720 B.4 gives', () => {
  expect(crc32cWords(new Int32Array(8), 0, 8)).toBe(0x8a91_36aa);
});

test('sixteen bytes a step give what the definition gives', () => {
  const bytes = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 40 });
  fc.assert(
    fc.property(bytes, (values) => {
      const view = Int32Array.from(values);
      expect(crc32cWords(view, 0, view.length)).toBe(bitwise(new Uint8Array(view.buffer)));
    }),
  );
});

test('any single flipped bit changes the checksum', () => {
  const bytes = new Uint8Array(256).map((_byte, at) => (at * 7) & 0xff);
  const before = crc32cWords(words(bytes), 0, 64);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(crc32cWords(words(bytes), 0, 64)).not.toBe(before);
    bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
  }
});
