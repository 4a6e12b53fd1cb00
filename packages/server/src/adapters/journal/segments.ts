import { closeSync, fsyncSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The journal's files: `<base position, 16 hex digits>.journal`, in order, each beginning where no other does. */

const SUFFIX = '.journal';
const NAME = /^[0-9a-f]{16}\.journal$/;

export interface SegmentFile {
  readonly base: number;
  readonly path: string;
  readonly bytes: number;
}

export function segmentPath(directory: string, base: number): string {
  return join(directory, base.toString(16).padStart(16, '0') + SUFFIX);
}

/** All segments of a journal, oldest first; the writer may delete one while another thread looks. */
export function listSegments(directory: string): readonly SegmentFile[] {
  return readdirSync(directory)
    .filter((name) => NAME.test(name))
    .sort()
    .flatMap((name) => {
      const path = join(directory, name);
      const bytes = statSync(path, { throwIfNoEntry: false })?.size;
      return bytes === undefined ? [] : [{ base: Number.parseInt(name.slice(0, 16), 16), path, bytes }];
    });
}

/** Makes a created, cut or deleted file's name durable. */
export function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Reads as much as is there; returns the number of bytes. */
export function readFully(fd: number, into: Uint8Array, length: number, position: number): number {
  let read = 0;
  while (read < length) {
    const count = readSync(fd, into, read, length - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return read;
}
