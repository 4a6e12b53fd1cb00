import { openSync, readSync } from 'node:fs';
import type { JournalEntry } from '@skein/core';
import { checkRecord, createRecordBuffer, HEADER_BYTES, type RecordBuffer, readRecord } from './record.ts';
import { readFully, type SegmentFile } from './segments.ts';

/** An open file of the journal, as its writer sees it. */
export interface Segment {
  readonly base: number;
  readonly path: string;
  readonly fd: number;
  bytes: number;
}

/** More than any record. */
const MAX_RECORD_BYTES = 4 * 1024 * 1024;

export function openSegment({ base, path, bytes }: SegmentFile): Segment {
  return { base, path, bytes, fd: openSync(path, bytes === 0 ? 'w+' : 'r+', 0o600) };
}

/** What of the parts is still to be written. */
export function remaining(parts: readonly Buffer[], written: number): readonly Buffer[] {
  if (written === 0) return parts;
  const all = Buffer.concat(parts);
  return [all.subarray(written)];
}

/** The record at a place of a buffer that will be written again. */
export function copyOf(buffer: RecordBuffer, at: number, end: number): JournalEntry | undefined {
  if (checkRecord(buffer, at, end) === 0) return undefined;
  const entry = readRecord(buffer, at);
  return { ...entry, payload: Buffer.from(entry.payload) };
}

/** The record at a position of the file. */
export function readFrom({ fd, base }: Segment, position: number): JournalEntry | undefined {
  const header = createRecordBuffer(HEADER_BYTES);
  if (readSync(fd, header.bytes, 0, HEADER_BYTES, position - base) < HEADER_BYTES) return undefined;
  const size = header.words[2] as number;
  if (size < HEADER_BYTES || size > MAX_RECORD_BYTES || (size & 7) !== 0) return undefined;
  const whole = createRecordBuffer(size);
  if (readFully(fd, whole.bytes, size, position - base) < size) return undefined;
  return checkRecord(whole, 0, size) === 0 ? undefined : readRecord(whole, 0);
}
