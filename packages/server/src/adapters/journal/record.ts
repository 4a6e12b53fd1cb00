import type { Codec, JournalEntry, JournalKind } from '@skein/core';
import { channels } from '@skein/core';
import { crc32cWords } from './crc32c.ts';

/**
 * One record of the journal, little-endian, padded with zeros to a multiple of 8 bytes:
 *
 *     0 u32 magic · 4 u32 CRC-32C of everything from byte 8 to the end · 8 u32 size of the whole record
 *    12 u8 kind · 13 u8 codec · 14 u8 channel · 15 u8 length of the tenant · 16 f64 received at (epoch ms)
 *    24 u32 number of accepted indexes · 28 u32 length of the payload · 32 tenant · accepted (u16 each) · payload
 */

export const RECORD_MAGIC = 0x316e_6b53;
export const HEADER_BYTES = 32;
const KINDS: readonly JournalKind[] = ['telemetry', 'anomaly', 'finding', 'frame', 'state'];
const CODECS: readonly Codec[] = ['json', 'msgpack'];
const MAX_TENANT_BYTES = 128;

/** A piece of memory records are written to; the views share it. */
export interface RecordBuffer {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  readonly view: DataView;
}

export function createRecordBuffer(size: number): RecordBuffer {
  const memory = new ArrayBuffer(size);
  return { bytes: Buffer.from(memory), words: new Int32Array(memory), view: new DataView(memory) };
}

const align8 = (bytes: number): number => (bytes + 7) & ~7;

const payloadBytes = (payload: Uint8Array | string): number =>
  typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;

/** An upper bound is enough to see whether a record still fits; tenants are ASCII ids. */
export function recordBytes({ tenant, accepted, payload }: JournalEntry): number {
  return align8(HEADER_BYTES + tenant.length + 2 * (accepted?.length ?? 0) + payloadBytes(payload));
}

/** Writes the record at `at` (a multiple of 8); returns its size. Hot: no allocation. */
export function writeRecord({ bytes, words, view }: RecordBuffer, at: number, entry: JournalEntry): number {
  const { tenant, accepted, payload } = entry;
  if (tenant.length > MAX_TENANT_BYTES) throw new Error(`tenant "${tenant.slice(0, 16)}…" is too long`);
  const size = recordBytes(entry);
  words[(at + size - 8) >> 2] = 0;
  words[(at + size - 4) >> 2] = 0;
  words[at >> 2] = RECORD_MAGIC;
  words[(at >> 2) + 2] = size;
  bytes[at + 12] = KINDS.indexOf(entry.kind);
  bytes[at + 13] = entry.codec === 'json' ? 0 : 1;
  bytes[at + 14] = entry.channel === 'websocket' ? 0 : 1;
  bytes[at + 15] = tenant.length;
  view.setFloat64(at + 16, entry.receivedAtMs, true);
  words[(at >> 2) + 6] = accepted?.length ?? 0;
  let to = at + HEADER_BYTES;
  to += bytes.write(tenant, to, 'latin1');
  if (accepted) for (const index of accepted) to = bytes.writeUInt16LE(index, to);
  if (typeof payload === 'string') {
    words[(at >> 2) + 7] = bytes.write(payload, to, 'utf8');
  } else {
    words[(at >> 2) + 7] = payload.length;
    bytes.set(payload, to);
  }
  words[(at >> 2) + 1] = crc32cWords(words, (at + 8) >> 2, (at + size) >> 2);
  return size;
}

/** Size of the record that begins at `at`, or 0 where none does (or not all of it is there, or its checksum is wrong). */
export function checkRecord({ words }: RecordBuffer, at: number, end: number): number {
  if (at + HEADER_BYTES > end || words[at >> 2] !== RECORD_MAGIC) return 0;
  const size = words[(at >> 2) + 2] as number;
  if (size < HEADER_BYTES || (size & 7) !== 0 || at + size > end) return 0;
  const crc = crc32cWords(words, (at + 8) >> 2, (at + size) >> 2);
  return crc === (words[(at >> 2) + 1] as number) >>> 0 ? size : 0;
}

/** The entry of a record already checked. Its payload is a view into the buffer, not a copy. */
export function readRecord(
  { bytes, view }: RecordBuffer,
  at: number,
): JournalEntry & { readonly payload: Buffer } {
  const tenantEnd = at + HEADER_BYTES + (bytes[at + 15] as number);
  const count = view.getUint32(at + 24, true);
  const payloadStart = tenantEnd + 2 * count;
  const entry = {
    kind: KINDS[bytes[at + 12] as number] as JournalKind,
    codec: CODECS[bytes[at + 13] as number] as Codec,
    channel: channels[bytes[at + 14] as number] as JournalEntry['channel'],
    tenant: bytes.toString('latin1', at + HEADER_BYTES, tenantEnd),
    receivedAtMs: view.getFloat64(at + 16, true),
    payload: bytes.subarray(payloadStart, payloadStart + view.getUint32(at + 28, true)),
  };
  if (entry.kind !== 'frame') return entry;
  const accepted = Array.from({ length: count }, (_none, index) => bytes.readUInt16LE(tenantEnd + 2 * index));
  return { ...entry, accepted };
}
