import { closeSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { CHUNK_BYTES, DamagedJournalError, type RecordVisitor, visitRecords } from './journal-reader.ts';
import { checkRecord, createRecordBuffer, RECORD_MAGIC } from './record.ts';
import { listSegments, readFully, type SegmentFile, syncDirectory } from './segments.ts';

export interface Recovered {
  readonly segments: readonly SegmentFile[];
  /** Bytes of a torn tail that were cut off. */
  readonly cutBytes: number;
  /** Where the next record may begin: never where anything has been before. */
  readonly end: number;
}

/**
 * Checks every record of the journal, oldest first. A torn tail (nothing whole follows it) is cut at the last good record;
 * a damaged record in the middle stops the start. Throws DamagedJournalError.
 */
export function recoverJournal(directory: string, visit: RecordVisitor): Recovered {
  const segments = listSegments(directory);
  let cutBytes = 0;
  const kept = segments.map((segment, at) => {
    const good = scanSegment(segment, visit);
    if (good === segment.bytes) return segment;
    if (at < segments.length - 1 || hasRecordAfter(segment, good))
      throw new DamagedJournalError(segment.path, good);
    cutBytes = segment.bytes - good;
    cutTail(segment, good);
    return { ...segment, bytes: good };
  });
  if (cutBytes > 0) syncDirectory(directory);
  const last = segments.at(-1);
  return { segments: kept, cutBytes, end: last ? align(last.base + last.bytes) : 0 };
}

const align = (position: number): number => Math.ceil(position / 8) * 8;

function scanSegment({ path, base, bytes }: SegmentFile, visit: RecordVisitor): number {
  const buffer = createRecordBuffer(CHUNK_BYTES);
  const fd = openSync(path, 'r');
  try {
    let at = 0;
    while (at < bytes) {
      const length = readFully(fd, buffer.bytes, Math.min(CHUNK_BYTES, bytes - at), at);
      const visited = visitRecords(buffer, length, base + at, visit);
      if (visited === 0) break;
      at += visited;
    }
    return at;
  } finally {
    closeSync(fd);
  }
}

/** Does any whole record follow the damaged one? Then it is no torn tail. */
function hasRecordAfter({ path, bytes }: SegmentFile, damagedAt: number): boolean {
  const buffer = createRecordBuffer(CHUNK_BYTES);
  const fd = openSync(path, 'r');
  try {
    for (let start = damagedAt + 8; start < bytes; start += CHUNK_BYTES / 2) {
      const length = readFully(fd, buffer.bytes, Math.min(CHUNK_BYTES, bytes - start), start);
      for (let at = 0; at + 8 <= length; at += 8)
        if (buffer.words[at >> 2] === RECORD_MAGIC && checkRecord(buffer, at, length) > 0) return true;
    }
    return false;
  } finally {
    closeSync(fd);
  }
}

function cutTail({ path }: SegmentFile, length: number): void {
  const fd = openSync(path, 'r+');
  try {
    ftruncateSync(fd, length);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
