/**
 * CRC-32C (Castagnoli, reflected 0x82F63B78), sixteen bytes a step over aligned 32-bit words ("slicing by 16",
 * Kounavis and Berry 2008). Little-endian machines only, which Node 24 is everywhere.
 */

const POLYNOMIAL = 0x82f6_3b78;
const SLICES = 16;

function makeTables(): Int32Array {
  const tables = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let slice = 1; slice < SLICES; slice += 1)
    for (let byte = 0; byte < 256; byte += 1) {
      const before = tables[(slice - 1) * 256 + byte] as number;
      tables[slice * 256 + byte] = (before >>> 8) ^ (tables[before & 0xff] as number);
    }
  return tables;
}

const T = makeTables();

/** Checksum of the words [from, to) of a little-endian view, as an unsigned number. */
export function crc32cWords(words: Int32Array, from: number, to: number): number {
  let crc = -1;
  let at = from;
  for (const last = to - 3; at < last; at += 4) {
    const a = (words[at] as number) ^ crc;
    const b = words[at + 1] as number;
    const c = words[at + 2] as number;
    const d = words[at + 3] as number;
    crc =
      (T[3840 + (a & 0xff)] as number) ^
      (T[3584 + ((a >>> 8) & 0xff)] as number) ^
      (T[3328 + ((a >>> 16) & 0xff)] as number) ^
      (T[3072 + (a >>> 24)] as number) ^
      (T[2816 + (b & 0xff)] as number) ^
      (T[2560 + ((b >>> 8) & 0xff)] as number) ^
      (T[2304 + ((b >>> 16) & 0xff)] as number) ^
      (T[2048 + (b >>> 24)] as number) ^
      (T[1792 + (c & 0xff)] as number) ^
      (T[1536 + ((c >>> 8) & 0xff)] as number) ^
      (T[1280 + ((c >>> 16) & 0xff)] as number) ^
      (T[1024 + (c >>> 24)] as number) ^
      (T[768 + (d & 0xff)] as number) ^
      (T[512 + ((d >>> 8) & 0xff)] as number) ^
      (T[256 + ((d >>> 16) & 0xff)] as number) ^
      (T[d >>> 24] as number);
  }
  for (; at < to; at += 1) {
    const a = (words[at] as number) ^ crc;
    crc =
      (T[768 + (a & 0xff)] as number) ^
      (T[512 + ((a >>> 8) & 0xff)] as number) ^
      (T[256 + ((a >>> 16) & 0xff)] as number) ^
      (T[a >>> 24] as number);
  }
  return ~crc >>> 0;
}
