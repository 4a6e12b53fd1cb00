import { closeSync, openSync } from 'node:fs';
import type { JournalEntry } from '@skein/core';
import { checkRecord, createRecordBuffer, type RecordBuffer, readRecord } from './record.ts';
import { listSegments, readFully, type SegmentFile } from './segments.ts';

/** A record of the journal is not what was written: named, so that someone can look. */
export class DamagedJournalError extends Error {
  constructor(path: string, offset: number) {
    super(
      `the journal record at byte ${offset} of ${path} is damaged: restore the file from a copy, or move it away to go on without it`,
    );
    this.name = 'DamagedJournalError';
  }
}

/** An entry's payload is a view that is only valid within the visit. */
export type RecordVisitor = (entry: JournalEntry & { readonly payload: Buffer }, position: number) => void;

/** More than any record: a chunk always holds at least one whole record. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

/** Visits the whole, undamaged records at the start of a buffer; returns how many bytes they take. */
export function visitRecords(
  buffer: RecordBuffer,
  length: number,
  base: number,
  visit: RecordVisitor,
): number {
  let at = 0;
  for (let size = checkRecord(buffer, at, length); size > 0; size = checkRecord(buffer, at, length)) {
    visit(readRecord(buffer, at), base + at);
    at += size;
  }
  return at;
}

/** Reads a journal's files in order from another thread or process than the writer's. Holds one file open. */
export class JournalReader {
  readonly #directory: string;
  readonly #buffer = createRecordBuffer(CHUNK_BYTES);
  #segments: readonly SegmentFile[] = [];
  #open: { readonly base: number; readonly fd: number } | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Visits a chunk of the records from `position` on, none beyond `end` (both boundaries of records); returns where to
   * read on. Throws DamagedJournalError where a record that should be whole is not.
   */
  read(position: number, end: number, visit: RecordVisitor): number {
    const segment = this.#segmentAt(position);
    if (!segment) return this.#baseFrom(position) ?? position;
    const wanted = Math.min(CHUNK_BYTES, end - position);
    const length = readFully(this.#fd(segment), this.#buffer.bytes, wanted, position - segment.base);
    const visited = visitRecords(this.#buffer, length, position, visit);
    if (visited > 0 || wanted <= 0) return position + visited;
    const next = length === 0 ? this.#baseFrom(position, segment) : undefined;
    if (next === undefined) throw new DamagedJournalError(segment.path, position - segment.base);
    return next;
  }

  close(): void {
    if (this.#open) closeSync(this.#open.fd);
    this.#open = undefined;
  }

  #segmentAt(position: number): SegmentFile | undefined {
    const contains = ({ base }: SegmentFile) => base <= position;
    if (!this.#segments.some(contains)) this.#segments = listSegments(this.#directory);
    return this.#segments.findLast(contains);
  }

  /** Where the segment that goes on here begins; files may have come since the list was made. */
  #baseFrom(position: number, after?: SegmentFile): number | undefined {
    this.#segments = listSegments(this.#directory);
    return this.#segments.find(({ base }) => base >= position && base !== after?.base)?.base;
  }

  #fd(segment: SegmentFile): number {
    if (this.#open?.base === segment.base) return this.#open.fd;
    this.close();
    this.#open = { base: segment.base, fd: openSync(segment.path, 'r') };
    return this.#open.fd;
  }
}
