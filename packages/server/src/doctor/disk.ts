import {
  closeSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { type Finding, fail, fine, warn } from './finding.ts';

const FLUSHES = 9;
/** Acknowledgements wait for one flush; slower than this is a disk that cannot, or one that is shared with much else. */
const SLOW_FLUSH_MS = 20;
const FUTURE_MS = 60_000;

export function checkDirectories({ dataDir, journalDir }: Config): readonly Finding[] {
  return [
    checkDirectory('data directory', 'DATA_DIR', dataDir),
    checkDirectory('journal directory', 'JOURNAL_DIR', journalDir),
  ];
}

function checkDirectory(check: string, variable: string, directory: string): Finding {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return measureFlush(check, directory);
  } catch (error) {
    const { message } = error as Error;
    return fail(
      check,
      `${directory} cannot be written: ${message}.`,
      `Give the user who runs Skein a directory in ${variable}`,
    );
  }
}

/** Writes and flushes as the journal does. */
function measureFlush(check: string, directory: string): Finding {
  const path = join(directory, `.doctor.${process.pid}`);
  const file = openSync(path, 'w', 0o600);
  try {
    const times = Array.from({ length: FLUSHES }, () => timeFlush(file));
    const medianMs = times.sort((a, b) => a - b)[FLUSHES >> 1] as number;
    const message = `${directory} is writable, a flush takes ${medianMs.toFixed(2)} ms.`;
    if (medianMs < SLOW_FLUSH_MS) return fine(check, message);
    return warn(
      check,
      message,
      'Acknowledgements wait for a flush: put JOURNAL_DIR on a faster disk of its own',
    );
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}

function timeFlush(file: number): number {
  const startedMs = performance.now();
  writeSync(file, Buffer.alloc(4096), 0, 4096, 0);
  fdatasyncSync(file);
  return performance.now() - startedMs;
}

export function checkRoom({ journalDir, journalMaxBytes }: Config): Finding {
  const [disk, used] = [statfsSync(journalDir), bytesIn(journalDir)];
  const free = disk.bavail * disk.bsize;
  const message = `${toGiB(free)} free, the journal may grow by ${toGiB(journalMaxBytes - used)}.`;
  if (free >= journalMaxBytes - used) return fine('room', message);
  return warn(
    'room',
    message,
    'Free some of the disk, or make JOURNAL_MAX_BYTES smaller: a full disk stops ingest',
  );
}

/** A clock that was set back makes new samples older than stored ones. */
export function checkClock({ journalDir }: Config, nowMs: number): Finding {
  const newest = Math.max(0, ...filesIn(journalDir).map((path) => statSync(path).mtimeMs));
  if (newest <= nowMs + FUTURE_MS)
    return fine('clock', `${new Date(nowMs).toISOString()}, after the last journal record.`);
  const [now, last] = [nowMs, newest].map((ms) => new Date(ms).toISOString());
  return fail(
    'clock',
    `The clock says ${now}, but the journal was written at ${last}.`,
    'Set the clock: timedatectl set-ntp true',
  );
}

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(directory, name));
}

function bytesIn(directory: string): number {
  return filesIn(directory).reduce((sum, path) => sum + statSync(path).size, 0);
}

function toGiB(bytes: number): string {
  return `${(Math.max(0, bytes) / 2 ** 30).toFixed(1)} GiB`;
}
