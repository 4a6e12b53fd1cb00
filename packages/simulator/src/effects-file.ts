import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { OrderJournal, OrderJournalEntry } from './fleet/order-journal.ts';

/** The vehicles' own record of their orders: a file, one JSON object a line, only ever appended to. */

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/** A line that is no entry. */
export class EffectsFileError extends Error {
  override readonly name = 'EffectsFileError';
}

/**
 * Opens the file, or makes it. What a kill cut off in the middle of its last line was not carried out and is removed.
 * Reading `entries` throws an EffectsFileError that names the line for anything else that is no entry.
 */
export function openEffectsFile(path: string): OrderJournal & { close(): void } {
  const file = openSync(path, 'a+', 0o600);
  const sizeBytes = lastLineEnd(file);
  ftruncateSync(file, sizeBytes);
  return {
    entries: { [Symbol.iterator]: () => readEntries(file, path, sizeBytes) },
    // With the kernel, which a killed process does not take along.
    append: (entry) => void writeSync(file, `${JSON.stringify(entry)}\n`),
    close: () => closeSync(file),
  };
}

/** Behind the last newline, bytes. */
function lastLineEnd(file: number): number {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let end = fstatSync(file).size; end > 0; end -= CHUNK_BYTES) {
    const from = Math.max(0, end - CHUNK_BYTES);
    const bytes = readSync(file, chunk, 0, end - from, from);
    const at = chunk.subarray(0, bytes).lastIndexOf(NEWLINE);
    if (at >= 0) return from + at + 1;
  }
  return 0;
}

function* readEntries(file: number, path: string, sizeBytes: number): Generator<OrderJournalEntry> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let rest = Buffer.alloc(0);
  let number = 0;
  for (let at = 0; at < sizeBytes; ) {
    const bytes = readSync(file, chunk, 0, Math.min(CHUNK_BYTES, sizeBytes - at), at);
    if (bytes === 0) break;
    at += bytes;
    const text = Buffer.concat([rest, chunk.subarray(0, bytes)]);
    const end = text.lastIndexOf(NEWLINE) + 1;
    rest = text.subarray(end);
    if (end === 0) continue;
    for (const line of text.toString('utf8', 0, end - 1).split('\n')) {
      number += 1;
      yield parseEntry(line, `${path}:${number}`);
    }
  }
}

function parseEntry(line: string, place: string): OrderJournalEntry {
  try {
    const entry = JSON.parse(line) as Partial<OrderJournalEntry> & Record<string, unknown>;
    const isNamed = typeof entry.droneId === 'string' && typeof entry.commandId === 'string';
    if (isNamed && (typeof entry['result'] === 'string' || typeof entry['end'] === 'string'))
      return entry as unknown as OrderJournalEntry;
  } catch {
    // Told below.
  }
  throw new EffectsFileError(`${place} is no order that a drone has written down`);
}
